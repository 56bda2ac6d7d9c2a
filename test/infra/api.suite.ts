import { Match } from 'aws-cdk-lib/assertions'
import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { rightsByRole } from './rights.ts'
import { templateFor } from './synthesized.ts'

const template = templateFor({ stage: 'dev' })
const integrations = z
  .record(
    z.string(),
    z.object({
      Properties: z.looseObject({ IntegrationUri: z.object({ 'Fn::GetAtt': z.tuple([z.string(), z.string()]) }) }),
    }),
  )
  .parse(template.findResources('AWS::ApiGatewayV2::Integration'))
const Target = z.object({ 'Fn::Join': z.tuple([z.string(), z.tuple([z.string(), z.object({ Ref: z.string() })])]) })
const routes = new Map(
  Object.values(
    z
      .record(
        z.string(),
        z.object({
          Properties: z.object({
            RouteKey: z.string(),
            AuthorizationType: z.string(),
            AuthorizationScopes: z.array(z.string()).optional(),
            Target,
          }),
        }),
      )
      .parse(template.findResources('AWS::ApiGatewayV2::Route')),
  ).map(({ Properties }) => [
    Properties.RouteKey,
    {
      to: integrations[Properties.Target['Fn::Join'][1][1].Ref]?.Properties.IntegrationUri['Fn::GetAtt'][0],
      scopes: Properties.AuthorizationType === 'JWT' ? Properties.AuthorizationScopes : 'everyone',
    },
  ]),
)

const admin = ['tandem/admin']
const write = ['tandem/write', 'tandem/admin']
const read = ['tandem/read', 'tandem/write', 'tandem/admin']

describe('the routes', () => {
  it('lead to their function, for those with their scope', () => {
    expect(Object.fromEntries(routes)).toEqual({
      'GET /{proxy+}': { to: 'AdminFunction', scopes: read },
      'POST /{proxy+}': { to: 'AdminFunction', scopes: write },
      'PUT /{proxy+}': { to: 'AdminFunction', scopes: write },
      'PATCH /{proxy+}': { to: 'AdminFunction', scopes: write },
      'DELETE /{proxy+}': { to: 'AdminFunction', scopes: write },
      'POST /connection/authorize': { to: 'OauthFunction', scopes: admin },
      'POST /connection/confirm': { to: 'OauthFunction', scopes: admin },
      'POST /connection/disconnect': { to: 'OauthFunction', scopes: admin },
      'GET /oauth/callback': { to: 'OauthFunction', scopes: 'everyone' },
      'GET /oauth/reconnect': { to: 'OauthFunction', scopes: 'everyone' },
      'POST /webhooks/quickbooks': { to: 'WebhookFunction', scopes: 'everyone' },
      'GET /health': { to: 'DocsFunction', scopes: 'everyone' },
      'GET /openapi.json': { to: 'DocsFunction', scopes: 'everyone' },
      'GET /docs': { to: 'DocsFunction', scopes: 'everyone' },
    })
  })

  it('pass payload format 2.0 on', () => {
    for (const { Properties } of Object.values(integrations)) {
      expect(Properties).toMatchObject({ PayloadFormatVersion: '2.0', TimeoutInMillis: 29_000 })
    }
  })

  it('are throttled, and logged with who asked, by ids, and nothing else that is personal', () => {
    template.hasResourceProperties('AWS::ApiGatewayV2::Stage', {
      DefaultRouteSettings: { ThrottlingRateLimit: 100, ThrottlingBurstLimit: 200 },
    })
    const stages = JSON.stringify(template.findResources('AWS::ApiGatewayV2::Stage'))
    expect(stages).toContain('$context.routeKey')
    // An address, a path with a name, a query with a code, a claim that names a person.
    expect(stages).not.toMatch(/\$context\.(identity|path|httpMethod)|querystring|userAgent/i)
    expect(stages.match(/authorizer\.claims\.[\w:]+/g)).toEqual([
      'authorizer.claims.sub',
      'authorizer.claims.workspace',
    ])
  })

  it('that are open to everyone have a throttle of their own, each of them', () => {
    const [stage] = Object.values(template.findResources('AWS::ApiGatewayV2::Stage'))
    const open = [...routes].filter(([, { scopes }]) => scopes === 'everyone').map(([key]) => key)
    expect(Object.keys(stage?.Properties.RouteSettings).sort()).toEqual(open.sort())
    for (const [key, { ThrottlingRateLimit, ThrottlingBurstLimit }] of Object.entries<{
      ThrottlingRateLimit: number
      ThrottlingBurstLimit: number
    }>(stage?.Properties.RouteSettings)) {
      expect(ThrottlingRateLimit).toBe(key === 'POST /webhooks/quickbooks' ? 50 : 5)
      expect(ThrottlingBurstLimit).toBeLessThanOrEqual(100)
    }
    // CloudFormation refuses settings of a route that is not there yet.
    const made = Object.entries(template.findResources('AWS::ApiGatewayV2::Route'))
    const needed = made.filter(([, { Properties }]) => Properties.AuthorizationType === 'NONE').map(([id]) => id)
    expect(stage?.DependsOn).toEqual(expect.arrayContaining(needed))
  })

  it('are closed to pages of other origins, until the console has one', () => {
    expect(JSON.stringify(template.findResources('AWS::ApiGatewayV2::Api'))).not.toContain('CorsConfiguration')
    const withConsole = templateFor({ stage: 'dev', consoleOrigin: 'https://console.example.com' })
    withConsole.hasResourceProperties('AWS::ApiGatewayV2::Api', {
      CorsConfiguration: {
        AllowOrigins: ['https://console.example.com'],
        // The console confirms a consent by itself.
        AllowMethods: Match.arrayWith(['POST']),
        AllowHeaders: Match.arrayWith(['authorization', 'content-type']),
      },
    })
  })

  it('send a browser that consented on to the console, once it has an address', () => {
    const consoleUrlIn = (context: Parameters<typeof templateFor>[0]) =>
      Object.values(templateFor(context).findResources('AWS::Lambda::Function')).flatMap(
        ({ Properties }) => Properties.Environment.Variables.CONSOLE_URL ?? [],
      )
    expect(consoleUrlIn({ stage: 'dev' })).toEqual([])
    const consoleOrigin = 'https://console.example.com'
    expect(consoleUrlIn({ stage: 'dev', consoleOrigin })).toEqual([consoleOrigin])
  })
})

describe('the sign-in', () => {
  const clients = Object.values(template.findResources('AWS::Cognito::UserPoolClient'))

  it('asks the token function for access tokens (event version 2, which the Essentials plan has)', () => {
    template.hasResourceProperties('AWS::Cognito::UserPool', {
      UserPoolTier: 'ESSENTIALS',
      LambdaConfig: {
        PreTokenGenerationConfig: { LambdaArn: { 'Fn::GetAtt': ['TokenFunction', 'Arn'] }, LambdaVersion: 'V2_0' },
      },
    })
  })

  it('lets nobody in by themselves, nor without a second factor', () => {
    template.hasResourceProperties('AWS::Cognito::UserPool', {
      AdminCreateUserConfig: { AllowAdminCreateUserOnly: true },
      MfaConfiguration: 'ON',
      EnabledMfas: ['SOFTWARE_TOKEN_MFA'],
    })
  })

  it('lets nobody write their own workspace', () => {
    template.hasResourceProperties('AWS::Cognito::UserPoolClient', {
      WriteAttributes: ['email'],
      ReadAttributes: ['custom:workspace', 'email', 'email_verified'],
      AllowedOAuthFlows: ['code'],
      GenerateSecret: false,
      PreventUserExistenceErrors: 'ENABLED',
    })
  })

  it('lets strangers in by the hosted page alone, and changes the refresh token at each use', () => {
    for (const { Properties } of clients) {
      // Only whoever holds rights in the account could sign people in by this one. An empty list would be the default.
      expect(Properties.ExplicitAuthFlows).toEqual(['ALLOW_ADMIN_USER_PASSWORD_AUTH'])
      expect(Properties.RefreshTokenRotation).toEqual({ Feature: 'ENABLED', RetryGracePeriodSeconds: 60 })
      expect(Properties.EnableTokenRevocation).toBe(true)
    }
    const rights = [...rightsByRole(template).values()].flat().flatMap(({ Action }) => Action)
    expect(rights.filter((action) => action.startsWith('cognito'))).toEqual([])
  })

  it('keeps people signed in for as long in every client', () => {
    expect(clients).toHaveLength(1)
    for (const { Properties } of clients) {
      expect(Properties).toMatchObject({
        RefreshTokenValidity: 7 * 24 * 60,
        AccessTokenValidity: 60,
        TokenValidityUnits: { AccessToken: 'minutes', IdToken: 'minutes', RefreshToken: 'minutes' },
      })
    }
  })

  it('keeps an address until its successor is confirmed', () => {
    template.hasResourceProperties('AWS::Cognito::UserPool', {
      UserAttributeUpdateSettings: { AttributesRequireVerificationBeforeUpdate: ['email'] },
    })
  })

  it('is left to another issuer where the context names one', () => {
    const foreign = templateFor({ stage: 'prod', issuer: 'https://login.example.com/', audience: 'tandem' })
    foreign.hasResourceProperties('AWS::ApiGatewayV2::Authorizer', {
      AuthorizerType: 'JWT',
      JwtConfiguration: { Issuer: 'https://login.example.com/', Audience: ['tandem'] },
    })
    foreign.resourceCountIs('AWS::Cognito::UserPool', 0)
    foreign.resourceCountIs('AWS::Lambda::Function', 7)
  })
})

describe('the schedules', () => {
  it.each([
    ['rate(1 minute)', '{"kind":"sweep"}'],
    ['rate(15 minutes)', '{"kind":"daily"}'],
  ])('%s says %s to the schedule function', (ScheduleExpression, Input) => {
    template.hasResourceProperties('AWS::Events::Rule', {
      ScheduleExpression,
      State: 'ENABLED',
      Targets: [{ Arn: { 'Fn::GetAtt': ['ScheduleFunction', 'Arn'] }, Input }],
    })
  })
})

describe('what a schedule says', () => {
  it('is said once: what comes next makes up for one that fails, or could not begin', () => {
    template.hasResourceProperties('AWS::Lambda::EventInvokeConfig', {
      FunctionName: { Ref: 'ScheduleFunction' },
      MaximumRetryAttempts: 0,
      MaximumEventAgeInSeconds: 60,
    })
    for (const { Properties } of Object.values(template.findResources('AWS::Events::Rule'))) {
      expect(Properties.Targets).toMatchObject([
        { RetryPolicy: { MaximumRetryAttempts: 0, MaximumEventAgeInSeconds: 60 } },
      ])
    }
  })
})

describe('the outputs', () => {
  it.each([
    ['ApiUrl', ''],
    ['RedirectUri', '/oauth/callback'],
    ['ReconnectUrl', '/oauth/reconnect'],
    ['WebhookUrl', '/webhooks/quickbooks'],
  ])('name the %s', (name, path) => {
    const endpoint = { 'Fn::GetAtt': ['Api', 'ApiEndpoint'] }
    template.hasOutput(name, { Value: path === '' ? endpoint : { 'Fn::Join': ['', [endpoint, path]] } })
  })
})
