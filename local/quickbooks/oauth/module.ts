import type { SimulatorContext } from '../context.ts'
import type { Authorization, TokenAuthority } from '../gateway/authority.ts'
import { drawTid, edgeHeaders } from '../gateway/edge-headers.ts'
import {
  bodyText,
  type Handler,
  jsonResponse,
  type Route,
  type RoutedRequest,
  type SimulatorResponse,
} from '../http.ts'
import type { Module } from '../module.ts'
import type { Switches } from '../switches.ts'
import { authorizeRoutes, selectableCompanies } from './authorize-routes.ts'
import { claimedClientId } from './client-credentials.ts'
import { DISCOVERY_PATHS, discoveryDocument } from './discovery.ts'
import { type BearerCheck, createGrants, type Grant, type GrantsSnapshot, type Tokens } from './grants.ts'
import { createOpenid, userInfo } from './openid.ts'
import { createRevokeEndpoint } from './revoke-endpoint.ts'
import { ACCOUNTING_SCOPE } from './scopes.ts'
import { createTokenEndpoint } from './token-endpoint.ts'

/** Intuit's OAuth server: its routes, the gateway's authority over tokens, and its memory. */
export interface OauthModule extends Module, TokenAuthority {
  /**
   * What the consent page and the code exchange would have given, in one step, for tests and scripts.
   * Scope: accounting. Throws if there is no such app, or no such company for its keys.
   */
  grant(clientId: string, realmId: string): Tokens
  /** Every grant ever made, with why it ended. Holds tokens: not for a log. */
  grants(): readonly Grant[]
  /** Whether the app holds a living grant for the company: who has none gets no webhooks. */
  isConnected(clientId: string, realmId: string): boolean
  /** A person disconnects the app on QuickBooks' Apps page. Returns how many grants ended. */
  disconnect(clientId: string, realmId: string): number
  /** All that OAuth remembers, as JSON, so that tokens live through a restart. */
  snapshot(): GrantsSnapshot
  restore(snapshot: GrantsSnapshot): void
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'

const tokenNameOf = ({ name }: { readonly name?: string }): { readonly tokenName?: string } =>
  name === undefined ? {} : { tokenName: name }

function toAuthorization(check: BearerCheck, switches: Switches): Authorization {
  if (check.ok) return { ok: true, appId: check.clientId }
  switch (check.kind) {
    case 'malformed':
    case 'unknown':
    case 'expired':
      return { ok: false, reason: check.kind, ...tokenNameOf(check) }
    case 'revoked': {
      const reason = switches.get('revoked-token') === '401' ? 'revoked' : 'forbidden'
      return { ok: false, reason, ...tokenNameOf(check) }
    }
    case 'other company':
    case 'scope missing':
      return { ok: false, reason: 'forbidden' }
  }
}

/** The app that a call names, and the OAuth error that it was answered, for the log. */
function named(context: SimulatorContext, request: RoutedRequest, response: SimulatorResponse) {
  const form = new URLSearchParams(bodyText(request) ?? '')
  const clientId =
    claimedClientId(request.headers.authorization) ??
    form.get('client_id') ??
    request.query.get('client_id') ??
    undefined
  const error = response.status < 400 ? undefined : /^\{.*"error":"(\w+)"\}$/.exec(response.body)?.[1]
  return {
    ...(clientId !== undefined && context.apps.find(clientId) !== undefined ? { clientId } : {}),
    ...(error === undefined ? {} : { error }),
  }
}

/** Adds Intuit's trace id to every answer of these routes, and puts each call into the log without its parameters. */
function logged(context: SimulatorContext, route: Route): Route {
  const random = context.random.fork(`oauth ${route.method} ${route.pattern}`)
  const handler: Handler = async (request) => {
    const response = await route.handler(request)
    const intuitTid = drawTid(random, context.clock.now())
    const { fixedMs } = context.gateway.settings.latency
    context.calls.record({
      at: context.clock.now(),
      method: request.method,
      path: request.pathname,
      kind: 'oauth',
      status: response.status,
      intuitTid,
      meteredReads: 0,
      rows: 0,
      latencyMs: fixedMs,
      ...named(context, request, response),
    })
    return { ...response, headers: { ...response.headers, ...edgeHeaders(intuitTid, fixedMs) } }
  }
  return { ...route, handler }
}

/** Builds the OAuth server. Time and chance come from the context alone, save for the key that signs id_tokens. */
export function createOauthModule(context: SimulatorContext): OauthModule {
  const { apps, clock, switches } = context
  const random = context.random.fork('oauth')
  const drawText = (length: number): string => {
    let text = ''
    for (let i = 0; i < length; i++) text += ALPHABET[random.integer(ALPHABET.length)]
    return text
  }
  const grants = createGrants(drawText, switches)
  const openid = createOpenid()

  const discover = (request: RoutedRequest): SimulatorResponse =>
    jsonResponse(200, discoveryDocument(`http://${request.headers.host ?? 'localhost'}`))

  const tellWho = (request: RoutedRequest): SimulatorResponse => {
    const token = /^bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? ''
    const check = grants.check(token, undefined, clock.now())
    if (check.ok && check.scopes.includes('openid')) return jsonResponse(200, userInfo(check.scopes))
    const challenge = { 'www-authenticate': 'Bearer realm="Intuit", error="invalid_token"' }
    return jsonResponse(401, { error: 'invalid_token' }, challenge)
  }

  const exchange = createTokenEndpoint({
    apps,
    grants,
    openid,
    now: clock.now,
    // The frame adds the latency when the handler is through, so a refresh is under way that much longer.
    latency: () => context.gateway.settings.latency.fixedMs,
    switches,
  })

  const routes: readonly Route[] = [
    ...DISCOVERY_PATHS.map((pattern): Route => ({ method: 'GET', pattern, handler: discover })),
    ...authorizeRoutes(context, grants),
    { method: 'POST', pattern: '/oauth2/v1/tokens/bearer', handler: exchange },
    {
      method: 'POST',
      pattern: '/v2/oauth2/tokens/revoke',
      handler: createRevokeEndpoint(apps, grants, clock.now, switches),
    },
    { method: 'GET', pattern: '/op/v1/jwks', handler: async () => jsonResponse(200, await openid.jwks()) },
    { method: 'GET', pattern: '/v1/openid_connect/userinfo', handler: tellWho },
  ]

  return {
    routes: routes.map((route) => logged(context, route)),
    authorize: (bearer, realmId, now) => toAuthorization(grants.check(bearer, realmId, now), switches),
    grant(clientId, realmId) {
      const app = apps.find(clientId)
      if (app === undefined) throw new Error(`There is no app with client id "${clientId}".`)
      if (!selectableCompanies(context, app).some((company) => company.realmId === realmId)) {
        throw new Error(`There is no ${app.environment} company "${realmId}" for this app to connect.`)
      }
      const now = clock.now()
      const redirectUri = app.redirectUris[0] ?? ''
      const code = grants.issueCode({ clientId, realmId, scopes: [ACCOUNTING_SCOPE] }, redirectUri, now)
      const outcome = grants.exchangeCode(clientId, code, redirectUri, now)
      if (!outcome.ok) throw new Error(`The grant was refused: ${outcome.reason}.`)
      return outcome.tokens
    },
    grants: grants.list,
    isConnected: (clientId, realmId) => grants.isLive(clientId, realmId, clock.now()),
    disconnect: (clientId, realmId) => grants.disconnect(clientId, realmId, clock.now()),
    snapshot: grants.snapshot,
    restore: grants.restore,
  }
}
