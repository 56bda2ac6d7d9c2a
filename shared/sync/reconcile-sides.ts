import { withoutLeftMark } from '#core/deactivation-mark'
import { slotsOf } from '#core/entity-slots'
import { ownSpelling } from '#core/link-base'
import { mergedInto } from '#core/observe'
import type { Aside, Barrier, RecordFate, Resolution, Sides } from '#core/plan'
import type { Contact, Entity, Link, Mirror, Pin, Snapshot } from '#core/records'
import { slotValue, withSlot } from '#core/slots'
import { contactSnapshot } from '#core/snapshots'
import { sameMeaning } from '#core/spelling'
import { type Obstacle, placement } from './hierarchy.ts'
import type { Ports } from './ports.ts'

export type SidesPorts = Pick<Ports, 'contacts' | 'mirrors'>

/** Everything that a plan about one linked contact needs, and what carrying it out needs beside. */
export type GatheredSides = Readonly<{
  sides: Sides
  /** The record as stored, the survivor when it was merged into a free one; absent when it was never stored. */
  mirror?: Mirror
  /** The contacts that records are linked to which the contact may come under. */
  parents: ReadonlyMap<string, ParentInCrm>
}>

/** A contact as a parent: with `path` from it to the top of its tree. */
export type ParentInCrm = Readonly<{ contactId: string; path: readonly Contact[] }>

/** A merge that leads from one survivor to the next longer than this is a fault in what is stored. */
const MOST_MERGES = 20

/**
 * Reads the three sides of a linked contact. Nothing is decided about what is on its way to QuickBooks, nor about a
 * parent that one of the two sides cannot name.
 */
export async function gatherSides(
  ports: SidesPorts,
  workspace: string,
  contact: Contact,
  link: Link,
  resolutions: readonly Resolution[],
): Promise<GatheredSides> {
  const mirror = await ports.mirrors.get(workspace, link.entity, link.recordId)
  const parent = await parentOf(ports, workspace, contact, link.entity)
  const snapshot = contactSnapshot(contact, parent.recordId)
  const { record, survivor } = await fateOf(ports, workspace, contact, mirror, link.base)
  const shown = record.kind === 'merged' && record.survivorIsFree ? survivor : mirror
  const wished = [shown?.snapshot.parentRecordId, ...resolutions.map(({ slot, value }) => slot === 'parent' && value)]
  const { parents, barriers } = await parentsFor(ports, workspace, contact, link.entity, parent.recordId, wished)
  return {
    ...(shown !== undefined && { mirror: shown }),
    parents,
    sides: {
      ...sidesOf(contact, link, snapshot),
      ...(record.kind === 'present' && { pins: restingPins(contact, link, snapshot, record.side.snapshot) }),
      record,
      resolutions,
      aside: [...parent.aside, ...onTheWay(contact)],
      barriers,
      ...passingNow(contact, shown),
    },
  }
}

/** What a plan has to know of the contact and of its link alone; `snapshot` is the contact as it is compared. */
export function sidesOf(
  { fields, changedAt, slotTimes, conflicts = [], pins = [] }: Contact,
  link: Link,
  snapshot: Snapshot,
): Pick<Sides, 'contact' | 'base' | 'ownSpelling' | 'openConflicts' | 'pins' | 'slots'> {
  const times = slotTimes === undefined ? {} : { times: slotTimes }
  return {
    contact: { snapshot, changedAt, ...times },
    base: link.base,
    ownSpelling: ownSpelling(link, { fields, ...(slotTimes !== undefined && { slotTimes }) }),
    openConflicts: conflicts,
    pins,
    slots: slotsOf(link.entity),
  }
}

/** Pins that were made before spelling counted hold in any letters; they are taken over in those that stand now. */
function restingPins({ pins = [] }: Contact, link: Link, crm: Snapshot, record: Snapshot): readonly Pin[] {
  if (link.ownSpelling !== undefined) return pins
  return pins.map((pin) => {
    const [own, books] = [slotValue(crm, pin.slot), slotValue(record, pin.slot)]
    const isResting = sameMeaning(pin.slot, pin.crm, own) && sameMeaning(pin.slot, pin.quickbooks, books)
    if (!isResting) return pin
    const { crm: _own, quickbooks: _books, ...rest } = pin
    return { ...rest, ...(own !== undefined && { crm: own }), ...(books !== undefined && { quickbooks: books }) }
  })
}

/** What a contact's parent is called in QuickBooks; set aside when it has a parent that QuickBooks cannot put it under. */
export async function parentOf(
  { contacts }: Pick<Ports, 'contacts'>,
  workspace: string,
  { parentId }: Pick<Contact, 'parentId'>,
  entity: Entity,
): Promise<Readonly<{ recordId?: string; isVendor: boolean; aside: readonly Aside[] }>> {
  if (parentId === undefined || entity === 'vendor') return { isVendor: false, aside: [] }
  const link = (await contacts.get(workspace, parentId))?.link
  if (link?.entity === entity) return { recordId: link.recordId, isVendor: false, aside: [] }
  const isVendor = link?.entity === 'vendor'
  const because = isVendor
    ? 'its parent in the CRM is a vendor in QuickBooks, and only customers have jobs there'
    : 'its parent in the CRM is not in QuickBooks yet'
  return { isVendor, aside: [{ slot: 'parent', because }] }
}

/** The name in between that the record has now. Both sides agree on none: one that is the base's is a person's own. */
export function passingNow(
  { passing, link }: Pick<Contact, 'passing' | 'link'>,
  mirror: Pick<Mirror, 'snapshot'> | undefined,
): Readonly<{ passing?: string }> {
  const isPassing =
    passing !== undefined &&
    mirror?.snapshot.fields.displayName === passing.name &&
    link?.base.fields.displayName !== passing.name
  return isPassing ? { passing: passing.name } : {}
}

/** A record with the name that it had before the one in between, if it has such a one. */
export function withoutPassing({ passing, link }: Pick<Contact, 'passing' | 'link'>, record: Snapshot): Snapshot {
  if (passing === undefined || record.fields.displayName !== passing.name) return record
  return withSlot(record, 'displayName', passing.undo?.from ?? link?.base.fields.displayName)
}

/** The write that is under way is settled by whoever sends it: until then its values are on no side for sure. */
function onTheWay({ intent }: Contact): readonly Aside[] {
  return (intent?.slots ?? []).map((slot) => ({ slot, because: 'it is on its way to QuickBooks' }))
}

async function fateOf(
  { mirrors }: SidesPorts,
  workspace: string,
  contact: Contact,
  mirror: Mirror | undefined,
  base: Snapshot,
): Promise<Readonly<{ record: RecordFate; survivor?: Mirror }>> {
  if (mirror === undefined) return { record: { kind: 'gone' } }
  const last = await survivorOf(mirrors, workspace, mirror)
  if (last === undefined) {
    return { record: mirror.goneAt === undefined ? present(mirror, base, contact) : { kind: 'gone' } }
  }
  const survivorIsFree = last.contactId === undefined || last.contactId === contact.id
  return { record: { kind: 'merged', survivorId: last.id, survivorIsFree }, survivor: last }
}

/** What is left of a record that was merged, and perhaps merged again; undefined when it was not, or nothing is left. */
async function survivorOf(
  mirrors: SidesPorts['mirrors'],
  workspace: string,
  mirror: Mirror,
): Promise<Mirror | undefined> {
  let last = mirror
  for (let merges = 0; merges < MOST_MERGES; merges++) {
    const into = mergedInto(last)
    if (into === undefined) return last === mirror || last.goneAt !== undefined ? undefined : last
    const next = await mirrors.get(workspace, last.entity, into)
    if (next === undefined) return undefined
    last = next
  }
  return undefined
}

/**
 * A record as it is compared with its contact: a mark that QuickBooks left on the name is no rename. The name may rest
 * apart from the base's, where an undo put it or while a person has not decided. A name in between is no name at all.
 */
export function present(
  { snapshot, changedAt, spans }: Mirror,
  base: Snapshot,
  { pins = [], conflicts = [], passing }: Pick<Contact, 'pins' | 'conflicts' | 'passing'>,
): RecordFate {
  const { displayName } = snapshot.fields
  const times = { changedAt, ...(spans !== undefined && { spans }) }
  if (displayName !== undefined && displayName === passing?.name) {
    return { kind: 'present', side: { snapshot: withSlot(snapshot, 'displayName', base.fields.displayName), ...times } }
  }
  if (displayName === undefined) return { kind: 'present', side: { snapshot, ...times } }
  const resting = [...pins, ...conflicts].flatMap(({ slot, quickbooks }) =>
    slot === 'displayName' ? [quickbooks] : [],
  )
  const name = withoutLeftMark(displayName, [base.fields.displayName, ...resting])
  return { kind: 'present', side: { snapshot: withSlot(snapshot, 'displayName', name), ...times } }
}

/** Looks up where in the CRM the contact would come, for each parent that it may get, and what stands in the way. */
async function parentsFor(
  ports: SidesPorts,
  workspace: string,
  contact: Contact,
  entity: Entity,
  current: string | undefined,
  wished: readonly unknown[],
): Promise<Readonly<{ parents: ReadonlyMap<string, ParentInCrm>; barriers: readonly Barrier[] }>> {
  const parents = new Map<string, ParentInCrm>()
  const barriers: Barrier[] = []
  for (const recordId of new Set(wished)) {
    if (typeof recordId !== 'string' || recordId === current) continue
    const contactId = (await ports.mirrors.get(workspace, entity, recordId))?.contactId
    if (contactId === undefined) {
      const because = 'its parent in QuickBooks is not in the CRM: import that, and it comes under it'
      barriers.push({ slot: 'parent', action: 'store', instead: 'keep', because })
      continue
    }
    const { path, obstacle } = await placement(ports, workspace, contact.id, contactId)
    if (obstacle === undefined) parents.set(recordId, { contactId, path })
    else barriers.push({ slot: 'parent', action: 'store', instead: 'ask', because: OBSTACLES[obstacle] })
  }
  return { parents, barriers }
}

const OBSTACLES: Readonly<Record<Obstacle, string>> = {
  unknown: 'its parent in QuickBooks is linked to a contact that is not there',
  cycle: 'in the CRM, its parent in QuickBooks lies below it: one of the two has to move first',
  tooDeep: 'in the CRM, it would come to lie more than five levels deep below its parent in QuickBooks',
}

/** Whether the contact is archived when its record is inactive: what the guard against mass changes counts. */
export function wouldArchive({ archived, link, conflicts = [] }: Contact): boolean {
  return !archived && link?.base.active === true && !conflicts.some(({ slot }) => slot === 'active')
}
