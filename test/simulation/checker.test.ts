import { afterEach, describe, expect, it, vi } from 'vitest'
import type * as Newest from '#core/newest'
import type * as Writes from '#quickbooks/writes'
import type { Company, Ports, Write } from '#sync/ports'
import { drawStory, live } from '../../simulation/run.ts'
import { shrink } from '../../simulation/shrink.ts'
import type { WorldSettings } from '../../simulation/world/settings.ts'

type LaterSideOf = typeof Newest.laterSide
type Fault = {
  /** How the engine finds out which side changed a field later. */
  laterSide?: ((rightly: LaterSideOf, ...asked: Parameters<LaterSideOf>) => Newest.LaterSide) | undefined
  /** What goes into an update beside what is meant to. */
  alsoSent?: Readonly<Record<string, null>> | undefined
}

/** A fault in Tandem that lies behind its ports. */
const fault: Fault = vi.hoisted(() => ({}))

vi.mock('#core/newest', async (original) => {
  const newest = await original<typeof Newest>()
  const laterSide: LaterSideOf = (...asked) =>
    fault.laterSide === undefined ? newest.laterSide(...asked) : fault.laterSide(newest.laterSide, ...asked)
  return { ...newest, laterSide }
})

vi.mock('#quickbooks/writes', async (original) => {
  const writes = await original<typeof Writes>()
  const changesToUpdate: typeof Writes.changesToUpdate = (...asked) => {
    const body = writes.changesToUpdate(...asked)
    return body === undefined ? undefined : { ...body, ...fault.alsoSent }
  }
  return { ...writes, changesToUpdate }
})

const ACTIONS = 50

/** What the checker finds in some runs of a Tandem that has this fault. */
async function found(
  sabotage: (ports: Ports) => Ports,
  seeds = 8,
  trouble: Partial<WorldSettings> = {},
): Promise<string> {
  const violations: string[] = []
  for (let seed = 1; seed <= seeds; seed++) {
    const { settings, ...story } = drawStory(String(seed), ACTIONS)
    const told = await live({ ...story, settings: { ...settings, ...trouble } }, { sabotage })
    violations.push(...told.violations)
  }
  return violations.join('\n')
}

const withLedger =
  (change: (writes: readonly Write[]) => readonly Write[]) =>
  (ports: Ports): Ports => ({
    ...ports,
    ledger: { commit: (workspace, writes) => ports.ledger.commit(workspace, change(writes)) },
  })

const withCompany =
  (change: (company: Company) => Partial<Company>) =>
  (ports: Ports): Ports => ({
    ...ports,
    quickbooks: {
      open: (realmId, gate) => {
        const company = ports.quickbooks.open(realmId, gate)
        return { ...company, ...change(company) }
      },
    },
  })

/** What the first workspace that has anything holds, whoever asks. */
async function ofAnyone<T>(own: string, get: (workspace: string) => Promise<T | undefined>): Promise<T | undefined> {
  for (const workspace of [own, 'acme', 'bolt']) {
    const found = await get(workspace)
    if (found !== undefined) return found
  }
  return undefined
}

describe('the checker', () => {
  afterEach(() => {
    fault.laterSide = undefined
    fault.alsoSent = undefined
  })

  it.each([
    [
      'whole records are compared',
      (rightly: LaterSideOf, slot, crm, record) =>
        rightly(slot, { changedAt: crm.changedAt }, { changedAt: record.changedAt }),
    ],
    ['the CRM is always taken for the later one', () => 'crm'],
    ['QuickBooks is always taken for the later one', () => 'quickbooks'],
    ['it is always said that nobody can tell', () => 'unknown'],
  ] as const satisfies readonly (readonly [string, Fault['laterSide']])[])(
    'finds that %s where the newest is to win',
    async (_what, laterSide) => {
      fault.laterSide = laterSide
      for (let seed = 1; seed <= 60; seed++) {
        const { settings, ...story } = drawStory(String(seed), ACTIONS)
        const told = await live({ ...story, settings })
        if (told.violations.some((one) => / won over .* s later on the other side$/.test(one))) return
      }
      expect.fail('nothing was found')
    },
    // Up to sixty worlds are lived before the fault is found.
    120_000,
  )

  it('finds that superseded values are not journalled', async () => {
    const forgetful = withLedger((writes) => writes.filter(({ kind }) => kind !== 'journal'))
    expect(await found(forgetful)).toMatch(/was overwritten with .* and is nowhere/)
  })

  it('finds that a record is written of which the mirror is never stored', async () => {
    const stale = (ports: Ports): Ports => ({ ...ports, mirrors: { ...ports.mirrors, put: async () => undefined } })
    expect(await found(stale, 1)).toMatch(/no mirror shows it/)
  })

  it('finds that a create is sent anew under another request id', async () => {
    let sent = 0
    const careless = withCompany((company) => ({
      create: (entity, content, requestId) => company.create(entity, content, `${requestId}${sent++}`.slice(-50)),
      byName: async () => ({ records: [] }),
      updatedSince: async () => ({ records: [] }),
      byIds: company.byIds,
    }))
    expect(await found(careless, 12, { intuit: 0.15 })).toMatch(/never linked to anything/)
  })

  it('finds that what was acknowledged is not stored', async () => {
    const lossy = withLedger((writes) =>
      writes.map((write) => {
        if (write.kind !== 'contact') return write
        const { phone: _lost, ...fields } = write.contact.fields
        return { ...write, contact: { ...write.contact, fields } }
      }),
    )
    expect(await found(lossy, 3)).toMatch(/differ in phone/)
  })

  it('finds that a write clears what Tandem knows nothing of', async () => {
    fault.alsoSent = { RelationshipInfo: null }
    const switches = { 'unknown-properties': 'one' } as const
    expect(await found((ports) => ports, 2, { switches })).toMatch(/RelationshipInfo of record .* was lost by a write/)
  })

  it('finds that a link is claimed by two', async () => {
    const greedy = withLedger((writes) => writes.filter(({ kind }) => kind !== 'claim'))
    expect(await found(greedy, 3)).toMatch(/whose mirror names nobody/)
  })

  it('finds that a person’s value is in the log', async () => {
    const chatty = (ports: Ports): Ports => ({
      ...ports,
      ledger: {
        commit: (workspace, writes) => {
          for (const write of writes) {
            if (write.kind === 'contact') ports.log.info('stored', { name: write.contact.fields.displayName })
          }
          return ports.ledger.commit(workspace, writes)
        },
      },
    })
    expect(await found(chatty, 1)).toMatch(/is in the log/)
  })

  it.each([
    [
      'a contact',
      (ports: Ports): Ports => ({
        ...ports,
        contacts: {
          ...ports.contacts,
          get: (of, id) => ofAnyone(of, (workspace) => ports.contacts.get(workspace, id)),
        },
      }),
      /was answered 200 to GET .contacts.*, which is (acme|bolt)’s/,
    ],
    [
      'a run',
      (ports: Ports): Ports => ({
        ...ports,
        runs: { ...ports.runs, get: (of, id) => ofAnyone(of, (workspace) => ports.runs.get(workspace, id)) },
      }),
      /was answered 200 to GET .runs.*, which is (acme|bolt)’s/,
    ],
    [
      'a run of the same key',
      (ports: Ports): Ports => ({
        ...ports,
        idempotency: {
          begin: (_of, ...rest) => ports.idempotency.begin('acme', ...rest),
          finish: (_of, ...rest) => ports.idempotency.finish('acme', ...rest),
          forget: (_of, ...rest) => ports.idempotency.forget('acme', ...rest),
        },
      }),
      /met the run of (acme|bolt) with its own key/,
    ],
  ])('finds that %s is given to another workspace', async (_what, sabotage, wording) => {
    expect(await found(sabotage, 30, { process: { yields: 0.3, dies: 0, fails: 0 } })).toMatch(wording)
  })

  it('shrinks what it finds to a story of a few actions', async () => {
    const sabotage = withLedger((writes) => writes.filter(({ kind }) => kind !== 'journal'))
    for (let seed = 1; ; seed++) {
      const story = drawStory(String(seed), ACTIONS)
      const told = await live(story, { sabotage })
      if (told.violations.length === 0) continue
      const shortest = await shrink(story, told, { mostLives: 60, sabotage })
      expect(shortest.told.violations).not.toEqual([])
      expect(shortest.story.actions.length).toBeLessThan(15)
      return
    }
  })
})
