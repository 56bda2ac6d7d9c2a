import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Problem, problemOf } from '#core/errors'
import type { Consent } from '#sync/ports'

/** What can befall one call to the OAuth server. */
export type ConsentTrouble =
  | 'system fault'
  | 'maintenance page'
  | 'page with 200'
  | 'reset'
  | 'response lost'
  | 'cut off'
  | 'no answer'

export type Callback = Readonly<{ code?: string; state?: string; realmId?: string; error?: string }>

/** An OAuth server, a person who is asked for consent, and what befalls calls to it. */
export type ConsentWorld = Readonly<{
  consent: Consent
  /** Gives up after a fraction of a second. */
  impatient: Consent
  /** The same app with another secret. */
  impostor: Consent
  realmId: string
  redirectUri: string
  /** A person opens the page and connects their company, or does not; the answer is what they are sent back with. */
  decide(url: string, decision: 'connect' | 'cancel'): Promise<Callback>
  /** Whether an access token opens the company. */
  opens(accessToken: string): Promise<boolean>
  /** Strikes the next call, once. */
  strike(trouble: ConsentTrouble): void
  /** How often tokens were asked for. */
  tokenCalls(): number
  advance(ms: number): void
  now(): number
  close(): Promise<void>
}>

const DAY_MS = 86_400_000

/** Holds every implementation of the port Consent to the same words. */
export function consentContract(name: string, makeWorld: () => Promise<ConsentWorld>): void {
  describe(`consent (${name})`, () => {
    let world: ConsentWorld
    beforeEach(async () => {
      world = await makeWorld()
    })
    afterEach(() => world.close())

    const codeFor = async (state = 'a-state') => {
      const { code } = await world.decide(await world.consent.authorizeUrl(state), 'connect')
      return code ?? ''
    }
    const connect = async () => world.consent.exchange(await codeFor())

    describe('asking a person', () => {
      it('brings them back with a code, their company and the very state', async () => {
        const state = 'st/a+te=?&%20'
        const callback = await world.decide(await world.consent.authorizeUrl(state), 'connect')
        expect(callback).toEqual({ code: expect.stringMatching(/./), state, realmId: world.realmId })
      })

      it('brings them back without a code when they decline', async () => {
        const callback = await world.decide(await world.consent.authorizeUrl('s'), 'cancel')
        expect(callback).toEqual({ error: 'access_denied', state: 's' })
      })
    })

    describe('exchanging a code', () => {
      it('gives tokens that open the company, with all their ends', async () => {
        const tokens = await connect()
        expect(await world.opens(tokens.accessToken)).toBe(true)
        expect(ms(tokens.accessExpiresAt)).toBe(world.now() + 3_600_000)
        expect(ms(tokens.refreshExpiresAt)).toBeGreaterThanOrEqual(world.now() + 100 * DAY_MS)
        expect(ms(tokens.refreshExpiresAt)).toBeLessThanOrEqual(world.now() + 101 * DAY_MS)
        expect(ms(tokens.hardExpiresAt)).toBeGreaterThan(world.now() + 4 * 365 * DAY_MS)
        expect(ms(tokens.hardExpiresAt)).toBeLessThanOrEqual(world.now() + 5 * 366 * DAY_MS)
      })

      it('refuses a code that was used before', async () => {
        const code = await codeFor()
        await world.consent.exchange(code)
        expect((await problemIn(world.consent.exchange(code))).kind).toBe('grantRefused')
      })

      it.each(['', 'never issued', 'ünknown+&='])('refuses the code %j', async (code) => {
        expect((await problemIn(world.consent.exchange(code))).kind).toBe('grantRefused')
      })

      it('says so when the app is not who it claims to be', async () => {
        const code = await codeFor()
        const problem = { kind: 'quickbooksRefused', code: 'invalid_client' }
        expect(await problemIn(world.impostor.exchange(code))).toMatchObject(problem)
        expect(await problemIn(world.impostor.revoke('any'))).toMatchObject(problem)
        expect(await world.opens((await world.consent.exchange(code)).accessToken)).toBe(true)
      })
    })

    describe('refreshing', () => {
      it('gives an access token that opens the company after the first has ended', async () => {
        const first = await connect()
        world.advance(3_601_000)
        expect(await world.opens(first.accessToken)).toBe(false)
        const second = await world.consent.refresh(first.refreshToken)
        expect(await world.opens(second.accessToken)).toBe(true)
        expect(ms(second.accessExpiresAt)).toBe(world.now() + 3_600_000)
      })

      it('moves the end of the refresh token, and not the five-year one', async () => {
        const first = await connect()
        world.advance(30 * DAY_MS)
        const second = await world.consent.refresh(first.refreshToken)
        expect(ms(second.refreshExpiresAt) - ms(first.refreshExpiresAt)).toBe(30 * DAY_MS)
        expect(second.hardExpiresAt).toBe(first.hardExpiresAt)
      })

      it('goes on with the newest token when Intuit changes it', async () => {
        const first = await connect()
        world.advance(25 * 3_600_000)
        const second = await world.consent.refresh(first.refreshToken)
        expect(second.refreshToken).not.toBe(first.refreshToken)
        world.advance(3_601_000)
        const third = await world.consent.refresh(second.refreshToken)
        expect(await world.opens(third.accessToken)).toBe(true)
      })

      it('asks once when two ask at the same time, so that the connection lives', async () => {
        const first = await connect()
        world.advance(25 * 3_600_000)
        const before = world.tokenCalls()
        const [a, b] = await Promise.all([1, 2].map(() => world.consent.refresh(first.refreshToken)))
        expect(a).toEqual(b)
        expect(world.tokenCalls() - before).toBe(1)
        expect(await world.opens(a?.accessToken ?? '')).toBe(true)
      })

      it('says so when the token has ended', async () => {
        const first = await connect()
        world.advance(102 * DAY_MS)
        expect((await problemIn(world.consent.refresh(first.refreshToken))).kind).toBe('grantRefused')
      })

      it.each(['', 'never issued'])('refuses the token %j', async (token) => {
        expect((await problemIn(world.consent.refresh(token))).kind).toBe('grantRefused')
      })
    })

    describe('revoking', () => {
      it('ends the connection, all of it', async () => {
        const tokens = await connect()
        await world.consent.revoke(tokens.refreshToken)
        expect(await world.opens(tokens.accessToken)).toBe(false)
        expect((await problemIn(world.consent.refresh(tokens.refreshToken))).kind).toBe('grantRefused')
      })

      it('says so when there is nothing to end any more', async () => {
        const tokens = await connect()
        await world.consent.revoke(tokens.refreshToken)
        expect((await problemIn(world.consent.revoke(tokens.refreshToken))).kind).toBe('grantRefused')
        expect((await problemIn(world.consent.revoke('never issued'))).kind).toBe('grantRefused')
      })
    })

    describe('a server in trouble', () => {
      it.each<readonly [ConsentTrouble, Problem['kind']]>([
        ['system fault', 'quickbooksDown'],
        ['maintenance page', 'quickbooksDown'],
        ['page with 200', 'quickbooksUnreadable'],
        ['reset', 'quickbooksDown'],
      ])('that gives %s ends a refresh as %s; nothing was spent, and the next one succeeds', async (trouble, kind) => {
        const tokens = await connect()
        const before = world.tokenCalls()
        world.strike(trouble)
        expect((await problemIn(world.consent.refresh(tokens.refreshToken))).kind).toBe(kind)
        // Never by itself: Intuit may take a token that comes twice for a stolen one.
        expect(world.tokenCalls() - before).toBeLessThanOrEqual(1)
        expect(await world.opens((await world.consent.refresh(tokens.refreshToken)).accessToken)).toBe(true)
      })

      it.each<ConsentTrouble>(['response lost', 'cut off'])(
        'that gives %s does not make it ask again by itself',
        async (trouble) => {
          const code = await codeFor()
          const before = world.tokenCalls()
          world.strike(trouble)
          expect((await problemIn(world.consent.exchange(code))).kind).toBe('quickbooksDown')
          expect(world.tokenCalls() - before).toBe(1)
        },
      )

      it('that does not answer is given up, and asked once', async () => {
        const tokens = await connect()
        const before = world.tokenCalls()
        world.strike('no answer')
        expect((await problemIn(world.impatient.refresh(tokens.refreshToken))).kind).toBe('quickbooksDown')
        expect(world.tokenCalls() - before).toBe(1)
      })

      it('fails a revocation the same way', async () => {
        const tokens = await connect()
        world.strike('maintenance page')
        expect((await problemIn(world.consent.revoke(tokens.refreshToken))).kind).toBe('quickbooksDown')
        expect(await world.opens(tokens.accessToken)).toBe(true)
      })
    })
  })
}

function ms(time: string | undefined): number {
  return Date.parse(time ?? '')
}

async function problemIn(run: Promise<unknown>): Promise<Problem> {
  const thrown = await run.then(
    () => new Error('It succeeded.'),
    (error: unknown) => error,
  )
  const problem = problemOf(thrown)
  if (problem === undefined) throw thrown
  return problem
}
