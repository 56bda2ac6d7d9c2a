import { listName, recordName, sortKey } from '#core/names'
import type { Contact, ContactRow, Entity, JournalEntry, Mirror, MirrorRow, Outcome } from '#core/records'
import { contactRow, mirrorRow } from '#core/rows'
import { keep } from './keep.ts'
import { createOrderedList, type OrderedList } from './ordered-list.ts'
import { createTables, type Tables } from './tables.ts'

type MirrorTable = Readonly<{ whole: Map<string, Mirror>; rows: OrderedList<MirrorRow> }>
type ContactTable = Readonly<{
  whole: Map<string, Contact>
  rows: OrderedList<ContactRow>
  byName: Map<string, ReadonlyMap<string, ContactRow>>
}>

/** What the record ports and the ledger share: one workspace's records never lie in another's table. */
export type Store = Readonly<{
  mirrors: Readonly<Record<Entity, Tables<MirrorTable>>>
  contacts: Tables<ContactTable>
  /** By contact, oldest first. */
  journal: Tables<Tables<OrderedList<JournalEntry>>>
  /** By run, in order of record id. */
  outcomes: Tables<Tables<OrderedList<Outcome>>>
}>

export function createStore(): Store {
  const mirrorTable = (): MirrorTable => ({ whole: new Map(), rows: createOrderedList() })
  return {
    mirrors: { customer: createTables(mirrorTable), vendor: createTables(mirrorTable) },
    contacts: createTables(() => ({ whole: new Map(), rows: createOrderedList(), byName: new Map() })),
    journal: createTables(() => createTables(() => createOrderedList())),
    outcomes: createTables(() => createTables(() => createOrderedList())),
  }
}

export function storeMirror(store: Store, workspace: string, mirror: Mirror): void {
  const { whole, rows } = store.mirrors[mirror.entity].of(workspace)
  const kept = keep(mirror)
  whole.set(kept.id, kept)
  rows.set(kept.id, sortKey(recordName(kept.snapshot.fields), kept.id), keep(mirrorRow(kept)))
}

export function storeContact(store: Store, workspace: string, contact: Contact): void {
  const { whole, rows, byName } = store.contacts.of(workspace)
  const kept = keep(contact)
  const row = keep(contactRow(kept))
  const before = rows.get(row.id)
  whole.set(kept.id, kept)
  rows.set(row.id, sortKey(listName(kept), row.id), row)
  if (before !== undefined) {
    byName.set(before.name, new Map([...namesakes(byName, before.name)].filter(([id]) => id !== row.id)))
  }
  byName.set(row.name, new Map([...namesakes(byName, row.name), [row.id, row]]))
}

function namesakes(byName: ContactTable['byName'], name: string): ReadonlyMap<string, ContactRow> {
  return byName.get(name) ?? new Map()
}
