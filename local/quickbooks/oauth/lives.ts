import type { Switches } from '../switches.ts'

/** A code is good for one exchange within five minutes, in milliseconds. */
export const CODE_LIFE = 5 * 60_000
/** Seconds that an access token lives. */
export const ACCESS_TOKEN_SECONDS = 3600
/** The first refresh after a value has been out this long (milliseconds) returns a new value. */
export const ROTATION_AFTER = 24 * 3_600_000
/** Seconds from consent after which no refresh helps (Intuit's blog of 2025-11-12: five years). */
export const HARD_LIFE_SECONDS = 5 * 365 * 86_400

/**
 * Seconds that the value of a refresh token lives from its issue. A refresh that gives the same value back does not renew
 * it: recorded on 2023-01-10 as `x_refresh_token_expires_in: 8726071`, 329 s after the first answer.
 */
export function refreshTokenSeconds(switches: Switches): number {
  return { '101-days': 8_726_400, '100-days': 8_640_000 }[switches.get('refresh-token-life')]
}

/** Milliseconds for which a value that was rotated away still works. */
export function oldRefreshTokenGrace(switches: Switches): number {
  return { 'dies-at-once': 0, '60-seconds-grace': 60_000, '24-hours-grace': 86_400_000 }[
    switches.get('old-refresh-token')
  ]
}

/** Milliseconds for which a refresh whose answer takes `latency` to leave counts as under way. */
export function refreshUnderWay(switches: Switches, latency: number): number {
  return { 'while-answering': latency, 'within-a-second': Math.max(latency, 1000), never: 0 }[
    switches.get('concurrent-refresh')
  ]
}
