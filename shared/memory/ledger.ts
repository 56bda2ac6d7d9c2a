import { countChanges, indexChanges } from '#core/contact-index'
import type { Contact } from '#core/records'
import type { Ledger, Write } from '#sync/ports'
import { keep } from './keep.ts'
import { removeContact, type Store, storeContact, storeMirror } from './store.ts'

/** What one DynamoDB transaction holds. */
const MOST_ITEMS = 100

export function createLedger(store: Store): Ledger {
  return {
    commit: async (workspace, writes) => {
      const items = writes.reduce((sum, write) => sum + itemsOf(store, workspace, write), 0)
      if (items > MOST_ITEMS) throw new RangeError(`At most ${MOST_ITEMS} items commit together, not ${items}.`)
      const targets = new Set(writes.map(targetOf))
      if (targets.size < writes.length) throw new RangeError('Two writes of one commit go to the same record.')
      const conflict = writes.find((write) => isRefused(store, workspace, write))
      if (conflict !== undefined) return { conflict }
      for (const write of writes) apply(store, workspace, write)
      return 'committed'
    },
  }
}

function itemsOf(store: Store, workspace: string, write: Write): number {
  const { whole } = store.contacts.of(workspace)
  switch (write.kind) {
    case 'contact':
      return 1 + countChanges(indexChanges(whole.get(write.contact.id), write.contact))
    case 'removeContact':
      return 1 + countChanges(indexChanges(whole.get(write.contactId), undefined))
    case 'claim':
    case 'release':
    case 'journal':
    case 'outcome':
      return 1
  }
}

function targetOf(write: Write): string {
  switch (write.kind) {
    case 'contact':
      return JSON.stringify(['contact', write.contact.id])
    case 'removeContact':
      return JSON.stringify(['contact', write.contactId])
    case 'claim':
    case 'release':
      return JSON.stringify(['mirror', write.entity, write.recordId])
    case 'journal':
      return JSON.stringify(['journal', write.entry.contactId, write.entry.at, write.entry.id])
    case 'outcome':
      return JSON.stringify(['outcome', write.runId, write.outcome.recordId])
  }
}

function isRefused(store: Store, workspace: string, write: Write): boolean {
  switch (write.kind) {
    case 'contact':
      return store.contacts.of(workspace).whole.get(write.contact.id)?.version !== write.expectedVersion
    case 'removeContact':
      return store.contacts.of(workspace).whole.get(write.contactId)?.version !== write.expectedVersion
    case 'claim':
    case 'release': {
      const mirror = store.mirrors[write.entity].of(workspace).whole.get(write.recordId)
      return mirror === undefined || (mirror.contactId ?? write.contactId) !== write.contactId
    }
    case 'journal':
      return store.journal.of(workspace).of(write.entry.contactId).get(write.entry.id) !== undefined
    case 'outcome':
      return store.outcomes.of(workspace).of(write.runId).get(write.outcome.recordId) !== undefined
  }
}

function apply(store: Store, workspace: string, write: Write): void {
  switch (write.kind) {
    case 'contact': {
      const contact: Contact = { ...write.contact, version: (write.expectedVersion ?? 0) + 1 }
      storeContact(store, workspace, contact)
      return
    }
    case 'removeContact':
      removeContact(store, workspace, write.contactId)
      return
    case 'claim':
    case 'release': {
      const mirror = store.mirrors[write.entity].of(workspace).whole.get(write.recordId)
      if (mirror === undefined) return
      const { contactId: _, ...free } = mirror
      storeMirror(store, workspace, write.kind === 'claim' ? { ...free, contactId: write.contactId } : free)
      return
    }
    case 'journal': {
      const { contactId, at, id } = write.entry
      store.journal.of(workspace).of(contactId).set(id, `${at}#${id}`, keep(write.entry))
      return
    }
    case 'outcome': {
      const { recordId } = write.outcome
      store.outcomes.of(workspace).of(write.runId).set(recordId, recordId, keep(write.outcome))
    }
  }
}
