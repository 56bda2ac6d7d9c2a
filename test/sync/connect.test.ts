import { describe, expect, it } from 'vitest'
import { problemOf } from '#core/errors'
import { beginConnect, describeConnection, disconnect } from '#sync/connect'
import { confirmConnect, takeConsent } from '#sync/consents'
import { moveGapFree } from '#sync/gap-free'
import { startPull } from '#sync/pull'
import { createWorld, PERSON, REALM, WORKSPACE, type World } from './world.ts'

const asker = { workspace: WORKSPACE, person: PERSON }

async function stateOf(world: World, who = asker) {
  const { url } = await beginConnect(world.ports, who)
  return new URL(url).searchParams.get('state') ?? ''
}

type Came = Parameters<typeof takeConsent>[1]

/** Comes back from Intuit's page, and confirms at once, as the same person. */
async function connect(world: World, came: Came, who = asker) {
  const { code } = await takeConsent(world.ports, came)
  return confirmConnect(world.ports, { ...who, code })
}

async function problem(promise: Promise<unknown>) {
  return promise.then(
    () => undefined,
    (thrown: unknown) => problemOf(thrown) ?? thrown,
  )
}

describe('connecting a company', () => {
  it('stores the grant for the workspace that began, and learns the company’s name', async () => {
    const world = await createWorld({ connected: false })
    const { expiresAt } = await beginConnect(world.ports, asker)
    expect(Date.parse(expiresAt) - world.clock.now()).toBe(600_000)
    const state = await stateOf(world)
    expect(await connect(world, { state, code: 'code-1', realmId: REALM })).toEqual({
      ...asker,
      realmId: REALM,
      companyName: 'Craig’s Design',
    })
    const { connection, usage } = await describeConnection(world.ports, WORKSPACE)
    expect(connection).toMatchObject({
      status: 'connected',
      realmId: REALM,
      connectedBy: PERSON,
      companyName: 'Craig’s Design',
      hardExpiresAt: '2030-01-01T00:00:00.000Z',
    })
    // The company's name, and its currencies.
    expect(usage).toEqual({ month: '2026-01', reads: 2, writes: 0 })
  })

  it('stands even when the name cannot be read', async () => {
    const world = await createWorld({ connected: false })
    world.company.trouble(() => ({ kind: 'quickbooksDown', reason: 'No answer.' }))
    const state = await stateOf(world)
    const done = await connect(world, { state, code: 'code-1', realmId: REALM })
    expect(done.companyName).toBeUndefined()
    expect((await describeConnection(world.ports, WORKSPACE)).connection?.status).toBe('connected')
  })

  it('refuses an answer whose state is missing, forged, expired or used, and changes nothing', async () => {
    const world = await createWorld({ connected: false })
    const answer = { code: 'code-1', realmId: REALM }
    const state = await stateOf(world)
    const forged = [`${state}x`, state.slice(1), 'nonsense', await world.ports.signer.seal('{"nonce":1}')]
    expect(await problem(takeConsent(world.ports, answer))).toEqual({ kind: 'stateInvalid', why: 'missing' })
    expect(await problem(takeConsent(world.ports, { ...answer, state: '' }))).toMatchObject({ why: 'missing' })
    for (const one of forged) {
      expect(await problem(takeConsent(world.ports, { ...answer, state: one }))).toMatchObject({ why: 'forged' })
    }
    await world.clock.sleep(600_000)
    expect(await problem(takeConsent(world.ports, { ...answer, state }))).toMatchObject({ why: 'expired' })
    expect((await describeConnection(world.ports, WORKSPACE)).connection).toBeUndefined()
    const fresh = await stateOf(world)
    await takeConsent(world.ports, { ...answer, state: fresh })
    expect(await problem(takeConsent(world.ports, { ...answer, state: fresh }))).toMatchObject({ why: 'used' })
  })

  it('takes one of two answers that bring the same state at the same time', async () => {
    const world = await createWorld({ connected: false })
    const state = await stateOf(world)
    const came = { state, code: 'code-1', realmId: REALM }
    const both = await Promise.allSettled([takeConsent(world.ports, came), takeConsent(world.ports, came)])
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  })

  it('says so when the person did not consent', async () => {
    const world = await createWorld({ connected: false })
    const state = await stateOf(world)
    expect(await problem(takeConsent(world.ports, { state, error: 'access_denied' }))).toMatchObject({
      kind: 'consentDenied',
      reason: expect.stringContaining('did not allow'),
    })
  })

  it('names each part that is missing from the answer', async () => {
    const world = await createWorld({ connected: false })
    const state = await stateOf(world)
    expect(await problem(takeConsent(world.ports, { state, realmId: 'no number' }))).toMatchObject({
      kind: 'invalidInput',
      fields: [{ path: 'code' }, { path: 'realmId' }],
    })
  })

  it('refuses a code that was used before', async () => {
    const world = await createWorld({ connected: false })
    await connect(world, { state: await stateOf(world), code: 'code-1', realmId: REALM })
    const again = connect(world, { state: await stateOf(world), code: 'code-1', realmId: REALM })
    expect(await problem(again)).toMatchObject({ kind: 'grantRefused' })
    expect((await describeConnection(world.ports, WORKSPACE)).connection?.status).toBe('connected')
  })

  it('refuses a company that another workspace holds, without using the code and without ending that connection', async () => {
    const world = await createWorld()
    const state = await stateOf(world, { workspace: 'workspace-2', person: 'person-2' })
    expect(await problem(connect(world, { state, code: 'code-1', realmId: REALM }))).toEqual({
      kind: 'companyHeldElsewhere',
      realmId: REALM,
    })
    expect(world.intuit.revoked).toEqual([])
    expect(world.intuit.unusedCodes()).toEqual(['code-1'])
    expect((await describeConnection(world.ports, 'workspace-2')).connection).toBeUndefined()
    expect((await describeConnection(world.ports, WORKSPACE)).connection?.status).toBe('connected')
  })

  it('refuses a second company', async () => {
    const world = await createWorld()
    const state = await stateOf(world)
    expect(await problem(connect(world, { state, code: 'code-1', realmId: '77' }))).toEqual({
      kind: 'alreadyConnected',
      realmId: REALM,
    })
  })

  it('reconnects the same company and keeps what was known of it', async () => {
    const world = await createWorld()
    world.book.addOld(3)
    await world.finish(await startPull(world.ports, asker))
    const before = (await describeConnection(world.ports, WORKSPACE)).connection
    world.intuit.endGrant()
    await world.clock.sleep(2 * 3_600_000)
    await problem(world.finish(await startPull(world.ports, asker)))
    expect((await describeConnection(world.ports, WORKSPACE)).connection?.status).toBe('reconnectNeeded')
    await connect(world, { state: await stateOf(world), code: 'code-1', realmId: REALM })
    const { connection } = await describeConnection(world.ports, WORKSPACE)
    expect(connection).toMatchObject({
      status: 'connected',
      gapFreeSince: before?.gapFreeSince,
      connectedAt: before?.connectedAt,
    })
    expect(connection?.reason).toBeUndefined()
  })
})

describe('disconnecting', () => {
  it('revokes and forgets the tokens, and frees the company for another workspace', async () => {
    const world = await createWorld()
    const { refreshToken } = (await world.ports.connections.tokens(WORKSPACE)) ?? {}
    expect(await disconnect(world.ports, asker)).toMatchObject({ realmId: REALM, revoked: true })
    expect(world.intuit.revoked).toEqual([refreshToken])
    expect(await world.ports.connections.tokens(WORKSPACE)).toBeUndefined()
    const state = await stateOf(world, { workspace: 'workspace-2', person: 'person-2' })
    await connect(world, { state, code: 'code-1', realmId: REALM }, { workspace: 'workspace-2', person: 'person-2' })
    expect((await describeConnection(world.ports, 'workspace-2')).connection?.status).toBe('connected')
    expect(await problem(disconnect(world.ports, asker))).toEqual({ kind: 'notConnected' })
  })

  it('forgets the tokens even when Intuit cannot be reached, and says what is left to do', async () => {
    const world = await createWorld()
    world.intuit.setTrouble({ kind: 'quickbooksDown', reason: 'No answer.' })
    const done = await disconnect(world.ports, asker)
    expect(done.revoked).toBe(false)
    expect(done.reason).toContain('remove the app in QuickBooks')
    expect(await world.ports.connections.tokens(WORKSPACE)).toBeUndefined()
  })

  it('takes a grant that Intuit knows no more for revoked', async () => {
    const world = await createWorld()
    world.intuit.endGrant()
    expect(await disconnect(world.ports, asker)).toMatchObject({ revoked: true })
  })

  it('stops what is under way', async () => {
    const world = await createWorld()
    const run = await startPull(world.ports, asker)
    await disconnect(world.ports, asker)
    expect(await world.ports.runs.get(WORKSPACE, run.id)).toMatchObject({
      status: 'cancelled',
      reason: 'The QuickBooks company was disconnected.',
    })
  })

  it('takes what was proven of the company before for no proof of the one that is connected since', async () => {
    const world = await createWorld()
    const before = (await describeConnection(world.ports, WORKSPACE)).connection?.gapFreeSince
    const proven = { since: '2030-01-01T00:00:00.000Z', entities: ['customer'] } as const
    await moveGapFree(world.ports, WORKSPACE, '88', proven)
    expect((await describeConnection(world.ports, WORKSPACE)).connection?.gapFreeSince).toBe(before)
    await moveGapFree(world.ports, WORKSPACE, REALM, proven)
    expect((await describeConnection(world.ports, WORKSPACE)).connection?.gapFreeSince).toBe(proven.since)
  })

  it('lets another company in only while nothing of the first is held', async () => {
    const world = await createWorld()
    await disconnect(world.ports, asker)
    await connect(world, { state: await stateOf(world), code: 'code-1', realmId: '77' })
    world.book.addOld(1)
    await world.finish(await startPull(world.ports, asker))
    await disconnect(world.ports, asker)
    world.intuit.addCode('code-2')
    const other = connect(world, { state: await stateOf(world), code: 'code-2', realmId: '88' })
    expect(await problem(other)).toEqual({ kind: 'alreadyConnected', realmId: '77' })
    await connect(world, { state: await stateOf(world), code: 'code-2', realmId: '77' })
    expect((await describeConnection(world.ports, WORKSPACE)).connection?.realmId).toBe('77')
  })
})
