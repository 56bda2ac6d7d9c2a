import type { Apps } from '../apps.ts'
import type { RoutedRequest, SimulatorResponse } from '../http.ts'
import { bodyText, jsonResponse } from '../http.ts'
import type { Switches } from '../switches.ts'
import { authenticatedApp } from './client-credentials.ts'
import type { Grants, Tokens } from './grants.ts'
import type { Openid } from './openid.ts'

/** As recorded. */
const HEADERS = { 'content-type': 'application/json;charset=utf-8', 'cache-control': 'no-cache, no-store' }

export type TokenEndpointParts = {
  readonly apps: Apps
  readonly grants: Grants
  readonly openid: Openid
  readonly now: () => number
  /** Milliseconds that an answer takes to leave; a refresh is under way that long. */
  readonly latency: () => number
  readonly switches: Switches
}

async function tokensBody(tokens: Tokens, openid: Openid, now: number, withHardExpiry: boolean): Promise<unknown> {
  const { grant } = tokens
  return {
    token_type: 'bearer',
    access_token: tokens.accessToken,
    refresh_token: grant.refreshToken,
    expires_in: tokens.expiresIn,
    x_refresh_token_expires_in: tokens.refreshExpiresIn,
    ...(withHardExpiry ? { x_refresh_token_hard_expires_in: tokens.hardExpiresIn } : {}),
    ...(grant.scopes.includes('openid') ? { id_token: await openid.idToken(grant, now) } : {}),
  }
}

/**
 * `POST /oauth2/v1/tokens/bearer`: exchanges a code, or refreshes. Form-encoded; client id and secret by Basic
 * authentication or in the body, as Intuit's discovery document lists.
 * `realmId` is never in the answer. Errors are OAuth's own (`invalid_client`, `invalid_grant`…), not a Fault.
 */
export function createTokenEndpoint(parts: TokenEndpointParts): (request: RoutedRequest) => Promise<SimulatorResponse> {
  const refuse = (error: string, status = 400): SimulatorResponse => jsonResponse(status, { error }, HEADERS)
  const invalidGrant = (): SimulatorResponse =>
    parts.switches.get('invalid-grant-body') === 'bare'
      ? refuse('invalid_grant')
      : jsonResponse(400, { error_description: 'Token invalid', error: 'invalid_grant' }, HEADERS)

  const tokensFor = (clientId: string, form: URLSearchParams, now: number) => {
    const grantType = form.get('grant_type')
    if (grantType === 'authorization_code') {
      return parts.grants.exchangeCode(clientId, form.get('code') ?? '', form.get('redirect_uri') ?? '', now)
    }
    if (grantType === 'refresh_token') {
      return parts.grants.refresh(clientId, form.get('refresh_token') ?? '', now, parts.latency())
    }
    return undefined
  }

  return async (request) => {
    const form = new URLSearchParams(bodyText(request) ?? '')
    const app = authenticatedApp(request.headers.authorization, parts.apps, form)
    if (app === undefined) return refuse('invalid_client', Number(parts.switches.get('invalid-client-status')))
    const grantType = form.get('grant_type') ?? ''
    if (grantType === '') return refuse('invalid_request')
    const required = { authorization_code: 'code', refresh_token: 'refresh_token' }[grantType]
    if (required !== undefined && (form.get(required) ?? '') === '') return refuse('invalid_request')
    const now = parts.now()
    const outcome = tokensFor(app.clientId, form, now)
    if (outcome === undefined) return refuse('unsupported_grant_type')
    if (!outcome.ok) return invalidGrant()
    const withHardExpiry = request.headers['x-include-refresh-token-hard-expires-in'] === 'true'
    return jsonResponse(200, await tokensBody(outcome.tokens, parts.openid, now, withHardExpiry), HEADERS)
  }
}
