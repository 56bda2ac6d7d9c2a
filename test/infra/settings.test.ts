import { describe, expect, it } from 'vitest'
import { settingsFromContext } from '../../infra/settings.ts'

function settingsFor(context: Readonly<Record<string, unknown>>) {
  return settingsFromContext((key) => context[key])
}

describe('the settings', () => {
  it('are those of dev, against the sandbox, when the context says nothing', () => {
    expect(settingsFor({})).toMatchObject({ stage: 'dev', intuitEnvironment: 'sandbox', logRetentionDays: 30 })
  })

  it('turn to real companies and keep logs for a year in prod', () => {
    expect(settingsFor({ stage: 'prod', alarmEmail: 'on-call@example.com' })).toMatchObject({
      intuitEnvironment: 'production',
      logRetentionDays: 365,
      keepLogs: true,
    })
  })

  it('work at few companies at once in dev, as a new account has ten of everything, and keep nothing free there', () => {
    expect(settingsFor({})).toMatchObject({ companiesAtOnce: 5, webhookConcurrency: undefined, warmWrites: undefined })
    expect(settingsFor({ companiesAtOnce: '40', webhookConcurrency: '20', warmWrites: '10000' })).toMatchObject({
      companiesAtOnce: 40,
      webhookConcurrency: 20,
      warmWrites: 10_000,
    })
  })

  it('take any OpenID Connect issuer with its audience', () => {
    const settings = settingsFor({ issuer: 'https://login.example.com/', audience: 'tandem' })
    expect(settings.issuer).toEqual({ url: 'https://login.example.com/', audience: 'tandem' })
  })

  it.each([
    ['prod with nobody to tell', { stage: 'prod' }, /alarmEmail/],
    ['fewer companies at once than Lambda takes', { companiesAtOnce: '1' }, /companiesAtOnce/],
    ['a number that is none', { webhookConcurrency: 'some' }, /webhookConcurrency/],
    ['a table that is colder than a new one', { warmReads: '10' }, /warmReads/],
    ['an unknown stage', { stage: 'staging' }, /stage/],
    ['an issuer without its audience', { issuer: 'https://login.example.com' }, /issuer and audience together/],
    ['an issuer that anyone could answer for', { issuer: 'http://login.example.com', audience: 'a' }, /issuer/],
    ['an e-mail address that is none', { alarmEmail: 'nobody' }, /alarmEmail/],
    ['a console that is no origin', { consoleOrigin: 'everywhere' }, /consoleOrigin/],
    ['an environment that Intuit does not have', { intuitEnvironment: 'staging' }, /intuitEnvironment/],
  ])('refuse %s, by its name', (_, context, reason) => {
    expect(() => settingsFor(context)).toThrow(reason)
  })
})
