/**
 * Says why Intuit's portal would not take this redirect URI, or undefined if it would.
 * Sandbox keys may use `http://localhost`; production keys need https and a name instead of an IP address.
 * A URI with a query or fragment of its own is refused for both (Set up OAuth 2.0, "Add redirect URIs").
 */
export function redirectUriRefusal(uri: string, environment: 'sandbox' | 'production'): string | undefined {
  if (!URL.canParse(uri)) return `"${uri}" is not a URL.`
  if (uri.includes('?')) return `"${uri}" has query parameters of its own.`
  if (uri.includes('#')) return `"${uri}" has a fragment.`
  const url = new URL(uri)
  if (environment === 'sandbox') {
    const isLoopback = url.hostname === 'localhost' || url.hostname === '127.0.0.1'
    if (url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback)) return undefined
    return `"${uri}" must be https, or http on localhost.`
  }
  if (url.protocol !== 'https:') return `"${uri}" must be https with production keys.`
  if (/^(\d+\.){3}\d+$|^\[/.test(url.hostname)) return `"${uri}" must not be an IP address with production keys.`
  return undefined
}
