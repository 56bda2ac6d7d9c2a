import { slotsOf } from '#core/entity-slots'
import { LIST_IS_OFF } from '#core/kept-back'
import { NAMING } from '#core/naming-slots'
import { type Plan, recordAfter } from '#core/plan'
import type { SyncSettings } from '#core/policies'
import type { Contact, Refusal, Slot, Snapshot } from '#core/records'
import { slotValue, withSlot } from '#core/slots'
import { contactSnapshot } from '#core/snapshots'
import { knownLists, wantedBy } from './name-way.ts'
import { birthFor, unplacedSlots, withoutUnplaced } from './push-birth.ts'
import { intend } from './push-intent.ts'
import { refuse, unmark } from './push-refuse.ts'
import { type Sent, sendIntent } from './push-send.ts'
import { CREATED_AS, type PushFor, type PushPorts, type PushSession, type Underway } from './push-session.ts'
import { droppedInWords } from './push-settle.ts'
import { forOther, goFor, type Others, putNameBack, refuseName } from './push-way.ts'
import { reconcile } from './reconcile.ts'
import { parentOf } from './reconcile-sides.ts'
import { PARENT_FIRST } from './wake-below.ts'

/** A contact that needs more rounds is being changed all the time; it stays marked for the next time. */
const MOST_ROUNDS = 12

export type Pushed =
  | Readonly<{ kind: 'created' | 'sent' }>
  /** Nothing had to be sent; `because` says why. */
  | Readonly<{ kind: 'unchanged'; because: string }>
  | Readonly<{ kind: 'refused'; refusal: Refusal }>
  /** A person has to look at it first. */
  | Readonly<{ kind: 'held'; because: string }>
  /** Somebody changes it all the time: it stays marked. */
  | Readonly<{ kind: 'busy' }>

/**
 * Brings one contact to QuickBooks: repeats and settles a write that is under way, plans from the three sides, writes,
 * and settles, until nothing is left to send. Whatever a worker dies in, the next one goes on from what is stored.
 * Throws what concerns the whole company (quickbooksThrottled, quickbooksDown, reconnectNeeded …); the contact stays
 * marked then.
 */
export async function pushContact(
  ports: PushPorts,
  session: PushSession,
  contactId: string,
  why: PushFor,
): Promise<Pushed> {
  const others: Others = { tried: new Set(), after: [], push: (id) => pushOther(ports, session, id) }
  try {
    const pushed = await pushOne(ports, session, contactId, why, others)
    for (const id of others.after) await others.push(id)
    return pushed
  } finally {
    others.unlock?.()
  }
}

/** Sends another contact for the sake of one, if it may be sent now. */
export async function pushOther(ports: PushPorts, session: PushSession, id: string): Promise<void> {
  const contact = await ports.contacts.get(session.workspace, id)
  const how = contact && (await forOther(session, contact))
  if (how?.kind !== 'may') return
  const { kind: _may, ...why } = how
  await pushContact(ports, session, id, { ...why, forAnother: true })
}

async function pushOne(
  ports: PushPorts,
  session: PushSession,
  contactId: string,
  why: PushFor,
  others: Others,
): Promise<Pushed> {
  let written: 'created' | 'sent' | undefined
  let stale = 0
  let toEmpty: readonly Slot[] = []
  const emptied = new Set<Slot>()
  for (let rounds = 0; rounds < MOST_ROUNDS; rounds++) {
    const step = await nextStep(ports, session, contactId, why, { stale, toEmpty, others })
    switch (step.kind) {
      case 'created':
      case 'sent': {
        written ??= step.kind
        if (step.done) return { kind: written }
        // What was emptied first and has its old lines again all the same will have them for ever.
        const asBefore = step.kept.filter((slot) => emptied.has(slot))
        if (asBefore.length > 0) {
          const contact = await ports.contacts.get(session.workspace, contactId)
          const red = contact && (await refuse(ports, session.workspace, contact, droppedInWords(asBefore)))
          if (red?.kind === 'refused') return red
        }
        for (const slot of step.kept) emptied.add(slot)
        toEmpty = step.kept
        break
      }
      case 'stale':
        stale += 1
        break
      case 'moved':
        break
      case 'unchanged':
        return written === undefined ? step : { kind: written }
      case 'refused':
      case 'held':
        return step
    }
  }
  return { kind: 'busy' }
}

/** `stale`: how often the record had moved. `toEmpty`: addresses that have to be emptied before they get fewer lines. */
type SoFar = Readonly<{ stale: number; toEmpty: readonly Slot[]; others: Others }>

type Step = Sent | Exclude<Pushed, { kind: 'created' | 'sent' | 'busy' }>

async function nextStep(
  ports: PushPorts,
  session: PushSession,
  contactId: string,
  why: PushFor,
  soFar: SoFar,
): Promise<Step> {
  const { workspace } = session
  const contact = await ports.contacts.get(workspace, contactId)
  if (contact === undefined) return { kind: 'unchanged', because: 'it is not in the CRM any more' }
  if (isUnderway(contact)) return sendIntent(ports, session, contact, { isRepeated: true, stale: soFar.stale })
  // A name in between is as good as a write that has begun.
  if (why.onlyUnderway === true && contact.passing === undefined)
    return { kind: 'unchanged', because: 'nothing is sent unless somebody asks' }
  if (!why.asked && contact.toPushSince === undefined) return { kind: 'unchanged', because: 'nothing waits to be sent' }
  if (contact.hold !== undefined) return held(ports, workspace, contact, contact.hold.reason)
  const entity = contact.link?.entity ?? CREATED_AS
  if (!session.settings.entities.includes(entity)) return refuse(ports, workspace, contact, OFF)
  return contact.link === undefined
    ? create(ports, session, contact, why, soFar)
    : update(ports, session, contact, why, soFar)
}

const OFF = {
  code: LIST_IS_OFF,
  reason: 'This QuickBooks list takes no part in the sync, by this workspace’s settings.',
  advice: 'Switch the list on in the settings. What waits is sent then by itself.',
}

async function create(
  ports: PushPorts,
  session: PushSession,
  contact: Contact,
  why: PushFor,
  { others }: SoFar,
): Promise<Step> {
  const { workspace, settings } = session
  if (contact.archived) return leave(ports, workspace, contact, 'it is archived, and was never in QuickBooks')
  // One that was refused has been asked for before.
  const isAskedFor = why.asked || contact.isCustomer || contact.refusal !== undefined
  if (!isAskedFor) return leave(ports, workspace, contact, 'it is not in the customer list')
  const parent = await parentOf(ports, workspace, contact, CREATED_AS)
  if (contact.parentId !== undefined && parent.recordId === undefined)
    return refuse(ports, workspace, contact, parent.isVendor ? VENDOR_PARENT : NO_PARENT)

  const { sent, slots } = contentOfCreate(contact, parent.recordId, settings)
  const wanted = {
    entity: CREATED_AS,
    fields: sent.fields,
    ...(parent.recordId !== undefined && { parentRecordId: parent.recordId }),
    known: knownLists(contact, settings),
  }
  const blocked = await goFor(ports, session, contact, wanted, why, others)
  if (blocked?.kind === 'step') return blocked.step
  if (blocked !== undefined) return refuseName(ports, workspace, contact, wanted, blocked.refused)
  const born = await birthFor(ports, session, contact, parent.recordId)
  if ('refused' in born) return refuse(ports, workspace, contact, born.refused)
  why.check?.(creation(sent, slots))
  const write = { operation: 'create', slots, sent, birth: born.birth } as const
  const underway = await intend(ports, workspace, contact, write, why)
  return underway === 'moved' ? MOVED : sendIntent(ports, session, underway, { isRepeated: false, stale: 0 })
}

/** What a customer is created with: everything that the contact holds, as far as the settings let it go. */
export function contentOfCreate(
  contact: Contact,
  parentRecordId: string | undefined,
  { pushNotes }: SyncSettings,
): Readonly<{ sent: Snapshot; slots: readonly Slot[] }> {
  const whole = contactSnapshot(contact, parentRecordId)
  const sent = pushNotes ? whole : withSlot(whole, 'notes', undefined)
  return { sent, slots: slotsOf(CREATED_AS).filter((slot) => slotValue(sent, slot) !== undefined) }
}

/** What a create does, in the words of a plan. */
export function creation(sent: Snapshot, slots: readonly Slot[]): Plan {
  const because = 'it is not in QuickBooks yet'
  const actions = slots.map(
    (slot) => ({ kind: 'push', slot, from: undefined, to: slotValue(sent, slot), because }) as const,
  )
  return { actions, because }
}

const MOVED = { kind: 'moved' } as const

export const VENDOR_PARENT = {
  code: PARENT_FIRST,
  reason: 'Its parent is a vendor in QuickBooks, and only customers have jobs there.',
  advice: 'Move it under a customer, or to the top.',
}

export const NO_PARENT = {
  code: PARENT_FIRST,
  reason: 'Its parent is not in QuickBooks yet, and QuickBooks wants a parent before its jobs.',
  advice: 'Send the parent first, or see why it is refused. Then this one follows by itself.',
}

async function update(
  ports: PushPorts,
  session: PushSession,
  contact: Contact,
  why: PushFor,
  { stale, toEmpty, others }: SoFar,
): Promise<Step> {
  const { workspace, settings } = session
  const { asked: _asked, ...reconcileWhy } = why
  const reconciled = await reconcile(ports, workspace, contact.id, { ...reconcileWhy, settings })
  if (reconciled === undefined) return MOVED
  const { contact: now, mirror, plan, toPush } = reconciled
  // Somebody else may have begun to send it, or unlinked it.
  if (now.intent !== undefined || now.link === undefined) return MOVED
  if (now.hold !== undefined || mirror === undefined) return held(ports, workspace, now, plan.because)
  if (toPush.length === 0) return leave(ports, workspace, now, plan.because)

  const emptied = toEmpty.filter((slot) => toPush.includes(slot) && slotValue(mirror.snapshot, slot) !== undefined)
  const sent = emptied.reduce((content, slot) => withSlot(content, slot, undefined), recordAfter(mirror.snapshot, plan))
  const unplaced = await unplacedSlots(ports, workspace, mirror, sent, toPush)
  const isPlaced = (slot: Slot) => unplaced?.slots.includes(slot) !== true
  const placed = withoutUnplaced(sent, mirror, unplaced?.slots ?? [])
  const wanted = wantedBy(mirror, placed, knownLists(now, settings))
  const isNamed = toPush.some((slot) => NAMING.has(slot) && isPlaced(slot)) && placed.active
  const blocked = isNamed ? await goFor(ports, session, now, wanted, why, others) : undefined
  if (blocked?.kind === 'step') return blocked.step
  const refused = blocked?.refused ?? unplaced?.refused
  const nameless = toPush.filter((slot) => isPlaced(slot) && (blocked === undefined || !NAMING.has(slot)))
  if (refused !== undefined && nameless.length === 0) {
    if (blocked === undefined) return refuse(ports, workspace, now, refused)
    const back = await putNameBack(ports, session, now, mirror, why)
    return back ?? refuseName(ports, workspace, now, wanted, refused)
  }
  // A name or a place that is refused holds up nothing else: it is what is left for the next round, and is refused then.
  const content = refused
    ? {
        slots: nameless,
        sent: nameless.reduce((only, slot) => withSlot(only, slot, slotValue(sent, slot)), mirror.snapshot),
      }
    : { slots: toPush, sent }
  const isPassing = plan.actions.some((action) => action.kind === 'push' && action.passing === true)
  // The name that an undo was about to put back is told as what it did.
  const undo = isPassing ? now.passing?.undo : undefined
  const passing = isPassing && undo === undefined && content.slots.includes('displayName') ? { passing: true } : {}
  const write = { operation: 'update', ...content, revision: mirror.revision, ...passing } as const
  const underway = await intend(ports, workspace, now, write, undo ?? why)
  return underway === 'moved'
    ? MOVED
    : sendIntent(ports, session, underway, { isRepeated: false, stale, before: mirror })
}

async function leave(ports: PushPorts, workspace: string, contact: Contact, because: string): Promise<Step> {
  return (await unmark(ports, workspace, contact)) === 'moved' ? MOVED : { kind: 'unchanged', because }
}

/** It is marked again by whoever resolves it, since it is planned anew then. */
async function held(ports: PushPorts, workspace: string, contact: Contact, because: string): Promise<Step> {
  return (await unmark(ports, workspace, contact)) === 'moved' ? MOVED : { kind: 'held', because }
}

function isUnderway(contact: Contact): contact is Underway {
  return contact.intent !== undefined
}
