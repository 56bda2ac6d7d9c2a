import type { App } from '../apps.ts'
import type { SimulatorContext } from '../context.ts'
import type { Route, RoutedRequest, SimulatorResponse } from '../http.ts'
import { bodyText, htmlResponse } from '../http.ts'
import { callbackLocation, judgeAuthorize } from './authorize.ts'
import { connectionProblemPage, consentPage, type SelectableCompany } from './consent-page.ts'
import type { Grants } from './grants.ts'
import { needsCompany } from './scopes.ts'

// The consent page must not be framed, so that nobody is made to click "Connect" unseen.
const NOT_FRAMEABLE = {
  'x-frame-options': 'DENY',
  'content-security-policy': "frame-ancestors 'none'",
  'cache-control': 'no-store',
}

const redirect = (location: string): SimulatorResponse => ({
  status: 302,
  headers: { location, 'cache-control': 'no-store' },
  body: '',
})

const problem = (appName: string, reason: string): SimulatorResponse =>
  htmlResponse(400, connectionProblemPage(appName, reason), NOT_FRAMEABLE)

/** The companies that the signed-in person can connect to this app: sandbox keys see sandbox companies only. */
export function selectableCompanies(context: SimulatorContext, app: App): readonly SelectableCompany[] {
  return context.companies.list().filter((company) => company.environment === app.environment)
}

/**
 * `GET /connect/oauth2` shows the consent page. Its form, or a script, posts the same fields with `realmId` and
 * `decision` = `connect`; any other decision is "No thanks".
 */
export function authorizeRoutes(context: SimulatorContext, grants: Grants): readonly Route[] {
  const ask = (request: RoutedRequest): SimulatorResponse => {
    const outcome = judgeAuthorize(request.query, context.apps)
    if (outcome.kind === 'page') return problem(outcome.appName, outcome.reason)
    if (outcome.kind === 'redirect') return redirect(outcome.location)
    const { app, scopes } = outcome.request
    const companies = needsCompany(scopes) ? selectableCompanies(context, app) : []
    return htmlResponse(200, consentPage(outcome.request, companies), NOT_FRAMEABLE)
  }

  const decide = (request: RoutedRequest): SimulatorResponse => {
    const form = new URLSearchParams(bodyText(request) ?? '')
    const outcome = judgeAuthorize(form, context.apps)
    if (outcome.kind === 'page') return problem(outcome.appName, outcome.reason)
    if (outcome.kind === 'redirect') return redirect(outcome.location)
    const { app, redirectUri, scopes, state } = outcome.request
    if (form.get('decision') !== 'connect') {
      return redirect(callbackLocation(redirectUri, { error: 'access_denied', state }))
    }
    const realmId = needsCompany(scopes) ? (form.get('realmId') ?? '') : undefined
    if (realmId !== undefined && !selectableCompanies(context, app).some((company) => company.realmId === realmId)) {
      return problem(app.name, `There is no company "${realmId}" that these keys can connect.`)
    }
    const code = grants.issueCode({ clientId: app.clientId, realmId, scopes }, redirectUri, context.clock.now())
    return redirect(callbackLocation(redirectUri, { code, state, ...(realmId === undefined ? {} : { realmId }) }))
  }

  return [
    { method: 'GET', pattern: '/connect/oauth2', handler: ask },
    { method: 'POST', pattern: '/connect/oauth2', handler: decide },
  ]
}
