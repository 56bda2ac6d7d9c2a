import { alikeName } from '#core/names'
import type { Contacts } from '#sync/ports'
import { inChunks } from './chunks.ts'
import { present } from './mirrors.ts'
import type { Store } from './store.ts'

export function createContacts(store: Store): Contacts {
  return {
    get: async (workspace, id) => store.contacts.of(workspace).whole.get(id),
    getMany: async (workspace, ids) => present(store.contacts.of(workspace).whole, ids),
    listByName: async (workspace, limit, after) => store.contacts.of(workspace).rows.page('contacts', limit, after),
    scan: (workspace) => inChunks(() => store.contacts.of(workspace).rows.values()),
    namedAlike: async (workspace, name) => [
      ...(store.contacts.of(workspace).byName.get(alikeName(name))?.values() ?? []),
    ],
    children: async (workspace, contactId) => [...(store.contacts.of(workspace).children.get(contactId) ?? [])],
    waiting: async (workspace, what) => {
      const { waiting } = store.contacts.of(workspace)
      const all = what === undefined ? [...waiting] : [[what, waiting.get(what) ?? []] as const]
      return all.flatMap(([on, ids]) => [...ids].map((contactId) => ({ contactId, what: on })))
    },
    history: async (workspace, contactId, limit, after) =>
      store.journal.of(workspace).of(contactId).page('history', limit, after),
  }
}
