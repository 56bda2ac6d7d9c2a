import { DERIVED_SLOTS, type DerivedSlot, following, isDerived, sourcesOf } from './derived-names.ts'
import { type CrmTimes, laterSide, type RecordTimes } from './newest.ts'
import { policyFor, type SyncSettings } from './policies.ts'
import {
  type Conflict,
  type Fields,
  type Pin,
  type SideName,
  SLOTS,
  type Slot,
  type SlotValue,
  type Snapshot,
} from './records.ts'
import { slotValue, withSlot } from './slots.ts'
import { sameAsTyped, sameMeaning } from './spelling.ts'

/** The contact, and what is known of when it changed. */
export type CrmSide = Readonly<{ snapshot: Snapshot }> & CrmTimes
/** The record, and what is known of when it changed. */
export type RecordSide = Readonly<{ snapshot: Snapshot }> & RecordTimes

/** What a person decided about an open conflict, and the two values that they saw when they did. */
export type Resolution = Readonly<{
  slot: Slot
  value: SlotValue
  seen: Readonly<{ crm: SlotValue; quickbooks: SlotValue }>
}>

/** What became of the QuickBooks record, as verified by a read. */
export type RecordFate =
  | Readonly<{ kind: 'present'; side: RecordSide }>
  | Readonly<{ kind: 'merged'; survivorId: string; survivorIsFree: boolean }>
  | Readonly<{ kind: 'gone' }>

export type Sides = Readonly<{
  contact: CrmSide
  record: RecordFate
  /** The values on which both sides last agreed; undefined for a contact that is to be created in QuickBooks. */
  base: Snapshot
  /** The contact's own spelling of values on which both agreed in other letters: holding it still is no change. */
  ownSpelling?: Fields
  openConflicts: readonly Conflict[]
  /** Slots that an undo put back: they stay apart while both values are as the undo left them. */
  pins: readonly Pin[]
  resolutions: readonly Resolution[]
  /** The slots that take part; all unless given. A vendor has no notes, no place in a hierarchy. */
  slots?: readonly Slot[]
  /** Slots that nothing is decided about for now, and why: on their way to QuickBooks, or not comparable yet. */
  aside?: readonly Aside[]
  /** What may not be done now, though the sides ask for it. */
  barriers?: readonly Barrier[]
  /** The name in between that the record has now; `record` shows the one before it. */
  passing?: string
}>

export type Aside = Readonly<{ slot: Slot; because: string }>

/** `instead` of the action the slot stays as it is ('keep'), or a conflict asks a person ('ask'). */
export type Barrier = Readonly<{ slot: Slot; action: 'store' | 'push'; instead: 'keep' | 'ask'; because: string }>

export type Superseded = Readonly<{ side: SideName; value: SlotValue }>

/** One thing to do, and why. Actions on different slots do not depend on each other. */
export type Action =
  /** Both sides hold the same: it becomes the base. */
  | Readonly<{ kind: 'agree'; slot: Slot; value: SlotValue; because: string }>
  /** QuickBooks' value goes into the contact, and becomes the base. */
  | Readonly<{ kind: 'store'; slot: Slot; from: SlotValue; to: SlotValue; because: string; superseded?: Superseded }>
  /**
   * The contact's value goes to QuickBooks, and becomes the base once it is sent. `passing`: it is a name in between, which
   * nobody wants and which becomes no base.
   */
  | Readonly<{
      kind: 'push'
      slot: Slot
      from: SlotValue
      to: SlotValue
      because: string
      superseded?: Superseded
      passing?: true
    }>
  | Readonly<{ kind: 'openConflict'; conflict: Conflict; because: string }>
  | Readonly<{ kind: 'closeConflict'; slot: Slot; because: string }>
  /** The sides differ and stay so, because a setting says so. */
  | Readonly<{ kind: 'keep'; slot: Slot; because: string }>
  /** The contact is linked to another record from now on. */
  | Readonly<{ kind: 'relink'; toRecordId: string; because: string }>
  /** Nothing may be done to this contact until a person has looked. */
  | Readonly<{ kind: 'hold'; code: 'survivorTaken' | 'recordGone'; because: string }>

/** Empty actions mean that there is nothing to do; `because` says why the plan is what it is. */
export type Plan = Readonly<{ actions: readonly Action[]; because: string }>

/**
 * Decides everything that changes on either side of one linked contact. Pure: the worker, the preview and the log
 * all use this same answer.
 */
export function plan(sides: Sides, settings: SyncSettings): Plan {
  switch (sides.record.kind) {
    case 'merged':
      return planMerged(sides.record)
    case 'gone':
      return {
        actions: [
          {
            kind: 'hold',
            code: 'recordGone',
            because: 'QuickBooks no longer holds the customer that this contact is linked to',
          },
        ],
        because: 'the QuickBooks customer is gone',
      }
    case 'present': {
      const { side } = sides.record
      const each = (sides.slots ?? SLOTS).flatMap((slot) => planSlot(slot, sides, side, settings))
      const known = DERIVED_SLOTS.reduce<readonly Action[]>((all, slot) => followed(slot, all, sides, side), each)
      const actions = [...known, ...putBack(known, sides, side)]
      return { actions, because: actions.length === 0 ? 'both sides agree' : 'the sides differ' }
    }
  }
}

/** The step aside of a contact in a ring of names: its record is called `name` until its own name is free. */
export function planPassing(from: string | undefined, name: string): Plan {
  return {
    actions: [{ kind: 'push', slot: 'displayName', from, to: name, because: PASSING, passing: true }],
    because: PASSING,
  }
}

export const PASSING = 'names are exchanged, so that one of them goes through a name in between'
export const PUT_BACK = 'the name in between goes'

/** A name in between is left for good by nobody: where no other is sent, the one before it comes back. */
function putBack(actions: readonly Action[], { passing, aside }: Sides, { snapshot }: RecordSide): readonly Action[] {
  if (passing === undefined || aside?.some(({ slot }) => slot === 'displayName')) return []
  if (actions.some((action) => action.kind === 'push' && action.slot === 'displayName')) return []
  const to = snapshot.fields.displayName
  return [{ kind: 'push', slot: 'displayName', from: passing, to, because: PUT_BACK, passing: true }]
}

/** What the contact holds once every `store` is applied. */
export function contactAfter(contact: Snapshot, done: Plan): Snapshot {
  return done.actions.reduce(
    (after, action) => (action.kind === 'store' ? withSlot(after, action.slot, action.to) : after),
    contact,
  )
}

/** What QuickBooks holds once every `push` is sent. */
export function recordAfter(record: Snapshot, done: Plan): Snapshot {
  return done.actions.reduce(
    (after, action) => (action.kind === 'push' ? withSlot(after, action.slot, action.to) : after),
    record,
  )
}

/**
 * The base once everything towards the CRM is stored; with `pushed`, once QuickBooks took the rest too. A value of
 * QuickBooks that gives way becomes the base before the push: it was seen and journalled, so a plan made again after
 * a crash sends the winner instead of deciding a second time.
 */
export function baseAfter(base: Snapshot, done: Plan, pushed: boolean): Snapshot {
  return done.actions.reduce((after, action) => {
    switch (action.kind) {
      case 'agree':
        return withSlot(after, action.slot, action.value)
      case 'store':
        return withSlot(after, action.slot, action.to)
      case 'push':
        if (action.passing === true) return after
        if (pushed) return withSlot(after, action.slot, action.to)
        return action.superseded === undefined ? after : withSlot(after, action.slot, action.superseded.value)
      default:
        return after
    }
  }, base)
}

/** The conflicts that are open once the plan is applied. */
export function conflictsAfter(open: readonly Conflict[], done: Plan): readonly Conflict[] {
  const gone = new Set<Slot>()
  const opened: Conflict[] = []
  for (const action of done.actions) {
    if (action.kind === 'closeConflict') gone.add(action.slot)
    if (action.kind === 'openConflict') {
      gone.add(action.conflict.slot)
      opened.push(action.conflict)
    }
  }
  return [...open.filter((conflict) => !gone.has(conflict.slot)), ...opened]
}

function planMerged(record: Extract<RecordFate, { kind: 'merged' }>): Plan {
  const because = 'its QuickBooks customer was merged into another one'
  return record.survivorIsFree
    ? { actions: [{ kind: 'relink', toRecordId: record.survivorId, because }], because }
    : {
        actions: [
          {
            kind: 'hold',
            code: 'survivorTaken',
            because: `${because}, which another contact is linked to already: decide which contact stays`,
          },
        ],
        because,
      }
}

function planSlot(slot: Slot, sides: Sides, record: RecordSide, settings: SyncSettings): readonly Action[] {
  const aside = sides.aside?.find((one) => one.slot === slot)
  if (aside !== undefined) return [{ kind: 'keep', ...aside }]
  return barred(slot, compareSlot(slot, sides, record, settings), sides, record)
}

/** What is done about a slot, or what a barrier lets be done instead. */
function barred(slot: Slot, actions: readonly Action[], sides: Sides, record: RecordSide): readonly Action[] {
  const barrier = sides.barriers?.find((one) => one.slot === slot && actions.some(({ kind }) => kind === one.action))
  if (barrier === undefined) return actions
  const { because } = barrier
  if (barrier.instead === 'keep') return [{ kind: 'keep', slot, because }]
  const conflict: Conflict = {
    slot,
    base: slotValue(sides.base, slot),
    crm: slotValue(sides.contact.snapshot, slot),
    quickbooks: slotValue(record.snapshot, slot),
  }
  return ask(conflict, openOf(sides, slot), because)
}

/** The history's reason for what followed QuickBooks. */
export const ONLY_QUICKBOOKS = 'only QuickBooks changed it'
const QUICKBOOKS_ALONE = 'only QuickBooks holds a value'
const SPELLED_SO = 'QuickBooks spells it so'

/** Whether that is the history's reason for what followed QuickBooks, without anybody in the CRM having a part in it. */
export function isOfQuickBooksAlone(because: string): boolean {
  return [ONLY_QUICKBOOKS, QUICKBOOKS_ALONE, SPELLED_SO].includes(because)
}

const UNDONE = 'the change was undone, and neither side has changed it since'

function compareSlot(slot: Slot, sides: Sides, record: RecordSide, settings: SyncSettings): readonly Action[] {
  const crm = slotValue(sides.contact.snapshot, slot)
  const quickbooks = slotValue(record.snapshot, slot)
  const base = slotValue(sides.base, slot)
  const open = openOf(sides, slot)
  const close = (because: string): readonly Action[] =>
    open === undefined ? [] : [{ kind: 'closeConflict', slot, because }]

  if (sameAsTyped(crm, quickbooks)) {
    const agreed: readonly Action[] = sameAsTyped(base, quickbooks)
      ? []
      : [{ kind: 'agree', slot, value: quickbooks, because: 'both sides hold the same value' }]
    return [...agreed, ...close('both sides hold the same value now')]
  }

  const pin = sides.pins.find(
    (one) => one.slot === slot && sameAsTyped(one.crm, crm) && sameAsTyped(one.quickbooks, quickbooks),
  )
  if (pin !== undefined) return [{ kind: 'keep', slot, because: pin.because ?? UNDONE }]

  const crmChanged = !sameAsTyped(crm, ownSpellingOf(slot, sides) ?? base)
  const quickbooksChanged = !sameAsTyped(quickbooks, base)
  if (!crmChanged && !quickbooksChanged) {
    return [{ kind: 'keep', slot, because: 'the two are spelled differently, as they were when both sides agreed' }]
  }

  const conflict: Conflict = { slot, base, crm, quickbooks }
  const isSeenChanged = (crmChanged ? sides.contact.times : record.spans)?.[slot] !== undefined
  if (open !== undefined && crmChanged !== quickbooksChanged && sameConflict(open, conflict)) {
    // One side alone changed it, and a barrier made a question of it.
    const decided = resolutionOf(conflict, sides.resolutions)
    if (decided !== undefined) return settle(conflict, decided.value, 'a person decided it', true)
    // That many were deactivated at once cannot be seen again later; that a place in the hierarchy is barred can.
    if (slot === 'active') return []
  }
  if (!crmChanged) {
    const because = becauseOf('quickbooks', conflict, isSeenChanged)
    return [{ kind: 'store', slot, from: crm, to: quickbooks, because }, ...close(because)]
  }
  if (slot === 'notes' && !settings.pushNotes) {
    if (quickbooksChanged && sameMeaning(slot, crm, quickbooks)) {
      return settle(conflict, quickbooks, `${SAME_MEANING}, and notes are not sent to QuickBooks`, open !== undefined)
    }
    return [
      { kind: 'keep', slot, because: 'notes are not sent to QuickBooks, by this workspace’s settings' },
      ...close('notes are not sent to QuickBooks'),
    ]
  }
  if (!quickbooksChanged) {
    const because = becauseOf('crm', conflict, isSeenChanged)
    return [{ kind: 'push', slot, from: quickbooks, to: crm, because }, ...close(because)]
  }
  return planBothChanged(conflict, open, sides, record, settings)
}

const SAME_MEANING = 'both sides hold the same but for its spelling'

/** Two that were linked a moment ago have not agreed on anything: then one side's value need not be a change. */
function becauseOf(
  only: 'crm' | 'quickbooks',
  { slot, base, crm, quickbooks }: Conflict,
  isSeenChanged: boolean,
): string {
  const isHeldAlone = base === undefined && !isSeenChanged
  if (only === 'crm') return isHeldAlone && crm !== undefined ? 'only the CRM holds a value' : 'only the CRM changed it'
  if (isHeldAlone && quickbooks !== undefined) return QUICKBOOKS_ALONE
  return sameMeaning(slot, crm, quickbooks) ? SPELLED_SO : ONLY_QUICKBOOKS
}

function ownSpellingOf(slot: Slot, { ownSpelling = {} }: Sides): SlotValue {
  return slot === 'parent' || slot === 'active' ? undefined : ownSpelling[slot]
}

function planBothChanged(
  conflict: Conflict,
  open: Conflict | undefined,
  sides: Sides,
  record: RecordSide,
  settings: SyncSettings,
): readonly Action[] {
  const { slot, base, crm, quickbooks } = conflict
  const wasOpen = open !== undefined
  const resolution = resolutionOf(conflict, sides.resolutions)
  if (resolution !== undefined) return settle(conflict, resolution.value, 'a person decided the conflict', wasOpen)

  const policy = policyFor(settings, slot)
  const later = policy === 'newest' ? laterSide(slot, sides.contact, record) : 'unknown'
  const newest = later === 'crm' || later === 'contact' ? crm : quickbooks
  if (sameMeaning(slot, crm, quickbooks)) {
    return settle(conflict, newest, `${SAME_MEANING}, ${SPELLING_WORDS[later]}`, wasOpen)
  }
  const both = base === undefined ? 'the two sides hold different values' : 'both changed it'
  switch (policy) {
    case 'crm':
      return settle(conflict, crm, `${both}, and the CRM wins by this workspace’s settings`, wasOpen)
    case 'quickbooks':
      return settle(conflict, quickbooks, `${both}, and QuickBooks wins by this workspace’s settings`, wasOpen)
    case 'newest':
      return settle(conflict, newest, `${both}, ${NEWEST_WORDS[later]}`, wasOpen)
    case 'ask':
      return ask(conflict, open, base === undefined ? both : 'both sides changed it since they last agreed')
  }
}

const NEWEST_WORDS = {
  crm: 'and the CRM changed it later',
  contact: 'and the contact was changed later than the customer',
  quickbooks: 'and QuickBooks changed it later',
  unknown: 'and which was first cannot be told, so QuickBooks wins',
} as const

const SPELLING_WORDS = {
  crm: 'and the CRM changed it later',
  contact: 'and the contact was changed later than the customer',
  quickbooks: 'and QuickBooks changed it later',
  unknown: 'so QuickBooks’ spelling is taken',
} as const

function ask(conflict: Conflict, open: Conflict | undefined, because: string): readonly Action[] {
  return open !== undefined && sameConflict(open, conflict) ? [] : [{ kind: 'openConflict', conflict, because }]
}

/**
 * The plan with a derived slot together with what it is derived from: where both sides hold what nobody chose, nobody is
 * asked about it, and it is on both what the plan makes of its sources. What QuickBooks alone has changed stays as
 * QuickBooks has it: what it derives, it has derived itself.
 *
 * A worker that died between storing and sending must come to the same again. What is stored then is QuickBooks' in every
 * slot that both know, so QuickBooks is asked first what it derives the value from.
 */
function followed(slot: DerivedSlot, actions: readonly Action[], sides: Sides, record: RecordSide): readonly Action[] {
  const crm = sides.contact.snapshot.fields
  const quickbooks = record.snapshot.fields
  const base = sides.base.fields
  const own = actions.filter((action) => slotOf(action) === slot)
  if (own.some(({ kind }) => kind === 'keep' || kind === 'closeConflict')) return actions
  const settled = { actions, because: '' }
  const stored = contactAfter(sides.contact.snapshot, settled).fields
  const known = baseAfter(sides.base, settled, false).fields
  const isFree = [crm, quickbooks].every((side) => nobodyChose(slot, side, base))
  if (!isFree && ![stored, quickbooks].every((side) => nobodyChose(slot, side, known))) return actions

  const others = actions.filter((action) => slotOf(action) !== slot)
  const from = [quickbooks, isFree ? base : known].find((one) => isDerived(slot, one)) ?? crm
  const sources = sourcesOf(slot, from)
  const isOfSource = (kind: Action['kind']) =>
    actions.some((action) => action.kind === kind && sources.some((source) => source === slotOf(action)))
  const isSent = isOfSource('push')
  // Who makes of a company's name on checks the person's has changed it by hand.
  const isSwitched = isDerived(slot, crm) && !sourcesOf(slot, crm).some((source) => sources.includes(source))
  const open = conflictsAfter(sides.openConflicts, settled)
  const origins = originsOf(slot, [from, quickbooks, base])
  if (open.some((conflict) => origins.some((origin) => origin === conflict.slot))) {
    const isUnlike = !sameAsTyped(crm[slot], quickbooks[slot])
    const isAsked = own.some(({ kind }) => kind === 'openConflict')
    const mayStay = !isSwitched && (isUnlike || isSent) && eachDerives(slot, others, sides, record)
    return (isFree && isAsked) || mayStay ? [...others, ...eachItsOwn(slot, others, sides, record)] : actions
  }
  const bothChanged = [crm, quickbooks].every((side) => !sameAsTyped(side[slot], base[slot]))
  const isUnlike = bothChanged && !sameAsTyped(crm[slot], quickbooks[slot])
  // While a person was asked, the base may have become what QuickBooks alone derived: then the contact's looks like a change.
  const isOutdated = !isSwitched && own.some(({ kind }) => kind === 'push') && isOfSource('store')
  if (!isSent && !(isFree && (isUnlike || isOutdated))) return actions

  const planned = { actions: others, because: '' }
  const value = following(slot, from, contactAfter(sides.contact.snapshot, planned).fields)
  const because = DERIVED_BECAUSE[slot]
  const store: Action = {
    kind: 'store',
    slot,
    from: crm[slot],
    to: value,
    because,
    ...(!sameAsTyped(crm[slot], base[slot]) && { superseded: { side: 'crm', value: crm[slot] } }),
  }
  const isNew = crm[slot] !== value || !sameAsTyped(quickbooks[slot], base[slot])
  const push: Action = {
    kind: 'push',
    slot,
    from: quickbooks[slot],
    to: value,
    because,
    // So that a plan made again before it is sent finds it there, and does not take it for what is new.
    ...(isNew && { superseded: { side: 'quickbooks', value: quickbooks[slot] } }),
  }
  const agree: Action = { kind: 'agree', slot, value, because }
  const made = [...(crm[slot] === value ? [] : [store]), ...(quickbooks[slot] === value ? [] : [push])]
  const done = made.length === 0 && base[slot] !== value ? [agree] : made
  return [...others, ...barred(slot, done, sides, record)]
}

/** The fields that the slot is derived from, however many steps away. */
function originsOf(slot: DerivedSlot, known: readonly Fields[]): readonly Slot[] {
  const from = known.find((fields) => isDerived(slot, fields))
  const sources: readonly Slot[] = from === undefined ? [] : sourcesOf(slot, from)
  return sources.flatMap((source) => (source === 'displayName' ? [source, ...originsOf(source, known)] : [source]))
}

/**
 * A derived slot while a person is asked about what it is derived from: on each side it is what that side would derive, so
 * that nobody has to be asked about it as well.
 */
function eachItsOwn(slot: DerivedSlot, others: readonly Action[], sides: Sides, record: RecordSide): readonly Action[] {
  const because = 'it follows what a person is asked about'
  const crm = sides.contact.snapshot
  const quickbooks = record.snapshot
  const [inCrm, inBooks] = ownAfter(slot, others, sides, record).map((fields) => fields[slot])
  const [from, was] = [crm.fields[slot], quickbooks.fields[slot]]
  const store = { kind: 'store', slot, from, to: inCrm, because, superseded: { side: 'crm', value: from } } as const
  const push = {
    kind: 'push',
    slot,
    from: was,
    to: inBooks,
    because,
    superseded: { side: 'quickbooks', value: was },
  } as const
  const made: readonly Action[] = [...(inCrm === from ? [] : [store]), ...(inBooks === was ? [] : [push])]
  return made.length === 0 ? [{ kind: 'keep', slot, because }] : barred(slot, made, sides, record)
}

/** Whether each side has something to derive the slot from: then it stays its own however often it is planned. */
function eachDerives(slot: DerivedSlot, others: readonly Action[], sides: Sides, record: RecordSide): boolean {
  return ownAfter(slot, others, sides, record).every((fields) => isDerived(slot, fields))
}

/** The contact and the record after the others, with what each makes of the slot by itself. */
function ownAfter(
  slot: DerivedSlot,
  others: readonly Action[],
  { contact, base }: Sides,
  record: RecordSide,
): readonly [Fields, Fields] {
  const planned = { actions: others, because: '' }
  const follow = (before: Fields, { fields }: Snapshot): Fields => {
    const from = isDerived(slot, before) ? before : { ...base.fields, [slot]: before[slot] }
    return { ...fields, [slot]: following(slot, from, fields) }
  }
  return [
    follow(contact.snapshot.fields, contactAfter(contact.snapshot, planned)),
    follow(record.snapshot.fields, recordAfter(record.snapshot, planned)),
  ]
}

const DERIVED_BECAUSE: Readonly<Record<DerivedSlot, string>> = {
  displayName: 'it is derived from the parts of the name',
  printName: 'it is derived from the name',
}

/** Also where what it was derived from has changed since, and it has not followed yet. */
function nobodyChose(slot: DerivedSlot, side: Fields, base: Fields): boolean {
  return isDerived(slot, side) || (side[slot] !== undefined && side[slot] === base[slot] && isDerived(slot, base))
}

function slotOf(action: Action): Slot | undefined {
  if (action.kind === 'openConflict') return action.conflict.slot
  return 'slot' in action ? action.slot : undefined
}

function openOf(sides: Sides, slot: Slot): Conflict | undefined {
  return sides.openConflicts.find((conflict) => conflict.slot === slot)
}

/** A decision about exactly these two values; one about values that have moved since is none. */
function resolutionOf({ slot, crm, quickbooks }: Conflict, made: readonly Resolution[]): Resolution | undefined {
  return made.find(
    (one) => one.slot === slot && sameAsTyped(one.seen.crm, crm) && sameAsTyped(one.seen.quickbooks, quickbooks),
  )
}

/** Brings both sides to `value`, saying which values give way. */
function settle(conflict: Conflict, value: SlotValue, because: string, wasOpen: boolean): readonly Action[] {
  const { slot, crm, quickbooks } = conflict
  const actions: Action[] = []
  if (!sameAsTyped(crm, value)) {
    actions.push({ kind: 'store', slot, from: crm, to: value, because, superseded: { side: 'crm', value: crm } })
  }
  if (!sameAsTyped(quickbooks, value)) {
    actions.push({
      kind: 'push',
      slot,
      from: quickbooks,
      to: value,
      because,
      superseded: { side: 'quickbooks', value: quickbooks },
    })
  }
  if (wasOpen) actions.push({ kind: 'closeConflict', slot, because })
  return actions
}

function sameConflict(a: Conflict, b: Conflict): boolean {
  return sameAsTyped(a.base, b.base) && sameAsTyped(a.crm, b.crm) && sameAsTyped(a.quickbooks, b.quickbooks)
}
