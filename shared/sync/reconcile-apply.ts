import { ownSpelling } from '#core/link-base'
import { timesAfter, timesApart } from '#core/newest'
import { placedUnder } from '#core/place'
import { baseAfter, conflictsAfter, contactAfter, type Plan, type RecordFate, type Sides } from '#core/plan'
import type {
  Contact,
  Hold,
  JournalChange,
  Link,
  Mirror,
  OpenConflict,
  Pin,
  Slot,
  SlotValue,
  Snapshot,
} from '#core/records'
import { slotValue } from '#core/slots'
import { sameAsTyped } from '#core/spelling'
import type { GatheredSides } from './reconcile-sides.ts'

/** The contact once everything of the plan that goes towards the CRM is done, and what the journal says of it. */
export type Applied = Readonly<{
  contact: Contact
  /** Changes in the CRM, each with its reason. */
  crm: readonly Told[]
  /** Values of QuickBooks that gave way to the CRM's in a conflict. */
  quickbooks: readonly Told[]
}>
export type Told = Readonly<{ because: string; change: JournalChange }>

/** Applies a plan to the contact. What QuickBooks refused before its record changed is tried again at once. */
export function applyPlan(
  before: Contact,
  link: Link,
  { sides, mirror, parents }: GatheredSides,
  done: Plan,
  at: string,
): Applied {
  const held = holdOf(before, sides.record, done, at)
  if (held !== undefined) return held
  const crm = contactAfter(sides.contact.snapshot, done)
  const base = baseAfter(sides.base, done, false)
  const isStored = done.actions.some(({ kind }) => kind === 'store')
  const baseMoved = done.actions.some(
    (action) => action.kind === 'agree' || action.kind === 'store' || (action.kind === 'push' && action.superseded),
  )
  const {
    hold: _hold,
    conflicts: _open,
    pins: _pins,
    slotTimes: _times,
    passing,
    ...kept
  } = placedUnder(before, parentAfter(before, done, parents))
  // Whoever has given the record another name since has ended the one in between.
  const isPassing = before.intent !== undefined || sides.passing !== undefined
  // Those that were open before bring their own moment with them.
  const conflicts: readonly OpenConflict[] = conflictsAfter(before.conflicts ?? [], done).map((conflict) => ({
    openedAt: at,
    ...conflict,
  }))
  const underWay = before.intent?.slots ?? []
  const { record } = sides
  const pins = record.kind === 'present' ? restingPins(sides.pins, underWay, crm, record.side.snapshot) : before.pins
  const slotTimes = timesApart(timesAfter(before.slotTimes, decidedSlots(sides), at), crm, base)
  const times = slotTimes === undefined ? {} : { slotTimes }
  const moved: Link = baseMoved && mirror !== undefined ? { ...link, base, revision: mirror.revision } : link
  const contact: Contact = {
    ...kept,
    fields: crm.fields,
    archived: !crm.active,
    link: linkAfter(moved, { fields: crm.fields, ...times }),
    ...(conflicts.length > 0 && { conflicts }),
    ...(isPassing && passing !== undefined && { passing }),
    ...(pins !== undefined && pins.length > 0 && { pins }),
    ...times,
    ...(isStored && mirror !== undefined && { changedAt: later(before.changedAt, mirror.changedAt) }),
  }
  const isPushed = done.actions.some(({ kind }) => kind === 'push') || before.intent !== undefined
  const isWoken = baseMoved || (mirror?.updatedAt ?? '') > (before.refusal?.at ?? '')
  return {
    contact: isPushed ? waiting(contact, at, isWoken) : settled(contact),
    crm: toldOfCrm(before, contact, done),
    quickbooks: toldOfQuickBooks(done),
  }
}

/** With what of the contact's own spelling still stands, once that counts in this link or has anything to say. */
function linkAfter(link: Link, after: Pick<Contact, 'fields' | 'slotTimes'>): Link {
  const own = ownSpelling(link, after)
  return link.ownSpelling === undefined && Object.keys(own).length === 0 ? link : { ...link, ownSpelling: own }
}

/** Why nothing may be done to the contact; undefined when something may. The first moment and reason of a hold stay. */
function holdOf(before: Contact, record: RecordFate, done: Plan, at: string): Applied | undefined {
  const action = done.actions.find(({ kind }) => kind === 'hold')
  if (action?.kind !== 'hold') return undefined
  const survivor = record.kind === 'merged' ? { survivorId: record.survivorId } : {}
  const hold: Hold = { code: action.code, reason: action.because, at, ...survivor }
  const { hold: now } = before
  if (now?.code === hold.code && now.survivorId === hold.survivorId) return { contact: before, crm: [], quickbooks: [] }
  const change: JournalChange = { field: 'hold', ...(now && { from: now.code }), to: hold.code }
  return { contact: { ...before, hold }, crm: [{ because: action.because, change }], quickbooks: [] }
}

function waiting(contact: Contact, at: string, isWoken: boolean): Contact {
  const marked: Contact = { ...contact, toPushSince: contact.toPushSince ?? at }
  if (!isWoken || marked.refusal?.nextTryAt === undefined) return marked
  const { nextTryAt: _later, ...refusal } = marked.refusal
  return { ...marked, refusal }
}

/** Nothing is left to send: neither the mark nor an old refusal has anything to say any more. */
function settled({ toPushSince: _since, refusal: _refusal, ...contact }: Contact): Contact {
  return contact
}

function parentAfter(before: Contact, done: Plan, parents: GatheredSides['parents']): string | undefined {
  const stored = done.actions.find((action) => action.kind === 'store' && action.slot === 'parent')
  if (stored?.kind !== 'store') return before.parentId
  if (typeof stored.to !== 'string') return undefined
  const parent = parents.get(stored.to)
  // A store of a parent that the CRM does not know is barred from the plan.
  if (parent === undefined) throw new Error('A plan stores a parent that is not in the CRM.')
  return parent.contactId
}

/** An undone slot rests only as long as both sides are as the undo left them, and differ; or are about to be. */
function restingPins(pins: readonly Pin[], underWay: readonly Slot[], crm: Snapshot, record: Snapshot): readonly Pin[] {
  return pins.filter(
    ({ slot, ...pin }) =>
      underWay.includes(slot) ||
      (sameAsTyped(pin.crm, slotValue(crm, slot)) &&
        sameAsTyped(pin.quickbooks, slotValue(record, slot)) &&
        !sameAsTyped(slotValue(crm, slot), slotValue(record, slot))),
  )
}

/** What a person decides about the values that both sides hold now is a change made now. */
function decidedSlots({ contact, record, resolutions }: Sides): readonly Slot[] {
  if (record.kind !== 'present') return []
  const { snapshot } = record.side
  return resolutions.flatMap(({ slot, seen }) =>
    sameAsTyped(seen.crm, slotValue(contact.snapshot, slot)) && sameAsTyped(seen.quickbooks, slotValue(snapshot, slot))
      ? [slot]
      : [],
  )
}

function toldOfCrm(before: Contact, after: Contact, done: Plan): readonly Told[] {
  const stored = done.actions.flatMap((action): readonly Told[] => {
    if (action.kind !== 'store') return []
    const { slot, because, superseded } = action
    const change: JournalChange = {
      ...crmValues(slot, before, after, action),
      ...(superseded?.side === 'crm' && { superseded: true }),
    }
    return [{ because, change }]
  })
  const { hold } = before
  const freed =
    hold === undefined ? [] : [{ because: 'nothing holds it any more', change: { field: 'hold', from: hold.code } }]
  const because = 'its place in the hierarchy changed'
  return before.kind === after.kind
    ? [...freed, ...stored]
    : [...freed, ...stored, { because, change: { field: 'kind', from: before.kind, to: after.kind } }]
}

/** In the CRM's own words: who its parent is there, and whether it is archived. */
function crmValues(
  slot: Slot,
  before: Contact,
  after: Contact,
  { from, to }: Readonly<{ from: SlotValue; to: SlotValue }>,
): JournalChange {
  if (slot === 'parent') return change('parentId', before.parentId, after.parentId)
  if (slot === 'active') return change('archived', before.archived, after.archived)
  return change(slot, from, to)
}

function toldOfQuickBooks(done: Plan): readonly Told[] {
  return done.actions.flatMap((action): readonly Told[] =>
    action.kind === 'push' && action.superseded !== undefined
      ? [{ because: action.because, change: { ...change(action.slot, action.from, action.to), superseded: true } }]
      : [],
  )
}

/** A change as the journal keeps it; what is empty is left out. */
export function change(field: string, from: SlotValue, to: SlotValue): JournalChange {
  return { field, ...(from !== undefined && { from }), ...(to !== undefined && { to }) }
}

function later(a: string, b: string): string {
  return a > b ? a : b
}

/** What a mirror and its link are called in the journal. */
export function linkValue({
  entity,
  id,
}: Pick<Mirror, 'entity' | 'id'>): Readonly<{ entity: string; recordId: string }> {
  return { entity, recordId: id }
}
