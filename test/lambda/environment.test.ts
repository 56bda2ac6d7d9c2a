import { describe, expect, it } from 'vitest'
import { readEnvironment } from '#lambda/environment'

describe('the environment', () => {
  it('answers with what was asked for and nothing else', () => {
    const source = { TABLE_NAME: 'tandem', STAGE: 'dev', HOME: '/root' }
    expect(readEnvironment(['TABLE_NAME', 'STAGE'], source)).toEqual({ TABLE_NAME: 'tandem', STAGE: 'dev' })
  })

  it('names every variable that is missing or wrong, but never a value', () => {
    const source = { PULL_QUEUE_URL: 'sekret', INTUIT_ENVIRONMENT: 'live', TABLE_NAME: '' }
    const names = ['TABLE_NAME', 'DATA_KEY_ARN', 'PULL_QUEUE_URL', 'INTUIT_ENVIRONMENT'] as const
    expect(() => readEnvironment(names, source)).toThrow(
      'The environment of this function is not complete: TABLE_NAME is empty; DATA_KEY_ARN is missing; PULL_QUEUE_URL is not an http(s) address; INTUIT_ENVIRONMENT has to be sandbox or production.',
    )
  })

  it('does without the simulator’s address', () => {
    expect(readEnvironment(['INTUIT_SIMULATOR_URL'], {})).toEqual({ INTUIT_SIMULATOR_URL: undefined })
  })
})
