import { slotsOfRecord } from '../../simulation/checker/values.ts'
import type { Evidence, SeenContact } from './edge-evidence.ts'
import type { Told, Written } from './edge-people.ts'

/** Every broken promise in words; none if what people were told holds. */
export function* brokenPromises(before: Evidence, after: Evidence, told: Told): Iterable<string> {
  yield* lost(after, told)
  yield* disagreements(after)
  yield* inventions(before, after, told)
  for (const { side, id } of told.made) {
    const all = side === 'crm' ? after.contacts : after.customers
    if (!all.some((one) => one.id === id)) yield `${side} ${id} was said to be made, and is not there`
  }
  for (const { loserId, acknowledged } of told.merged) {
    // What a merge leaves behind is inactive, or gone.
    if (acknowledged && after.customers.some(({ id, values }) => id === loserId && values.active !== 'false'))
      yield `customer ${loserId} was merged, and is there`
  }
}

/** Values that people were told are stored, and that are nowhere. */
function* lost(after: Evidence, told: Told): Iterable<string> {
  const bySpot = Map.groupBy(told.written, ({ side, id, slot }) => `${side} ${id} ${slot}`)
  for (const writes of bySpot.values()) {
    const at = writes.findLastIndex(({ acknowledged }) => acknowledged)
    const [last, ...unclear] = writes.slice(Math.max(at, 0))
    if (last?.acknowledged !== true) continue
    // One that nobody was told of may have come after it, and then stands for it.
    if ([last, ...unclear].some((write) => isKept(after, told, write))) continue
    yield `${last.slot} of ${last.side} ${last.id} was said to be “${last.value}”, which is nowhere: ${inFull(after, last)}`
  }
}

function isKept({ contacts, customers }: Evidence, told: Told, { side, id, slot, value }: Written): boolean {
  const contact = contacts.find((one) => (side === 'crm' ? one.id : one.link?.recordId) === id)
  const recordId = side === 'crm' ? contact?.link?.recordId : id
  const customer = customers.find((one) => one.id === recordId)
  // Whoever merges a customer away gives up what it holds.
  if (side === 'quickbooks' && customer === undefined) return told.merged.some(({ loserId }) => loserId === id)
  // Nobody has imported it: the holding area shows it.
  if (contact === undefined) return customer?.values[slot] === value && customer.mirror?.[slot] === value
  if (contact.values[slot] === value && customer?.values[slot] === value) return true
  if (contact.conflicts.some((open) => open.slot === slot && open[side] === value)) return true
  if (contact.isHeld && (side === 'crm' ? contact : customer)?.values[slot] === value) return true
  return contact.history
    .filter((change) => change.slot === slot)
    .some((change) =>
      // It gave way to the other side's; or it had come to the other side before somebody wrote over it.
      change.superseded
        ? change.side === side && change.from === value
        : change.side !== side && change.to === value && isWrittenOver(contact, told, slot),
    )
}

/** Whether somebody wrote what a contact holds now, on the other side or with a customer that it was merged into. */
function isWrittenOver(contact: SeenContact, told: Told, slot: string): boolean {
  const now = contact.values[slot]
  return (
    told.written.some((write) => write.slot === slot && write.value === now) ||
    told.merged.some(({ survivorId }) => survivorId === contact.link?.recordId)
  )
}

/** Both sides agree, or say why not. */
function* disagreements({ contacts, customers }: Evidence): Iterable<string> {
  const linked = contacts.flatMap(({ link }) => link?.recordId ?? [])
  if (new Set(linked).size < linked.length) yield `two contacts have one customer: ${linked.join()}`
  for (const customer of customers) {
    const { id, values, mirror } = customer
    const unlike = slotsOfRecord(false).filter((slot) => values[slot] !== mirror?.[slot])
    if (unlike.length > 0) yield `the holding area shows other ${unlike.join()} of customer ${id}`
  }
  for (const contact of contacts) {
    if (contact.isHeld) continue
    if (contact.dot === 'red' && contact.reason !== undefined) continue
    const customer = customers.find(({ id }) => id === contact.link?.recordId)
    if (customer === undefined) {
      yield `contact ${contact.id} has no customer, and does not say why: ${JSON.stringify(contact)}`
      continue
    }
    for (const slot of slotsOfRecord(false)) {
      const parent = contacts.find(({ id }) => id === contact.parentId)?.link?.recordId
      const here = slot === 'parent' ? parent : contact.values[slot]
      const isOpen = contact.conflicts.some((open) => open.slot === slot)
      if (here !== customer.values[slot] && !isOpen)
        yield `${slot} of contact ${contact.id} is “${here}”, of customer ${customer.id} “${customer.values[slot]}”`
    }
  }
}

/** Nothing was made twice, and no value is there that nobody wrote. */
function* inventions(before: Evidence, after: Evidence, told: Told): Iterable<string> {
  const names = after.customers.map(({ fullName }) => fullName)
  for (const name of new Set(names)) {
    if (names.filter((one) => one === name).length > 1) yield `there are two customers “${name}”`
  }
  const values = ({ contacts, customers }: Evidence) =>
    [...contacts, ...customers].flatMap((one) =>
      slotsOfRecord(false).map((slot) => ({ slot, value: one.values[slot] })),
    )
  const known = new Set([
    ...values(before).map(({ value }) => value),
    ...told.written.map(({ value }) => value),
    ...told.typed,
  ])
  for (const { slot, value } of values(after)) {
    if (slot !== 'parent' && !known.has(value)) yield `nobody wrote ${slot} “${value}”`
  }
}

function inFull({ contacts, customers }: Evidence, { side, id }: Written): string {
  const contact = contacts.find((one) => (side === 'crm' ? one.id : one.link?.recordId) === id)
  const recordId = side === 'crm' ? contact?.link?.recordId : id
  return JSON.stringify({ contact, customer: customers.find((one) => one.id === recordId) })
}
