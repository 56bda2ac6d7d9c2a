import type { Apps } from '../apps.ts'
import type { RoutedRequest, SimulatorResponse } from '../http.ts'
import { bodyText, jsonResponse } from '../http.ts'
import type { Switches } from '../switches.ts'
import { authenticatedApp } from './client-credentials.ts'
import type { Grants } from './grants.ts'

function tokenOf(request: RoutedRequest): string | undefined {
  const text = bodyText(request) ?? ''
  if (/json/i.test(request.headers['content-type'] ?? '')) {
    try {
      const parsed: unknown = JSON.parse(text)
      if (typeof parsed !== 'object' || parsed === null || !('token' in parsed)) return undefined
      return typeof parsed.token === 'string' ? parsed.token : undefined
    } catch {
      return undefined
    }
  }
  // node-quickbooks sends a form, and that is taken too.
  return new URLSearchParams(text).get('token') ?? undefined
}

/**
 * `POST /v2/oauth2/tokens/revoke` with `{"token": "<access or refresh>"}` and Basic authentication: ends the whole
 * connection. 200 with an empty body, or 400 with an empty body for a token that is not (or no longer) this app's.
 */
export function createRevokeEndpoint(
  apps: Apps,
  grants: Grants,
  now: () => number,
  switches: Switches,
): (request: RoutedRequest) => SimulatorResponse {
  return (request) => {
    const app = authenticatedApp(request.headers.authorization, apps)
    if (app === undefined)
      return jsonResponse(Number(switches.get('invalid-client-status')), { error: 'invalid_client' })
    const token = tokenOf(request)
    const isRevoked = token !== undefined && grants.revoke(app.clientId, token, now())
    return { status: isRevoked ? 200 : 400, headers: {}, body: '' }
  }
}
