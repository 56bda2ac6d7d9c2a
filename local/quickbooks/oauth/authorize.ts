import type { App, Apps } from '../apps.ts'
import { KNOWN_SCOPES } from './scopes.ts'

/** What the app asks for, once every parameter has been found in order. */
export type AuthorizeRequest = {
  readonly app: App
  readonly redirectUri: string
  readonly scopes: readonly string[]
  readonly state: string
}

export type AuthorizeOutcome =
  | { readonly kind: 'consent'; readonly request: AuthorizeRequest }
  /** Intuit's own error page: the app is not to be trusted with a redirect. */
  | { readonly kind: 'page'; readonly appName: string; readonly reason: string }
  /** Back to the app, with `error` and `state`. */
  | { readonly kind: 'redirect'; readonly location: string }

/** The app's callback with these parameters; the redirect URI has no query of its own. */
export function callbackLocation(redirectUri: string, params: Readonly<Record<string, string>>): string {
  return `${redirectUri}?${new URLSearchParams(params)}`
}

/**
 * Judges the query of `GET /connect/oauth2` in Intuit's order: what makes the redirect itself unsafe gets a page,
 * what is wrong beyond it goes back to the app (Set up OAuth 2.0, "Create an authorization request").
 */
export function judgeAuthorize(query: URLSearchParams, apps: Apps): AuthorizeOutcome {
  const clientId = query.get('client_id') ?? ''
  const app = apps.find(clientId)
  const page = (reason: string): AuthorizeOutcome => ({ kind: 'page', appName: app?.name ?? 'the app', reason })
  if (clientId === '') return page('The client_id query parameter is missing.')
  if (app === undefined)
    return page("The client_id query parameter value is invalid. Make sure it matches your app's keys.")
  const redirectUri = query.get('redirect_uri') ?? ''
  if (redirectUri === '') return page('The redirect_uri query parameter is missing.')
  if (redirectUri.includes('?')) {
    return page('The redirect_uri query parameter value is invalid. It must not have query parameters of its own.')
  }
  if (!app.redirectUris.includes(redirectUri)) {
    return page(
      "The redirect_uri query parameter value is invalid. Make sure it is listed in the Redirect URIs section on your app's keys tab and matches it exactly.",
    )
  }
  const responseType = query.get('response_type') ?? ''
  if (responseType === '') return page('The response_type query parameter is missing.')
  if (responseType !== 'code') return page('The response_type query parameter value is invalid. It must be "code".')
  const state = query.get('state') ?? ''
  if (state === '') return page('The state query parameter is missing.')
  const scopes = (query.get('scope') ?? '').split(' ').filter((scope) => scope !== '')
  if (scopes.length === 0) return page('The scope query parameter is missing.')
  if (!scopes.every((scope) => KNOWN_SCOPES.has(scope))) {
    return { kind: 'redirect', location: callbackLocation(redirectUri, { error: 'invalid_scope', state }) }
  }
  return { kind: 'consent', request: { app, redirectUri, scopes: [...new Set(scopes)], state } }
}
