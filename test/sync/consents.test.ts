import { describe, expect, it } from 'vitest'
import { problemOf } from '#core/errors'
import { beginConnect, disconnect } from '#sync/connect'
import { confirmConnect, takeConsent } from '#sync/consents'
import type { Ports } from '#sync/ports'
import { dyingPorts } from './dying-ports.ts'
import { createWorld, REALM, type World } from './world.ts'

const OTHER_REALM = '9341452000000088'
const ada = { workspace: 'acme', person: 'ada' }
const bob = { workspace: 'acme', person: 'bob' }
const eve = { workspace: 'globex', person: 'eve' }
const MINUTE_MS = 60_000

const unconnected = () => createWorld({ connected: false })

/** The link that `who` asked for comes back, from whoever's browser, with a code of Intuit's for this company. */
async function consented(world: World, who = ada, realmId = REALM, code = 'code-1', ports: Ports = world.ports) {
  const { url } = await beginConnect(ports, who)
  const state = new URL(url).searchParams.get('state') ?? ''
  return takeConsent(ports, { state, code, realmId })
}

const confirm = (world: World, code: string, who = ada) => confirmConnect(world.ports, { ...who, code })

async function problem(promise: Promise<unknown>) {
  return promise.then(
    () => 'It was done.',
    (thrown: unknown) => problemOf(thrown) ?? thrown,
  )
}
const refused = (why: string) => ({ kind: 'confirmationInvalid', why })

async function statusOf(world: World, { workspace } = ada) {
  return (await world.ports.connections.get(workspace))?.status
}

/** That nothing came into being: no connection, no tokens, no holder, and Intuit's code is as good as it was. */
async function expectNothing(world: World, codes = ['code-1']) {
  for (const { workspace } of [ada, eve]) {
    expect(await world.ports.connections.get(workspace)).toBeUndefined()
    expect(await world.ports.connections.tokens(workspace)).toBeUndefined()
  }
  expect(await world.ports.connections.holderOf(REALM)).toBeUndefined()
  expect(world.intuit.unusedCodes()).toEqual(codes)
  expect(await world.ports.usage.get(ada.workspace, '2026-01')).toEqual({ reads: 0, writes: 0 })
}

describe('a consent', () => {
  it('that another browser brought connects nothing, exchanges nothing and reads nothing', async () => {
    const world = await unconnected()
    await consented(world)
    await expectNothing(world)
  })

  it('connects once the person who asked confirms it, in the workspace that asked', async () => {
    const world = await unconnected()
    const { code, confirmBy, ...who } = await consented(world)
    expect(who).toEqual({ ...ada, realmId: REALM })
    expect(Date.parse(confirmBy) - world.clock.now()).toBe(4 * MINUTE_MS)
    expect(await confirm(world, code)).toEqual({ ...ada, realmId: REALM, companyName: 'Craig’s Design' })
    expect(await world.ports.connections.get('acme')).toMatchObject({ status: 'connected', connectedBy: 'ada' })
    expect(world.intuit.unusedCodes()).toEqual([])
  })

  it.each([
    ['another person of the same workspace', bob],
    ['a person of another workspace', eve],
    ['the same name in another workspace', { ...eve, person: 'ada' }],
  ])('is of no use to %s who has its code', async (_who, who) => {
    const world = await unconnected()
    const { code } = await consented(world)
    // However often: it is not theirs to end, either.
    for (let tries = 0; tries < 6; tries++) expect(await problem(confirm(world, code, who))).toEqual(refused('unknown'))
    await expectNothing(world)
    await confirm(world, code)
    expect(await statusOf(world)).toBe('connected')
  })

  it('is confirmed once', async () => {
    const world = await unconnected()
    const { code } = await consented(world)
    await confirm(world, code)
    const before = await world.ports.connections.get('acme')
    expect(await problem(confirm(world, code))).toEqual(refused('used'))
    expect(await world.ports.connections.get('acme')).toEqual(before)
  })

  it('is confirmed once by many at the same moment, and its code sent to Intuit once', async () => {
    const world = await unconnected()
    let exchanges = 0
    const consent: Ports['consent'] = {
      ...world.ports.consent,
      exchange: (code) => {
        exchanges += 1
        return world.ports.consent.exchange(code)
      },
    }
    const { code } = await consented(world)
    const ends = await Promise.allSettled(
      Array.from({ length: 6 }, () => confirmConnect({ ...world.ports, consent }, { ...ada, code })),
    )
    expect(ends.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    expect(exchanges).toBe(1)
    expect(await statusOf(world)).toBe('connected')
  })

  it('can be confirmed for four minutes, and no longer', async () => {
    const world = await unconnected()
    const { code } = await consented(world)
    await world.clock.sleep(4 * MINUTE_MS)
    expect(await problem(confirm(world, code))).toEqual(refused('expired'))
    await expectNothing(world)
    const again = await consented(world)
    await world.clock.sleep(4 * MINUTE_MS - 1)
    await confirm(world, again.code)
    expect(await statusOf(world)).toBe('connected')
  })

  it('is over after five wrong codes, and not after four', async () => {
    const world = await unconnected()
    const first = await consented(world)
    for (const wrong of ['AAAA-AAAA', 'nonsense', '', '0000-0000']) {
      expect(await problem(confirm(world, wrong))).toEqual(refused('unknown'))
    }
    await confirm(world, first.code)
    await disconnect(world.ports, ada)

    world.intuit.addCode('code-2')
    const second = await consented(world, ada, REALM, 'code-2')
    for (let tries = 0; tries < 5; tries++) await problem(confirm(world, 'AAAA-AAAA'))
    expect(await problem(confirm(world, second.code))).toEqual(refused('tooManyWrong'))
    expect(world.intuit.unusedCodes()).toEqual(['code-2'])
    expect(await statusOf(world)).toBe('disconnected')
  })

  it('is over after five wrong codes that come at once, too, or says that they were too many', async () => {
    const world = await unconnected()
    const { code } = await consented(world)
    for (let rounds = 0; rounds < 5; rounds++) {
      await Promise.allSettled(Array.from({ length: 10 }, () => confirm(world, 'AAAA-AAAA')))
    }
    expect(await problem(confirm(world, code))).toEqual(refused('tooManyWrong'))
    await expectNothing(world)
  })

  it('is new with each link: wrong codes before it do not count', async () => {
    const world = await unconnected()
    for (let tries = 0; tries < 9; tries++) await problem(confirm(world, 'AAAA-AAAA'))
    const { code } = await consented(world)
    await confirm(world, code)
    expect(await statusOf(world)).toBe('connected')
  })

  it('waits beside another one of the same person, each with a code of its own', async () => {
    const world = await unconnected()
    world.intuit.addCode('code-2')
    const first = await consented(world)
    const second = await consented(world, ada, OTHER_REALM, 'code-2')
    expect(second.code).not.toBe(first.code)
    await confirm(world, second.code)
    expect(await world.ports.connections.get('acme')).toMatchObject({ realmId: OTHER_REALM })
    // Another company is connected meanwhile: refused before the exchange.
    expect(await problem(confirm(world, first.code))).toEqual({ kind: 'alreadyConnected', realmId: OTHER_REALM })
    expect(world.intuit.unusedCodes()).toEqual(['code-1'])
    // It still waits, and can be confirmed once the other company is let go.
    await disconnect(world.ports, ada)
    await confirm(world, first.code)
    expect(await world.ports.connections.get('acme')).toMatchObject({ realmId: REALM, status: 'connected' })
  })

  it('waits beside that of another person and that of another workspace, and the first confirmed has the company', async () => {
    const world = await unconnected()
    world.intuit.addCode('code-2')
    world.intuit.addCode('code-3')
    const adas = await consented(world, ada)
    const bobs = await consented(world, bob, REALM, 'code-2')
    const eves = await consented(world, eve, REALM, 'code-3')
    await confirm(world, bobs.code, bob)
    expect(await problem(confirm(world, eves.code, eve))).toEqual({ kind: 'companyHeldElsewhere', realmId: REALM })
    expect(world.intuit.unusedCodes()).toEqual(['code-1', 'code-3'])
    expect(world.intuit.revoked).toEqual([])
    expect(await statusOf(world, eve)).toBeUndefined()
    // The same company again, by a colleague: a reconnection.
    await confirm(world, adas.code, ada)
    expect(await world.ports.connections.get('acme')).toMatchObject({ status: 'connected', connectedBy: 'ada' })
  })

  it('for a company that is held elsewhere is refused before it waits', async () => {
    const world = await unconnected()
    await confirm(world, (await consented(world)).code)
    world.intuit.addCode('code-2')
    expect(await problem(consented(world, eve, REALM, 'code-2'))).toEqual({
      kind: 'companyHeldElsewhere',
      realmId: REALM,
    })
    expect(world.intuit.unusedCodes()).toEqual(['code-2'])
    expect((await world.ports.pendingConsents.get('globex', 'eve')).consents).toEqual([])
  })

  it('with a code that Intuit does not take connects nothing, and is used up', async () => {
    const world = await unconnected()
    const { code } = await consented(world, ada, REALM, 'made up')
    expect(await problem(confirm(world, code))).toMatchObject({ kind: 'grantRefused' })
    expect(await problem(confirm(world, code))).toEqual(refused('used'))
    await expectNothing(world)
  })

  it('whose exchange has no answer is used up, so that a code never goes to Intuit twice', async () => {
    const world = await unconnected()
    const { code } = await consented(world)
    world.intuit.setTrouble({ kind: 'quickbooksDown', reason: 'No answer.' })
    expect(await problem(confirm(world, code))).toMatchObject({ kind: 'quickbooksDown' })
    world.intuit.setTrouble(undefined)
    expect(await problem(confirm(world, code))).toEqual(refused('used'))
    const again = await consented(world)
    await confirm(world, again.code)
    expect(await statusOf(world)).toBe('connected')
  })
})

describe('a process that dies while it confirms', () => {
  it('at whichever call leaves a connection, or none and a code that was sent at most once; a new link mends it', async () => {
    let diedInside = 0
    for (let last = 1; last < 40; last++) {
      for (const when of ['before', 'after'] as const) {
        const world = await unconnected()
        const sent: string[] = []
        const exchange: Ports['consent']['exchange'] = (code) => {
          sent.push(code)
          return world.ports.consent.exchange(code)
        }
        const ports = { ...world.ports, consent: { ...world.ports.consent, exchange } }
        const { code } = await consented(world, ada, REALM, 'code-1', ports)
        const dying = dyingPorts(ports, last, when)
        await problem(confirmConnect(dying.ports, { ...ada, code }))
        if (dying.died()) diedInside += 1
        await problem(confirmConnect(ports, { ...ada, code }))
        expect(sent.length).toBeLessThanOrEqual(1)

        world.intuit.addCode('code-2')
        const again = await consented(world, ada, REALM, 'code-2', ports)
        await confirmConnect(ports, { ...ada, code: again.code })
        expect(await statusOf(world)).toBe('connected')
      }
    }
    expect(diedInside).toBeGreaterThan(10)
  })
})

describe('the log of connecting', () => {
  it('holds neither Intuit’s code nor the one that confirms', async () => {
    const world = await unconnected()
    const { code } = await consented(world, ada, REALM, 'code-1')
    await problem(confirm(world, 'WRNG-CDEE'))
    await confirm(world, code)
    const log = JSON.stringify(world.ports.log.lines())
    for (const secret of [code, code.replace('-', ''), 'code-1', 'WRNG']) expect(log).not.toContain(secret)
    expect(log).toContain('connection.connected')
  })
})
