import type { Clock } from '../clock.ts'
import type { LambdaFunction } from '../lambda/function.ts'
import { functionOf, integrationOf } from '../lambda/links.ts'
import type { Issuer } from '../services/issuer.ts'
import type { Resources } from '../template/resources.ts'
import type { ApiRoute } from './http-api.ts'
import { createAuthorizer } from './jwt-authorizer.ts'

/** The routes of the template, each with its function and with what it asks of a token. */
export function readRoutes(
  resources: Resources,
  functions: readonly LambdaFunction[],
  issuer: Issuer,
  clock: Clock,
): readonly ApiRoute[] {
  return resources.route.map((route) => {
    const { RouteKey, AuthorizationType, AuthorizerId, AuthorizationScopes } = route.properties
    const integration = integrationOf(resources, route)
    const authorizer = resources.authorizer.find(({ ref }) => ref === AuthorizerId)
    if (AuthorizationType === 'JWT' && authorizer === undefined) {
      throw new Error(`The route ${RouteKey} has an authorizer that is not in the template.`)
    }
    const jwt = authorizer?.properties.JwtConfiguration
    return {
      routeKey: RouteKey,
      lambda: functionOf(functions, integration.properties.IntegrationUri),
      timeoutMilliseconds: integration.properties.TimeoutInMillis,
      authorize: jwt && createAuthorizer({ issuer: jwt.Issuer, audience: jwt.Audience, jwks: issuer.jwks, clock }),
      scopes: AuthorizationScopes,
    }
  })
}
