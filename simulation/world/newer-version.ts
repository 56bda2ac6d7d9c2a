import type { Contact } from '#core/records'
import type { Ledger, Settings, Write } from '#sync/ports'

/** A property that a newer version of the code stores, and that this one has never heard of. */
const LATER = 'knownToNewerCodeOnly'

/**
 * The newer version of the code, which runs beside this one during a deployment: it does the same and stores more, in
 * every shape. What it stored has to be there still when this version has written the same record again.
 */
export type NewerVersion = Readonly<{
  ledgerOf: (ledger: Ledger) => Ledger
  settingsOf: (settings: Settings) => Settings
  /** What this version has lost of it, in words. */
  lost: (workspace: string, contacts: ReadonlyMap<string, Contact>, settings: object) => Iterable<string>
  /** Whether it has stored anything. */
  hasStored: () => boolean
}>

export function createNewerVersion(): NewerVersion {
  const stored = new Map<string, Map<string, Contact>>()
  const chosen = new Set<string>()
  return {
    ledgerOf: (ledger) => ({
      ...ledger,
      commit: async (workspace, writes) => {
        const more = writes.map(withMore)
        const end = await ledger.commit(workspace, more)
        if (end !== 'committed') return end
        const contacts = stored.get(workspace) ?? new Map<string, Contact>()
        for (const write of more) if (write.kind === 'contact') contacts.set(write.contact.id, write.contact)
        stored.set(workspace, contacts)
        return end
      },
    }),
    settingsOf: (settings) => ({
      ...settings,
      save: async (workspace, content, ...rest) => {
        const end = await settings.save(workspace, later(content), ...rest)
        if (end === 'saved') chosen.add(workspace)
        return end
      },
    }),
    *lost(workspace, contacts, settings) {
      if (chosen.has(workspace) && !has(settings)) yield `${workspace}: its settings have lost what newer code stored`
      for (const [id, before] of stored.get(workspace) ?? []) {
        const now = contacts.get(id)
        if (now === undefined) continue
        const parts = [
          ['itself', now],
          ['its fields', now.fields],
          ...(now.link !== undefined && isSameLink(now.link, before.link)
            ? [['its link', now.link] as const, ['the base of its link', now.link.base] as const]
            : []),
        ] as const
        for (const [part, value] of parts)
          if (!has(value)) yield `${workspace}: contact ${id} has lost what newer code stored: ${part}`
      }
    },
    hasStored: () => stored.size + chosen.size > 0,
  }
}

function isSameLink(now: NonNullable<Contact['link']>, before: Contact['link']): boolean {
  return now.linkedAt === before?.linkedAt && now.recordId === before.recordId
}

function has(value: object): boolean {
  return LATER in value
}

function later<T extends object>(value: T): T {
  return { ...value, [LATER]: 'as it is' }
}

function withMore(write: Write): Write {
  switch (write.kind) {
    case 'contact':
      return { ...write, contact: laterContact(write.contact) }
    case 'journal':
      return { ...write, entry: later(write.entry) }
    case 'outcome':
      return { ...write, outcome: later(write.outcome) }
    case 'removeContact':
    case 'claim':
    case 'release':
      return write
  }
}

function laterContact(contact: Contact): Contact {
  const { link, refusal, hold, intent, conflicts, pins } = contact
  return later({
    ...contact,
    fields: later(contact.fields),
    people: contact.people.map(later),
    ...(link !== undefined && { link: later({ ...link, base: later(link.base) }) }),
    ...(refusal !== undefined && { refusal: later(refusal) }),
    ...(hold !== undefined && { hold: later(hold) }),
    ...(intent !== undefined && { intent: later({ ...intent, sent: later(intent.sent) }) }),
    ...(conflicts !== undefined && { conflicts: conflicts.map(later) }),
    ...(pins !== undefined && { pins: pins.map(later) }),
  })
}
