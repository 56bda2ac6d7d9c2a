import type { SyncSettings } from '#core/policies'
import type { Ledger, Mirrors, Settings } from '#sync/ports'
import type { Company } from '../../local/quickbooks/company/company.ts'
import type { JsonObject } from '../../local/quickbooks/company/json.ts'
import { CHECKED_SLOTS, strangeTo, type Value, type Values, valuesOfContact, valuesOfRecord } from './values.ts'

export type Side = 'crm' | 'quickbooks'

/** One value that changed on one side, as it took effect there. */
export type Seen = Readonly<{
  number: number
  atMs: number
  side: Side
  workspace: string
  /** The contact's id, or the record's. */
  id: string
  slot: string
  from: Value
  to: Value
  /** A person in the CRM or in QuickBooks' own screens, or Tandem. */
  by: 'person' | 'tandem'
  process: string
}>

/** A contact was created, or a record; by whom. */
export type Born = Readonly<{
  number: number
  atMs: number
  side: Side
  workspace: string
  id: string
  by: 'person' | 'tandem'
}>

/** Which contact was tied to which record, and from when to when. */
export type Tie = {
  readonly workspace: string
  readonly contactId: string
  readonly recordId: string
  readonly fromNumber: number
  untilNumber: number | undefined
}

/** Tandem kept what it had read of a record. */
export type Read = Readonly<{ number: number; workspace: string; id: string; values: Values; changedMs: number }>

/** A person chose other settings. */
export type Chosen = Readonly<{ number: number; atMs: number; workspace: string; settings: SyncSettings }>

export interface Witness {
  /** What a person wants the process to write; whatever else it writes, it writes by itself. */
  expect(process: string, wanted: Values): void
  /** The ledger that tells the witness what it committed, on behalf of a process. */
  ledgerOf(ledger: Ledger, process: string): Ledger
  /** The mirrors and settings that tell the witness what Tandem has read, and what people have chosen. */
  mirrorsOf(mirrors: Mirrors): Mirrors
  settingsOf(settings: Settings): Settings
  /** Watches a company; `workspace` is whose it is. */
  watch(workspace: string, company: Company): void
  seen(): readonly Seen[]
  reads(): readonly Read[]
  chosen(): readonly Chosen[]
  born(): readonly Born[]
  ties(): readonly Tie[]
  /** Contacts that were ever stored as a building. */
  buildings(): ReadonlySet<string>
  /** What Tandem did in QuickBooks that it never does: a job in another currency than its parent's, a project's end, a property lost. */
  misdeeds(): readonly string[]
  /** What a side holds now, as the witness knows it. */
  valuesNow(side: Side, workspace: string, id: string): Values | undefined
  /** Records that were merged into another. */
  merges(): readonly Readonly<{ workspace: string; loser: string; survivor: string; number: number }>[]
  /** The number of the last thing that was seen. */
  now(): number
}

export function createWitness(nowMs: () => number): Witness {
  const seen: Seen[] = []
  const reads: Read[] = []
  const chosen: Chosen[] = []
  const born: Born[] = []
  const ties: Tie[] = []
  const buildings = new Set<string>()
  const misdeeds: string[] = []
  const merges: Readonly<{ workspace: string; loser: string; survivor: string; number: number }>[] = []
  const shadows = new Map<string, Values>()
  const strange = new Map<string, ReadonlyMap<string, string>>()
  const wishes = new Map<string, Values>()
  const openTies = new Map<string, Tie>()
  let number = 0

  const sees = (
    side: Side,
    workspace: string,
    id: string,
    values: Values,
    byOf: (slot: string, to: Value) => Seen['by'],
    process: string,
  ) => {
    const key = JSON.stringify([side, workspace, id])
    const before = shadows.get(key)
    shadows.set(key, values)
    number += 1
    if (before === undefined)
      born.push({ number, atMs: nowMs(), side, workspace, id, by: byOf('active', values.active) })
    for (const slot of CHECKED_SLOTS) {
      const [from, to] = [before?.[slot], values[slot]]
      if (from !== to)
        seen.push({ number, atMs: nowMs(), side, workspace, id, slot, from, to, by: byOf(slot, to), process })
    }
  }
  const tie = (workspace: string, contactId: string, recordId: string | undefined) => {
    const key = JSON.stringify([workspace, contactId])
    const open = openTies.get(key)
    if (open?.recordId === recordId) return
    if (open !== undefined) open.untilNumber = number
    openTies.delete(key)
    if (recordId === undefined) return
    const made: Tie = { workspace, contactId, recordId, fromNumber: number, untilNumber: undefined }
    openTies.set(key, made)
    ties.push(made)
  }

  return {
    expect: (process, wanted) => {
      wishes.set(process, wanted)
    },
    ledgerOf: (ledger, process) => ({
      commit: async (workspace, writes) => {
        const end = await ledger.commit(workspace, writes)
        if (end !== 'committed') return end
        for (const write of writes) {
          if (write.kind === 'contact') {
            const { contact } = write
            const wanted = wishes.get(process) ?? {}
            const byOf = (slot: string, to: Value) => (slot in wanted && wanted[slot] === to ? 'person' : 'tandem')
            sees('crm', workspace, contact.id, valuesOfContact(contact), byOf, process)
            tie(workspace, contact.id, contact.link?.recordId)
            if (contact.kind === 'building') buildings.add(contact.id)
          }
          if (write.kind === 'removeContact') {
            number += 1
            tie(workspace, write.contactId, undefined)
            shadows.delete(JSON.stringify(['crm', workspace, write.contactId]))
          }
        }
        return end
      },
    }),
    mirrorsOf: (mirrors) => ({
      ...mirrors,
      put: async (workspace, put) => {
        await mirrors.put(workspace, put)
        for (const { id, raw, updatedAt } of put) {
          number += 1
          reads.push({ number, workspace, id, values: valuesOfRecord(raw), changedMs: Date.parse(updatedAt) })
        }
      },
    }),
    settingsOf: (settings) => ({
      ...settings,
      save: async (workspace, saved, ...rest) => {
        const end = await settings.save(workspace, saved, ...rest)
        number += 1
        if (end === 'saved') chosen.push({ number, atMs: nowMs(), workspace, settings: saved })
        return end
      },
    }),
    watch: (workspace, company) => {
      const look = (by: Seen['by'], process: string) => {
        for (const entity of ['Customer', 'Vendor'] as const) {
          for (const record of company.list({ entity, limit: 10_000 }).rows) {
            sees('quickbooks', workspace, String(record.Id), valuesOfRecord(record), () => by, process)
            strange.set(JSON.stringify([workspace, record.Id]), strangeTo(record))
          }
        }
      }
      look('person', 'before')
      company.onChange((change) => {
        if (change.entity !== 'Customer' && change.entity !== 'Vendor') return
        if (change.deletedId !== undefined) {
          number += 1
          merges.push({ workspace, loser: change.deletedId, survivor: change.id, number })
        }
        const before = shadows.get(JSON.stringify(['quickbooks', workspace, change.id]))
        if (change.byApp !== undefined && change.deletedId === undefined && change.entity === 'Customer')
          misdeeds.push(...misdeedsIn(company, change.id, before).map((what) => `${workspace}: ${what}`))
        if (change.byApp !== undefined) {
          const held = strange.get(JSON.stringify([workspace, change.id]))
          const left = company.read(change.entity, change.id)
          misdeeds.push(
            ...lostOf(held, left).map(
              (what) => `${workspace}: ${what} of record ${change.id} was lost by a write of Tandem`,
            ),
          )
        }
        look(change.byApp === undefined ? 'person' : 'tandem', change.byApp === undefined ? 'books' : 'app')
      })
    },
    seen: () => seen,
    reads: () => reads,
    chosen: () => chosen,
    born: () => born,
    ties: () => ties,
    buildings: () => buildings,
    misdeeds: () => misdeeds,
    merges: () => merges,
    valuesNow: (side, workspace, id) => shadows.get(JSON.stringify([side, workspace, id])),
    now: () => number,
  }
}

/** What a record held before a write that Tandem knows nothing of, and does not hold any more. */
function lostOf(held: ReadonlyMap<string, string> = new Map(), record: JsonObject = {}): readonly string[] {
  const left = strangeTo(record)
  return [...held.keys()].filter((property) => !left.has(property))
}

/** What an app's write to a customer did that Tandem never does; `before` is what it held, if it was there. */
function misdeedsIn(company: Company, id: string, before: Values | undefined): readonly string[] {
  const record = company.read('Customer', id)
  if (record === undefined) return []
  const after = valuesOfRecord(record)
  const { parent } = after
  const [own, parents] = [record, parent === undefined ? undefined : company.read('Customer', parent)].map((one) =>
    JSON.stringify(one?.CurrencyRef),
  )
  const isMoved = before?.parent !== parent
  // Whoever ends a customer ends its projects with it, where QuickBooks does so.
  const isEndedAbove = parent !== undefined && company.read('Customer', parent)?.Active === false
  return [
    ...(isMoved && parent !== undefined && own !== parents
      ? [`customer ${id} was put under ${parent} by Tandem in another currency`]
      : []),
    ...(record.IsProject === true
      ? ['displayName', 'parent', 'active']
          .filter((slot) => before?.[slot] !== after[slot] && !(slot === 'active' && isEndedAbove))
          .map((slot) => `the ${slot} of the project ${id} was changed by Tandem`)
      : []),
  ]
}
