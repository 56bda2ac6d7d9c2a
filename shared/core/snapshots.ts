import { ADDRESS_FIELDS, type Address, type Contact, type Fields, type Snapshot, TEXT_FIELDS } from './records.ts'

const ADDRESS_LINES = ['line1', 'line2', 'line3', 'line4', 'line5', 'city', 'region', 'postalCode', 'country'] as const

/**
 * One string for all content that is synced, with keys in a fixed order: equal strings mean equal content.
 * It is what content hashes are taken of.
 */
export function canonical(snapshot: Snapshot): string {
  return JSON.stringify([
    snapshot.active,
    snapshot.parentRecordId ?? null,
    TEXT_FIELDS.map((name) => snapshot.fields[name] ?? null),
    ADDRESS_FIELDS.map((name) => addressLines(snapshot.fields[name])),
  ])
}

/** Whether two snapshots hold the same content, letter for letter. */
export function sameContent(a: Snapshot, b: Snapshot): boolean {
  return canonical(a) === canonical(b)
}

/** An address on one line, as lists show it; undefined when nothing is in it. */
export function addressLine(address: Address | undefined): string | undefined {
  const line = addressLines(address)
    .filter((part) => part !== null)
    .join(', ')
  return line === '' ? undefined : line
}

/** The contact as a side of a comparison. `parentRecordId` is the record that its parent is linked to. */
export function contactSnapshot(
  contact: Readonly<Pick<Contact, 'fields' | 'archived'>>,
  parentRecordId: string | undefined,
): Snapshot {
  return {
    fields: contact.fields,
    ...(parentRecordId !== undefined && { parentRecordId }),
    active: !contact.archived,
  }
}

/** Fields without those that are empty or undefined: '' and absent mean the same, and only absent is stored. */
export function withoutEmpty(fields: Readonly<Record<string, string | Address | undefined>>): Fields {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) =>
      typeof value === 'object' ? addressLine(value) !== undefined : value !== undefined && value !== '',
    ),
  )
}

/** The address's parts in a fixed order, null where one is empty. */
export function addressLines(address: Address | undefined): readonly (string | null)[] {
  return ADDRESS_LINES.map((line) => address?.[line] ?? null)
}
