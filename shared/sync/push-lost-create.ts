import { withoutLeftMark } from '#core/deactivation-mark'
import type { Contact, Fields, Slot, SourceRecord } from '#core/records'
import { slotValue } from '#core/slots'
import { sameMeaning } from '#core/spelling'
import { OVERLAP_MS } from './pull-sweep.ts'
import { CREATED_AS, type PushPorts, type PushSession, type Underway } from './push-session.ts'
import { holdsWhatWasSent } from './push-settle.ts'
import { readOn } from './read-on.ts'

/** What says nothing of a record's own: many have the same. */
const PLACES: readonly Slot[] = ['parent', 'active']

/**
 * The record that a lost create has made, as far as can be told, among those that were created since and that nobody is
 * linked to: the one of its name, or, where somebody has renamed it meanwhile, the only one that holds everything
 * else that was sent. Where there is none, the same among those that an import has brought in as another contact since;
 * of its own name none of them can be, since QuickBooks would refuse that name. Undefined: then it was never made.
 */
export async function whatTheLostCreateMade(
  ports: PushPorts,
  session: PushSession,
  { intent }: Underway,
): Promise<SourceRecord | undefined> {
  const created = await createdSince(session, intent.at)
  const holders = await holdersOf(ports, session, created)
  const free = created.filter(({ id }) => !holders.has(id))
  const [named, namesake] = free.filter((record) => isNamedAndLike(intent, record))
  if (named !== undefined) return namesake === undefined ? named : undefined
  const alike = created.filter((record) => isLikeButForTheName(intent, record))
  const [only, another] = alike.filter(({ id }) => !holders.has(id))
  if (only !== undefined) return another === undefined ? only : undefined
  const [taken, alsoTaken] = alike.filter(
    (record) => !isNamed(intent, record) && isImportedSince(intent.at, holders.get(record.id)),
  )
  return alsoTaken === undefined ? taken : undefined
}

/** A contact that brought its link along was imported; what was created for a contact is linked to it later. */
function isImportedSince(at: string, holder: Contact | undefined): boolean {
  return holder?.link !== undefined && holder.createdAt >= at && holder.createdAt === holder.link.linkedAt
}

/**
 * Its name, and all that was sent in its place; or, where somebody has edited or moved it meanwhile, its name and
 * something else that tells it from a namesake. An inactive one needs nothing else: QuickBooks would let a second
 * customer have its name, where of two active ones it refuses the second, so that a person decides.
 */
function isNamedAndLike(intent: Underway['intent'], { snapshot }: SourceRecord): boolean {
  const { slots, sent } = intent
  const holds = (slot: Slot) => sameMeaning(slot, slotValue(sent, slot), slotValue(snapshot, slot))
  if (!isNamed(intent, { snapshot })) return false
  if (!snapshot.active) return true
  if (holdsWhatWasSent(intent, { ...snapshot, active: true }) && holds('parent')) return true
  return slots.some((slot) => slot !== 'displayName' && slot !== 'printName' && !PLACES.includes(slot) && holds(slot))
}

/** A mark that was left on the name, when somebody made it inactive and active again, is no other name. */
function isNamed({ sent }: Underway['intent'], { snapshot }: Pick<SourceRecord, 'snapshot'>): boolean {
  const { displayName: wanted } = sent.fields
  const { displayName: name = '' } = snapshot.fields
  return sameMeaning('displayName', wanted, name) || sameMeaning('displayName', wanted, withoutLeftMark(name, [wanted]))
}

/**
 * What is printed on its checks, which tells it from others, and everything that was sent but its name and its place;
 * or, where somebody has edited it as well as renamed it, the very name that it had at first and something else.
 */
function isLikeButForTheName({ slots, sent }: Underway['intent'], { snapshot }: SourceRecord): boolean {
  const told = slots.filter((slot) => slot !== 'displayName' && slot !== 'printName' && !PLACES.includes(slot))
  const holds = (slot: Slot) => sameMeaning(slot, slotValue(sent, slot), slotValue(snapshot, slot))
  if (!isPrintedOn(sent.fields, snapshot.fields.printName)) return false
  const { printName, companyName } = sent.fields
  // Many have the same company's name.
  const isOwnName = printName === undefined && companyName === undefined
  return told.every(holds) || (isOwnName && told.some(holds))
}

/** The most of a name that QuickBooks prints on checks (Accounting API reference: Customer, PrintOnCheckName). */
const LONGEST_PRINTED = 110

/**
 * QuickBooks prints the company's name or the record's own where it is given nothing to print, cut where it is too long,
 * and a rename leaves that as it is. What the cut makes of a character of two units is not known: the last is left out.
 */
function isPrintedOn({ printName, companyName, displayName }: Fields, printed: string | undefined): boolean {
  if (printName !== undefined) return sameMeaning('printName', printName, printed)
  const kept = (name: string | undefined) =>
    name !== undefined && name.length >= LONGEST_PRINTED ? name.slice(0, LONGEST_PRINTED - 1) : name
  return [companyName, displayName].some(
    (name) => name !== undefined && sameMeaning('printName', kept(name), kept(printed)),
  )
}

/** By record: the contact that is linked to it. */
async function holdersOf(
  { mirrors, contacts }: Pick<PushPorts, 'mirrors' | 'contacts'>,
  { workspace }: PushSession,
  records: readonly SourceRecord[],
): Promise<ReadonlyMap<string, Contact | undefined>> {
  const ids = records.map(({ id }) => id)
  const stored = ids.length === 0 ? [] : await mirrors.getMany(workspace, CREATED_AS, ids)
  const linked = stored.flatMap(({ id, contactId }) => (contactId === undefined ? [] : [{ id, contactId }]))
  const contactIds = linked.map(({ contactId }) => contactId)
  const held = contactIds.length === 0 ? [] : await contacts.getMany(workspace, contactIds)
  const byId = new Map(held.map((contact) => [contact.id, contact]))
  return new Map(linked.map(({ id, contactId }) => [id, byId.get(contactId)]))
}

/** What was created since a moment: among all that changed since, which a query can ask for. */
async function createdSince({ company }: PushSession, at: string): Promise<readonly SourceRecord[]> {
  const since = new Date(Date.parse(at) - OVERLAP_MS).toISOString()
  const changed = await readOn(company, CREATED_AS, since, [])
  return changed.filter(({ createdAt = '' }) => createdAt >= since)
}
