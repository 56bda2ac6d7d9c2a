import { Aws, CfnOutput, Duration, RemovalPolicy, Validations } from 'aws-cdk-lib'
import type { HttpApi, IHttpRouteAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2'
import { HttpJwtAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers'
import {
  AccountRecovery,
  CfnUserPoolGroup,
  ClientAttributes,
  FeaturePlan,
  LambdaVersion,
  Mfa,
  OAuthScope,
  ResourceServerScope,
  StringAttribute,
  UserPool,
  UserPoolClientIdentityProvider,
  UserPoolOperation,
} from 'aws-cdk-lib/aws-cognito'
import type { Code } from 'aws-cdk-lib/aws-lambda'
import type { Construct } from 'constructs'
import { TandemFunction } from './constructs/function.ts'
import type { ForeignIssuer, Settings } from './settings.ts'

interface SignInProps {
  readonly settings: Settings
  readonly api: HttpApi
  readonly tokenCode: () => Code
}

interface SignIn {
  readonly authorizer: IHttpRouteAuthorizer
  /** The functions that it needed, for their alarms. */
  readonly functions: readonly TandemFunction[]
}

/** Who may call the API: people of a Cognito user pool, or of whatever OpenID Connect issuer the context names. */
export function addSignIn(scope: Construct, props: SignInProps): SignIn {
  const { issuer } = props.settings
  return issuer === undefined ? addUserPool(scope, props) : { authorizer: authorizerFor(issuer), functions: [] }
}

function authorizerFor({ url, audience }: ForeignIssuer): IHttpRouteAuthorizer {
  return new HttpJwtAuthorizer('Authorizer', url, { jwtAudience: [audience] })
}

/**
 * The user pool, its hosted sign-in and one public client (authorization code, no secret). Cognito asks nobody for PKCE,
 * so whoever signs in sends it by themselves, as infra/README.md and the console do.
 *
 * Cognito puts scopes into access tokens but custom attributes only into id tokens, and gives everyone every scope
 * that their client asks for. The token function mends both: it copies `custom:workspace` into the access token and
 * takes out the scopes that the person's groups do not have. It needs event version 2, which needs the Essentials plan.
 */
function addUserPool(scope: Construct, { settings, api, tokenCode }: SignInProps): SignIn {
  const pool = new UserPool(scope, 'UserPool', {
    featurePlan: FeaturePlan.ESSENTIALS,
    selfSignUpEnabled: false,
    signInAliases: { email: true },
    signInCaseSensitive: false,
    standardAttributes: { email: { required: true, mutable: true } },
    // Who mistypes their new address can still sign in with the old one, until the new one is confirmed.
    keepOriginal: { email: true },
    customAttributes: { workspace: new StringAttribute({ minLen: 1, maxLen: 64, mutable: true }) },
    passwordPolicy: {
      minLength: 12,
      requireLowercase: true,
      requireUppercase: true,
      requireDigits: true,
      requireSymbols: true,
      tempPasswordValidity: Duration.days(7),
    },
    mfa: Mfa.REQUIRED,
    mfaSecondFactor: { otp: true, sms: false },
    accountRecovery: AccountRecovery.EMAIL_ONLY,
    deletionProtection: true,
    removalPolicy: RemovalPolicy.RETAIN,
  })
  Validations.of(pool).acknowledge({
    id: 'AwsSolutions-COG8',
    reason: 'The Plus plan adds threat scores at a price for each person; everyone here signs in with a second factor.',
  })
  const token = new TandemFunction(scope, 'TokenFunction', {
    settings,
    code: tokenCode(),
    description: "Tandem: puts the person's workspace into their access token, and only the scopes they have",
    // Cognito itself waits five seconds at most.
    timeoutSeconds: 5,
    memory: 256,
    environment: {},
    mayDo: [],
    errorImpact:
      'People cannot sign in, and those who are signed in are thrown out when their token ends. Read the log of the token function; what changed last is the likely cause.',
  })
  pool.addTrigger(UserPoolOperation.PRE_TOKEN_GENERATION_CONFIG, token.lambda, LambdaVersion.V2_0)
  addGroup(scope, 'WriteGroup', pool, 'write', 'May import, export, edit and sync')
  addGroup(scope, 'AdminGroup', pool, 'admin', 'May also connect and disconnect the QuickBooks company')

  const callbackUrls = [`${api.apiEndpoint}/docs`, settings.consoleOrigin].filter((url) => url !== undefined)
  const client = addClient(pool, callbackUrls)
  const domain = pool.addDomain('SignIn', {
    // Domain prefixes are shared by everyone in a region.
    cognitoDomain: { domainPrefix: `tandem-${settings.stage}-${Aws.ACCOUNT_ID}` },
  })
  new CfnOutput(scope, 'HostedSignInUrl', {
    value: `${domain.baseUrl()}/oauth2/authorize?response_type=code&client_id=${client.userPoolClientId}&redirect_uri=${api.apiEndpoint}/docs`,
  })
  new CfnOutput(scope, 'TokenUrl', { value: `${domain.baseUrl()}/oauth2/token` })
  new CfnOutput(scope, 'UserPoolId', { value: pool.userPoolId })
  new CfnOutput(scope, 'UserPoolClientId', { value: client.userPoolClientId })
  return {
    authorizer: new HttpJwtAuthorizer('Authorizer', pool.userPoolProviderUrl, {
      jwtAudience: [client.userPoolClientId],
    }),
    functions: [token],
  }
}

/** How long a person stays signed in, in every client: a token that came by rotation ends when the first would have. */
const SIGNED_IN = Duration.days(7)

function addClient(pool: UserPool, callbackUrls: string[]) {
  const scopes = (['read', 'write', 'admin'] as const).map(
    (scopeName) => new ResourceServerScope({ scopeName, scopeDescription: `Tandem: ${scopeName}` }),
  )
  const server = pool.addResourceServer('Scopes', { identifier: 'tandem', scopes })
  return pool.addClient('Console', {
    generateSecret: false,
    // The hosted sign-in needs none of them, but a list without any means Cognito's default: SRP, custom challenges and
    // the plain refresh, which refuses to stand beside rotation. This one takes rights in the account, which nobody has.
    authFlows: { adminUserPassword: true },
    // A refresh token that was copied ends with its next use by its owner. The minute is for an answer that was lost.
    refreshTokenRotationGracePeriod: Duration.minutes(1),
    preventUserExistenceErrors: true,
    supportedIdentityProviders: [UserPoolClientIdentityProvider.COGNITO],
    oAuth: {
      flows: { authorizationCodeGrant: true },
      scopes: [OAuthScope.OPENID, OAuthScope.EMAIL, ...scopes.map((one) => OAuthScope.resourceServer(server, one))],
      callbackUrls,
      logoutUrls: callbackUrls,
    },
    // Without this list a person could write their own `custom:workspace` and enter any tenant.
    writeAttributes: new ClientAttributes().withStandardAttributes({ email: true }),
    readAttributes: new ClientAttributes()
      .withStandardAttributes({ email: true, emailVerified: true })
      .withCustomAttributes('workspace'),
    accessTokenValidity: Duration.hours(1),
    idTokenValidity: Duration.hours(1),
    refreshTokenValidity: SIGNED_IN,
    enableTokenRevocation: true,
  })
}

function addGroup(scope: Construct, id: string, pool: UserPool, groupName: string, description: string): void {
  new CfnUserPoolGroup(scope, id, { userPoolId: pool.userPoolId, groupName, description })
}
