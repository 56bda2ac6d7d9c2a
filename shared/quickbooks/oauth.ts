import OAuthClient from 'intuit-oauth'
import * as z from 'zod'
import { Failure } from '#core/errors'
import type { TokenSet } from '#core/records'
import type { Clock, Consent } from '#sync/ports'
import { THROTTLE_REST_MS, unreadable } from './answers.ts'
import { type Answer, exchange, onSimulator } from './transport.ts'

/** What an app is known by at Intuit. */
export type AppCredentials = Readonly<{ clientId: string; clientSecret: string }>

export type ConsentOptions = Readonly<{
  /** Asked for each call, so that a cache decides how soon a new secret is used. */
  credentials: () => Promise<AppCredentials>
  environment: 'sandbox' | 'production'
  /** Exactly as entered at Intuit. */
  redirectUri: string
  /** Replaces every Intuit host, as `http://127.0.0.1:9000`: for the simulator. */
  simulatorUrl?: string | undefined
  /** For each call. Default 30,000 ms. After a timeout, Intuit may still have carried the call out. */
  timeoutMs?: number | undefined
  clock: Pick<Clock, 'now'>
}>

/**
 * Consent, code exchange, refresh and revoke through intuit-oauth (Intuit: "Set up OAuth 2.0"). Beside what the port
 * says, a wrong client id or secret gives quickbooksRefused with code invalid_client, another refusal its own code, and
 * an answer that is neither tokens nor an error quickbooksUnreadable. Revoking a token that is none any more gives grantRefused.
 */
export function createConsent(options: ConsentOptions): Consent {
  const { simulatorUrl, timeoutMs = 30_000, clock } = options
  const refreshing = new Map<string, Promise<TokenSet>>()

  const send = async (use: (client: OAuthClient) => Promise<unknown>): Promise<Answer> => {
    const client = createClient(options, await options.credentials())
    return exchange({ timeoutMs, simulatorUrl, enter: async () => ({}) }, () => use(client))
  }
  const refresh = async (refreshToken: string): Promise<TokenSet> => {
    // Lives are counted from before the call, so that a slow answer never makes a token seem younger than it is.
    const askedAtMs = clock.now()
    const answer = await send((client) => client.refreshUsingToken(refreshToken))
    return tokensIn(answer, askedAtMs, refreshToken)
  }
  return {
    async authorizeUrl(state) {
      const url = createClient(options, await options.credentials()).authorizeUri({
        scope: [OAuthClient.scopes.Accounting],
        state,
      })
      return simulatorUrl === undefined ? url : onSimulator(url, simulatorUrl)
    },
    async exchange(code) {
      // intuit-oauth would send a request without a grant.
      if (code === '') throw new Failure({ kind: 'grantRefused', reason: 'Intuit sent no authorization code.' })
      const askedAtMs = clock.now()
      const answer = await send((client) => client.createToken(`?${new URLSearchParams({ code })}`))
      return tokensIn(answer, askedAtMs, undefined)
    },
    refresh(refreshToken) {
      if (refreshToken === '')
        return Promise.reject(new Failure({ kind: 'grantRefused', reason: 'There is no refresh token.' }))
      // A second call for the same token joins the first: two at once can cost the connection (Intuit: "FAQ").
      const underway = refreshing.get(refreshToken)
      if (underway !== undefined) return underway
      const started = refresh(refreshToken).finally(() => refreshing.delete(refreshToken))
      refreshing.set(refreshToken, started)
      return started
    },
    async revoke(token) {
      const answer = await send((client) => client.revoke({ refresh_token: token }))
      if (isGood(answer)) return
      if (answer.status === 400 && errorIn(answer) === undefined)
        throw new Failure({ kind: 'grantRefused', reason: 'Intuit does not know this token any more.' })
      throw new Failure(refusal(answer))
    },
  }
}

function createClient(
  { environment, redirectUri }: ConsentOptions,
  { clientId, clientSecret }: AppCredentials,
): OAuthClient {
  // One for each call: it keeps the last tokens in itself. `logging` writes tokens to ./logs and stays off.
  const client = new OAuthClient({
    clientId,
    clientSecret,
    environment,
    redirectUri,
    logging: false,
    includeRefreshTokenHardExpiresIn: true,
  })
  // By itself it sends a code or a refresh token up to three times more, which Intuit may take for theft.
  client.shouldRetry = () => false
  return client
}

const seconds = z.coerce.number().positive()

// `x_refresh_token_lifetime_expires_in`, which some samples show, is wrong and never read.
const tokenAnswer = z.looseObject({
  access_token: z.string().min(1),
  refresh_token: z.string().min(1).nullish(),
  expires_in: seconds.catch(3_600),
  x_refresh_token_expires_in: seconds.catch(8_640_000),
  x_refresh_token_hard_expires_in: seconds.nullish().catch(undefined),
})

const errorAnswer = z.looseObject({ error: z.string().min(1), error_description: z.string().nullish() })

/**
 * Once Intuit has given tokens the old ones may be dead, so that lives it does not name are taken as documented (an
 * hour, 100 days) rather than the tokens thrown away. A refresh that names no new token keeps the old (RFC 6749 §6).
 */
function tokensIn(answer: Answer, askedAtMs: number, refreshToken: string | undefined): TokenSet {
  if (!isGood(answer)) throw new Failure(refusal(answer))
  const parsed = tokenAnswer.safeParse(jsonOf(answer.text))
  const next = parsed.data?.refresh_token ?? refreshToken
  if (!parsed.success || next === undefined) throw unreadable('an answer without tokens')
  const after = (life: number) => new Date(askedAtMs + life * 1_000).toISOString()
  const { access_token, expires_in, x_refresh_token_expires_in, x_refresh_token_hard_expires_in: hard } = parsed.data
  return {
    accessToken: access_token,
    refreshToken: next,
    accessExpiresAt: after(expires_in),
    refreshExpiresAt: after(x_refresh_token_expires_in),
    ...(hard != null && { hardExpiresAt: after(hard) }),
  }
}

function refusal(answer: Answer) {
  const { status } = answer
  if (status === 429) return { kind: 'quickbooksThrottled', restMs: THROTTLE_REST_MS } as const
  if (status >= 500 || status === 408)
    return { kind: 'quickbooksDown', reason: `Intuit's OAuth server failed (HTTP ${status}).` } as const
  const error = errorIn(answer)
  if (error?.code === 'invalid_grant')
    return {
      kind: 'grantRefused',
      reason: `Intuit refused the grant: ${error.description || 'invalid_grant'}.`,
    } as const
  // Not quickbooksForbidden: a mistake in the app's own setup must not make every company look disconnected.
  if (error?.code === 'invalid_client' || status === 401 || status === 403)
    return {
      kind: 'quickbooksRefused',
      code: 'invalid_client',
      message: 'Intuit does not accept the client id and secret of this app',
      detail: error?.description ?? '',
    } as const
  if (error === undefined) return unreadable('an answer without tokens').problem
  return {
    kind: 'quickbooksRefused',
    code: error.code,
    message: 'Intuit refused the request for tokens',
    detail: error.description,
  } as const
}

function errorIn(answer: Answer): Readonly<{ code: string; description: string }> | undefined {
  const parsed = errorAnswer.safeParse(jsonOf(answer.text))
  return parsed.success ? { code: parsed.data.error, description: parsed.data.error_description ?? '' } : undefined
}

function isGood({ status }: Answer): boolean {
  return status >= 200 && status < 300
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
