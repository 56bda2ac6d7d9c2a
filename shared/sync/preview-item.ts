import { PLACES, placeRefusal } from '#core/birth'
import { nameProblem } from '#core/name-check'
import { listName } from '#core/names'
import { NAMING } from '#core/naming-slots'
import { type Action, type Plan, PUT_BACK, recordAfter } from '#core/plan'
import type { SyncSettings } from '#core/policies'
import { isOfProjects, PROJECT } from '#core/project-slots'
import type { Conflict, Contact, JsonObject, Mirror, Outcome, OutcomeKind, Slot, SlotValue } from '#core/records'
import { sameAsTyped } from '#core/spelling'
import { findWay, knownLists, wantedBy } from './name-way.ts'
import type { Ports } from './ports.ts'
import { unplacedSlots, withoutUnplaced } from './push-birth.ts'
import { contentOfCreate, creation, NO_PARENT, VENDOR_PARENT } from './push-contact.ts'
import { takenBy, type WantedName, wrongName } from './push-name.ts'
import type { Refused } from './push-refuse.ts'
import { CREATED_AS } from './push-session.ts'
import { passingName, waitsForName } from './push-way.ts'
import { planFor, sortedJson } from './reconcile.ts'
import type { GatheredSides } from './reconcile-sides.ts'
import { parentOf } from './reconcile-sides.ts'

/** A slot that would change on one side, and why. `superseded`: what stands there now is somebody's own change. */
export type PreviewChange = Readonly<{
  slot: Slot
  from?: SlotValue
  to?: SlotValue
  because: string
  superseded?: boolean
}>

/** What a sync would do with one contact. */
export type PreviewItem = Readonly<{
  contactId: string
  name: string
  /** What the outcome will be if it is done: created, sent, stored, archived; conflict, skipped or failed do nothing. */
  kind: OutcomeKind
  code?: string
  reason?: string
  crm: readonly PreviewChange[]
  quickbooks: readonly PreviewChange[]
  /** Conflicts that would be opened. */
  asks: readonly Conflict[]
  /** It would be created under a parent that is created by the same sync. */
  underNewParent: boolean
  /** The name that its record has in between, because it is the one of a ring of names that steps aside. */
  passing?: string
  /** Stands for the three sides and the settings; absent when there is nothing to apply. */
  fingerprint?: string
}>

type ItemPorts = Pick<Ports, 'clock' | 'contacts' | 'mirrors' | 'digest' | 'settings'>

/** What a sync would do with the contact as everything is stored now; undefined when it would do nothing. */
export async function previewItem(
  ports: ItemPorts,
  workspace: string,
  contact: Contact,
  settings: SyncSettings,
): Promise<PreviewItem | undefined> {
  if (contact.hold !== undefined) return still(contact, 'conflict', contact.hold.code, contact.hold.reason)
  if (contact.intent !== undefined) return still(contact, 'skipped', 'underWay', 'It is being sent at this moment.')
  if (!settings.entities.includes(contact.link?.entity ?? CREATED_AS)) {
    return still(contact, 'skipped', 'listIsOff', 'This QuickBooks list takes no part in the sync.')
  }
  return contact.link === undefined
    ? itemOfCreate(ports, workspace, contact, settings)
    : itemOfLinked(ports, workspace, contact, settings)
}

/** The contact's customer is created, if it is to be one and its parent is there or comes along. */
async function itemOfCreate(
  ports: ItemPorts,
  workspace: string,
  contact: Contact,
  settings: SyncSettings,
): Promise<PreviewItem | undefined> {
  if (contact.archived || !contact.isCustomer) return undefined
  const { recordId } = await parentOf(ports, workspace, contact, CREATED_AS)
  const underNewParent = contact.parentId !== undefined && recordId === undefined
  const { sent, slots } = contentOfCreate(contact, recordId, settings)
  const refused = underNewParent
    ? await refusalUnderNewParent(ports, workspace, contact)
    : ((
        await nameOutcome(ports, workspace, contact, settings, {
          entity: CREATED_AS,
          fields: sent.fields,
          ...(recordId !== undefined && { parentRecordId: recordId }),
          known: knownLists(contact, settings),
        })
      ).refused ?? (recordId === undefined ? undefined : await refusalBelow(ports, workspace, contact, recordId)))
  if (refused !== undefined) return refusedItem(contact, refused)
  const done = creation(sent, slots)
  return {
    ...empty(contact, 'created'),
    quickbooks: changesOf(done, 'push'),
    underNewParent,
    fingerprint: digestOf(ports, [sent, contact.parentId, recordId, settings]),
  }
}

/** Why QuickBooks would not have the contact's customer under this one. */
async function refusalBelow(
  { mirrors }: ItemPorts,
  workspace: string,
  contact: Contact,
  parentRecordId: string,
): Promise<Refused | undefined> {
  return placeRefusal(contact, await mirrors.get(workspace, CREATED_AS, parentRecordId))
}

async function refusalUnderNewParent(
  { contacts }: ItemPorts,
  workspace: string,
  { parentId = '', fields }: Contact,
): Promise<Refused | undefined> {
  const parent = await contacts.get(workspace, parentId)
  if (parent?.link?.entity === 'vendor') return VENDOR_PARENT
  if (parent?.isCustomer !== true || parent.archived) return NO_PARENT
  const problem = nameProblem(fields)
  return problem && { code: problem.code, reason: problem.reason, advice: 'Give it another name.' }
}

async function itemOfLinked(
  ports: ItemPorts,
  workspace: string,
  contact: Contact,
  settings: SyncSettings,
): Promise<PreviewItem | undefined> {
  const { plan: done, gathered } = await planFor(ports, workspace, contact, settings)
  const moved = done.actions.find(({ kind }) => kind === 'hold' || kind === 'relink')
  if (moved !== undefined || gathered === undefined) return still(contact, 'conflict', 'gone', done.because)
  const crm = changesOf(done, 'store')
  const quickbooks = changesOf(done, 'push')
  const asks = done.actions.flatMap((action) => (action.kind === 'openConflict' ? [withoutEmpty(action.conflict)] : []))
  if (crm.length + quickbooks.length + asks.length === 0) {
    const open = contact.conflicts ?? []
    return open.length === 0
      ? undefined
      : still(contact, 'conflict', 'open', 'Both sides changed it since they last agreed: decide it first.')
  }
  const unplaced = await unplacedIn(ports, workspace, gathered, done)
  const named = await nameOfUpdate(ports, workspace, contact, settings, gathered, done, unplaced?.slots ?? [])
  const { refused: misnamed, passing } = named
  const refused = misnamed ?? unplaced?.refused
  // QuickBooks takes or refuses a write as a whole, but what it has a place for is sent beside what it has none for.
  const sent = misnamed === undefined ? quickbooks.filter(({ slot }) => unplaced?.slots.includes(slot) !== true) : []
  // What goes to the CRM is stored all the same.
  if (refused !== undefined && crm.length + sent.length === 0) return refusedItem(contact, refused)
  return {
    ...empty(contact, kindOf(crm, sent)),
    ...(refused !== undefined && { code: refused.code, reason: `${refused.reason} ${refused.advice}` }),
    crm,
    quickbooks: sent,
    asks,
    ...(passing !== undefined && { passing }),
    fingerprint: digestOf(ports, [gathered.sides, contact.link?.recordId, settings]),
  }
}

/** What QuickBooks would not have as it is to be, of what is to be sent to it. */
async function unplacedIn(ports: ItemPorts, workspace: string, { mirror }: GatheredSides, done: Plan) {
  if (mirror === undefined) return undefined
  const toPush = done.actions.flatMap((action) => (action.kind === 'push' ? [action.slot] : []))
  return unplacedSlots(ports, workspace, mirror, recordAfter(mirror.snapshot, done), toPush)
}

/** What becomes of the name that a contact is to have: refused, or reached, by a name in between where that is needed. */
type NameOutcome = Readonly<{ refused?: Refused; passing?: string }>

async function nameOfUpdate(
  ports: ItemPorts,
  workspace: string,
  contact: Contact,
  settings: SyncSettings,
  { mirror }: GatheredSides,
  done: Plan,
  unplaced: readonly Slot[],
): Promise<NameOutcome> {
  const isNamed = done.actions.some(
    (action) => action.kind === 'push' && NAMING.has(action.slot) && !unplaced.includes(action.slot),
  )
  if (mirror === undefined || !isNamed) return {}
  const sent = withoutUnplaced(recordAfter(mirror.snapshot, done), mirror, unplaced)
  if (!sent.active) return {}
  return nameOutcome(ports, workspace, contact, settings, wantedBy(mirror, sent, knownLists(contact, settings)), mirror)
}

/** As whoever does all that the preview shows finds it: everybody on the way is sent by the same sync. */
async function nameOutcome(
  ports: ItemPorts,
  workspace: string,
  contact: Contact,
  settings: SyncSettings,
  wanted: WantedName,
  mirror?: Mirror,
): Promise<NameOutcome> {
  const wrong = wrongName(wanted)
  if (wrong !== undefined) return { refused: wrong }
  const nobody = async () => undefined
  const { way, holder } = await findWay(ports, workspace, contact, wanted, { settings, barred: nobody })
  if (holder === undefined) return {}
  switch (way.kind) {
    case 'open':
      return {}
    case 'ring':
      return way.passes === contact.id && mirror !== undefined
        ? { passing: await passingName(ports, workspace, contact, mirror) }
        : {}
    case 'waits':
      return { refused: waitsForName(wanted, holder, way.for, way.because) }
    case 'taken':
      return { refused: await takenBy(ports, workspace, wanted, holder) }
  }
}

/** Thrown when something would be done that the preview did not show. */
export class MovedSincePreview extends Error {}

/** Keeps everything from being done that the item does not show. */
export function shownOnly(item: PreviewItem): (done: Plan) => void {
  return ({ actions }) => {
    if (!actions.every((action) => isShown(item, action))) throw new MovedSincePreview()
  }
}

function isShown({ crm, quickbooks, asks, underNewParent, passing, code }: PreviewItem, action: Action): boolean {
  switch (action.kind) {
    case 'store':
      return crm.some(({ slot, to }) => slot === action.slot && sameAsTyped(to, action.to))
    case 'push':
      if (action.passing === true) return action.to === passing || action.because === PUT_BACK
      return (
        (underNewParent && action.slot === 'parent') ||
        (code !== undefined && isRefusedAlone(code, action.slot)) ||
        quickbooks.some(({ slot, to }) => slot === action.slot && sameAsTyped(to, action.to))
      )
    case 'openConflict':
      return asks.some(({ slot }) => slot === action.conflict.slot)
    case 'relink':
    case 'hold':
      return false
    case 'agree':
    case 'closeConflict':
    case 'keep':
      return true
  }
}

/** Whether a slot is one that a shown refusal keeps from being sent, while others are. */
function isRefusedAlone(code: string, slot: Slot): boolean {
  return code === PROJECT ? isOfProjects(slot) : slot === 'parent' && PLACES.has(code)
}

function changesOf({ actions }: Plan, kind: 'store' | 'push'): readonly PreviewChange[] {
  return actions.flatMap((action): readonly PreviewChange[] => {
    if (action.kind !== kind) return []
    const { slot, from, to, because, superseded } = action
    const side = kind === 'store' ? 'crm' : 'quickbooks'
    return [
      {
        slot,
        ...(from !== undefined && { from }),
        ...(to !== undefined && { to }),
        because,
        ...(superseded?.side === side && { superseded: true }),
      },
    ]
  })
}

/** As it is stored: what is empty is left out. */
function withoutEmpty({ slot, base, crm, quickbooks }: Conflict): Conflict {
  return {
    slot,
    ...(base !== undefined && { base }),
    ...(crm !== undefined && { crm }),
    ...(quickbooks !== undefined && { quickbooks }),
  }
}

function kindOf(crm: readonly PreviewChange[], quickbooks: readonly PreviewChange[]): OutcomeKind {
  if ([...crm, ...quickbooks].some(({ slot, to }) => slot === 'active' && to === false)) return 'archived'
  if (quickbooks.length > 0) return 'sent'
  return crm.length > 0 ? 'stored' : 'conflict'
}

function empty(contact: Contact, kind: OutcomeKind): PreviewItem {
  return {
    contactId: contact.id,
    name: listName(contact),
    kind,
    crm: [],
    quickbooks: [],
    asks: [],
    underNewParent: false,
  }
}

function still(contact: Contact, kind: OutcomeKind, code: string, reason: string): PreviewItem {
  return { ...empty(contact, kind), code, reason }
}

function refusedItem(contact: Contact, { code, reason, advice }: Refused): PreviewItem {
  return still(contact, 'failed', code, `${reason} ${advice}`)
}

function digestOf({ digest }: Pick<Ports, 'digest'>, sides: unknown): string {
  return digest.sha256(sortedJson(sides))
}

/** The item as an outcome of its run. */
export function outcomeOfItem({ contactId, name, kind, code, reason, ...details }: PreviewItem): Outcome {
  const { crm, quickbooks, asks, underNewParent, passing, fingerprint } = details
  const shown: JsonObject = {
    crm,
    quickbooks,
    asks,
    underNewParent,
    ...(passing !== undefined && { passing }),
    ...(fingerprint !== undefined && { fingerprint }),
  }
  return {
    recordId: contactId,
    contactId,
    name,
    kind,
    ...(code !== undefined && { code }),
    ...(reason !== undefined && { reason }),
    details: shown,
  }
}
