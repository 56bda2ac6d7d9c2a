import { editErrors, editedFields } from '#core/contact-edit'
import { Failure } from '#core/errors'
import type { Resolution } from '#core/plan'
import type { ConflictPolicy, SyncSettings } from '#core/policies'
import type { ConflictRow, Contact, OpenConflict, Slot, SlotValue } from '#core/records'
import { sameAsTyped } from '#core/spelling'
import { getContact } from './contacts.ts'
import { hintPush } from './hint-work.ts'
import { eachAtMost } from './in-parallel.ts'
import type { ListPage, Ports } from './ports.ts'
import { reconcile } from './reconcile.ts'
import { type ReconcileManyPorts, reconcileBarred } from './reconcile-many.ts'

export type ConflictPorts = ReconcileManyPorts

/** Contacts that are resolved at the same time. */
const AT_ONCE = 8
const CONFLICTS_A_PAGE = 100
/** As long as a person waits for an answer without wondering. */
const ANSWER_MS = 10_000

/** One of the two values, or one that a person types. */
export type Take = 'crm' | 'quickbooks' | Readonly<{ value: SlotValue }>

/** Open conflicts and contacts that are held, the oldest first. Throws cursorInvalid. */
export function listConflicts(
  { conflicts }: Pick<Ports, 'conflicts'>,
  { workspace, limit, after }: Readonly<{ workspace: string; limit: number; after?: string }>,
): Promise<ListPage<ConflictRow>> {
  return conflicts.list(workspace, limit, after)
}

/**
 * Decides one conflict. `seen` are the two values that the person saw: when either has moved since, nothing is done.
 * What goes to the CRM is stored, what goes to QuickBooks is marked to be sent. Answers the contact as it is then.
 * Throws notFound, versionMoved (other values than seen), invalidInput (a typed value that QuickBooks would not take).
 */
export async function resolveConflict(
  ports: ConflictPorts,
  {
    workspace,
    person,
    contactId,
    slot,
    take,
    seen,
  }: Readonly<{
    workspace: string
    person: string
    contactId: string
    slot: Slot
    take: Take
    seen: Readonly<{ crm?: SlotValue; quickbooks?: SlotValue }>
  }>,
): Promise<Contact> {
  const contact = await getContact(ports, workspace, contactId)
  const open = contact.conflicts?.find((conflict) => conflict.slot === slot)
  if (open === undefined) throw new Failure({ kind: 'notFound', what: 'conflict', id: `${contactId}/${slot}` })
  const isAsSeen = sameAsTyped(open.crm, seen.crm) && sameAsTyped(open.quickbooks, seen.quickbooks)
  if (!isAsSeen) throw new Failure({ kind: 'versionMoved', what: 'conflict', id: `${contactId}/${slot}` })
  const value = typeof take === 'object' ? typedValue(contact, slot, take.value) : open[take]

  const done = await reconcile(ports, workspace, contactId, {
    actor: person,
    resolutions: [{ slot, value, seen: { crm: open.crm, quickbooks: open.quickbooks } }],
  })
  if (done === undefined) throw new Failure({ kind: 'notFound', what: 'contact', id: contactId })
  // Planned again from the truth, it is another question by now, or what was chosen cannot be done.
  if (done.contact.conflicts?.some((conflict) => conflict.slot === slot)) {
    throw new Failure({ kind: 'versionMoved', what: 'conflict', id: `${contactId}/${slot}` })
  }
  if (slot === 'parent') await reconcileBarred(ports, workspace, person)
  if (done.toPush.length > 0) await hintPush(ports, workspace, `${contactId}-${done.contact.version}`)
  return done.contact
}

/**
 * Decides all open conflicts alike, or all of one slot; a contact that is held stays held. Those that change in this moment stay open, as do those that
 * cannot be decided so. `isDone` is false when time ran out before all were come to: ask again for the rest.
 */
export async function resolveAll(
  ports: ConflictPorts,
  {
    workspace,
    person,
    policy,
    slot,
  }: Readonly<{ workspace: string; person: string; policy: Exclude<ConflictPolicy, 'ask'>; slot?: Slot }>,
): Promise<Readonly<{ resolved: number; left: number; isDone: boolean }>> {
  const endMs = ports.clock.now() + ANSWER_MS
  const isOver = () => ports.clock.now() >= endMs
  const { settings } = await ports.settings.get(workspace)
  const contacts = new Set<string>()
  let resolved = 0
  let left = 0
  let toPush: string | undefined
  for await (const rows of pagesOf(ports, workspace)) {
    const isMeant = (row: ConflictRow) => row.kind === 'slot' && (slot === undefined || row.slot === slot)
    const fresh = rows.filter((row) => isMeant(row) && !contacts.has(row.contactId))
    const ids = new Set(fresh.map(({ contactId }) => contactId))
    for (const id of ids) contacts.add(id)
    const isDone = await eachAtMost(AT_ONCE, ids, isOver, async (contactId) => {
      const end = await resolveContact(ports, workspace, contactId, { person, policy, settings, ...(slot && { slot }) })
      resolved += end.resolved
      left += end.left
      toPush = end.toPush ?? toPush
    })
    if (!isDone || isOver()) {
      if (toPush !== undefined) await hintPush(ports, workspace, toPush)
      return { resolved, left, isDone: false }
    }
  }
  await reconcileBarred(ports, workspace, person)
  if (toPush !== undefined) await hintPush(ports, workspace, toPush)
  return { resolved, left, isDone: true }
}

type Alike = Readonly<{
  person: string
  policy: Exclude<ConflictPolicy, 'ask'>
  settings: SyncSettings
  slot?: Slot
}>

async function resolveContact(
  ports: ConflictPorts,
  workspace: string,
  contactId: string,
  { person, policy, settings, slot }: Alike,
): Promise<Readonly<{ resolved: number; left: number; toPush?: string }>> {
  const isMeant = (conflict: OpenConflict) => slot === undefined || conflict.slot === slot
  const before = (await ports.contacts.get(workspace, contactId))?.conflicts?.filter(isMeant) ?? []
  const bySlot = Object.fromEntries(before.map((conflict) => [conflict.slot, policy]))
  const done = await reconcile(ports, workspace, contactId, {
    actor: person,
    // Which side is the newest, the plan says itself.
    settings: { ...settings, conflictsBySlot: { ...settings.conflictsBySlot, ...bySlot } },
    resolutions: before.flatMap((conflict) => resolutionOf(conflict, policy)),
  })
  const left = done?.contact.conflicts?.filter(isMeant).length ?? 0
  return {
    resolved: Math.max(0, before.length - left),
    left,
    ...(done !== undefined && done.toPush.length > 0 && { toPush: `${contactId}-${done.contact.version}` }),
  }
}

/** Where one side alone changed, that side is the newer one; where both did, the plan compares their times. */
function resolutionOf(conflict: OpenConflict, policy: Alike['policy']): readonly Resolution[] {
  const { slot, base, crm, quickbooks } = conflict
  const seen = { crm, quickbooks }
  if (policy !== 'newest') return [{ slot, value: conflict[policy], seen }]
  if (sameAsTyped(crm, base)) return [{ slot, value: quickbooks, seen }]
  return sameAsTyped(quickbooks, base) ? [{ slot, value: crm, seen }] : []
}

async function* pagesOf({ conflicts }: Pick<Ports, 'conflicts'>, workspace: string) {
  let after: string | undefined
  do {
    const page = await conflicts.list(workspace, CONFLICTS_A_PAGE, after)
    yield page.rows
    after = page.next
  } while (after !== undefined)
}

/** A value that a person typed, if it is one for that slot and QuickBooks would take it. */
function typedValue(contact: Contact, slot: Slot, value: SlotValue): SlotValue {
  if (slot === 'parent' || slot === 'active') throw invalid('Take one of the two sides here.')
  const isAddress = slot === 'billAddress' || slot === 'shipAddress'
  if (value !== undefined && (isAddress ? typeof value !== 'object' : typeof value !== 'string')) {
    throw invalid(isAddress ? 'An address is needed here.' : 'A text is needed here.')
  }
  const after = editedFields(contact.fields, { [slot]: value ?? null })
  const fields = editErrors(contact.fields, after)
  const [first] = fields
  if (first !== undefined) throw invalid(first.message)
  return after[slot]
}

function invalid(message: string): Failure {
  return new Failure({ kind: 'invalidInput', fields: [{ path: 'take.value', message }] })
}
