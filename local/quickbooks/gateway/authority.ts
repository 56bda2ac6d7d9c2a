/** Why an access token does not open a company. */
export type AuthorizeRefusal =
  /** Not the shape of a token. → 401 */
  | 'malformed'
  /** Never issued, or long gone. → 401 */
  | 'unknown'
  /** Older than an hour. → 401 */
  | 'expired'
  /** Its connection was revoked. → 401 */
  | 'revoked'
  /** For another company, or without the accounting scope. → 403 */
  | 'forbidden'

export type Authorization =
  | { readonly ok: true; readonly appId: string }
  | {
      readonly ok: false
      readonly reason: AuthorizeRefusal
      /** What Intuit calls the token inside: `AB0…`. */
      readonly tokenName?: string
    }

/** What the gateway asks OAuth: does this bearer token open this company now? `appId` is the app's client id. */
export interface TokenAuthority {
  authorize(bearer: string, realmId: string, now: number): Authorization
}
