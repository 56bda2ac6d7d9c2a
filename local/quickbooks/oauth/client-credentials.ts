import type { App, Apps } from '../apps.ts'

function credentials(header: string | undefined): { readonly clientId: string; readonly secret: string } | undefined {
  const encoded = /^basic +(\S+)$/i.exec(header ?? '')?.[1]
  if (encoded === undefined) return undefined
  const decoded = Buffer.from(encoded, 'base64').toString('utf8')
  const colon = decoded.indexOf(':')
  return colon < 0 ? undefined : { clientId: decoded.slice(0, colon), secret: decoded.slice(colon + 1) }
}

function inForm(form: URLSearchParams | undefined): ReturnType<typeof credentials> {
  const clientId = form?.get('client_id')
  const secret = form?.get('client_secret')
  return clientId && secret ? { clientId, secret } : undefined
}

/** The client id in an `Authorization: Basic` header, proved or not. */
export function claimedClientId(header: string | undefined): string | undefined {
  return credentials(header)?.clientId
}

/**
 * The app that authenticates with `Authorization: Basic base64(id:secret)`, or, where there is no such header, with
 * `client_id` and `client_secret` in the form (`client_secret_post`); undefined where they are missing, broken, or do not
 * fit (Intuit answers `invalid_client` to all three).
 */
export function authenticatedApp(header: string | undefined, apps: Apps, form?: URLSearchParams): App | undefined {
  const given = header === undefined ? inForm(form) : credentials(header)
  if (given === undefined) return undefined
  const app = apps.find(given.clientId)
  return app?.clientSecret === given.secret ? app : undefined
}
