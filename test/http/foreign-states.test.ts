import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { oauthRoutes } from '#http/oauth-routes'
import { createSigner } from '#lambda/signer'
import { createLogWatch, itLogsNothingOf } from './log-watch.ts'
import { guardedRoutes, pathOf } from './two-tenants.ts'
import { type Answered, type Ask, claimsOf, wholeWorld } from './world.ts'

const REALM = '9341452000000077'
const watch = createLogWatch()
const world = () => watch.over(wholeWorld())
type World = ReturnType<typeof world>

/** Begins to connect, and answers with the state that Intuit would send back. */
async function begun(ask: Ask, workspace = 'acme', person = 'ada'): Promise<string> {
  const { json } = await ask('POST', '/connection/authorize', { claims: claimsOf(workspace, undefined, person) })
  return new URL(json.url ?? '').searchParams.get('state') ?? ''
}

/** What Intuit sends a browser back with. */
const answer = (state: string) => ({ state, code: 'code-1', realmId: REALM })

function back(ask: Ask, query: Readonly<Record<string, string>>): Promise<Answered> {
  return ask('GET', '/oauth/callback', { claims: undefined, query })
}

/** Confirms as a person of this workspace. */
function confirmed(ask: Ask, code: string | undefined, workspace = 'acme', person = 'ada'): Promise<Answered> {
  return ask('POST', '/connection/confirm', { claims: claimsOf(workspace, undefined, person), body: { code } })
}

/** All that a workspace's connecting leaves. */
async function traces({ ports, intuit }: World) {
  const { connections, hints } = ports
  const of = async (workspace: string) => [await connections.get(workspace), await connections.tokens(workspace)]
  return {
    acme: await of('acme'),
    globex: await of('globex'),
    holder: await connections.holderOf(REALM),
    codes: intuit.unusedCodes(),
    hints: [hints.pulls.all(), hints.pushes.all()],
  }
}

const NOTHING = {
  acme: [undefined, undefined],
  globex: [undefined, undefined],
  holder: undefined,
  codes: ['code-1'],
  hints: [[], []],
}

function expectRefused({ status, json, text }: Answered, why: RegExp): void {
  expect([status, json.type]).toEqual([400, '/problems/state-invalid'])
  expect(json.detail).toMatch(why)
  expect(json.detail).toContain('Nothing was connected')
  expect(text).not.toMatch(/acme|globex|code-1/)
}

describe('a state that acme was given', () => {
  it('waits for acme’s ada and never for globex, whoever’s browser and token bring it', async () => {
    const here = world()
    const { ask, ports } = here
    const brought = await ask('GET', '/oauth/callback', {
      claims: claimsOf('globex'),
      query: { ...answer(await begun(ask)), workspace: 'globex', 'custom:workspace': 'globex', person: 'eve' },
      headers: { 'x-workspace': 'globex' },
    })
    expect(brought).toMatchObject({ status: 200, json: { workspace: 'acme', askedBy: 'ada' } })
    expect(brought.text).not.toMatch(/globex|eve/)
    expect(await traces(here)).toEqual(NOTHING)
    for (const [workspace, person] of [
      ['globex', 'eve'],
      ['globex', 'ada'],
      ['acme', 'eve'],
    ] as const) {
      const refused = await confirmed(ask, brought.json.code, workspace, person)
      expect([refused.status, refused.json.type]).toEqual([400, '/problems/confirmation-invalid'])
      expect(refused.text).not.toMatch(/acme|globex|ada/)
    }
    expect(await traces(here)).toEqual(NOTHING)
    expect((await confirmed(ask, brought.json.code)).status).toBe(200)
    expect(await ports.connections.get('acme')).toMatchObject({ realmId: REALM, connectedBy: 'ada' })
    expect(await ports.connections.holderOf(REALM)).toBe('acme')
    expect((await traces(here)).globex).toEqual(NOTHING.globex)
  })

  const elsewhere = [...guardedRoutes, ...oauthRoutes].filter(({ id }) => id !== 'takeConsent')
  it.each(elsewhere)('connects nobody by $method $path', async (route) => {
    const here = world()
    const state = await begun(here.ask)
    const asked = { claims: claimsOf('globex'), query: answer(state), headers: { 'if-match': '"0"' } }
    await here.ask(route.method, pathOf(route), asked)
    await here.ask(route.method, pathOf(route), { ...asked, body: answer(state) })
    expect(await traces(here)).toEqual(NOTHING)
    // It was used up by none of these.
    expect((await back(here.ask, answer(state))).status).toBe(200)
  })

  it('is used up by one answer, and what a second one brings changes nothing', async () => {
    const here = world()
    const state = await begun(here.ask)
    expect((await back(here.ask, answer(state))).status).toBe(200)
    here.intuit.addCode('code-2')
    const before = await traces(here)
    for (const realmId of [REALM, '9341452000000078']) {
      for (const claims of [undefined, claimsOf('acme'), claimsOf('globex')]) {
        const query = { state, code: 'code-2', realmId }
        expectRefused(await here.ask('GET', '/oauth/callback', { claims, query }), /used already/)
      }
    }
    expect(await traces(here)).toEqual(before)
  })

  it.each([
    ['that the person refused', { error: 'access_denied' }],
    ['without a code', { realmId: REALM }],
    ['with a company that is no number', { code: 'code-1', realmId: 'globex' }],
  ])('is used up by an answer %s, too', async (_what, query) => {
    const here = world()
    const state = await begun(here.ask)
    expect((await back(here.ask, { state, ...query })).status).toBeGreaterThanOrEqual(400)
    expectRefused(await back(here.ask, answer(state)), /used already/)
    expect(await traces(here)).toEqual(NOTHING)
  })

  it('lets one of two answers through that come at the same time', async () => {
    const here = world()
    const state = await begun(here.ask)
    here.intuit.addCode('code-2')
    const both = await Promise.all([
      back(here.ask, answer(state)),
      back(here.ask, { ...answer(state), code: 'code-2' }),
    ])
    expect(both.map(({ status }) => status).sort()).toEqual([200, 400])
    expect((await here.ports.pendingConsents.get('acme', 'ada')).consents).toHaveLength(1)
  })

  it('leaves globex’ own as good as it was', async () => {
    const here = world()
    const [acmes, globexs] = [await begun(here.ask), await begun(here.ask, 'globex')]
    expect((await confirmed(here.ask, (await back(here.ask, answer(acmes))).json.code)).status).toBe(200)
    here.intuit.addCode('code-2')
    const own = await back(here.ask, { state: globexs, code: 'code-2', realmId: '9341452000000078' })
    expect(own).toMatchObject({ status: 200, json: { workspace: 'globex' } })
    expect((await confirmed(here.ask, own.json.code, 'globex')).status).toBe(200)
    expect(await here.ports.connections.get('globex')).toMatchObject({ realmId: '9341452000000078' })
    expect(await here.ports.connections.get('acme')).toMatchObject({ realmId: REALM })
  })
})

describe('a state that is not right', () => {
  it('is refused when one character of it is another, and leaves no trace', async () => {
    const here = world()
    const state = await begun(here.ask)
    const characters = fc.constantFrom(...'ABab01-_.=+/ ')
    await fc.assert(
      fc.asyncProperty(fc.nat(state.length - 1), characters, async (at, character) => {
        fc.pre(state[at] !== character)
        const changed = `${state.slice(0, at)}${character}${state.slice(at + 1)}`
        expectRefused(await back(here.ask, answer(changed)), /not made by Tandem/)
      }),
    )
    expect(await traces(here)).toEqual(NOTHING)
  })

  it('is refused when it was cut anywhere', async () => {
    const here = world()
    const state = await begun(here.ask)
    for (let length = 1; length < state.length; length++) {
      expectRefused(await back(here.ask, answer(state.slice(0, length))), /not made by Tandem/)
      expectRefused(await back(here.ask, answer(state.slice(length))), /not made by Tandem/)
    }
    expect(await traces(here)).toEqual(NOTHING)
  })

  it.each([
    ['workspace', 'acme', 'globex'],
    ['person', 'ada', 'eve'],
  ])('is refused when another %s was written into it', async (_what, from, to) => {
    const here = world()
    const [payload = '', signature = ''] = (await begun(here.ask)).split('.')
    const [, foreign = ''] = (await begun(here.ask, 'globex', 'eve')).split('.')
    const written = Buffer.from(payload, 'base64url').toString()
    const rewritten = written.replace(`"${from}"`, `"${to}"`)
    expect(rewritten).not.toBe(written)
    const encoded = Buffer.from(rewritten).toString('base64url')
    const forger = createSigner(async () => 'a secret of whoever made this up, long enough')
    for (const state of [`${encoded}.${signature}`, `${encoded}.${foreign}`, await forger.seal(rewritten), rewritten]) {
      expectRefused(await back(here.ask, answer(state)), /not made by Tandem/)
    }
    expect(await traces(here)).toEqual(NOTHING)
  })

  it('is refused when it is sealed rightly for another workspace or person than it was made for', async () => {
    for (const other of [{ workspace: 'globex' }, { person: 'eve' }]) {
      const here = world()
      const opened = await here.ports.signer.open(await begun(here.ask))
      const moved = await here.ports.signer.seal(JSON.stringify({ ...JSON.parse(opened ?? ''), ...other }))
      expectRefused(await back(here.ask, answer(moved)), /not made by Tandem/)
      expect(await traces(here)).toEqual(NOTHING)
    }
  })

  it('is refused when it is a cursor of a list', async () => {
    const here = world()
    for (const name of ['One', 'Two']) await here.ask('POST', '/contacts', { body: { fields: { displayName: name } } })
    const before = await traces(here)
    const { json } = await here.ask('GET', '/contacts', { query: { limit: '1' } })
    expectRefused(await back(here.ask, answer(json.next ?? '')), /not made by Tandem/)
    expect(await traces(here)).toEqual(before)
  })

  it('is refused when it is late', async () => {
    const here = world()
    const state = await begun(here.ask)
    await here.ports.clock.advance(600_000)
    expectRefused(await back(here.ask, answer(state)), /more than ten minutes ago/)
    expect(await traces(here)).toEqual(NOTHING)
  })
})

itLogsNothingOf(watch)
