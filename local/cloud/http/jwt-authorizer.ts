import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTPayload, jwtVerify } from 'jose'
import type { Clock } from '../clock.ts'

export interface AuthorizerSettings {
  readonly issuer: string
  readonly audience: readonly string[]
  readonly jwks: () => JSONWebKeySet
  readonly clock: Clock
}

export type Authorization =
  | { readonly kind: 'authorized'; readonly claims: Readonly<Record<string, string>>; readonly scopes: string[] | null }
  /** No token, or one that doesn't hold: 401. */
  | { readonly kind: 'unauthorized'; readonly because: string }
  /** A good token without any of the route's scopes: 403. */
  | { readonly kind: 'forbidden'; readonly because: string }

export type Authorize = (header: string | undefined, routeScopes: readonly string[]) => Promise<Authorization>

/**
 * Makes the check that an HTTP API's JWT authorizer does: signature (RSA only), issuer, audience or client id, the
 * times, and that the token has at least one of the route's scopes.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html
 */
export function createAuthorizer(settings: AuthorizerSettings): Authorize {
  const keys = createLocalJWKSet(settings.jwks())
  return async (header, routeScopes) => {
    const token = header?.replace(/^Bearer\s+/i, '').trim()
    if (token === undefined || token === '') return { kind: 'unauthorized', because: 'there is no token' }
    let payload: JWTPayload
    try {
      const verified = await jwtVerify(token, keys, {
        issuer: settings.issuer,
        algorithms: ['RS256', 'RS384', 'RS512'],
        requiredClaims: ['exp'],
        currentDate: new Date(settings.clock.now()),
      })
      payload = verified.payload
    } catch (error) {
      if (error instanceof errors.JOSEError) return { kind: 'unauthorized', because: error.message }
      throw error
    }
    if (settings.audience.length > 0 && !audiencesOf(payload).some((one) => settings.audience.includes(one))) {
      return { kind: 'unauthorized', because: 'the token is for another audience' }
    }
    const scopes = scopesOf(payload)
    if (routeScopes.length > 0 && !routeScopes.some((scope) => scopes.includes(scope))) {
      return { kind: 'forbidden', because: `the token has none of the scopes ${routeScopes.join(', ')}` }
    }
    return { kind: 'authorized', claims: claimsOf(payload), scopes: routeScopes.length > 0 ? scopes : null }
  }
}

/** `client_id` counts only where there is no `aud`. */
function audiencesOf(payload: JWTPayload): readonly string[] {
  if (payload.aud !== undefined) return [payload.aud].flat()
  return typeof payload.client_id === 'string' ? [payload.client_id] : []
}

function scopesOf(payload: JWTPayload): string[] {
  const scope = payload.scope ?? payload.scp
  if (Array.isArray(scope)) return scope.filter((one) => typeof one === 'string')
  return typeof scope === 'string' ? scope.split(' ').filter((one) => one !== '') : []
}

/** API Gateway hands every claim on as a text; a list becomes `[one two]`. */
function claimsOf(payload: JWTPayload): Readonly<Record<string, string>> {
  const asText = (value: unknown): string => {
    if (typeof value === 'string') return value
    if (Array.isArray(value)) return `[${value.map(asText).join(' ')}]`
    return JSON.stringify(value)
  }
  return Object.fromEntries(
    Object.entries(payload).flatMap(([name, value]) => (value === undefined ? [] : [[name, asText(value)]])),
  )
}
