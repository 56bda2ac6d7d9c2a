import type { FieldError } from './errors.ts'
import type { ContactPerson } from './records.ts'
import { utf8Length } from './utf8.ts'

/**
 * DynamoDB keeps at most 400 KB in an item. A contact has its people beside everything else that it is, which is up to
 * 300 KB where every field is as long as QuickBooks takes it and differs on both sides.
 */
const MOST_BYTES = 64_000
/** An entry of the history tells who left and who came, beside the fields that changed with them. */
const MOST_BYTES_CHANGED = 250_000

/** The people that differ, as the history tells it: who is the same in both is in neither; all where only their order is. */
export function peopleChanged(
  before: readonly ContactPerson[],
  after: readonly ContactPerson[],
): Readonly<{ from: readonly ContactPerson[]; to: readonly ContactPerson[] }> | undefined {
  if (before.length === after.length && before.map(told).every((text, index) => text === told(after[index])))
    return undefined
  const from = without(before, after)
  const to = without(after, before)
  return from.length + to.length === 0 ? { from: before, to: after } : { from, to }
}

/** Why the people that an edit leaves are too much to be stored. What was more before may always become less. */
export function peopleSizeErrors(
  before: readonly ContactPerson[],
  after: readonly ContactPerson[],
): readonly FieldError[] {
  const changed = peopleChanged(before, after)
  if (changed === undefined) return []
  const bytes = bytesOf(after)
  if (bytes > MOST_BYTES && bytes >= bytesOf(before)) return [{ path: 'people', message: TOO_MUCH(bytes) }]
  return bytesOf(changed.from) + bytesOf(changed.to) > MOST_BYTES_CHANGED ? [{ path: 'people', message: AT_ONCE }] : []
}

const TOO_MUCH = (bytes: number) =>
  `All people of a contact together can take ${MOST_BYTES} bytes, and these take ${bytes}. Leave some out, or shorten what is said of them.`
const AT_ONCE = 'So many people cannot be changed in one edit. Take some out first, and then the others.'

/** The same for the same person: a table keeps no order of properties. */
function told(person: ContactPerson | undefined): string {
  return JSON.stringify(person, (_name, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  )
}

/** Without as many of each as the others have. */
function without(people: readonly ContactPerson[], others: readonly ContactPerson[]): readonly ContactPerson[] {
  const left = new Map<string, number>()
  for (const text of others.map(told)) left.set(text, (left.get(text) ?? 0) + 1)
  return people.filter((person) => {
    const text = told(person)
    const count = left.get(text) ?? 0
    left.set(text, count - 1)
    return count <= 0
  })
}

/** JSON takes more than DynamoDB does: quotes and commas, where DynamoDB counts a byte a property. */
function bytesOf(people: readonly ContactPerson[]): number {
  return utf8Length(JSON.stringify(people))
}
