import { afterEach, describe, expect, it } from 'vitest'
import { describeConnection, disconnect } from '#sync/connect'
import { listContacts } from '#sync/contacts'
import { startImport } from '#sync/import'
import type { Company } from '#sync/ports'
import { startPull } from '#sync/pull'
import type { CompanySeed } from '../../local/quickbooks/company/companies.ts'
import { type SimulatedWorld, simulatedWorld } from './simulated-world.ts'
import { finishRun, PERSON, WORKSPACE } from './world.ts'

const asker = { workspace: WORKSPACE, person: PERSON }
const worlds: SimulatedWorld[] = []

async function connected(seed: Omit<CompanySeed, 'realmId'>) {
  const world = await simulatedWorld(seed)
  worlds.push(world)
  await world.connect()
  return world
}

afterEach(async () => {
  for (const world of worlds.splice(0)) await world.close()
})

async function pulled(world: SimulatedWorld, ports: SimulatedWorld['ports'] = world.ports) {
  return finishRun(ports, world.ports.hints.pulls, (await startPull(ports, asker)).id)
}

/** The ports of a world in which a bookkeeper does something after every page that is read. */
function withBookkeeper(world: SimulatedWorld, act: (page: number) => void): SimulatedWorld['ports'] {
  let pages = 0
  return {
    ...world.ports,
    quickbooks: {
      open: (realmId, gate) => {
        const company = world.ports.quickbooks.open(realmId, gate)
        const page: Company['page'] = async (...args) => {
          const answer = await company.page(...args)
          act(++pages)
          return answer
        }
        return { ...company, page }
      },
    },
  }
}

/** Every customer is held as QuickBooks has it. What an edit elsewhere moves without a trace, only a later pull sees. */
async function expectTwin(world: SimulatedWorld, but: readonly string[] = []) {
  const known = (raw: object) => Object.entries(raw).filter(([key]) => key !== 'MetaData' && !but.includes(key))
  const ids = world.ids()
  const held = await world.ports.mirrors.getMany(WORKSPACE, 'customer', ids)
  expect(held).toHaveLength(ids.length)
  for (const mirror of held) {
    expect(known(mirror.raw)).toEqual(known(world.read(mirror.id) ?? {}))
    expect(mirror.goneAt).toBeUndefined()
  }
}

describe('over HTTP, against the simulator with its limits', () => {
  it('connects the sample company by Intuit’s page, pulls it whole, imports it whole, and disconnects', async () => {
    const world = await connected({ kind: 'sample' })
    const run = await pulled(world)
    const many = world.ids().length
    expect(many).toBeGreaterThan(30)
    expect(run).toMatchObject({ status: 'done', counts: { stored: many, unchanged: 0, gone: 0 } })
    expect(run.reason).toBeUndefined()
    await expectTwin(world)
    const { connection, usage } = await describeConnection(world.ports, WORKSPACE)
    expect(connection).toMatchObject({ status: 'connected', companyName: world.company.name })
    expect(connection?.gapFreeSince).toBeDefined()
    // The company's name and its currencies were read beside.
    expect(usage.reads).toBe(run.progress.calls + 2)

    const started = await startImport(world.ports, {
      ...asker,
      as: 'account',
      sameName: 'ask',
      select: { filter: 'all' },
    })
    const imported = await finishRun(world.ports, world.ports.hints.pulls, started.id)
    expect(imported).toMatchObject({ status: 'done', counts: { imported: many, linked: 0, skipped: 0, failed: 0 } })
    const query = { workspace: WORKSPACE, list: 'customers' as const, includeArchived: true, limit: 1_000 }
    const { rows } = await listContacts(world.ports, query)
    expect(rows).toHaveLength(many)
    expect(rows.every(({ dot }) => dot === 'green')).toBe(true)
    expect(rows.some(({ name }) => name.includes('(deleted)'))).toBe(false)
    expect(rows.filter(({ kind, parentId }) => (kind === 'job') !== (parentId !== undefined))).toEqual([])

    expect(await disconnect(world.ports, asker)).toMatchObject({ revoked: true })
  })

  it('pulls a company of no customers', async () => {
    const world = await connected({ kind: 'empty' })
    expect(await pulled(world)).toMatchObject({ status: 'done', counts: { stored: 0, unchanged: 0, gone: 0 } })
  })

  it('writes nothing in a second pull', async () => {
    const world = await connected({ kind: 'generated', customers: 3_000 })
    expect(await pulled(world)).toMatchObject({ status: 'done', counts: { stored: 3_000 } })
    expect(await pulled(world)).toMatchObject({ counts: { stored: 0, unchanged: 3_000, gone: 0 } })
  })

  it('loses nothing while a bookkeeper renames, deactivates, bills and merges after every page', async () => {
    const world = await connected({ kind: 'generated', customers: 3_500 })
    world.simulator.switches.set('merge-with-subs', 'moved')
    world.simulator.switches.set('merged-record', 'gone')
    const ids = world.ids()
    const { bookkeeper } = world.company
    const ports = withBookkeeper(world, (page) => {
      bookkeeper.edit('Customer', ids[page * 999 - 1] ?? '', { DisplayName: `Aaa ${page}` })
      bookkeeper.deactivate('Customer', ids[page * 999 + 1] ?? '')
      bookkeeper.createInvoice(ids[page * 500] ?? '', 10)
      if (page === 1) bookkeeper.merge('Customer', ids[3_000] ?? '', ids[5] ?? '')
    })
    const run = await pulled(world, ports)
    expect(run.status).toBe('done')
    expect(run.reason).toBeUndefined()
    await expectTwin(world, ['BalanceWithJobs', 'FullyQualifiedName'])
    const second = await pulled(world)
    expect(second.status).toBe('done')
    await expectTwin(world)
    const left = new Set(world.ids())
    const lost = ids.filter((id) => !left.has(id))
    expect(lost).toHaveLength(1)
    const mirrors = await world.ports.mirrors.getMany(WORKSPACE, 'customer', lost)
    expect(mirrors.every(({ goneAt }) => goneAt !== undefined)).toBe(true)
  })

  it('gets through a 429, a refused token, a page of HTML and a cut answer', async () => {
    const world = await connected({ kind: 'generated', customers: 3_000 })
    const { faults } = world.simulator
    for (const [index, fault] of (
      [
        { kind: 'throttled' },
        { kind: 'unauthorized' },
        { kind: 'html', status: 503 },
        { kind: 'truncated' },
        { kind: 'reset' },
        { kind: 'fault-in-200' },
      ] as const
    ).entries()) {
      faults.add({ fault, nth: 3 + index, times: 1, path: '/v3/' })
    }
    expect(await pulled(world)).toMatchObject({ status: 'done', counts: { stored: 3_000 } })
    await expectTwin(world)
  })

  it('asks for a reconnect when the company has thrown the app out, and goes on after it', async () => {
    const world = await connected({ kind: 'generated', customers: 50 })
    const tokens = await world.ports.connections.tokens(WORKSPACE)
    await world.ports.consent.revoke(tokens?.refreshToken ?? '')
    expect((await pulled(world)).status).toBe('failed')
    expect((await describeConnection(world.ports, WORKSPACE)).connection?.status).toBe('reconnectNeeded')
    await world.connect()
    expect(await pulled(world)).toMatchObject({ status: 'done', counts: { stored: 50 } })
  })
})
