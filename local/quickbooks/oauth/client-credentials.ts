import type { App, Apps } from '../apps.ts'

/**
 * The app that authenticates with `Authorization: Basic base64(id:secret)`, or undefined where the header is
 * missing, broken, or does not fit (Intuit answers `invalid_client` to all three).
 */
export function authenticatedApp(header: string | undefined, apps: Apps): App | undefined {
  const encoded = /^basic +(\S+)$/i.exec(header ?? '')?.[1]
  if (encoded === undefined) return undefined
  const decoded = Buffer.from(encoded, 'base64').toString('utf8')
  const colon = decoded.indexOf(':')
  if (colon < 0) return undefined
  const app = apps.find(decoded.slice(0, colon))
  return app !== undefined && app.clientSecret === decoded.slice(colon + 1) ? app : undefined
}
