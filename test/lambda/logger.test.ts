import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Failure } from '#core/errors'
import { faultDetails } from '#lambda/faults'
import { createLog, createLogger, REDACTED } from '#lambda/logger'
import { Misconfigured } from '#lambda/misconfigured'

/** What reaches the log, line by line. */
const lines: string[] = []

beforeEach(() => {
  // Powertools writes through a console of its own unless it is in development.
  vi.stubEnv('POWERTOOLS_DEV', 'true')
  lines.length = 0
  for (const level of ['info', 'warn', 'error'] as const) {
    vi.spyOn(console, level).mockImplementation((line) => void lines.push(String(line)))
  }
})

afterEach(() => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
})

const written = (): Record<string, unknown> => JSON.parse(lines.at(-1) ?? 'null')

describe('the log', () => {
  it('writes an event with its details as one JSON object', () => {
    createLog(createLogger()).info('runFinished', { workspace: 'acme', runId: '01K', rows: 40 })
    expect(written()).toMatchObject({
      level: 'INFO',
      message: 'runFinished',
      details: { workspace: 'acme', runId: '01K', rows: 40 },
    })
  })

  it.each([
    'accessToken',
    'refresh_token',
    'clientSecret',
    'Authorization',
    'email',
    'displayName',
    'billAddress',
    'phone',
    'notes',
    'search',
    'raw',
    'intuit-signature',
    'set-cookie',
  ])('redacts what stands under %s, at any depth', (key) => {
    createLog(createLogger()).warn('seen', { [key]: 'Ada', list: [{ inner: { [key]: { deep: 'Ada' } } }], kept: 1 })
    expect(written().details).toEqual({ [key]: REDACTED, list: [{ inner: { [key]: REDACTED } }], kept: 1 })
    expect(lines.join()).not.toContain('Ada')
  })

  it('redacts tokens and e-mail addresses wherever they stand in a text', () => {
    const secrets = fc.constantFrom(
      'Bearer abc.def-ghi',
      'Basic aWQ6c2VjcmV0',
      'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl',
      'AB11701391072830abcdefghijklmnopqrstuv',
      'RT1-47-H0-1772000000abcdefghijkl',
      'ada.lovelace@example.com',
    )
    fc.assert(
      fc.property(secrets, fc.constantFrom('', 'because of ', '('), (secret, before) => {
        createLog(createLogger()).error(`failed ${before}${secret}`, { reason: `${before}${secret}` })
        expect(lines.at(-1)).toContain(REDACTED)
        expect(lines.at(-1)).not.toContain(secret)
      }),
    )
  })

  it('tells of an error its class, code and place, and never its message', () => {
    const error = Object.assign(new TypeError('customer Ada Lovelace is not valid'), {
      code: 'ERR_BAD_REQUEST',
      config: { headers: { Authorization: 'Bearer abc' } },
      cause: new Error('Ada again'),
    })
    createLogger().error('failed', error)
    createLog(createLogger()).error('failed', faultDetails(error))
    expect(lines).toHaveLength(2)
    expect(lines.join()).not.toMatch(/Ada|abc/)
    expect(written().details).toMatchObject({
      fault: 'TypeError',
      code: 'ERR_BAD_REQUEST',
      cause: { fault: 'Error' },
      frames: expect.arrayContaining([expect.stringContaining('logger.test.ts')]),
    })
  })

  it('tells of something that is not set up what it is, since nothing else would', () => {
    const details = faultDetails(new Misconfigured('The secret is not filled in.'))
    expect(details).toMatchObject({ fault: 'Misconfigured', missing: 'The secret is not filled in.' })
  })

  it('tells of a failure which problem it was', () => {
    expect(faultDetails(new Failure({ kind: 'notConnected' }))).toMatchObject({
      fault: 'Failure',
      problem: 'notConnected',
    })
  })

  it('survives that something other than an error is thrown', () => {
    expect(faultDetails('sekret')).toEqual({ fault: 'string' })
    expect(faultDetails(undefined)).toEqual({ fault: 'undefined' })
  })
})
