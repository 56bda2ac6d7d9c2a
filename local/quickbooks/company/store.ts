import { compareBytes } from './byte-order.ts'
import { type NameEntity, type NameRecord, withoutOddSpaces } from './record.ts'
import { createSortedIndex, type SortedIndex } from './sorted-index.ts'

/** The orders that are kept sorted; any other order is sorted when asked for. */
export const KEPT_ORDERS = ['path', 'id', 'updated', 'created', 'name'] as const
export type KeptOrder = (typeof KEPT_ORDERS)[number]
export type Activity = 'all' | 'active' | 'inactive'
type Indexes = Readonly<Record<KeptOrder, SortedIndex<NameRecord>>>

const byId = (a: NameRecord, b: NameRecord): number => a.id - b.id

/** How each kept order compares; ties go by Id, so that paging is stable. */
export const COMPARE: Readonly<Record<KeptOrder, (a: NameRecord, b: NameRecord) => number>> = {
  path: (a, b) => compareBytes(a.path, b.path) || byId(a, b),
  id: byId,
  updated: (a, b) => a.updated - b.updated || byId(a, b),
  created: (a, b) => a.created - b.created || byId(a, b),
  name: (a, b) => compareBytes(a.lowerName, b.lowerName) || byId(a, b),
}

const createIndexes = (): Indexes => ({
  path: createSortedIndex(COMPARE.path),
  id: createSortedIndex(COMPARE.id),
  updated: createSortedIndex(COMPARE.updated),
  created: createSortedIndex(COMPARE.created),
  name: createSortedIndex(COMPARE.name),
})

/** Whatever its case, too. */
const spokenPath = (path: string): string => path.split(':').map(withoutOddSpaces).join(':').toLowerCase()

/** A record that is gone for good: merged away, or (by switch) shown as deleted to CDC. */
export interface Tombstone {
  readonly entity: NameEntity
  readonly id: number
  /** Epoch seconds. */
  readonly at: number
}

/** The orders in which a change moves the record. */
function movedOrders(record: NameRecord, to: RecordChange): readonly KeptOrder[] {
  const orders: KeptOrder[] = []
  if (to.path !== undefined && to.path !== record.path) orders.push('path')
  if (to.displayName !== undefined && to.displayName !== record.displayName) orders.push('name')
  if (to.updated !== undefined && to.updated !== record.updated) orders.push('updated')
  return orders
}

/** What can change of a record. */
export type RecordChange = Partial<
  Pick<
    NameRecord,
    'syncToken' | 'active' | 'updated' | 'edited' | 'displayName' | 'path' | 'parent' | 'balance' | 'fields'
  >
>

/** The records of one company. Customers, vendors and employees share one sequence of ids and one space of names. */
export interface Store {
  /** The next id of the sequence; taking it uses it up. */
  takeId(): number
  find(entity: NameEntity, id: number): NameRecord | undefined
  add(record: NameRecord): void
  /** Adds many at once, much faster; ids must be new. */
  addAll(records: readonly NameRecord[]): void
  /** Takes a record away and leaves a tombstone. */
  bury(record: NameRecord, at: number): void
  /** Takes over the tombstones of an earlier life; their ids are not given again. */
  addTombstones(tombstones: readonly Tombstone[]): void
  /** Changes a record, and its place in the orders that this moves. */
  change(record: NameRecord, to: RecordChange): void
  /** Another record of this path, whatever its entity; case does not matter. */
  holderOf(path: string, except?: NameRecord): NameRecord | undefined
  /** Whether another active record has this path but for outer and doubled spaces of names. */
  isAlikeHeld(path: string, except?: NameRecord): boolean
  /** All records of this path; case does not matter. */
  holdersOf(path: string): readonly NameRecord[]
  index(entity: NameEntity, activity: Activity, order: KeptOrder): SortedIndex<NameRecord>
  /** In order of time. */
  readonly tombstones: readonly Tombstone[]
}

export function createStore(): Store {
  const byIdOf: Record<NameEntity, Map<number, NameRecord>> = {
    Customer: new Map(),
    Vendor: new Map(),
    Employee: new Map(),
  }
  const views: Record<NameEntity, Record<Activity, Indexes>> = {
    Customer: { all: createIndexes(), active: createIndexes(), inactive: createIndexes() },
    Vendor: { all: createIndexes(), active: createIndexes(), inactive: createIndexes() },
    Employee: { all: createIndexes(), active: createIndexes(), inactive: createIndexes() },
  }
  // Nearly every path has one holder; only deactivated namesakes share one.
  const holders = new Map<string, NameRecord | readonly NameRecord[]>()
  const tombstones: Tombstone[] = []
  let nextId = 1

  const holdersOf = (path: string): readonly NameRecord[] => {
    const there = holders.get(path.toLowerCase())
    if (there === undefined) return []
    return 'entity' in there ? [there] : there
  }
  const hold = (record: NameRecord): void => {
    const key = record.path.toLowerCase()
    const there = holders.get(key)
    holders.set(key, there === undefined ? record : [...('entity' in there ? [there] : there), record])
  }
  const release = (record: NameRecord): void => {
    const key = record.path.toLowerCase()
    const there = holders.get(key)
    if (there === undefined) return
    const rest = 'entity' in there ? [] : there.filter((each) => each !== record)
    const [only] = rest
    if (only === undefined) holders.delete(key)
    else holders.set(key, rest.length === 1 ? only : rest)
  }
  const indexesOf = (record: NameRecord): readonly Indexes[] => [
    views[record.entity].all,
    views[record.entity][record.active ? 'active' : 'inactive'],
  ]
  const index = (record: NameRecord): void => {
    for (const indexes of indexesOf(record)) for (const order of KEPT_ORDERS) indexes[order].add(record)
    hold(record)
  }
  const unindex = (record: NameRecord): void => {
    for (const indexes of indexesOf(record)) for (const order of KEPT_ORDERS) indexes[order].remove(record)
    release(record)
  }
  const register = (record: NameRecord): void => {
    byIdOf[record.entity].set(record.id, record)
    nextId = Math.max(nextId, record.id + 1)
    if (record.parent !== undefined) {
      record.parent.children ??= new Set()
      record.parent.children.add(record)
    }
  }
  return {
    takeId: () => nextId++,
    find: (entity, id) => byIdOf[entity].get(id),
    add(record) {
      register(record)
      index(record)
    },
    addAll(records) {
      for (const record of records) {
        register(record)
        hold(record)
      }
      for (const entity of ['Customer', 'Vendor', 'Employee'] as const) {
        const all = [...byIdOf[entity].values()]
        for (const order of KEPT_ORDERS) {
          views[entity].all[order].fill(all)
          const sorted = [...views[entity].all[order].slice(0)]
          views[entity].active[order].fill(sorted.filter((each) => each.active))
          views[entity].inactive[order].fill(sorted.filter((each) => !each.active))
        }
      }
    },
    bury(record, at) {
      unindex(record)
      byIdOf[record.entity].delete(record.id)
      record.parent?.children?.delete(record)
      tombstones.push({ entity: record.entity, id: record.id, at })
      tombstones.sort((a, b) => a.at - b.at)
    },
    addTombstones(old) {
      tombstones.push(...old)
      tombstones.sort((a, b) => a.at - b.at)
      for (const { id } of old) nextId = Math.max(nextId, id + 1)
    },
    change(record, to) {
      const before = record.parent
      const moved = movedOrders(record, to)
      const changesActivity = to.active !== undefined && to.active !== record.active
      const renames = to.path !== undefined && to.path !== record.path
      const orders = changesActivity ? KEPT_ORDERS : moved
      for (const indexes of indexesOf(record)) for (const order of orders) indexes[order].remove(record)
      if (renames) release(record)
      Object.assign(record, to)
      if (to.displayName !== undefined) record.lowerName = to.displayName.toLowerCase()
      if (before !== record.parent) {
        before?.children?.delete(record)
        if (record.parent !== undefined) {
          record.parent.children ??= new Set()
          record.parent.children.add(record)
        }
      }
      for (const indexes of indexesOf(record)) for (const order of orders) indexes[order].add(record)
      if (renames) hold(record)
    },
    holderOf: (path, except) => holdersOf(path).find((each) => each !== except),
    holdersOf,
    isAlikeHeld(path, except) {
      const spoken = spokenPath(path)
      const entities = ['Customer', 'Vendor', 'Employee'] as const
      return entities.some((entity) =>
        [...views[entity].active.path.slice(0)].some((each) => each !== except && spokenPath(each.path) === spoken),
      )
    },
    index: (entity, activity, order) => views[entity][activity][order],
    tombstones,
  }
}
