import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib'
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway'
import {
  CfnRoute,
  CfnStage,
  CorsHttpMethod,
  HttpApi,
  type HttpMethod,
  HttpStage,
  type IHttpRouteAuthorizer,
  LogGroupLogDestination,
} from 'aws-cdk-lib/aws-apigatewayv2'
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations'
import { LogGroup } from 'aws-cdk-lib/aws-logs'
import type { Construct } from 'constructs'
import type { TandemFunction } from './constructs/function.ts'
import type { Settings } from './settings.ts'

type Scope = 'read' | 'write' | 'admin'

/**
 * One line of the access log. No address, path, query or agent: each can name a person, and a query can hold a code. Who
 * asked stands there by the issuer's own id, which is a person only to whoever has the user pool at hand. Their workspace
 * is read from a claim that the token function adds for this: a variable of a log cannot name `custom:workspace`.
 */
const accessLogLine = {
  requestId: '$context.requestId',
  time: '$context.requestTime',
  routeKey: '$context.routeKey',
  status: '$context.status',
  protocol: '$context.protocol',
  responseLength: '$context.responseLength',
  responseLatency: '$context.responseLatency',
  integrationStatus: '$context.integrationStatus',
  integrationError: '$context.integrationErrorMessage',
  authorizerError: '$context.authorizer.error',
  caller: '$context.authorizer.claims.sub',
  workspace: '$context.authorizer.claims.workspace',
} as const

/** The HTTP API and its only stage, without routes: each capability adds its own by {@link addRoutes}. */
export function addApi(scope: Construct, settings: Settings): { readonly api: HttpApi; readonly stage: HttpStage } {
  const api = new HttpApi(scope, 'Api', {
    apiName: `tandem-${settings.stage}`,
    description: 'Tandem: contacts and QuickBooks in step',
    createDefaultStage: false,
    ...(settings.consoleOrigin === undefined ? {} : { corsPreflight: corsFor(settings.consoleOrigin) }),
  })
  const logs = new LogGroup(scope, 'ApiLogs', {
    retention: settings.logRetentionDays,
    removalPolicy: settings.keepLogs ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
  })
  const stage = new HttpStage(scope, 'ApiStage', {
    httpApi: api,
    stageName: '$default',
    autoDeploy: true,
    throttle: { rateLimit: 100, burstLimit: 200 },
    accessLogSettings: {
      destination: new LogGroupLogDestination(logs),
      format: AccessLogFormat.custom(JSON.stringify(accessLogLine)),
    },
  })
  return { api, stage }
}

/**
 * Has an open route measured by itself, beside what is measured of all together. Its limits are those that
 * {@link throttleOpenRoutes} gives it: a route with settings of its own has none of the stage's.
 */
export function measureRoute(stage: HttpStage, routeKey: string): void {
  // The stage is a resource of this one kind, made by the construct above.
  const resource = stage.node.defaultChild as CfnStage
  resource.addPropertyOverride(`RouteSettings.${routeKey}.DetailedMetricsEnabled`, true)
}

function corsFor(origin: string) {
  return {
    allowOrigins: [origin],
    allowMethods: [
      CorsHttpMethod.GET,
      CorsHttpMethod.POST,
      CorsHttpMethod.PUT,
      CorsHttpMethod.PATCH,
      CorsHttpMethod.DELETE,
    ],
    allowHeaders: ['authorization', 'content-type', 'idempotency-key', 'if-match'],
    exposeHeaders: ['etag', 'location', 'retry-after'],
    maxAge: Duration.hours(1),
  }
}

/** A function's way in: its integration is made once and serves all its routes. */
export function integrationOf(target: TandemFunction): HttpLambdaIntegration {
  return new HttpLambdaIntegration(`${target.node.id}Integration`, target.lambda, {
    scopePermissionToRoute: false,
    timeout: Duration.seconds(29),
  })
}

/** What everyone may ask of an open route in a second, and at once. Intuit alone sends many: its notifications. */
const OPEN_RATE = { ThrottlingRateLimit: 5, ThrottlingBurstLimit: 20 } as const
const WEBHOOK_RATE = { ThrottlingRateLimit: 50, ThrottlingBurstLimit: 100 } as const

/**
 * Gives each route that needs no token a throttle of its own, so that strangers spend neither the money nor the share
 * of those who have one. To be called when all routes are there: a stage takes settings only of routes that exist.
 */
export function throttleOpenRoutes(scope: Construct): void {
  const all = scope.node.findAll()
  const open = all
    .filter((one) => one instanceof CfnRoute)
    .filter(({ authorizationType }) => authorizationType === 'NONE')
  for (const stage of all.filter((one) => one instanceof CfnStage)) {
    stage.routeSettings = Object.fromEntries(
      open.map(({ routeKey }) => [routeKey, routeKey.includes('/webhooks/') ? WEBHOOK_RATE : OPEN_RATE]),
    )
    for (const route of open) stage.addResourceDependency(route)
  }
}

/** A path and who may use it: those with a token that has one of the scopes, or everyone, for a reason. */
interface Routes {
  readonly path: string
  readonly methods: readonly HttpMethod[]
  readonly guard:
    | { readonly authorizer: IHttpRouteAuthorizer; readonly anyOf: readonly Scope[] }
    | { readonly everyoneBecause: string }
}

/** Leads a path to a function. */
export function addRoutes(api: HttpApi, integration: HttpLambdaIntegration, routes: Routes): void {
  const { guard } = routes
  const where = { path: routes.path, methods: [...routes.methods], integration }
  if ('everyoneBecause' in guard) {
    for (const route of api.addRoutes(where)) {
      Validations.of(route).acknowledge({ id: 'AwsSolutions-APIG4', reason: guard.everyoneBecause })
    }
    return
  }
  const authorizationScopes = guard.anyOf.map((scope) => `tandem/${scope}`)
  api.addRoutes({ ...where, authorizer: guard.authorizer, authorizationScopes })
}
