import { type ArchiveStory, archiveStory } from '#core/archive-story'
import { Failure } from '#core/errors'
import { baseOfContact } from '#core/link-base'
import { ONLY_QUICKBOOKS, type Plan, plan, type Resolution } from '#core/plan'
import type { SyncSettings } from '#core/policies'
import type { Contact, JournalEntry, Link, Mirror, Pin, Slot } from '#core/records'
import { revisionKey } from '#core/revisions'
import { withSlot } from '#core/slots'
import { survivorBase } from '#core/survivor-base'
import { linkedBelow } from './linked-below.ts'
import type { Ports, Write } from './ports.ts'
import { type Applied, applyPlan, linkValue, type Told } from './reconcile-apply.ts'
import { type GatheredSides, gatherSides, present } from './reconcile-sides.ts'
import { wholeHistory } from './whole-history.ts'

export type ReconcilePorts = Pick<Ports, 'clock' | 'ids' | 'contacts' | 'mirrors' | 'ledger' | 'settings'>

/** How often it is planned anew when somebody else changed a side in the same moment. */
const TRIES = 5
/** Contacts that are marked in one commit with the link above them; a transaction holds 100 writes. */
const MARKED_AT_ONCE = 70

export type ReconcileFor = Readonly<{
  /** A person's id, or the part of Tandem that acts. */
  actor: string
  runId?: string
  /** What a person decided about open conflicts. */
  resolutions?: readonly Resolution[]
  /** QuickBooks deactivated suspiciously many at once: being archived becomes a question to a person. */
  mayNotArchive?: string
  /** As read by the caller, who reconciles many. */
  settings?: SyncSettings
  /** Is shown every plan before anything of it is done; what it throws keeps it from being done. */
  check?: (done: Plan) => void
}>

export type Reconciled = Readonly<{
  /** As it is stored now. */
  contact: Contact
  /** The QuickBooks record that it is linked to now, as last seen; absent for a contact without a link. */
  mirror?: Mirror
  plan: Plan
  /** Whether anything was stored. */
  changed: boolean
  /** What is left to be sent to QuickBooks. */
  toPush: readonly Slot[]
}>

/**
 * Looks at contact, mirror and base, plans, and stores everything that goes towards the CRM in one commit: fields,
 * archived, parent, link and base, conflicts, the mark of what is to be pushed, and the journal. It never calls
 * QuickBooks. Undefined when there is no such contact. Throws versionMoved when others change it all the time.
 */
export async function reconcile(
  ports: ReconcilePorts,
  workspace: string,
  contactId: string,
  why: ReconcileFor,
): Promise<Reconciled | undefined> {
  const settings = why.settings ?? (await ports.settings.get(workspace)).settings
  for (let tries = 0; tries < TRIES; tries++) {
    const contact = await ports.contacts.get(workspace, contactId)
    if (contact === undefined) return undefined
    const done = await once(ports, workspace, contact, { ...why, settings })
    if (done === 'moved') continue
    // Its children have another parent in QuickBooks' words now.
    const isRelinked = done.contact.link?.recordId !== contact.link?.recordId
    if (isRelinked) {
      for (const { id } of await familyOf(ports, workspace, done.contact)) {
        await reconcile(ports, workspace, id, { actor: why.actor, settings })
      }
    }
    return done
  }
  throw new Failure({ kind: 'versionMoved', what: 'contact', id: contactId })
}

/** Linked contacts below a contact: in the CRM, and below its record in QuickBooks, where they may lie elsewhere here. */
async function familyOf(
  ports: Pick<ReconcilePorts, 'contacts' | 'mirrors'>,
  workspace: string,
  { id, link }: Pick<Contact, 'id' | 'link'>,
): Promise<readonly Contact[]> {
  if (link?.entity !== 'customer') return []
  const children = await ports.contacts.children(workspace, id)
  const below = await linkedBelow(ports, workspace, link.entity, new Set([link.recordId]))
  const ids = new Set([...children, ...below.flatMap(({ contactId = id }) => [contactId])])
  ids.delete(id)
  const family = ids.size === 0 ? [] : await ports.contacts.getMany(workspace, [...ids])
  return family.filter((one) => one.link !== undefined)
}

/** Reconciles those below a contact, which was linked just now: their parent has a name in QuickBooks from now on. */
export async function reconcileChildren(
  ports: ReconcilePorts,
  workspace: string,
  contactId: string,
  why: ReconcileFor,
): Promise<void> {
  for (const child of await ports.contacts.children(workspace, contactId)) {
    await reconcile(ports, workspace, child, why)
  }
}

/**
 * What reconcile would do to a contact as it is stored now, without doing it; for previews.
 * Undefined when there is no such contact.
 */
export async function planFor(
  ports: Pick<ReconcilePorts, 'contacts' | 'mirrors' | 'settings'>,
  workspace: string,
  contact: Contact,
  settings: SyncSettings,
): Promise<Readonly<{ plan: Plan; gathered?: GatheredSides }>> {
  if (contact.link === undefined) return { plan: NOT_LINKED }
  const { done, gathered } = await decide(ports, workspace, contact, contact.link, { actor: '', settings })
  return { plan: done, gathered }
}

const NOT_LINKED: Plan = { actions: [], because: 'it is not linked to a QuickBooks record' }

type Why = ReconcileFor & Readonly<{ settings: SyncSettings }>

async function once(
  ports: ReconcilePorts,
  workspace: string,
  before: Contact,
  why: Why,
): Promise<Reconciled | 'moved'> {
  if (before.link === undefined) return { contact: before, plan: NOT_LINKED, changed: false, toPush: [] }
  const { contact, done, gathered, told } = await decide(ports, workspace, before, before.link, why)
  why.check?.(done)
  const { link = before.link } = contact
  const at = new Date(ports.clock.now()).toISOString()
  const applied = applyPlan(contact, link, gathered, done, at)
  const toPush = done.actions.flatMap((action) => (action.kind === 'push' ? [action.slot] : []))
  const { mirror } = gathered
  const answer = { ...(mirror !== undefined && { mirror }), plan: done, toPush }
  if (isUnchanged(before, applied)) return { ...answer, contact: before, changed: false }

  const above = movedUnder(before, applied.contact, gathered)
  const isRelinked = link.recordId !== before.link.recordId
  const family = isRelinked ? await familyOf(ports, workspace, { id: before.id, link }) : []
  const writes: readonly Write[] = [
    { kind: 'contact', contact: applied.contact, expectedVersion: before.version },
    ...above,
    ...marked(family, above, at),
    ...relinked(before, before.link, link),
    ...journal(ports, before.id, at, why, {
      ...applied,
      crm: [...told, ...applied.crm.map((one) => echoed(one, link, mirror))],
    }),
  ]
  if ((await ports.ledger.commit(workspace, writes)) !== 'committed') return 'moved'
  return { ...answer, contact: { ...applied.contact, version: before.version + 1 }, changed: true }
}

/**
 * What a record that nobody has touched since our last write shows of its own is what QuickBooks made of that write: only
 * a change moves the revision. Where it lies and whether it is active may have been kept back since before.
 */
function echoed(told: Told, link: Link, mirror: Mirror | undefined): Told {
  const { because, change } = told
  if (because !== ONLY_QUICKBOOKS || change.field === 'parentId' || change.field === 'archived') return told
  const isOurs =
    link.written !== undefined &&
    mirror?.id === link.recordId &&
    revisionKey(mirror.revision) === revisionKey(link.written)
  return isOurs ? { because, change: { ...change, echo: true } } : told
}

type Decision = Readonly<{ contact: Contact; done: Plan; gathered: GatheredSides; told: readonly Told[] }>

/** Plans, and after a merge plans on with the survivor, so that both commit together. */
async function decide(
  ports: Pick<ReconcilePorts, 'contacts' | 'mirrors'>,
  workspace: string,
  before: Contact,
  linkBefore: Link,
  why: Why,
): Promise<Decision> {
  const first = guarded(await gatherSides(ports, workspace, before, linkBefore, why.resolutions ?? []), why)
  const archive = await putRight(ports, workspace, before, linkBefore, first)
  const { contact, link, gathered } = archive
  const done = plan(gathered.sides, why.settings)
  const { mirror, sides } = gathered
  if (mirror === undefined || !done.actions.some(({ kind }) => kind === 'relink')) {
    return { contact, done, gathered, told: archive.told }
  }
  const base = survivorBase(sides.contact.snapshot, baseOfContact(link, contact), mirror.snapshot, archive.heldBefore)
  const { written: _elsewhere, ...tie } = link
  const moved: Link = { ...tie, recordId: mirror.id, base, ownSpelling: {}, revision: mirror.revision }
  // A write to the record that went away cannot come to anything any more.
  const { intent: _lost, ...kept } = contact
  const followed: GatheredSides = {
    ...gathered,
    sides: {
      ...sides,
      record: present(mirror, base, contact),
      base,
      ownSpelling: {},
      aside: sides.aside?.filter(({ slot }) => contact.intent?.slots.includes(slot) !== true) ?? [],
      // What QuickBooks deactivated in great numbers was not the survivor.
      barriers: sides.barriers?.filter(({ slot }) => slot !== 'active') ?? [],
    },
  }
  const next = plan(followed.sides, why.settings)
  const from = { entity: link.entity, recordId: link.recordId }
  return {
    contact: { ...kept, link: moved },
    done: { actions: [...done.actions, ...next.actions], because: done.because },
    gathered: followed,
    told: [{ because: done.because, change: { field: 'link', from, to: linkValue(mirror) } }, ...archive.told],
  }
}

type PutRight = Readonly<{
  contact: Contact
  link: Link
  gathered: GatheredSides
  told: readonly Told[]
  heldBefore: ArchiveStory['heldBefore']
}>

/**
 * A contact that is archived when its customer turns out to be merged: QuickBooks shows the one that was merged away as
 * inactive, and until the merge was told of, the contact followed that. It comes out of the archive again. One that
 * somebody in the CRM has archived stays there, and the survivor stays active beside it.
 */
async function putRight(
  ports: Pick<ReconcilePorts, 'contacts'>,
  workspace: string,
  contact: Contact,
  link: Link,
  gathered: GatheredSides,
): Promise<PutRight> {
  const { sides, mirror } = gathered
  const asItIs = { contact, link, gathered, told: [], heldBefore: new Map() }
  if (sides.record.kind !== 'merged' || !contact.archived) return asItIs
  const { by, heldBefore, times } = archiveStory(await wholeHistory(ports, workspace, contact.id))
  const isActive = mirror?.snapshot.active === true
  if (by === 'crm') {
    if (!isActive || !sides.record.survivorIsFree) return asItIs
    const pins = [...(contact.pins ?? []).filter(({ slot }) => slot !== 'active'), ARCHIVED_HERE]
    return { ...asItIs, contact: { ...contact, pins }, gathered: { ...gathered, sides: { ...sides, pins } } }
  }
  const snapshot = withSlot(sides.contact.snapshot, 'active', true)
  const base = withSlot(link.base, 'active', true)
  const slotTimes = { ...times, ...contact.slotTimes }
  return {
    contact: { ...contact, archived: false, link: { ...link, base }, slotTimes },
    link: { ...link, base },
    gathered: { ...gathered, sides: { ...sides, contact: { ...sides.contact, snapshot, times: slotTimes }, base } },
    told: [{ because: NOT_DEACTIVATED, change: { field: 'archived', from: true, to: false } }],
    heldBefore,
  }
}

const NOT_DEACTIVATED = 'its QuickBooks customer was not deactivated, as it seemed, but merged into another one'

const ARCHIVED_HERE: Pin = {
  slot: 'active',
  crm: false,
  quickbooks: true,
  because: 'it was archived in the CRM, and the customer that its own was merged into is active',
}

/** A question instead of the archiving, when the guard against mass changes says so. */
function guarded(gathered: GatheredSides, { mayNotArchive }: Why): GatheredSides {
  if (mayNotArchive === undefined) return gathered
  const { sides } = gathered
  const barrier = { slot: 'active', action: 'store', instead: 'ask', because: mayNotArchive } as const
  return { ...gathered, sides: { ...sides, barriers: [...(sides.barriers ?? []), barrier] } }
}

/** Those below it have another parent now, and are looked at even if this process dies before it comes to them. */
function marked(family: readonly Contact[], above: readonly Write[], at: string): readonly Write[] {
  const taken = new Set(above.flatMap((write) => (write.kind === 'contact' ? [write.contact.id] : [])))
  return family
    .filter(({ id }) => !taken.has(id))
    .slice(0, MARKED_AT_ONCE)
    .map((contact) => ({
      kind: 'contact',
      contact: { ...contact, toPushSince: contact.toPushSince ?? at },
      expectedVersion: contact.version,
    }))
}

/** Whoever comes under another commits with the whole path above it, so that two moves at once make no cycle. */
function movedUnder(before: Contact, after: Contact, { parents }: GatheredSides): readonly Write[] {
  if (after.parentId === undefined || after.parentId === before.parentId) return []
  const path = [...parents.values()].find(({ contactId }) => contactId === after.parentId)?.path ?? []
  return path.map((contact) => ({ kind: 'contact', contact, expectedVersion: contact.version }))
}

function relinked({ id: contactId }: Contact, { entity, recordId: left }: Link, { recordId }: Link): readonly Write[] {
  if (left === recordId) return []
  return [
    { kind: 'release', entity, recordId: left, contactId },
    { kind: 'claim', entity, recordId, contactId },
  ]
}

/** One entry for each reason, so that every change stands beside its own. */
function journal(
  { ids }: Pick<Ports, 'ids'>,
  contactId: string,
  at: string,
  { actor, runId }: Why,
  { crm, quickbooks }: Pick<Applied, 'crm' | 'quickbooks'>,
): readonly Write[] {
  const entriesOf = (side: JournalEntry['side'], told: readonly Told[]) =>
    [...Map.groupBy(told, ({ because }) => because)].map(([because, all]): Write => {
      const changes = all.map((one) => one.change)
      const run = runId === undefined ? {} : { runId }
      return { kind: 'journal', entry: { id: ids.next(), at, contactId, side, ...run, actor, because, changes } }
    })
  return [...entriesOf('crm', crm), ...entriesOf('quickbooks', quickbooks)]
}

/** A plan without effect costs no write; what is left out of one side and undefined on the other is the same. */
function isUnchanged(before: Contact, { contact, crm, quickbooks }: Applied): boolean {
  return crm.length === 0 && quickbooks.length === 0 && sortedJson(before) === sortedJson(contact)
}

/** A text that is the same for the same content, whatever the order of its keys. */
export function sortedJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  )
}
