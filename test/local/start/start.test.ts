import { existsSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { deleteFolder, readRunning, takeFolder } from '../../../local/cloud/process/data-folder.ts'
import { fillInConsent } from '../../../local/start/consent.ts'
import { readStartSettings } from '../../../local/start/settings.ts'
import { textTable } from '../../../local/start/text-table.ts'

describe('the settings of npm start', () => {
  it('have the simulator and the usual ports where nothing is said', () => {
    expect(readStartSettings([], {})).toMatchObject({
      port: 3000,
      simulatorPort: 9000,
      fresh: false,
      intuit: undefined,
    })
  })

  it("have Intuit's sandbox where all three variables are set", () => {
    const environment = { INTUIT_CLIENT_ID: 'id', INTUIT_CLIENT_SECRET: 'secret', INTUIT_ENVIRONMENT: 'sandbox' }
    expect(readStartSettings([], environment).intuit).toEqual({
      clientId: 'id',
      clientSecret: 'secret',
      verifierTokens: [],
    })
    expect(readStartSettings([], { ...environment, INTUIT_VERIFIER_TOKEN: 'v' }).intuit?.verifierTokens).toEqual(['v'])
  })

  it.each<[string, string[], Record<string, string>, string]>([
    [
      'production',
      [],
      { INTUIT_CLIENT_ID: 'id', INTUIT_CLIENT_SECRET: 's', INTUIT_ENVIRONMENT: 'production' },
      'has to be sandbox',
    ],
    ['half of the keys', [], { INTUIT_CLIENT_ID: 'id', INTUIT_ENVIRONMENT: 'sandbox' }, 'needs INTUIT_CLIENT_ID and'],
    ['keys alone', [], { INTUIT_CLIENT_ID: 'id', INTUIT_CLIENT_SECRET: 's' }, 'has to be sandbox'],
    ['a port that is none', ['--port', '70000'], {}, '--port has to be a whole number up to 65000, not "70000"'],
    ['an unknown option', ['--frehs'], {}, '--frehs'],
    ['an endpoint that is none', [], { DYNAMODB_ENDPOINT: 'nonsense' }, 'DYNAMODB_ENDPOINT has to be a URL'],
  ])('are refused with the reason: %s', (_, args, environment, reason) => {
    expect(() => readStartSettings(args, environment)).toThrow(reason)
  })
})

describe('a data folder', () => {
  const newFolder = (): string => join(mkdtempSync(join(tmpdir(), 'tandem-data-')), 'data')

  it('is held by one process at a time', () => {
    const folder = newFolder()
    mkdirSync(folder)
    writeFileSync(join(folder, 'running.json'), JSON.stringify({ pid: process.ppid, apiUrl: 'http://localhost:3000' }))
    expect(() => takeFolder(folder)).toThrow(
      `Tandem runs already with ${folder} (process ${process.ppid}, http://localhost:3000)`,
    )
  })

  it('is free again after whoever held it is gone, and still knows how tokens were made', () => {
    const folder = newFolder()
    const held = takeFolder(folder)
    held.tell({ issuer: 'i', audience: 'a' })
    held.leave()
    expect(readRunning(folder)).toMatchObject({ pid: 0, issuer: 'i', audience: 'a' })
    expect(() => takeFolder(folder)).not.toThrow()
  })

  it('is deleted only when it is ours', () => {
    const ours = newFolder()
    takeFolder(ours).leave()
    deleteFolder(ours)
    expect(existsSync(ours)).toBe(false)

    const foreign = newFolder()
    mkdirSync(foreign)
    writeFileSync(join(foreign, 'thesis.txt'), 'years of work')
    expect(() => deleteFolder(foreign)).toThrow('was not made by Tandem')
    expect(existsSync(join(foreign, 'thesis.txt'))).toBe(true)
    expect(() => deleteFolder(newFolder())).not.toThrow()
  })
})

describe('fillInConsent', () => {
  it('sends what the form holds, the company that is chosen, and "connect"', () => {
    const html = `<form method="post" action="/connect/oauth2"><input type="hidden" name="state" value="a&#38;b&#34;">
      <select name="realmId"><option value="123">One</option><option value="456">Two</option></select>
      <button name="decision" value="refuse">No</button></form>`
    const { action, fields } = fillInConsent(html, 'http://127.0.0.1:9000/connect/oauth2?client_id=x')
    expect(action).toBe('http://127.0.0.1:9000/connect/oauth2')
    expect(Object.fromEntries(fields)).toEqual({ state: 'a&b"', realmId: '123', decision: 'connect' })
  })

  it('says what the page says when there is no form', () => {
    const page = '<style>p { color: red }</style><h1>Uh oh</h1><p>The redirect_uri isn&#39;t listed.</p>'
    expect(() => fillInConsent(page, 'http://a/')).toThrow(
      "no form on the consent page: Uh oh The redirect_uri isn't listed.",
    )
  })
})

it('lays a table out by the width of its texts, wide characters included', () => {
  interface Row {
    readonly name: string
    readonly balance: string
  }
  const table = textTable<Row>(
    [
      { title: 'Name', value: ({ name }) => name, atMost: 8 },
      { title: 'Balance', value: ({ balance }) => balance, atMost: 9, alignRight: true },
    ],
    [
      { name: '東京', balance: '7.00' },
      { name: 'Müller & Söhne', balance: '1234.50' },
      { name: 'a\tb\u001b[31m', balance: '' },
    ],
  )
  expect(table.split('\n')).toEqual([
    'Name      Balance',
    '────────  ───────',
    '東京         7.00',
    'Müller …  1234.50',
    'a b [31m',
  ])
})
