import type { App, Apps } from '../apps.ts'

function credentials(header: string | undefined): { readonly clientId: string; readonly secret: string } | undefined {
  const encoded = /^basic +(\S+)$/i.exec(header ?? '')?.[1]
  if (encoded === undefined) return undefined
  const decoded = Buffer.from(encoded, 'base64').toString('utf8')
  const colon = decoded.indexOf(':')
  return colon < 0 ? undefined : { clientId: decoded.slice(0, colon), secret: decoded.slice(colon + 1) }
}

/** The client id in an `Authorization: Basic` header, proved or not. */
export function claimedClientId(header: string | undefined): string | undefined {
  return credentials(header)?.clientId
}

/**
 * The app that authenticates with `Authorization: Basic base64(id:secret)`, or undefined where the header is
 * missing, broken, or does not fit (Intuit answers `invalid_client` to all three).
 */
export function authenticatedApp(header: string | undefined, apps: Apps): App | undefined {
  const given = credentials(header)
  if (given === undefined) return undefined
  const app = apps.find(given.clientId)
  return app?.clientSecret === given.secret ? app : undefined
}
