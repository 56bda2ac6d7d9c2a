import { Failure, type Problem } from '#core/errors'
import type { TokenSet } from '#core/records'
import type { Clock, Consent } from '#sync/ports'

const DAY_MS = 24 * 3_600_000

/**
 * Intuit's OAuth server as far as it matters here: a code works once, a refresh changes the refresh token when it is
 * a day old, the old one dies at once, and two refreshes with one token at the same time end the grant.
 */
export function scriptedConsent(clock: Clock) {
  const codes = new Set<string>(['code-1'])
  const refreshes: string[] = []
  const revoked: string[] = []
  let made = 0
  let valid: { token: string; bornMs: number } | undefined
  let onItsWay = 0
  let mostAtOnce = 0
  let trouble: Problem | undefined
  let latencyMs = 300

  const access = () => `access-${++made}`
  const tokens = (): TokenSet => {
    const now = clock.now()
    if (valid === undefined) throw new Error('There is no grant.')
    return {
      accessToken: access(),
      refreshToken: valid.token,
      accessExpiresAt: new Date(now + 3_600_000).toISOString(),
      refreshExpiresAt: new Date(now + 100 * DAY_MS).toISOString(),
      hardExpiresAt: new Date(Date.UTC(2030, 0, 1)).toISOString(),
    }
  }
  const grant = (): TokenSet => {
    valid = { token: `refresh-${++made}`, bornMs: clock.now() }
    return tokens()
  }
  const refused = (reason: string) => new Failure({ kind: 'grantRefused', reason })

  const consent: Consent = {
    authorizeUrl: async (state) => `https://intuit.example/connect?state=${encodeURIComponent(state)}`,
    exchange: async (code) => {
      if (trouble !== undefined) throw new Failure(trouble)
      if (!codes.delete(code)) throw refused('The code is not valid.')
      return grant()
    },
    refresh: async (token) => {
      refreshes.push(token)
      onItsWay += 1
      mostAtOnce = Math.max(mostAtOnce, onItsWay)
      try {
        if (onItsWay > 1) valid = undefined
        await clock.sleep(latencyMs)
        if (trouble !== undefined) throw new Failure(trouble)
        if (valid?.token !== token) throw refused('The refresh token is not valid.')
        if (clock.now() - valid.bornMs >= DAY_MS) valid = { token: `refresh-${++made}`, bornMs: clock.now() }
        return tokens()
      } finally {
        onItsWay -= 1
      }
    },
    revoke: async (token) => {
      if (trouble !== undefined) throw new Failure(trouble)
      if (valid?.token !== token) throw refused('The token is not known.')
      valid = undefined
      revoked.push(token)
    },
  }
  return {
    consent,
    refreshes,
    revoked,
    grant,
    unusedCodes: () => [...codes],
    addCode: (code: string) => codes.add(code),
    endGrant: () => {
      valid = undefined
    },
    mostAtOnce: () => mostAtOnce,
    setTrouble: (problem: Problem | undefined) => {
      trouble = problem
    },
    setLatency: (ms: number) => {
      latencyMs = ms
    },
  }
}
