import type { AdminAct } from '#core/admin-acts'
import { indexChanges, pushDueAt, questionOf } from '#core/contact-index'
import { alikeName, ignoringCase, listName, recordName, sortKey } from '#core/names'
import type { ConflictRow, Contact, ContactRow, Entity, JournalEntry, Mirror, MirrorRow, Outcome } from '#core/records'
import { contactRow, mirrorRow } from '#core/rows'
import type { Settings } from '#sync/ports'
import { keep } from './keep.ts'
import { createOrderedList, type OrderedList } from './ordered-list.ts'
import { createTables, type Tables } from './tables.ts'

type MirrorTable = Readonly<{
  whole: Map<string, Mirror>
  rows: OrderedList<MirrorRow>
  /** Ids by full name, ignoring case. */
  byFullName: Map<string, Set<string>>
}>
type ContactTable = Readonly<{
  whole: Map<string, Contact>
  rows: OrderedList<ContactRow>
  byName: Map<string, ReadonlyMap<string, ContactRow>>
  children: Map<string, Set<string>>
  /** Ids by what their refusals wait for. */
  waiting: Map<string, Set<string>>
  /** When those that wait to be pushed are due, in epoch milliseconds. */
  toPush: Map<string, number>
}>

type StoredSettings = Awaited<ReturnType<Settings['get']>>

/** What the record ports, the settings and the ledger share: one workspace's records never lie in another's table. */
export type Store = Readonly<{
  mirrors: Readonly<Record<Entity, Tables<MirrorTable>>>
  contacts: Tables<ContactTable>
  /** The oldest first. */
  conflicts: Tables<OrderedList<ConflictRow>>
  /** By contact, oldest first. */
  journal: Tables<Tables<OrderedList<JournalEntry>>>
  /** By run, in order of record id. */
  outcomes: Tables<Tables<OrderedList<Outcome>>>
  settings: Map<string, StoredSettings>
  /** By id. */
  adminActs: Tables<Map<string, AdminAct>>
}>

export function createStore(): Store {
  const mirrorTable = (): MirrorTable => ({ whole: new Map(), rows: createOrderedList(), byFullName: new Map() })
  return {
    mirrors: { customer: createTables(mirrorTable), vendor: createTables(mirrorTable) },
    contacts: createTables(() => ({
      whole: new Map(),
      rows: createOrderedList(),
      byName: new Map(),
      children: new Map(),
      waiting: new Map(),
      toPush: new Map(),
    })),
    conflicts: createTables(() => createOrderedList()),
    journal: createTables(() => createTables(() => createOrderedList())),
    outcomes: createTables(() => createTables(() => createOrderedList())),
    settings: new Map(),
    adminActs: createTables(() => new Map()),
  }
}

export function storeMirror(store: Store, workspace: string, mirror: Mirror): void {
  const { whole, rows, byFullName } = store.mirrors[mirror.entity].of(workspace)
  const kept = keep(mirror)
  const before = whole.get(kept.id)
  whole.set(kept.id, kept)
  rows.set(kept.id, sortKey(recordName(kept.snapshot.fields), kept.id), Object.freeze(mirrorRow(kept)))
  if (before?.fullName === kept.fullName) return
  if (before !== undefined) takeOut(byFullName, ignoringCase(before.fullName), kept.id)
  putIn(byFullName, ignoringCase(kept.fullName), kept.id)
}

export function storeContact(store: Store, workspace: string, contact: Contact): void {
  const table = store.contacts.of(workspace)
  const kept = keep(contact)
  const row = keep(contactRow(kept))
  changeIndexes(store, workspace, table.whole.get(kept.id), kept)
  table.whole.set(kept.id, kept)
  table.rows.set(row.id, sortKey(listName(kept), row.id), row)
  const name = alikeName(row.name)
  table.byName.set(name, new Map([...namesakes(table, name), [row.id, row]]))
}

export function removeContact(store: Store, workspace: string, id: string): void {
  const { whole, rows } = store.contacts.of(workspace)
  changeIndexes(store, workspace, whole.get(id), undefined)
  whole.delete(id)
  rows.delete(id)
}

/** Takes the contact out of where it was found as it was, and puts it where it is found by all but its name. */
function changeIndexes(store: Store, workspace: string, before: Contact | undefined, after: Contact | undefined): void {
  const id = after?.id ?? before?.id
  if (id === undefined) return
  const table = store.contacts.of(workspace)
  const { leaves, joins, opens, closes, awaits, forgets } = indexChanges(before, after)
  for (const what of forgets) takeOut(table.waiting, what, id)
  for (const what of awaits) putIn(table.waiting, what, id)
  if (leaves !== undefined) takeOut(table.children, leaves, id)
  if (joins !== undefined) putIn(table.children, joins, id)
  const conflicts = store.conflicts.of(workspace)
  for (const question of closes) conflicts.delete(JSON.stringify([id, question]))
  for (const row of opens) {
    const question = questionOf(row)
    conflicts.set(JSON.stringify([id, question]), `${row.openedAt}#${id}#${question}`, keep(row))
  }
  const dueAt = after === undefined ? undefined : pushDueAt(after)
  if (dueAt === undefined) table.toPush.delete(id)
  else table.toPush.set(id, Date.parse(dueAt))
  if (before === undefined) return
  const name = alikeName(listName(before))
  table.byName.set(name, new Map([...namesakes(table, name)].filter(([other]) => other !== id)))
}

function namesakes({ byName }: ContactTable, name: string): ReadonlyMap<string, ContactRow> {
  return byName.get(name) ?? new Map()
}

function putIn(sets: Map<string, Set<string>>, key: string, id: string): void {
  const ids = sets.get(key)
  if (ids === undefined) sets.set(key, new Set([id]))
  else ids.add(id)
}

function takeOut(sets: Map<string, Set<string>>, key: string, id: string): void {
  const ids = sets.get(key)
  ids?.delete(id)
  if (ids?.size === 0) sets.delete(key)
}
