import { type DerivedSlot, isDerived, NAME_PARTS } from '#core/derived-names'
import type { Contact } from '#core/records'
import type { Evidence } from './evidence.ts'
import { plainName, slotsOfRecord, valuesOfContact, valuesOfRecord } from './values.ts'
import type { Witness } from './witness.ts'

/** Refusals that a person has to do something about; any other must have gone by itself once nothing goes wrong. */
const LASTING = new Set([
  // A name that QuickBooks will not take, or not twice.
  '6240',
  'nameTaken',
  'nameAwaited',
  'nameInvalid',
  'parentFirst',
  'dropped',
  // What QuickBooks has no place for.
  'isProject',
  'parentIsProject',
  'otherCurrency',
  'currencyNotActive',
  'noMulticurrency',
])
/** What QuickBooks itself refuses for good. */
const OF_QUICKBOOKS = /^\d{3,5}$/

/**
 * Promise 3: when faults stop, both sides agree within two rounds. What differs has to say why: an open conflict, a
 * refusal in words, a hold, a pin or a setting.
 */
export function* disagreements(evidence: Evidence, witness: Witness): Iterable<string> {
  const { contacts, records, mirrors, settings, tenant, toRead, runs, connection } = evidence
  const { workspace } = tenant
  if (connection?.status !== 'connected') yield `${workspace}: the connection is ${connection?.status ?? 'not there'}`
  if (toRead > 0) yield `${workspace}: ${toRead} records are still marked to be read`
  if (evidence.isReplanning) yield `${workspace}: what the settings let through is not all planned anew`
  for (const run of runs) {
    if (run.finishedAt === undefined)
      yield `${workspace}: the ${run.kind} ${run.id} is still ${run.status} (${run.reason ?? ''})`
  }
  for (const [id, record] of records) {
    if (!takesPart(evidence, id)) continue
    const mirror = mirrors.get(id)
    if (mirror === undefined || mirror.goneAt !== undefined) {
      yield `${workspace}: customer ${id} is in QuickBooks, and ${mirror === undefined ? 'no mirror shows it' : 'its mirror says it is gone'}`
      continue
    }
    const [held, real] = [valuesOfRecord(mirror.raw), valuesOfRecord(record)]
    for (const slot of slotsOfRecord(evidence.vendors.has(id))) {
      if (held[slot] !== real[slot])
        yield `${workspace}: the mirror of customer ${id} shows ${slot} ${told(held[slot])}, QuickBooks holds ${told(real[slot])}`
    }
  }
  for (const [id, mirror] of mirrors) {
    if (mirror.goneAt === undefined && !records.has(id) && settings.entities.includes(mirror.entity))
      yield `${workspace}: customer ${id} is gone, and its mirror stays`
  }
  for (const contact of contacts.values()) yield* disagreementsOf(evidence, witness, contact)
}

function* disagreementsOf(evidence: Evidence, witness: Witness, contact: Contact): Iterable<string> {
  const { contacts, records, settings, tenant } = evidence
  const name = `${tenant.workspace}: contact ${contact.id}`
  const { link, hold, refusal } = contact
  if (contact.intent !== undefined && refusal === undefined) yield `${name} still has a write under way`
  // Where people have to ask, what failed waits for them to ask again.
  const isTriedAgain = settings.push === 'automatic'
  const isListOff = refusal?.code === 'listIsOff' && !settings.entities.includes(link?.entity ?? 'customer')
  if (
    isTriedAgain &&
    refusal !== undefined &&
    !isListOff &&
    !LASTING.has(refusal.code) &&
    !OF_QUICKBOOKS.test(refusal.code)
  )
    yield `${name} is still refused with ${refusal.code}: ${refusal.reason}`
  if (isPassingIn([contact.fields, link?.base, contact.pins, contact.conflicts]))
    yield `${name} has taken a name in between for somebody's own`
  if (isTriedAgain && refusal !== undefined && ABOUT_NAMES.has(refusal.code) && !isNameHeld(evidence, contact))
    yield `${name} is refused with ${refusal.code}, and nobody holds its name: ${refusal.reason}`
  if (hold !== undefined) return
  if (link === undefined) {
    const waits = contact.toPushSince !== undefined && refusal === undefined && settings.push === 'automatic'
    if (waits) yield `${name} waits to be created in QuickBooks, and nothing says why it is not`
    return
  }
  if (!settings.entities.includes(link.entity)) return
  const record = records.get(link.recordId)
  if (record === undefined) {
    yield `${name} is linked to customer ${link.recordId}, which is not in QuickBooks, and no hold says so`
    return
  }
  const crm = valuesOfContact(contact)
  const quickbooks = valuesOfRecord(record)
  for (const slot of slotsOfRecord(link.entity === 'vendor')) {
    const here = slot === 'parent' ? contacts.get(contact.parentId ?? '')?.link?.recordId : crm[slot]
    const there = quickbooks[slot]
    if (here === there) continue
    if (slot === 'displayName' && cameToMarked(witness, contact) && plainName(here) === there) continue
    if (contact.conflicts?.some((open) => open.slot === slot)) continue
    if ((slot === 'displayName' || slot === 'printName') && isAskedFrom(evidence, contact, slot)) continue
    if (contact.pins?.some((pin) => pin.slot === slot)) continue
    if (refusal !== undefined) continue
    if (slot === 'notes' && !settings.pushNotes) continue
    if (slot === 'parent' && isBetweenWorlds(evidence, contact, there)) continue
    if (settings.push === 'whenAsked' && contact.toPushSince !== undefined) continue
    yield `${name} and customer ${link.recordId} differ in ${slot}: ${told(here)} in the CRM, ${told(there)} in QuickBooks`
  }
}

/** What nobody chose is on each side what that side derives, while people are asked about what it is derived from. */
function isAskedFrom({ mirrors }: Evidence, { fields, link, conflicts = [] }: Contact, slot: DerivedSlot): boolean {
  const mirror = mirrors.get(link?.recordId ?? '')
  if (mirror === undefined || ![fields, mirror.snapshot.fields].every((side) => isDerived(slot, side))) return false
  const origins = [...NAME_PARTS, 'companyName', 'displayName']
  return conflicts.some((open) => origins.includes(open.slot))
}

const ABOUT_NAMES = new Set(['6240', 'nameAwaited'])

/** Whether any text in it is a name in between. */
function isPassingIn(values: readonly unknown[]): boolean {
  return /\(changing names(?: \d+)?\)/.test(JSON.stringify(values))
}

/**
 * Whether another record has the name that the contact is to have, wherever that may be, or has it behind QuickBooks'
 * mark, which the contact's own record would get with the next deactivation.
 */
function isNameHeld({ records, employees }: Evidence, { fields, link }: Contact): boolean {
  const name = fields.displayName?.toLowerCase()
  const others = [...records].flatMap(([id, record]) => (id === link?.recordId ? [] : [record]))
  return [...others, ...employees].some(({ DisplayName }) => plainName(String(DisplayName))?.toLowerCase() === name)
}

/** Whether a record is of a list that the workspace has chosen. */
function takesPart({ settings, vendors }: Evidence, recordId: string): boolean {
  return settings.entities.includes(vendors.has(recordId) ? 'vendor' : 'customer')
}

/** A parent that the other side does not know, or holds in another way, keeps the two apart. */
function isBetweenWorlds({ contacts, mirrors }: Evidence, contact: Contact, recordParent: string | undefined): boolean {
  const parent = contact.parentId === undefined ? undefined : contacts.get(contact.parentId)
  if (parent !== undefined && parent.link?.entity !== 'customer') return true
  return recordParent !== undefined && mirrors.get(recordParent)?.contactId === undefined
}

/**
 * A contact that comes to an active customer which is called “X (deleted)”, by an import or a merge, takes that for its
 * name: nobody can tell any more whether somebody gave it that name.
 */
export function cameToMarked(witness: Witness, { id }: Pick<Contact, 'id'>): boolean {
  const beginnings = new Set(witness.ties().flatMap((tie) => (tie.contactId === id ? [tie.fromNumber] : [])))
  return witness
    .seen()
    .some(
      ({ side, id: of, slot, by, to, number }) =>
        side === 'crm' &&
        of === id &&
        slot === 'displayName' &&
        by === 'tandem' &&
        to !== plainName(to) &&
        beginnings.has(number),
    )
}

export function told(value: string | undefined): string {
  return value === undefined ? 'nothing' : `“${value}”`
}
