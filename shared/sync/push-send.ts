import { awaitedRecord } from '#core/awaited'
import { type Problem, problemOf } from '#core/errors'
import { gone } from '#core/observe'
import type { Contact, Mirror, SourceRecord } from '#core/records'
import { wordsOfRefusal } from '#core/refusals'
import { slotValue } from '#core/slots'
import { whatTheLostCreateMade } from './push-lost-create.ts'
import { findNamesake, holderOfName, nameRefusal, takenUnseen, type WantedName } from './push-name.ts'
import { dropIntent, type Refused, refuse } from './push-refuse.ts'
import { CREATED_AS, type PushPorts, type PushSession, type Underway } from './push-session.ts'
import { isCarriedOut, type Settled, settle } from './push-settle.ts'
import { changedAmong } from './store-records.ts'

/** How often a record may be found changed in QuickBooks while one change of it is sent. */
const MOST_STALE = 3
/** A write that is not answered for this long is its record's own trouble, and not an outage of a moment. */
const NO_ANSWER_MS = 120_000

export type Sent =
  | Settled
  /** QuickBooks holds something newer, which is stored now: it is planned anew. */
  | Readonly<{ kind: 'stale' }>

/**
 * Carries out the intent of a contact and settles it. `isRepeated`: it may have been sent before, by a worker that did
 * not live to see the answer. `stale`: how often the record had moved already.
 * Throws what concerns the whole company: quickbooksThrottled, quickbooksDown, the end of the grant …
 */
export async function sendIntent(
  ports: PushPorts,
  session: PushSession,
  contact: Underway,
  { isRepeated, stale, before }: Readonly<{ isRepeated: boolean; stale: number; before?: Mirror }>,
): Promise<Sent> {
  try {
    return contact.intent.operation === 'create'
      ? await sendCreate(ports, session, contact, isRepeated)
      : await sendUpdate(ports, session, contact, stale, before)
  } catch (thrown) {
    const problem = problemOf(thrown)
    if (problem === undefined) throw thrown
    return afterTrouble(ports, session, contact, problem, thrown)
  }
}

/**
 * What a create that may have been sent has made is looked for first: whether and for how long QuickBooks remembers a
 * requestid is not documented, so that alone does not keep a second record from being made.
 */
async function sendCreate(
  ports: PushPorts,
  session: PushSession,
  contact: Underway,
  isRepeated: boolean,
): Promise<Settled> {
  const { intent } = contact
  let made = isRepeated ? await whatTheLostCreateMade(ports, session, contact) : undefined
  if (made === undefined) {
    const answer = await session.company.create(CREATED_AS, intent.sent, intent.requestId, intent.birth)
    made = isRepeated ? await asItIsNow(ports, session, answer) : answer
    const { revision } = answer
    if (made.revision === revision) {
      return settle(ports, session, contact, answer, undefined, { isOwnAnswer: !isRepeated, written: revision })
    }
  }
  // Whoever made it inactive, moved it or emptied something meanwhile has changed it: QuickBooks has dropped nothing.
  const isMoved = made.snapshot.parentRecordId !== intent.sent.parentRecordId
  const slots = intent.slots.filter(
    (slot) => slot !== 'active' && !(slot === 'parent' && isMoved) && slotValue(made.snapshot, slot) !== undefined,
  )
  return settle(ports, session, { ...contact, intent: { ...intent, slots } }, made, undefined)
}

/**
 * What a repeated create answers with may be what it answered first, however long ago: it is read again, and stored as
 * gone where it is not there any more. Answers the record as it is, or as it was last.
 */
async function asItIsNow(
  ports: PushPorts,
  { workspace, company }: PushSession,
  answer: SourceRecord,
): Promise<SourceRecord> {
  const { records } = await company.byIds(answer.entity, [answer.id])
  const [now] = records
  if (now !== undefined) return now
  const known = await ports.mirrors.get(workspace, answer.entity, answer.id)
  const [mirror = known] = await changedAmong(ports, workspace, answer.entity, [answer])
  if (mirror !== undefined)
    await ports.mirrors.put(workspace, [gone(mirror, new Date(ports.clock.now()).toISOString())])
  return answer
}

async function sendUpdate(
  ports: PushPorts,
  session: PushSession,
  contact: Underway,
  stale: number,
  planned: Mirror | undefined,
): Promise<Sent> {
  const { workspace, company } = session
  const { intent, link } = contact
  const mirror = planned ?? (link && (await ports.mirrors.get(workspace, link.entity, link.recordId)))
  if (link === undefined || mirror === undefined || mirror.goneAt !== undefined)
    return planAnew(ports, session, contact)
  // A record that moved on is either moved by this very write, or refuses it from now on.
  if (mirror.revision !== intent.revision) return afterMove(ports, session, contact, mirror)
  try {
    const answer = await company.update(mirror, intent.sent, intent.requestId)
    // One that differed in nothing was not sent, and moved nothing.
    const written = answer.revision === mirror.revision ? {} : { written: answer.revision }
    return await settle(ports, session, contact, answer, mirror, { isOwnAnswer: true, ...written })
  } catch (thrown) {
    const problem = problemOf(thrown)
    if (problem?.kind !== 'quickbooksRefused' || !MAY_HAVE_MOVED.includes(problem.code)) throw thrown
    const now = await readAgain(ports, session, mirror)
    if (now === undefined) return planAnew(ports, session, contact)
    if (isCarriedOut(intent, now.snapshot, mirror.snapshot)) return settle(ports, session, contact, now, mirror)
    if (problem.code === NOT_FOUND || stale >= MOST_STALE) throw thrown
    await dropIntent(ports, workspace, contact)
    return { kind: 'stale' }
  }
}

const STALE = '5010'
const NOT_FOUND = '610'
/** The same request id with another body (Intuit: "Error codes"): the first one may have been carried out. */
const REQUEST_ID_USED = '600'
const MAY_HAVE_MOVED: readonly string[] = [STALE, NOT_FOUND, REQUEST_ID_USED]

async function afterMove(ports: PushPorts, session: PushSession, contact: Underway, mirror: Mirror): Promise<Settled> {
  return isCarriedOut(contact.intent, mirror.snapshot, contact.link?.base)
    ? settle(ports, session, contact, mirror, undefined)
    : planAnew(ports, session, contact)
}

async function planAnew(
  ports: PushPorts,
  { workspace }: PushSession,
  contact: Contact,
): Promise<Readonly<{ kind: 'moved' }>> {
  await dropIntent(ports, workspace, contact)
  return { kind: 'moved' }
}

/** The record as QuickBooks has it now, stored; undefined when it is gone, which is stored as well. */
async function readAgain(
  ports: PushPorts,
  { workspace, company }: PushSession,
  mirror: Mirror,
): Promise<SourceRecord | undefined> {
  const { records } = await company.byIds(mirror.entity, [mirror.id])
  const changed = await changedAmong(ports, workspace, mirror.entity, records)
  const lost = records.length === 0 ? [gone(mirror, new Date(ports.clock.now()).toISOString())] : []
  if (changed.length + lost.length > 0) await ports.mirrors.put(workspace, [...changed, ...lost])
  return records[0]
}

async function afterTrouble(
  ports: PushPorts,
  session: PushSession,
  contact: Underway,
  problem: Problem,
  thrown: unknown,
): Promise<Sent> {
  const { workspace } = session
  switch (problem.kind) {
    case 'quickbooksRefused': {
      const known = problem.code === NAME_TAKEN ? await whoHasTheName(ports, session, contact) : undefined
      // Somebody whom no mirror showed before: now that they are known, the way to the name can be found.
      if (known === 'moved') return planAnew(ports, session, contact)
      if (known !== undefined) return refuse(ports, workspace, contact, known)
      return refuse(ports, workspace, contact, refusedInWords(contact, problem))
    }
    case 'quickbooksDown':
    case 'quickbooksUnreadable': {
      const isLasting = ports.clock.now() - Date.parse(contact.intent.at) >= NO_ANSWER_MS
      const reason = `QuickBooks gives no answer to it: ${problem.reason}`
      // It goes behind the others then, so that a record on which QuickBooks fails does not stop its company for ever.
      if (isLasting) await refuse(ports, workspace, contact, { code: 'noAnswer', reason, advice: BY_ITSELF }, false)
      throw thrown
    }
    case 'readBudgetSpent': {
      const reason = `QuickBooks has to be asked about it first, and this workspace has used all its reads for ${problem.month}.`
      return refuse(ports, workspace, contact, { code: 'readBudgetSpent', reason, advice: BY_ITSELF }, false)
    }
    default:
      throw thrown
  }
}

const BY_ITSELF = 'Nothing needs to be done: it is tried again by itself.'

function refusedInWords({ intent, link }: Underway, problem: Extract<Problem, { kind: 'quickbooksRefused' }>): Refused {
  const { fields, parentRecordId } = intent.sent
  const entity = link?.entity ?? CREATED_AS
  const { code } = problem
  const own = link === undefined ? [] : [awaitedRecord(link.entity, link.recordId)]
  const parent = parentRecordId === undefined ? [] : [awaitedRecord(CREATED_AS, parentRecordId)]
  // Bookkeepers end these without a change of the contact: what they change is seen on the record or on its parent.
  const waitsFor = OF_ITS_OWN.includes(code) ? own : OF_ITS_PARENT.includes(code) ? [...own, ...parent] : []
  const words = wordsOfRefusal(problem, { entity, name: fields.displayName ?? '' })
  return { code, ...words, ...(waitsFor.length > 0 && { waitsFor }) }
}

/** A balance, or charges that are not billed. */
const OF_ITS_OWN: readonly string[] = ['6220', '6280']
/** Something that it refers to is inactive, gone or in the wrong place; open invoices of its parent. */
const OF_ITS_PARENT: readonly string[] = ['610', '620', '700', '800', '900', '6130', '6150', '6180', '2500']
const NAME_TAKEN = '6240'

/**
 * Why a name is refused, after QuickBooks was asked who has it; 'moved' where the lists that take part show now who it
 * is. Whoever was woken to try once more without knowing more is answered without a read: that is what makes it free.
 */
async function whoHasTheName(
  ports: PushPorts,
  session: PushSession,
  { intent, link, refusal }: Underway,
): Promise<Refused | 'moved'> {
  const { workspace, settings } = session
  const { fields, parentRecordId } = intent.sent
  const wanted: WantedName = {
    entity: link?.entity ?? CREATED_AS,
    fields,
    // What QuickBooks has refused is that the name is taken: it has passed every other check.
    held: fields,
    ...(parentRecordId !== undefined && { parentRecordId }),
    ...(link !== undefined && { ownId: link.recordId }),
  }
  const unseen = takenUnseen(wanted)
  const isWoken = refusal !== undefined && refusal.nextTryAt === undefined && refusal.reason === unseen.reason
  if (isWoken) return unseen
  try {
    await findNamesake(ports, session, wanted)
    const holder = await holderOfName(ports, workspace, { ...wanted, known: settings.entities })
    // Only who can send others as well finds a way to a name that they are to give up.
    if (holder !== undefined && session.forOther !== undefined) return 'moved'
    return (await nameRefusal(ports, workspace, wanted)) ?? unseen
  } catch (thrown) {
    // It is refused all the same; only who has the name stays unsaid.
    if (problemOf(thrown) === undefined) throw thrown
    return unseen
  }
}
