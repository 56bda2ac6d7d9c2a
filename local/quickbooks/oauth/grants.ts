import type { Switches } from '../switches.ts'
import {
  ACCESS_TOKEN_SECONDS,
  CODE_LIFE,
  HARD_LIFE_SECONDS,
  oldRefreshTokenGrace,
  ROTATION_AFTER,
  refreshTokenSeconds,
  refreshUnderWay,
} from './lives.ts'
import { ACCOUNTING_SCOPE } from './scopes.ts'

/** What a person consented to: one app, one company (none for sign-in only), some scopes. */
type Consent = {
  readonly clientId: string
  readonly realmId: string | undefined
  readonly scopes: readonly string[]
}

type Code = Consent & {
  readonly value: string
  readonly redirectUri: string
  readonly issuedAt: number
  readonly grantId: string | undefined
}

type GrantEnd = {
  readonly at: number
  readonly because: 'revoked' | 'disconnected' | 'code used twice' | 'refresh token reused' | 'connected anew'
}

/** A connection between an app and a company, with the tokens that live at present. Times are epoch milliseconds. */
export type Grant = Consent & {
  readonly id: string
  readonly grantedAt: number
  readonly hardExpiresAt: number
  readonly refreshToken: string
  readonly refreshTokenBornAt: number
  readonly refreshExpiresAt: number
  /** The value last refreshed with, and until when that refresh counts as under way. */
  readonly lastRefresh: { readonly value: string; readonly underWayUntil: number } | undefined
  readonly rotatedAway: readonly { readonly value: string; readonly at: number }[]
  readonly end: GrantEnd | undefined
}

type AccessToken = {
  readonly value: string
  readonly grantId: string
  readonly expiresAt: number
  /** What the gateway calls it when it refuses it; absent in states that were kept before there were names. */
  readonly name?: string
}

const NAME_LENGTH = 50

/** Everything that OAuth remembers, as plain JSON. */
export type GrantsSnapshot = {
  readonly codes: readonly Code[]
  readonly grants: readonly Grant[]
  readonly accessTokens: readonly AccessToken[]
}

export type Tokens = {
  readonly grant: Grant
  readonly accessToken: string
  /** Seconds that the access token lives. */
  readonly expiresIn: number
  /** Seconds until the refresh token dies if it is not used. */
  readonly refreshExpiresIn: number
  /** Seconds until the five-year cap ends the grant, whatever is refreshed. */
  readonly hardExpiresIn: number
}

type TokensOr<Reason> = { readonly ok: true; readonly tokens: Tokens } | { readonly ok: false; readonly reason: Reason }

type CodeRefusal = 'unknown code' | 'code of another app' | 'redirect URI differs' | 'code expired' | 'code used twice'
type RefreshRefusal =
  | 'unknown refresh token'
  | 'refresh token of another app'
  | 'refresh token rotated away'
  | 'concurrent refresh'
  | 'refresh token expired'
  | 'five-year cap reached'
  | 'grant ended'

export type BearerCheck =
  | {
      readonly ok: true
      readonly clientId: string
      readonly scopes: readonly string[]
      readonly realmId: string | undefined
    }
  | {
      readonly ok: false
      readonly kind: 'malformed' | 'unknown' | 'expired' | 'revoked' | 'other company' | 'scope missing'
      /** Of a token that was issued. */
      readonly name?: string
    }

export type Grants = {
  readonly issueCode: (consent: Consent, redirectUri: string, now: number) => string
  readonly exchangeCode: (clientId: string, code: string, redirectUri: string, now: number) => TokensOr<CodeRefusal>
  /** `answersAfter`: milliseconds until the answer to this request leaves, for which the refresh is under way. */
  readonly refresh: (clientId: string, value: string, now: number, answersAfter: number) => TokensOr<RefreshRefusal>
  readonly revoke: (clientId: string, token: string, now: number) => boolean
  /** A person disconnects the app on QuickBooks' own Apps page. Returns how many grants ended. */
  readonly disconnect: (clientId: string, realmId: string, now: number) => number
  /** Whether this access token opens this company (undefined: no company, only the token itself). */
  readonly check: (accessToken: string, realmId: string | undefined, now: number) => BearerCheck
  /** Whether the app holds a grant for this company that has not ended. */
  readonly isLive: (clientId: string, realmId: string, now: number) => boolean
  readonly list: () => readonly Grant[]
  readonly snapshot: () => GrantsSnapshot
  readonly restore: (snapshot: GrantsSnapshot) => void
}

/** Draws a string of `length` characters from the seeded source. */
export type DrawText = (length: number) => string

/**
 * Codes, grants and tokens of all apps and companies, in memory.
 * All that happens in time is decided from the `now` that is passed in.
 */
export function createGrants(drawText: DrawText, switches: Switches): Grants {
  const codes = new Map<string, Code>()
  const grants = new Map<string, Grant>()
  const grantByRefreshToken = new Map<string, string>()
  const accessTokens = new Map<string, AccessToken>()

  const put = (grant: Grant): Grant => {
    grants.set(grant.id, grant)
    return grant
  }
  const end = (grant: Grant, because: GrantEnd['because'], now: number): void => {
    if (grant.end === undefined) put({ ...grant, end: { at: now, because } })
  }
  /** Tokens carry their end: recorded are `AB1` and the epoch seconds, 50 characters in all. */
  const drawRefreshToken = (expiresAt: number): string => {
    const end = `AB1${Math.floor(expiresAt / 1000)}`
    return end + drawText(NAME_LENGTH - end.length)
  }

  const issueTokens = (grant: Grant, now: number): Tokens => {
    const accessToken = `eyJhbGciOiJkaXIiLCJlbmMiOiJBMTI4Q0JDLUhTMjU2In0..${drawText(640)}.${drawText(22)}`
    const expiresAt = Math.min(now + ACCESS_TOKEN_SECONDS * 1000, grant.hardExpiresAt)
    const end = `AB0${Math.floor(expiresAt / 1000)}`
    const name = end + drawText(NAME_LENGTH - end.length)
    accessTokens.set(accessToken, { value: accessToken, grantId: grant.id, expiresAt, name })
    return {
      grant,
      accessToken,
      expiresIn: Math.floor((expiresAt - now) / 1000),
      refreshExpiresIn: Math.floor((grant.refreshExpiresAt - now) / 1000),
      hardExpiresIn: Math.floor((grant.hardExpiresAt - now) / 1000),
    }
  }

  const endOfValue = (hardExpiresAt: number, now: number): number =>
    Math.min(now + refreshTokenSeconds(switches) * 1000, hardExpiresAt)

  const forgetOldAccessTokens = (now: number): void => {
    // A day is kept, so that "expired" can be told from "unknown" for as long as any client would ask.
    for (const token of accessTokens.values()) {
      if (token.expiresAt + 86_400_000 > now) return
      accessTokens.delete(token.value)
    }
  }

  const issueCode: Grants['issueCode'] = (consent, redirectUri, now) => {
    const value = `XAB1${drawText(46)}`
    codes.set(value, { ...consent, value, redirectUri, issuedAt: now, grantId: undefined })
    return value
  }

  const exchangeCode: Grants['exchangeCode'] = (clientId, value, redirectUri, now) => {
    const code = codes.get(value)
    if (code === undefined) return { ok: false, reason: 'unknown code' }
    if (code.clientId !== clientId) return { ok: false, reason: 'code of another app' }
    if (code.grantId !== undefined) {
      const grant = grants.get(code.grantId)
      if (grant !== undefined && switches.get('code-reuse') === 'revokes') end(grant, 'code used twice', now)
      return { ok: false, reason: 'code used twice' }
    }
    if (now >= code.issuedAt + CODE_LIFE) return { ok: false, reason: 'code expired' }
    if (code.redirectUri !== redirectUri) return { ok: false, reason: 'redirect URI differs' }
    if (switches.get('reconnect') === 'replaces') {
      for (const other of grants.values()) {
        if (other.clientId === clientId && other.realmId === code.realmId) end(other, 'connected anew', now)
      }
    }
    const hardExpiresAt = now + HARD_LIFE_SECONDS * 1000
    const refreshToken = drawRefreshToken(endOfValue(hardExpiresAt, now))
    const grant = put({
      id: drawText(16),
      clientId,
      realmId: code.realmId,
      scopes: code.scopes,
      grantedAt: now,
      hardExpiresAt,
      refreshToken,
      refreshTokenBornAt: now,
      refreshExpiresAt: endOfValue(hardExpiresAt, now),
      lastRefresh: undefined,
      rotatedAway: [],
      end: undefined,
    })
    grantByRefreshToken.set(refreshToken, grant.id)
    codes.set(value, { ...code, grantId: grant.id })
    return { ok: true, tokens: issueTokens(grant, now) }
  }

  const refreshRefusal = (grant: Grant, clientId: string, value: string, now: number): RefreshRefusal | undefined => {
    if (grant.clientId !== clientId) return 'refresh token of another app'
    if (grant.end !== undefined) return 'grant ended'
    if (now >= grant.hardExpiresAt) return 'five-year cap reached'
    if (now >= grant.refreshExpiresAt) return 'refresh token expired'
    const last = grant.lastRefresh
    if (last !== undefined && last.value === value && now < last.underWayUntil) return 'concurrent refresh'
    if (value === grant.refreshToken) return undefined
    const rotatedAt = grant.rotatedAway.find((old) => old.value === value)?.at ?? 0
    return now < rotatedAt + oldRefreshTokenGrace(switches) ? undefined : 'refresh token rotated away'
  }

  const refresh: Grants['refresh'] = (clientId, value, now, answersAfter) => {
    const grantId = grantByRefreshToken.get(value)
    const grant = grantId === undefined ? undefined : grants.get(grantId)
    if (grant === undefined) return { ok: false, reason: 'unknown refresh token' }
    const refusal = refreshRefusal(grant, clientId, value, now)
    if (refusal !== undefined) {
      const isReuse = refusal === 'concurrent refresh' || refusal === 'refresh token rotated away'
      if (isReuse && switches.get('refresh-token-reuse') === 'revokes') end(grant, 'refresh token reused', now)
      return { ok: false, reason: refusal }
    }
    forgetOldAccessTokens(now)
    const rotates = value === grant.refreshToken && now >= grant.refreshTokenBornAt + ROTATION_AFTER
    const refreshToken = rotates ? drawRefreshToken(endOfValue(grant.hardExpiresAt, now)) : grant.refreshToken
    grantByRefreshToken.set(refreshToken, grant.id)
    const next = put({
      ...grant,
      refreshToken,
      refreshTokenBornAt: rotates ? now : grant.refreshTokenBornAt,
      refreshExpiresAt: rotates ? endOfValue(grant.hardExpiresAt, now) : grant.refreshExpiresAt,
      lastRefresh: { value, underWayUntil: now + refreshUnderWay(switches, answersAfter) },
      rotatedAway: rotates ? [...grant.rotatedAway, { value, at: now }] : grant.rotatedAway,
    })
    return { ok: true, tokens: issueTokens(next, now) }
  }

  const revoke: Grants['revoke'] = (clientId, token, now) => {
    const grantId = accessTokens.get(token)?.grantId ?? grantByRefreshToken.get(token)
    const grant = grantId === undefined ? undefined : grants.get(grantId)
    if (grant === undefined || grant.clientId !== clientId || grant.end !== undefined) return false
    end(grant, 'revoked', now)
    return true
  }

  const disconnect: Grants['disconnect'] = (clientId, realmId, now) => {
    const live = [...grants.values()].filter(
      (grant) => grant.clientId === clientId && grant.realmId === realmId && grant.end === undefined,
    )
    for (const grant of live) end(grant, 'disconnected', now)
    return live.length
  }

  const check: Grants['check'] = (value, realmId, now) => {
    if (value.length < 40 || value.length > 4096) return { ok: false, kind: 'malformed' }
    const token = accessTokens.get(value)
    const grant = token === undefined ? undefined : grants.get(token.grantId)
    if (token === undefined || grant === undefined) return { ok: false, kind: 'unknown' }
    const named = token.name === undefined ? {} : { name: token.name }
    if (now >= token.expiresAt) return { ok: false, kind: 'expired', ...named }
    if (grant.end !== undefined) return { ok: false, kind: 'revoked', ...named }
    if (realmId !== undefined && grant.realmId !== realmId) return { ok: false, kind: 'other company' }
    if (realmId !== undefined && !grant.scopes.includes(ACCOUNTING_SCOPE)) return { ok: false, kind: 'scope missing' }
    return { ok: true, clientId: grant.clientId, scopes: grant.scopes, realmId: grant.realmId }
  }

  const isLive: Grants['isLive'] = (clientId, realmId, now) =>
    [...grants.values()].some(
      (grant) =>
        grant.clientId === clientId &&
        grant.realmId === realmId &&
        grant.end === undefined &&
        now < grant.refreshExpiresAt,
    )

  const snapshot: Grants['snapshot'] = () => ({
    codes: [...codes.values()],
    grants: [...grants.values()],
    accessTokens: [...accessTokens.values()],
  })

  const restore: Grants['restore'] = (from) => {
    for (const map of [codes, grants, grantByRefreshToken, accessTokens]) map.clear()
    for (const code of from.codes) codes.set(code.value, code)
    for (const token of from.accessTokens) accessTokens.set(token.value, token)
    for (const grant of from.grants) {
      grants.set(grant.id, grant)
      for (const old of grant.rotatedAway) grantByRefreshToken.set(old.value, grant.id)
      grantByRefreshToken.set(grant.refreshToken, grant.id)
    }
  }

  return {
    issueCode,
    exchangeCode,
    refresh,
    revoke,
    disconnect,
    check,
    isLive,
    list: () => [...grants.values()],
    snapshot,
    restore,
  }
}
