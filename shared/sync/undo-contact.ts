import { NAMING } from '#core/naming-slots'
import { timesAfter, timesApart } from '#core/newest'
import { placedUnder } from '#core/place'
import { fixedSlots, projectRefusal } from '#core/project-slots'
import {
  type Contact,
  type JournalChange,
  type JournalEntry,
  type JsonObject,
  type Link,
  type Mirror,
  type Outcome,
  SLOTS,
  type Slot,
  type SlotValue,
  type Snapshot,
} from '#core/records'
import { revisionKey } from '#core/revisions'
import { withSlot } from '#core/slots'
import { contactSnapshot, sameContent } from '#core/snapshots'
import { touchesSince, touchInWords } from '#core/touches'
import { placement } from './hierarchy.ts'
import { knownLists, wantedBy } from './name-way.ts'
import type { Write } from './ports.ts'
import { unplacedSlots } from './push-birth.ts'
import { pushContact } from './push-contact.ts'
import { intend, newIntent } from './push-intent.ts'
import { holderOfName } from './push-name.ts'
import { sendIntent } from './push-send.ts'
import type { PushPorts, PushSession, Underway } from './push-session.ts'
import { passingName } from './push-way.ts'
import { change } from './reconcile-apply.ts'
import { parentOf, passingNow, withoutPassing } from './reconcile-sides.ts'
import { outcomeOf } from './sync-run-contact.ts'
import { baseAfterUndo, crmValue, linkDone, type PutBack, pinsAfter, planUndo, type SkippedSlot } from './undo-plan.ts'
import { clearWay, type UndoOthers } from './undo-way.ts'
import { wholeHistory } from './whole-history.ts'

/**
 * `runId`: the run that is undone; `undoRunId`: the one that undoes it. `undoOther` undoes another contact of the run, whose
 * name this one is to have again; without it, it is undone for the sake of such a one, clears no ways itself, and is not undone
 * ('waits') where its own is not free.
 */
export type UndoFor = Readonly<{
  runId: string
  undoRunId: string
  actor: string
  undoOther?: (contactId: string) => Promise<void>
}>

const TRIES = 5
const UNDONE = 'a run was undone'

/**
 * Undoes what a run did to one contact, on both sides, as far as nobody has changed it since; says what it put back and
 * what it left, and why. Undefined when the run did nothing to it. Done again after a crash, it goes on where it was.
 * Trouble of the whole company is thrown.
 */
export async function undoContact(
  ports: PushPorts,
  session: PushSession,
  contactId: string,
  why: UndoFor,
): Promise<Outcome | 'waits' | undefined> {
  const turn: Turn = { tried: new Set(), after: [] }
  try {
    const outcome = await undoIt(ports, session, contactId, why, turn)
    for (const id of turn.after) await why.undoOther?.(id)
    return outcome
  } finally {
    turn.unlock?.()
  }
}

/** Who had their turn for the sake of this one, who is to have it after this one, and how its own turn ends. */
type Turn = Readonly<{ tried: Set<string>; after: string[] }> & { unlock?: () => void }

async function undoIt(
  ports: PushPorts,
  session: PushSession,
  contactId: string,
  why: UndoFor,
  turn: Turn,
): Promise<Outcome | 'waits' | undefined> {
  const { workspace } = session
  for (let tries = 0; tries < TRIES; tries++) {
    const contact = await ports.contacts.get(workspace, contactId)
    const entries = await wholeHistory(ports, workspace, contactId)
    const own = entries.filter(({ runId }) => runId === why.runId)
    if (contact === undefined) return own.length === 0 ? undefined : gone(contactId, entries, why)
    if (contact.intent !== undefined) {
      // Whatever is under way is finished first, also a write of this undo that was not answered.
      const sent = await sendIntent(
        ports,
        session,
        { ...contact, intent: contact.intent },
        { isRepeated: true, stale: 0 },
      )
      if (sent.kind !== 'refused') continue
    }
    if (contact.passing !== undefined && contact.passing.undo?.runId !== why.undoRunId) {
      // So is an exchange of names that a worker has left half done: its record has nobody's name now.
      const { actor, undoRunId: runId } = why
      const pushed = await pushContact(ports, session, contactId, { actor, runId, asked: true })
      const now = pushed.kind === 'held' ? undefined : await ports.contacts.get(workspace, contactId)
      if (now !== undefined && now.version !== contact.version) continue
    }
    if (own.length === 0 && !entries.some(({ runId }) => runId === why.undoRunId)) return undefined
    const did = linkDone(entries, why.runId)
    const step =
      did === undefined
        ? await putBack(ports, session, contact, entries, why, turn)
        : await unlink(ports, session, contact, entries, did, why)
    if (step !== 'moved') return step
  }
  const contact = await ports.contacts.get(workspace, contactId)
  return contact && outcomeOf(contact, 'failed', 'busy', 'It was being changed by somebody else all the time.')
}

/** Removed by this undo, before its worker died; or by somebody else. */
function gone(contactId: string, entries: readonly JournalEntry[], { undoRunId }: UndoFor): Outcome {
  const removed = entries.some(({ runId }) => runId === undoRunId)
  const outcome = { recordId: contactId, contactId, name: '' }
  return removed
    ? { ...outcome, kind: 'undone', code: 'removed', reason: 'The imported contact was removed.' }
    : { ...outcome, kind: 'skipped', code: 'notFound', reason: 'It is not in the CRM any more.' }
}

// ---- values ---------------------------------------------------------------------------------------------------

async function putBack(
  ports: PushPorts,
  session: PushSession,
  contact: Contact,
  entries: readonly JournalEntry[],
  why: UndoFor,
  turn: Turn,
): Promise<Outcome | 'moved' | 'waits'> {
  const { workspace } = session
  const mirror = await mirrorOf(ports, workspace, contact)
  const { plan, path } = await putBackPlan(ports, workspace, contact, mirror, entries, why)
  const restored = restoredContact(contact, plan)
  const restoredParent = await parentOf(ports, workspace, restored, contact.link?.entity ?? 'customer')
  const crmAfter = contactSnapshot(restored, restoredParent.recordId)
  const books = booksAfter(mirror, plan)
  const isNamed = books?.active === true && slotsIn(plan.quickbooks).some((slot) => NAMING.has(slot))
  const step =
    isNamed && mirror !== undefined
      ? await clear(ports, session, { contact, mirror, sent: books }, why, turn)
      : undefined
  if (step !== undefined) return step
  const slots = [...new Set([...plan.crm, ...slotsIn(plan.quickbooks)])]
  if (slots.length > 0) {
    const at = new Date(ports.clock.now()).toISOString()
    const { conflicts, pins, refusal: _refusal, ...kept } = restored
    const resting = books === undefined ? (pins ?? []) : pinsAfter(pins ?? [], slots, crmAfter, books)
    const open = (conflicts ?? []).filter(({ slot }) => !slots.includes(slot))
    const base = kept.link && baseAfterUndo(kept.link.base, plan, crmAfter)
    const times = timesAfter(kept.slotTimes, plan.crm, at)
    const slotTimes = base === undefined ? times : timesApart(times, crmAfter, base)
    const { slotTimes: _times, ...untimed } = kept
    const after: Contact = {
      ...untimed,
      ...(kept.link !== undefined && base !== undefined && { link: { ...kept.link, base } }),
      ...(slotTimes !== undefined && { slotTimes }),
      ...(resting.length > 0 && { pins: resting }),
      ...(open.length > 0 && { conflicts: open }),
      ...(plan.crm.length > 0 && { changedAt: at }),
    }
    const intent =
      mirror !== undefined && books !== undefined && slotsIn(plan.quickbooks).length > 0
        ? newIntent(
            ports,
            contact,
            { operation: 'update', slots: slotsIn(plan.quickbooks), sent: books, revision: mirror.revision },
            { actor: why.actor, runId: why.undoRunId },
          )
        : undefined
    const marked: Contact = intent === undefined ? after : { ...after, intent, toPushSince: after.toPushSince ?? at }
    const committed = await ports.ledger.commit(workspace, [
      { kind: 'contact', contact: marked, expectedVersion: contact.version },
      ...path.map((above): Write => ({ kind: 'contact', contact: above, expectedVersion: above.version })),
      ...journal(ports, contact, at, changesBack(contact, restored, plan.crm), why),
    ])
    if (committed !== 'committed') return 'moved'
    if (intent !== undefined) {
      const underway: Underway = { ...marked, intent, version: contact.version + 1 }
      // The way to its name was looked for: whoever has it now keeps it.
      const { forOther: _others, ...alone } = session
      const sent = await sendIntent(ports, alone, underway, {
        isRepeated: false,
        stale: 0,
        ...(mirror !== undefined && { before: mirror }),
      })
      if (sent.kind === 'refused') return afterRefusal(ports, session, contact, slots, why, sent.refusal, plan.skipped)
      // Moved in QuickBooks in this very moment: what is there now is looked at again.
      if (sent.kind !== 'sent') await rest(ports, session, contact, slots)
    }
  }
  return report(ports, workspace, contact, why, [
    ...plan.skipped,
    ...(await unsent(ports, workspace, contact, why, plan)),
  ])
}

/** 'moved' where others gave their names up for the sake of this one, so that everything is looked at again. */
async function clear(
  ports: PushPorts,
  session: PushSession,
  goal: Readonly<{ contact: Contact; mirror: Mirror; sent: Snapshot }>,
  why: UndoFor,
  turn: Turn,
): Promise<'moved' | 'waits' | undefined> {
  const { undoOther } = why
  const wanted = wantedBy(goal.mirror, goal.sent, knownLists(goal.contact, session.settings))
  if ((await holderOfName(ports, session.workspace, wanted)) === undefined) return undefined
  if (undoOther === undefined) return 'waits'
  if (turn.unlock === undefined && session.lockNames !== undefined) {
    // Whoever had the turn before may have undone them all.
    turn.unlock = await session.lockNames()
    return 'moved'
  }
  const others: UndoOthers = {
    putBack: (contact, mirror) => recordPutBack(ports, session, contact, mirror, why),
    undo: undoOther,
    stepAside: (contactId) => stepAside(ports, session, contactId, why),
  }
  const cleared = await clearWay(ports, session, goal, others, turn.tried)
  if (cleared.kind === 'stays') return undefined
  turn.after.push(...cleared.after)
  return 'moved'
}

/** What the undo makes of the record of another contact; undefined where that keeps its name and its place. */
async function recordPutBack(
  ports: PushPorts,
  { workspace }: PushSession,
  contact: Contact,
  mirror: Mirror,
  why: UndoFor,
): Promise<Snapshot | undefined> {
  const { link } = contact
  if (link?.recordId !== mirror.id || link.entity !== mirror.entity) return undefined
  // Whatever is under way is finished by the undo first.
  if (contact.intent !== undefined) return contact.intent.runId === why.undoRunId ? contact.intent.sent : undefined
  const entries = await wholeHistory(ports, workspace, contact.id)
  const did = linkDone(entries, why.runId)
  if (did === 'created' && mirror.snapshot.active) {
    const touched = await touchedReason(ports, workspace, { ...contact, link }, mirror, entries, did, why)
    return touched === undefined ? withSlot(mirror.snapshot, 'active', false) : undefined
  }
  if (did !== undefined) return undefined
  const { plan } = await putBackPlan(ports, workspace, contact, mirror, entries, why)
  const givesUp = (['displayName', 'parent', 'active'] as const).some((slot) => slot in plan.quickbooks)
  return givesUp ? booksAfter(mirror, plan) : undefined
}

/**
 * Gives a record a name in between, so that another one has its name again. The base has the name by now that comes back at
 * the end, so that the ordinary push ends it where this undo does not.
 */
async function stepAside(ports: PushPorts, session: PushSession, contactId: string, why: UndoFor): Promise<void> {
  const { workspace } = session
  const contact = await ports.contacts.get(workspace, contactId)
  const mirror = contact && (await mirrorOf(ports, workspace, contact))
  const from = mirror?.snapshot.fields.displayName
  if (contact?.link === undefined || mirror === undefined || from === undefined) return
  if (contact.intent !== undefined || contact.passing !== undefined) return
  const { link, pins = [] } = contact
  const { actor, undoRunId: runId } = why
  const books = await recordPutBack(ports, session, contact, mirror, why)
  if (books === undefined) return
  const name = await passingName(ports, workspace, contact, mirror)
  const base = withSlot(link.base, 'displayName', books.fields.displayName)
  const parent = await parentOf(ports, workspace, contact, link.entity)
  const crm = contactSnapshot(contact, parent.recordId)
  const resting = pinsAfter(pins, ['displayName'], crm, books)
  const aside: Contact = {
    ...contact,
    link: { ...link, base },
    ...(resting.length > 0 && { pins: resting }),
    passing: { name, undo: { from, actor, runId } },
  }
  const sent = withSlot(mirror.snapshot, 'displayName', name)
  const write = { operation: 'update', slots: ['displayName'], sent, revision: mirror.revision, passing: true } as const
  const underway = await intend(ports, workspace, aside, write, { actor, runId })
  if (underway === 'moved') return
  await sendIntent(ports, session, underway, { isRepeated: false, stale: 0, before: mirror })
}

/** What is put back, and those whose versions have to be as they are for it. */
async function putBackPlan(
  ports: PushPorts,
  workspace: string,
  contact: Contact,
  mirror: Mirror | undefined,
  entries: readonly JournalEntry[],
  why: UndoFor,
): Promise<Readonly<{ plan: PutBack; path: readonly Contact[] }>> {
  const parent = await parentOf(ports, workspace, contact, contact.link?.entity ?? 'customer')
  const crm = contactSnapshot(contact, parent.recordId)
  const before = doneBefore(entries, why.undoRunId)
  const named = mirror && { ...mirror, snapshot: withoutPassing(contact, mirror.snapshot) }
  const planned = planUndo({ contact, crm, mirror: named }, entries, why.runId, why.undoRunId, before)
  const placed = await withoutUnplaced(ports, workspace, mirror, planned)
  return withoutImpossible(ports, workspace, contact, placed)
}

/** Slots that QuickBooks was to hold again and does not, because they were changed there in this very moment. */
async function unsent(
  ports: PushPorts,
  workspace: string,
  { id }: Contact,
  { undoRunId }: UndoFor,
  { quickbooks }: PutBack,
): Promise<readonly SkippedSlot[]> {
  const wanted = slotsIn(quickbooks)
  if (wanted.length === 0) return []
  const sent = (await wholeHistory(ports, workspace, id))
    .filter(({ runId, side }) => runId === undoRunId && side === 'quickbooks')
    .flatMap(({ changes }) => lasting(changes).map(({ field }) => field))
  return wanted
    .filter((slot) => !sent.includes(slot))
    .map((slot) => ({ slot, reason: 'It was changed in QuickBooks in this very moment.' }))
}

/** What QuickBooks would not have as it was is put back on neither side: an undo is refused what any push is. */
async function withoutUnplaced(
  ports: PushPorts,
  workspace: string,
  mirror: Mirror | undefined,
  plan: PutBack,
): Promise<PutBack> {
  const books = booksAfter(mirror, plan)
  if (mirror === undefined || books === undefined) return plan
  const unplaced = await unplacedSlots(ports, workspace, mirror, books, slotsIn(plan.quickbooks))
  if (unplaced === undefined) return plan
  const { slots, refused } = unplaced
  return slots.reduce((rest, slot) => without(rest, slot, `${refused.reason} ${refused.advice}`), plan)
}

function without(plan: PutBack, slot: Slot, reason: string): PutBack {
  const { [slot]: _skipped, ...quickbooks } = plan.quickbooks
  return {
    ...plan,
    crm: plan.crm.filter((one) => one !== slot),
    quickbooks,
    skipped: [...plan.skipped, { slot, reason }],
  }
}

/** A parent that is gone, or would make a cycle now, is not put back. */
async function withoutImpossible(
  ports: PushPorts,
  workspace: string,
  contact: Contact,
  plan: PutBack,
): Promise<Readonly<{ plan: PutBack; path: readonly Contact[] }>> {
  const parentId = plan.values.parent
  if (!plan.crm.includes('parent') || typeof parentId !== 'string') return { plan, path: [] }
  const { path, obstacle } = await placement(ports, workspace, contact.id, parentId)
  if (obstacle === undefined) return { plan, path }
  return { plan: without(plan, 'parent', 'It cannot come under its old parent any more.'), path: [] }
}

/** Slots that this undo has put back already, before its worker died. */
function doneBefore(entries: readonly JournalEntry[], undoRunId: string): ReadonlySet<Slot> {
  const fields = entries
    .filter(({ runId }) => runId === undoRunId)
    .flatMap(({ changes }) => lasting(changes).map(({ field }) => field))
  return new Set(SLOT_OF_FIELD.filter(([field]) => fields.includes(field)).map(([, slot]) => slot))
}

/** A name in between is not what an undo has come to. */
function lasting(changes: readonly JournalChange[]): readonly JournalChange[] {
  return changes.filter(({ passing }) => passing !== true)
}

const SLOT_OF_FIELD: readonly (readonly [string, Slot])[] = [
  ['parentId', 'parent'],
  ['archived', 'active'],
  ...SLOTS.map((slot) => [slot, slot] as const),
]

function restoredContact(contact: Contact, { crm, values }: PutBack): Contact {
  let after = contact
  for (const slot of crm) after = withValue(after, slot, values[slot])
  return after
}

/** The contact with a slot set, in the CRM's own words. */
function withValue(contact: Contact, slot: Slot, value: SlotValue): Contact {
  if (slot === 'active') return { ...contact, archived: value === false }
  if (slot === 'parent') return placedUnder(contact, typeof value === 'string' ? value : undefined)
  return { ...contact, fields: withSlot({ fields: contact.fields, active: true }, slot, value).fields }
}

function booksAfter(mirror: Mirror | undefined, { quickbooks }: PutBack): Snapshot | undefined {
  if (mirror === undefined) return undefined
  return slotsIn(quickbooks).reduce((after, slot) => withSlot(after, slot, quickbooks[slot]), mirror.snapshot)
}

function slotsIn(values: PutBack['quickbooks']): readonly Slot[] {
  return SLOTS.filter((slot) => slot in values)
}

function changesBack(before: Contact, after: Contact, slots: readonly Slot[]): readonly JournalChange[] {
  const changes = slots.map((slot) => {
    if (slot === 'parent') return change('parentId', before.parentId, after.parentId)
    if (slot === 'active') return change('archived', before.archived, after.archived)
    return change(slot, crmValue(slot, before), crmValue(slot, after))
  })
  return before.kind === after.kind ? changes : [...changes, { field: 'kind', from: before.kind, to: after.kind }]
}

/** What QuickBooks would not take back stays there; the contact rests beside it as it is now. */
async function afterRefusal(
  ports: PushPorts,
  session: PushSession,
  before: Contact,
  slots: readonly Slot[],
  why: UndoFor,
  { code, reason, advice }: NonNullable<Contact['refusal']>,
  skipped: readonly SkippedSlot[],
): Promise<Outcome> {
  const contact = await rest(ports, session, before, slots)
  const refused = `QuickBooks did not take the old values back: ${reason}${advice === undefined ? '' : ` ${advice}`}`
  const { details = {}, ...outcome } = await report(ports, session.workspace, contact, why, skipped)
  return { ...outcome, kind: 'failed', code, reason: refused, details }
}

/** Pins the slots at what both sides hold now, and takes away what an undo that failed has left to be sent. */
async function rest(
  ports: PushPorts,
  { workspace }: PushSession,
  { id, toPushSince: before }: Contact,
  slots: readonly Slot[],
): Promise<Contact> {
  for (;;) {
    const contact = await ports.contacts.get(workspace, id)
    if (contact === undefined) throw new Error('A contact was removed while it was undone.')
    const mirror = await mirrorOf(ports, workspace, contact)
    const parent = await parentOf(ports, workspace, contact, contact.link?.entity ?? 'customer')
    const crm = contactSnapshot(contact, parent.recordId)
    const { pins, refusal: _refused, toPushSince: mark, ...kept } = contact
    // A name in between is no name to rest at: the ordinary push ends it.
    const isPassing = passingNow(contact, mirror).passing !== undefined
    const at = isPassing ? slots.filter((slot) => slot !== 'displayName') : slots
    const resting = mirror === undefined ? [] : pinsAfter(pins ?? [], at, crm, mirror.snapshot)
    const due = isPassing ? (mark ?? before) : before
    const after: Contact = {
      ...kept,
      ...(due !== undefined && { toPushSince: due }),
      ...(resting.length > 0 && { pins: resting }),
    }
    const committed = await ports.ledger.commit(workspace, [
      { kind: 'contact', contact: after, expectedVersion: contact.version },
    ])
    if (committed === 'committed') return { ...after, version: contact.version + 1 }
  }
}

/** What was put back is what the journal says of this undo. */
async function report(
  ports: PushPorts,
  workspace: string,
  contact: Contact,
  { undoRunId }: UndoFor,
  skipped: readonly SkippedSlot[],
): Promise<Outcome> {
  const undone = (await wholeHistory(ports, workspace, contact.id))
    .filter(({ runId }) => runId === undoRunId)
    .flatMap(({ side, changes }) => lasting(changes).map(({ field }): JsonObject => ({ side, field })))
  const details: JsonObject = { undone, skipped }
  if (undone.length > 0) {
    const reason = skipped.length === 0 ? {} : { code: 'partly', reason: inWords(skipped) }
    return { ...outcomeOf(contact, 'undone'), ...reason, details }
  }
  if (skipped.length === 0) {
    return { ...outcomeOf(contact, 'skipped', 'nothing', 'There is nothing to put back.'), details }
  }
  return { ...outcomeOf(contact, 'skipped', 'changedSince', inWords(skipped)), details }
}

function inWords(skipped: readonly SkippedSlot[]): string {
  return skipped.map(({ slot, reason }) => `${slot}: ${reason}`).join(' ')
}

// ---- links ----------------------------------------------------------------------------------------------------

/** Takes back that the run imported, linked or created; nothing of what was touched since is taken away. */
async function unlink(
  ports: PushPorts,
  session: PushSession,
  contact: Contact,
  entries: readonly JournalEntry[],
  did: 'imported' | 'linked' | 'created',
  why: UndoFor,
): Promise<Outcome | 'moved'> {
  const { workspace } = session
  const mirror = await mirrorOf(ports, workspace, contact)
  const own = entries.filter(({ runId }) => runId === why.runId)
  const { link } = contact
  if (link === undefined) {
    const isOurs = entries.some(({ runId }) => runId === why.undoRunId)
    return isOurs
      ? outcomeOf(contact, 'undone', 'unlinked', 'It is not linked to QuickBooks any more.')
      : outcomeOf(contact, 'skipped', 'changedSince', 'It was unlinked since.')
  }
  const touched = await touchedReason(ports, workspace, { ...contact, link }, mirror, entries, did, why)
  if (touched !== undefined) return outcomeOf(contact, 'skipped', 'changedSince', touched)

  if (did === 'created' && mirror !== undefined && mirror.snapshot.active) {
    if (fixedSlots(mirror, ['active']).length > 0) {
      const { code, reason } = projectRefusal(['active'])
      return outcomeOf(contact, 'skipped', code, reason)
    }
    const end = await makeInactive(ports, session, contact, mirror, why)
    if (end !== 'inactive') return end
    return 'moved'
  }
  const at = new Date(ports.clock.now()).toISOString()
  const { entity, recordId } = link
  const release: Write = { kind: 'release', entity, recordId, contactId: contact.id }
  const linkBack: JournalChange = { field: 'link', from: { entity, recordId } }
  if (did === 'linked') {
    // What came in by the link goes with it.
    const { plan, path } = await putBackPlan(ports, workspace, contact, mirror, entries, why)
    const restored = restoredContact(contact, plan)
    const after: Contact = { ...unlinked(restored, own, did), ...(plan.crm.length > 0 && { changedAt: at }) }
    const asBefore = after.isCustomer === contact.isCustomer ? [] : [{ field: 'isCustomer', from: true, to: false }]
    const told = [linkBack, ...asBefore, ...changesBack(contact, restored, plan.crm)]
    const committed = await ports.ledger.commit(workspace, [
      { kind: 'contact', contact: after, expectedVersion: contact.version },
      ...path.map((above): Write => ({ kind: 'contact', contact: above, expectedVersion: above.version })),
      release,
      ...journal(ports, contact, at, told, why),
    ])
    if (committed !== 'committed') return 'moved'
    const undone = plan.crm.map((field): JsonObject => ({ side: 'crm', field }))
    const left = plan.skipped.length === 0 ? '' : ` ${inWords(plan.skipped)}`
    const outcome = outcomeOf(contact, 'undone', 'unlinked', `${UNLINKED[did]}${left}`)
    return { ...outcome, details: { undone, skipped: plan.skipped } }
  }
  const back = own.filter(({ side }) => side === 'crm').flatMap(({ changes }) => changes.map(inverted))
  const writes: readonly Write[] = [
    did === 'imported'
      ? { kind: 'removeContact', contactId: contact.id, expectedVersion: contact.version }
      : { kind: 'contact', contact: unlinked(contact, own, did), expectedVersion: contact.version },
    release,
    ...journal(ports, contact, at, did === 'created' ? [linkBack] : back, why),
  ]
  if ((await ports.ledger.commit(workspace, writes)) !== 'committed') return 'moved'
  return did === 'imported'
    ? outcomeOf(contact, 'undone', 'removed', 'The imported contact was removed.')
    : outcomeOf(contact, 'undone', 'unlinked', UNLINKED[did])
}

const UNLINKED = {
  linked: 'It is not linked to QuickBooks any more.',
  created:
    'Its customer in QuickBooks was made inactive, since QuickBooks deletes none, and the two are not linked any more.',
} as const

/** Why the link stays: what hangs on it, or what was changed since. */
async function touchedReason(
  ports: PushPorts,
  workspace: string,
  contact: Contact & Readonly<{ link: Link }>,
  mirror: Mirror | undefined,
  entries: readonly JournalEntry[],
  did: 'imported' | 'linked' | 'created',
  undoing: UndoFor,
): Promise<string | undefined> {
  const touches = touchesSince(entries, undoing)
  const touch = did === 'linked' ? touches.find(({ change }) => change.field === 'link') : touches[0]
  if (touch !== undefined) return `${touchInWords(touch)}, so it stays.`
  if (did === 'linked') return undefined
  if (did === 'imported') {
    const children = await ports.contacts.children(workspace, contact.id)
    return children.length === 0 ? undefined : 'Jobs lie under it, so it stays.'
  }
  if (mirror === undefined || mirror.goneAt !== undefined) return undefined
  if ((mirror.balanceWithJobs ?? mirror.balance ?? 0) !== 0) return WITH_BALANCE
  // Looked at before it was made inactive: by then the revision may be that of a write whose answer was lost.
  const isBegun = entries.some(({ runId, side }) => runId === undoing.undoRunId && side === 'quickbooks')
  return isBegun || isAsWeLeftIt(mirror, contact.link)
    ? undefined
    : 'Its customer was changed in QuickBooks since, so it stays.'
}

/** What QuickBooks refuses to make inactive: it has a balance, or something that is not billed yet (Intuit, “Error codes”). */
const USED: readonly string[] = ['6220', '6280']
const WITH_BALANCE =
  'Its customer in QuickBooks has a balance, and QuickBooks makes none inactive that has one, so it stays.'

/**
 * What the journal does not know yet: a bookkeeper's change moves the revision on from where our last write left it, also
 * where it is of something that we do not keep. An invoice does not. Where no such revision is known, the content tells.
 */
function isAsWeLeftIt({ revision, snapshot }: Mirror, { base, written }: Link): boolean {
  return written === undefined
    ? sameContent({ ...snapshot, active: true }, { ...base, active: true })
    : revisionKey(revision) <= revisionKey(written)
}

/** QuickBooks deletes no customer: it is made inactive. The contact stays active beside it. */
async function makeInactive(
  ports: PushPorts,
  session: PushSession,
  contact: Contact,
  mirror: Mirror,
  why: UndoFor,
): Promise<Outcome | 'inactive' | 'moved'> {
  const { workspace } = session
  const sent = withSlot(mirror.snapshot, 'active', false)
  const content = { operation: 'update', slots: ['active'], sent, revision: mirror.revision } as const
  const intent = newIntent(ports, contact, content, { actor: why.actor, runId: why.undoRunId })
  const { pins = [], ...kept } = contact
  const marked: Contact = {
    ...kept,
    intent,
    toPushSince: contact.toPushSince ?? intent.at,
    ...(!contact.archived && {
      pins: [
        ...pins.filter(({ slot }) => slot !== 'active'),
        { slot: 'active', crm: true, quickbooks: false } as const,
      ],
    }),
  }
  const committed = await ports.ledger.commit(workspace, [
    { kind: 'contact', contact: marked, expectedVersion: contact.version },
  ])
  if (committed !== 'committed') return 'moved'
  const underway: Underway = { ...marked, intent, version: contact.version + 1 }
  const end = await sendIntent(ports, session, underway, { isRepeated: false, stale: 0, before: mirror })
  if (end.kind === 'refused') {
    await rest(ports, session, contact, ['active'])
    const { code, reason } = end.refusal
    if (USED.includes(code)) return outcomeOf(contact, 'skipped', 'changedSince', WITH_BALANCE)
    return outcomeOf(contact, 'failed', code, `Its customer could not be made inactive, so it stays linked. ${reason}`)
  }
  return end.kind === 'sent' ? 'inactive' : 'moved'
}

function unlinked(contact: Contact, own: readonly JournalEntry[], did: 'linked' | 'created'): Contact {
  const {
    link: _link,
    conflicts: _conflicts,
    pins: _pins,
    passing: _passing,
    hold: _hold,
    refusal: _refusal,
    intent: _intent,
    toPushSince: _since,
    ...kept
  } = contact
  const becameCustomer = own.some(({ changes }) =>
    changes.some(({ field, to }) => field === 'isCustomer' && to === true),
  )
  return did === 'linked' && becameCustomer ? { ...kept, isCustomer: false } : kept
}

function inverted({ field, from, to }: JournalChange): JournalChange {
  return { field, ...(to !== undefined && { from: to }), ...(from !== undefined && { to: from }) }
}

async function mirrorOf(ports: PushPorts, workspace: string, { link }: Contact): Promise<Mirror | undefined> {
  return link && ports.mirrors.get(workspace, link.entity, link.recordId)
}

function journal(
  { ids }: Pick<PushPorts, 'ids'>,
  { id: contactId }: Contact,
  at: string,
  changes: readonly JournalChange[],
  { actor, undoRunId }: UndoFor,
): readonly Write[] {
  if (changes.length === 0) return []
  const entry: JournalEntry = {
    id: ids.next(),
    at,
    contactId,
    side: 'crm',
    runId: undoRunId,
    actor,
    because: UNDONE,
    changes,
  }
  return [{ kind: 'journal', entry }]
}
