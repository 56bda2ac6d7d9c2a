import { awaitedRecord } from '#core/awaited'
import { passingNames } from '#core/name-way'
import { ignoringCase, listName } from '#core/names'
import { planPassing } from '#core/plan'
import type { Contact, Mirror } from '#core/records'
import { withSlot } from '#core/slots'
import { findWay, NAME_AWAITED, wantedBy } from './name-way.ts'
import { intend } from './push-intent.ts'
import { holderOfName, takenBy, type WantedName, wrongName } from './push-name.ts'
import { type Refused, refuse } from './push-refuse.ts'
import { type Sent, sendIntent } from './push-send.ts'
import { type ForOther, NOT_ASKED, type PushFor, type PushPorts, type PushSession } from './push-session.ts'
import { passingNow } from './reconcile-sides.ts'

/** Who was sent for a contact's sake, and who is to be sent after it, so that a ring of names is closed. */
export type Others = Readonly<{ tried: Set<string>; after: string[]; push: (id: string) => Promise<void> }> & {
  /** Ends its turn to clear a way. */
  unlock?: () => void
}

type Step = Sent

/** What keeps a contact from being sent now: a step that came first, or a name that is not free. */
export type Blocked = Readonly<{ kind: 'step'; step: Step }> | Readonly<{ kind: 'name'; refused: Refused }>

const MOVED = { kind: 'moved' } as const

/**
 * Clears the way to the name that a contact is to have, where others are to give it up and may be sent now; in a ring, one
 * of them steps aside. Undefined when the name is free, as far as can be told.
 */
export async function goFor(
  ports: PushPorts,
  session: PushSession,
  contact: Contact,
  wanted: WantedName,
  why: PushFor,
  others: Others,
): Promise<Blocked | undefined> {
  const { workspace, settings } = session
  const wrong = wrongName(wanted)
  if (wrong !== undefined) return { kind: 'name', refused: wrong }
  const barred = async (other: Contact) => {
    if (others.tried.has(other.id)) return other.refusal?.reason ?? 'It could not be sent.'
    const how = await forOther(session, other)
    return how.kind === 'may' ? undefined : how.because
  }
  const { way, holder } = await findWay(ports, workspace, contact, wanted, { settings, barred })
  if (holder === undefined) return undefined
  const isToClear = way.kind === 'open' || way.kind === 'ring'
  if (isToClear && why.forAnother === true)
    return { kind: 'name', refused: await waitsForHolder(ports, workspace, wanted, holder) }
  if (isToClear && others.unlock === undefined && session.lockNames !== undefined) {
    // Whoever had the turn before may have sent them all.
    others.unlock = await session.lockNames()
    return { kind: 'step', step: MOVED }
  }
  switch (way.kind) {
    case 'taken':
      return { kind: 'name', refused: await takenBy(ports, workspace, wanted, holder) }
    case 'waits':
      return { kind: 'name', refused: waitsForName(wanted, holder, way.for, way.because) }
    case 'open':
      for (const id of way.first) {
        others.tried.add(id)
        await others.push(id)
      }
      return { kind: 'step', step: MOVED }
    case 'ring': {
      const at = way.order.indexOf(contact.id)
      const aside =
        way.passes === contact.id
          ? await stepAside(ports, session, contact, why)
          : await otherAside(ports, session, way.passes)
      if (aside.kind !== 'sent') return { kind: 'step', step: way.passes === contact.id ? aside : MOVED }
      for (const id of way.order) if (id !== contact.id) others.tried.add(id)
      others.after.push(...way.order.slice(at + 1))
      for (const id of way.order.slice(0, at)) await others.push(id)
      return { kind: 'step', step: way.passes === contact.id ? aside : MOVED }
    }
  }
}

export async function forOther(session: PushSession, contact: Contact): Promise<ForOther> {
  return (await session.forOther?.(contact)) ?? NOT_ASKED
}

/** The refusal of a name that another contact is to give up: nobody has to do anything. */
export function waitsForName(
  { fields }: WantedName,
  { entity, id }: Mirror,
  name: string,
  because: string | undefined,
): Refused {
  const still = `“${name}” still has the name “${fields.displayName ?? ''}” in QuickBooks, and is to give it up.`
  return {
    code: NAME_AWAITED,
    reason: because === undefined ? still : `${still} It is not sent yet: ${because}`,
    advice: 'It is sent by itself as soon as the name is free.',
    waitsFor: [awaitedRecord(entity, id)],
  }
}

async function waitsForHolder(
  { contacts }: PushPorts,
  workspace: string,
  wanted: WantedName,
  holder: Mirror,
): Promise<Refused> {
  const contact = holder.contactId === undefined ? undefined : await contacts.get(workspace, holder.contactId)
  return waitsForName(wanted, holder, contact === undefined ? holder.fullName : listName(contact), undefined)
}

/** The same for another contact, if it may be sent now. */
export async function otherAside(ports: PushPorts, session: PushSession, id: string): Promise<Step> {
  const contact = await ports.contacts.get(session.workspace, id)
  const how = contact && (await forOther(session, contact))
  return contact !== undefined && how?.kind === 'may' ? stepAside(ports, session, contact, how) : MOVED
}

/** Gives the record of a contact a name in between, so that its own is free for another one of the ring. */
async function stepAside(
  ports: PushPorts,
  session: PushSession,
  contact: Contact,
  why: Pick<PushFor, 'actor' | 'runId' | 'check'>,
): Promise<Step> {
  const { workspace } = session
  const { link } = contact
  const mirror = link && (await ports.mirrors.get(workspace, link.entity, link.recordId))
  if (mirror === undefined || contact.intent !== undefined || contact.passing !== undefined) return MOVED
  const name = await passingName(ports, workspace, contact, mirror)
  why.check?.(planPassing(mirror.snapshot.fields.displayName, name))
  return renameInBetween(ports, session, { ...contact, passing: { name } }, mirror, name, why)
}

const MOST_PASSING_NAMES = 30

/** The name in between that a contact would get now. */
export async function passingName(
  ports: Pick<PushPorts, 'mirrors'>,
  workspace: string,
  { fields, link }: Contact,
  mirror: Mirror,
): Promise<string> {
  const names = passingNames(fields.displayName ?? '', MOST_PASSING_NAMES)
  const own = [mirror.snapshot, link?.base].map((one) => ignoringCase(one?.fields.displayName ?? ''))
  for (const name of names) {
    // A step aside to the name that it has frees nothing.
    if (own.includes(ignoringCase(name))) continue
    const wanted = wantedBy(mirror, withSlot(mirror.snapshot, 'displayName', name))
    if ((await holderOfName(ports, workspace, wanted)) === undefined) return name
  }
  return names.at(-1) ?? ''
}

/**
 * The name before comes back where the one that a contact is to have stays out of reach. Undefined when nothing is to come
 * back, or somebody has that name by now.
 */
export async function putNameBack(
  ports: PushPorts,
  session: PushSession,
  contact: Contact,
  mirror: Mirror,
  why: PushFor,
): Promise<Step | undefined> {
  if (passingNow(contact, mirror).passing === undefined) return undefined
  // An undo that did not come to its end leaves what it began with, once the others have had time to be undone.
  const left = contact.refusal === undefined ? undefined : contact.passing?.undo?.from
  for (const name of [contact.link?.base.fields.displayName, left]) {
    if (name === undefined) continue
    const wanted = wantedBy(mirror, withSlot(mirror.snapshot, 'displayName', name))
    if ((await holderOfName(ports, session.workspace, wanted)) === undefined)
      return renameInBetween(ports, session, contact, mirror, name, why)
  }
  return undefined
}

async function renameInBetween(
  ports: PushPorts,
  session: PushSession,
  contact: Contact,
  mirror: Mirror,
  name: string,
  why: Pick<PushFor, 'actor' | 'runId'>,
): Promise<Step> {
  const sent = withSlot(mirror.snapshot, 'displayName', name)
  const write = { operation: 'update', slots: ['displayName'], sent, revision: mirror.revision, passing: true } as const
  const underway = await intend(ports, session.workspace, contact, write, why)
  return underway === 'moved'
    ? MOVED
    : sendIntent(ports, session, underway, { isRepeated: false, stale: 0, before: mirror })
}

/**
 * Refuses a name that another record has. Whoever gave it up before anybody could see that this one waits for it has woken
 * nobody: it is looked at once more.
 */
export async function refuseName(
  ports: PushPorts,
  workspace: string,
  contact: Contact,
  wanted: WantedName,
  refused: Refused,
): Promise<Step> {
  const step = await refuse(ports, workspace, contact, refused)
  if (step.kind !== 'refused' || refused.waitsFor === undefined) return step
  return (await holderOfName(ports, workspace, wanted)) === undefined ? MOVED : step
}
