import { awaitedRecord } from '#core/awaited'
import { DERIVED_SLOTS, derivedSlots } from '#core/derived-names'
import { NAMING } from '#core/naming-slots'
import { timesApart } from '#core/newest'
import { PASSING, plan } from '#core/plan'
import {
  ADDRESS_FIELDS,
  type AddressField,
  type Contact,
  type Hold,
  type JournalChange,
  type Link,
  type Mirror,
  type Pin,
  type PushIntent,
  type Slot,
  type Snapshot,
  type SourceRecord,
} from '#core/records'
import { slotValue, withSlot } from '#core/slots'
import { addressLines, contactSnapshot } from '#core/snapshots'
import { sameAsTyped, sameMeaning } from '#core/spelling'
import type { Write } from './ports.ts'
import { type Refused, refusalOf } from './push-refuse.ts'
import type { PushPorts, PushSession, Underway } from './push-session.ts'
import { reconcile } from './reconcile.ts'
import { change, linkValue } from './reconcile-apply.ts'
import { parentOf, passingNow, present, sidesOf, withoutPassing } from './reconcile-sides.ts'
import { changedAmong } from './store-records.ts'
import { WOKEN_AT_ONCE, wake, wokenBelow } from './wake-below.ts'
import { wakeWaiting } from './wake-waiting.ts'

export type Settled =
  /**
   * `done`: both sides agree now, and nothing waits any more. `kept`: addresses in which QuickBooks kept lines that were
   * to go.
   */
  | Readonly<{ kind: 'created' | 'sent'; done: boolean; kept: readonly Slot[] }>
  | Readonly<{ kind: 'refused'; refusal: NonNullable<Contact['refusal']> }>
  /** Another contact is linked to what was created: a person has to look. */
  | Readonly<{ kind: 'held'; because: string }>
  /** The contact has another intent by now, or none: it is looked at anew. */
  | Readonly<{ kind: 'moved' }>

/** When a create takes longer than this to be linked, somebody may have put others below what it made. */
const LATE_MS = 5_000

/**
 * Takes in what QuickBooks answered to a write: first the mirror, then, in one commit, the base, the end of the intent
 * and the journal. What QuickBooks made of a value differs from the base then and comes in as its own change; what it
 * dropped without a word makes the dot red, and is never taken for a deletion.
 *
 * The mirror goes first: as long as the intent stands, nobody else decides about the slots that it holds. `written` is the
 * revision that the write left, where `answer` is what it was answered with.
 */
export async function settle(
  ports: PushPorts,
  { workspace, settings, woke }: PushSession,
  underway: Underway,
  answer: SourceRecord,
  before: Mirror | undefined,
  { isOwnAnswer = false, written }: Readonly<{ isOwnAnswer?: boolean; written?: string }> = {},
): Promise<Settled> {
  const { intent } = underway
  const mirror = await takeIn(ports, workspace, answer, before)

  let contact: Contact | undefined = underway
  for (;;) {
    if (contact?.intent?.requestId !== intent.requestId) return { kind: 'moved' }
    const at = new Date(ports.clock.now()).toISOString()
    const isNew = intent.operation === 'create'
    const earlier = namedBefore(contact, before?.snapshot ?? contact.link?.base)
    const dropped = droppedSlots(intent, answer.snapshot, isNew ? undefined : earlier)
    const kept = keptAddresses(intent, answer.snapshot, earlier)
    const unlike = [...dropped, ...kept]
    const asMade = isOwnAnswer ? editedSince(contact, intent, answer.snapshot) : []
    const base = baseOf(contact.link?.base, intent, answer.snapshot, [...unlike, ...asMade])
    const link: Link = {
      linkedAt: at,
      ...(contact.link ?? { ownSpelling: {} }),
      entity: mirror.entity,
      recordId: mirror.id,
      base,
      revision: mirror.revision,
      ...(written !== undefined && { written }),
    }
    const { intent: _over, refusal: _old, toPushSince = at, pins = [], slotTimes: times, passing, ...rest } = contact
    const isPassing = passing !== undefined && passingNow({ passing, link }, mirror).passing !== undefined
    const parent = await parentOf(ports, workspace, contact, mirror.entity)
    const slotTimes = timesApart(times, contactSnapshot(contact, parent.recordId), base)
    const resting = pins.map((pin) => asAnswered(pin, intent, answer.snapshot))
    const linked: Contact = {
      ...rest,
      link,
      // Who is a customer in QuickBooks is one here.
      isCustomer: rest.isCustomer || isNew,
      ...(isPassing && passing !== undefined && { passing }),
      ...(resting.length > 0 && { pins: resting }),
      ...(slotTimes !== undefined && { slotTimes }),
    }
    const refusal =
      dropped.length > 0 ? refusalOf(contact.refusal, droppedInWords(dropped), ports.clock.now()) : undefined
    // A record that is gone by now leaves something to decide.
    const isHere = mirror.goneAt === undefined
    const done = isHere && refusal === undefined && isAtRest(linked, link, parent, mirror, settings)
    const after: Contact = done ? linked : { ...linked, toPushSince, ...(refusal !== undefined && { refusal }) }
    const sent = intent.slots.filter((slot) => !unlike.includes(slot))
    const isLate = Date.parse(at) - Date.parse(intent.at) > LATE_MS
    const ids = { contactId: contact.id, recordId: mirror.id }
    // Before the intent is over, so that whoever comes after a worker that died here wakes them again.
    if (intent.slots.some((slot) => NAMING.has(slot))) {
      const woken = await wakeWaiting(ports, workspace, [awaitedRecord(mirror.entity, mirror.id)], contact.id)
      await woke?.(woken)
    }
    const below = isNew ? await wokenBelow(ports, workspace, ids, { at, isLate }) : []
    const committed = await ports.ledger.commit(workspace, [
      { kind: 'contact', contact: after, expectedVersion: contact.version },
      ...(isNew ? [claimOf(mirror, contact.id)] : []),
      ...journal(ports, contact, intent, at, mirror, changesOf(sent, intent, earlier)),
      ...below.slice(0, WOKEN_AT_ONCE).map(wake),
    ])
    if (committed === 'committed') {
      // Whoever was changed in this very moment is found when it is due; a family this large is rare.
      for (const one of below.slice(WOKEN_AT_ONCE)) await ports.ledger.commit(workspace, [wake(one)])
      if (isLate) for (const { id } of below) await reconcile(ports, workspace, id, { actor: 'push', settings })
      if (refusal !== undefined) return { kind: 'refused', refusal }
      return { kind: isNew ? 'created' : 'sent', done, kept }
    }
    if (committed.conflict.kind === 'claim') return holdTaken(ports, workspace, contact, mirror)
    contact = await ports.contacts.get(workspace, contact.id)
  }
}

/**
 * Stores the answer to a write. A repeated one may be answered with an old answer: what is stored never gets older by
 * it, and what was read to be gone does not come back.
 */
async function takeIn(
  ports: Pick<PushPorts, 'mirrors' | 'digest'>,
  workspace: string,
  answer: SourceRecord,
  before: Mirror | undefined,
): Promise<Mirror> {
  const known = before ?? (await ports.mirrors.get(workspace, answer.entity, answer.id))
  if (known?.goneAt !== undefined) return known
  const [changed] = await changedAmong(ports, workspace, answer.entity, [answer], known === undefined ? [] : [known])
  if (changed !== undefined) await ports.mirrors.put(workspace, [changed])
  const stored = before === undefined ? await ports.mirrors.get(workspace, answer.entity, answer.id) : undefined
  const mirror = stored ?? changed ?? known
  if (mirror === undefined) throw new Error('A record that was just stored is not there.')
  return mirror
}

/**
 * What was created for a contact was imported as another one, before the two could be linked. Sent again, it would come
 * to the same for ever: the write is over, and a person decides which contact stays with the customer.
 */
async function holdTaken(
  ports: PushPorts,
  workspace: string,
  { intent: _over, toPushSince: _mark, refusal: _old, ...contact }: Contact,
  { id: survivorId }: Mirror,
): Promise<Settled> {
  const at = new Date(ports.clock.now()).toISOString()
  const because = 'the QuickBooks customer that was created for it is linked to another contact already'
  const hold: Hold = { code: 'createdTaken', reason: because, at, survivorId }
  const changes = [{ field: 'hold', to: hold.code }]
  const entry = {
    id: ports.ids.next(),
    at,
    contactId: contact.id,
    side: 'crm',
    actor: 'push',
    because,
    changes,
  } as const
  const committed = await ports.ledger.commit(workspace, [
    { kind: 'contact', contact: { ...contact, hold }, expectedVersion: contact.version },
    { kind: 'journal', entry },
  ])
  return committed === 'committed' ? { kind: 'held', because } : { kind: 'moved' }
}

/** Whether a record holds what an intent sent, so that the intent must have been carried out. */
export function holdsWhatWasSent({ slots, sent }: PushIntent, record: Snapshot): boolean {
  return slots.every((slot) => sameMeaning(slot, slotValue(sent, slot), slotValue(record, slot)))
}

/**
 * Whether a record is what an intent made of it: it holds what was sent, but for lines of addresses that were to go and
 * that QuickBooks kept (`keptAddresses`). `earlier` is what the record held before: where that meant the same already,
 * only the very letters that were sent tell that they were.
 */
export function isCarriedOut(intent: PushIntent, record: Snapshot, earlier: Snapshot | undefined): boolean {
  const { slots, sent } = intent
  return slots.every(
    (slot) =>
      sameAsTyped(slotValue(sent, slot), slotValue(record, slot)) ||
      (sameMeaning(slot, slotValue(sent, slot), slotValue(record, slot)) &&
        earlier !== undefined &&
        !sameMeaning(slot, slotValue(sent, slot), slotValue(earlier, slot))) ||
      ADDRESS_FIELDS.some((field) => field === slot && isMerged(field, sent, record, earlier)),
  )
}

function isMerged(field: AddressField, sent: Snapshot, record: Snapshot, earlier: Snapshot | undefined): boolean {
  const [wanted, was, is] = [sent, earlier, record].map((side) => addressLines(side?.fields[field]))
  return (
    wanted?.every((line, index) => line === is?.[index] || (line === null && is?.[index] === was?.[index])) ?? false
  )
}

/**
 * What QuickBooks took without keeping it. A text that was sent must be there in some form, and one that was emptied may
 * not be as it was, but for what QuickBooks derives anew; whether a record is active, and what it lies under, is either as
 * sent or not done.
 */
function droppedSlots(
  { slots, sent }: Pick<PushIntent, 'slots' | 'sent'>,
  answer: Snapshot,
  earlier: Snapshot | undefined,
): readonly Slot[] {
  return slots.filter((slot) => {
    const [wanted, got] = [slotValue(sent, slot), slotValue(answer, slot)]
    if (sameMeaning(slot, wanted, got)) return false
    if (slot === 'active' || slot === 'parent' || sameMeaning(slot, got, undefined)) return true
    const isEmptied = sameMeaning(slot, wanted, undefined) && !DERIVED_SLOTS.some((derived) => derived === slot)
    return isEmptied && earlier !== undefined && sameAsTyped(got, slotValue(earlier, slot))
  })
}

/**
 * The addresses in which a line that was to go is still there. Whether a sparse update replaces a nested object or
 * merges it is not documented (Accounting API: "Sparse update"); where it merges, an address has to be emptied first.
 */
function keptAddresses(
  { slots, sent }: Pick<PushIntent, 'slots' | 'sent'>,
  answer: Snapshot,
  earlier: Snapshot | undefined,
): readonly Slot[] {
  return ADDRESS_FIELDS.filter((field) => {
    const wanted = sent.fields[field]
    if (!slots.includes(field) || wanted === undefined) return false
    const [was, is] = [addressLines(earlier?.fields[field]), addressLines(answer.fields[field])]
    return addressLines(wanted).some((line, index) => line === null && is[index] !== null && is[index] === was[index])
  })
}

/**
 * The base once a write is answered: what was sent, so that what QuickBooks made of it is QuickBooks' own change. For
 * what it did not do (`unlike`) it is what QuickBooks holds, so that the CRM's value stays a change of the CRM alone.
 */
function baseOf(
  base: Snapshot | undefined,
  { slots, sent, passing }: PushIntent,
  answer: Snapshot,
  unlike: readonly Slot[],
): Snapshot {
  return slots
    .filter((slot) => passing !== true || slot !== 'displayName')
    .reduce(
      (after, slot) => withSlot(after, slot, slotValue(unlike.includes(slot) ? answer : sent, slot)),
      base ?? { fields: {}, active: true },
    )
}

/**
 * The slots that a person has changed again while they were on their way. What QuickBooks made of the letters that were
 * sent is nobody's wish then, and may not stand against the newer value.
 */
function editedSince({ fields }: Contact, { slots, sent }: PushIntent, answer: Snapshot): readonly Slot[] {
  return slots.filter((slot) => {
    if (slot === 'parent' || slot === 'active') return false
    const wanted = sent.fields[slot]
    return !sameAsTyped(fields[slot], wanted) && sameMeaning(slot, wanted, answer.fields[slot])
  })
}

/** An undone slot rests beside what QuickBooks made of the value that was put back there. */
function asAnswered(pin: Pin, { slots, sent }: PushIntent, answer: Snapshot): Pin {
  const { slot } = pin
  if (!slots.includes(slot) || !sameAsTyped(pin.quickbooks, slotValue(sent, slot))) return pin
  const { quickbooks: _sent, ...rest } = pin
  const made = slotValue(answer, slot)
  return { ...rest, ...(made !== undefined && { quickbooks: made }) }
}

/** Whether a plan made now would do nothing. */
function isAtRest(
  contact: Contact,
  link: Link,
  parent: Awaited<ReturnType<typeof parentOf>>,
  mirror: Mirror,
  settings: PushSession['settings'],
): boolean {
  const sides = {
    ...sidesOf(contact, link, contactSnapshot(contact, parent.recordId)),
    record: present(mirror, link.base, contact),
    resolutions: [],
    aside: parent.aside,
    ...passingNow(contact, mirror),
  }
  return plan(sides, settings).actions.every(({ kind }) => kind === 'keep')
}

function claimOf({ entity, id }: Mirror, contactId: string): Write {
  return { kind: 'claim', entity, recordId: id, contactId }
}

/** A record as it was before a write: a name in between was never its name. */
function namedBefore(contact: Contact, before: Snapshot | undefined): Snapshot | undefined {
  return before === undefined || contact.intent?.passing === true ? before : withoutPassing(contact, before)
}

function changesOf(
  slots: readonly Slot[],
  { sent, passing }: PushIntent,
  before: Snapshot | undefined,
): JournalChange[] {
  return slots.map((slot) => ({
    ...change(slot, before && slotValue(before, slot), slotValue(sent, slot)),
    ...(passing === true && slot === 'displayName' && { passing: true }),
    ...(derivedSlots(sent.fields).some((one) => one === slot) && { derived: true }),
  }))
}

function journal(
  { ids }: Pick<PushPorts, 'ids'>,
  { id: contactId, isCustomer }: Contact,
  { operation, actor, runId, passing, slots }: PushIntent,
  at: string,
  mirror: Mirror,
  sent: readonly JournalChange[],
): readonly Write[] {
  const isNew = operation === 'create'
  const link: readonly JournalChange[] = isNew ? [{ field: 'link', to: linkValue(mirror) }] : []
  const changes = [...link, ...sent]
  if (changes.length === 0) return []
  const isPassing = passing === true && slots.length === 1
  const because = isNew ? 'created in QuickBooks' : isPassing ? PASSING : 'sent to QuickBooks'
  const run = runId === undefined ? {} : { runId }
  const entry = (side: 'crm' | 'quickbooks', all: readonly JournalChange[]): Write => ({
    kind: 'journal',
    entry: { id: ids.next(), at, contactId, side, ...run, actor, because, changes: all },
  })
  const joins = isNew && !isCustomer ? [entry('crm', [{ field: 'isCustomer', from: false, to: true }])] : []
  return [entry('quickbooks', changes), ...joins]
}

export function droppedInWords(slots: readonly Slot[]): Refused {
  const names = slots.map((slot) => SLOT_WORDS[slot]).join(', ')
  return {
    code: 'dropped',
    reason: `QuickBooks took the change and did not keep it: ${names}.`,
    advice: 'Enter it in QuickBooks by hand, or take it out here. Nothing was deleted here.',
  }
}

const SLOT_WORDS: Readonly<Record<Slot, string>> = {
  displayName: 'name',
  companyName: 'company name',
  title: 'title',
  givenName: 'first name',
  middleName: 'middle name',
  familyName: 'last name',
  suffix: 'suffix of the name',
  printName: 'name to print on checks',
  email: 'e-mail address',
  phone: 'phone number',
  alternatePhone: 'alternate phone number',
  mobile: 'mobile number',
  fax: 'fax number',
  website: 'website',
  notes: 'notes',
  resaleNumber: 'resale number',
  customerTypeId: 'customer type',
  billAddress: 'billing address',
  shipAddress: 'shipping address',
  parent: 'parent',
  active: 'being active or inactive',
}
