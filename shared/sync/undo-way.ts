import type { Contact, Mirror, Snapshot } from '#core/records'
import { findWay, knownLists, wantedBy } from './name-way.ts'
import { pushOther } from './push-contact.ts'
import type { PushPorts, PushSession } from './push-session.ts'
import { forOther, otherAside } from './push-way.ts'

/** How an undo of one contact clears the way to a name that others are to give up. */
export type UndoOthers = Readonly<{
  /** What the undo makes of a record; undefined where it is no part of the undo, or gives no name up. */
  putBack: (contact: Contact, mirror: Mirror) => Promise<Snapshot | undefined>
  /** Undoes another contact, which clears no ways itself. */
  undo: (contactId: string) => Promise<void>
  /** Gives the record of a contact of the undo a name in between. */
  stepAside: (contactId: string) => Promise<void>
}>

export type Cleared =
  /** The name is free, as far as can be told, or stays out of reach. */
  | Readonly<{ kind: 'stays' }>
  /** Others were undone or sent: everything is looked at again. `after` are undone after this one, to close the ring. */
  | Readonly<{ kind: 'cleared'; after: readonly string[] }>

/**
 * Lets those give their names up who stand on the way to the name that a record is to have again: they are undone first,
 * and one of a ring goes through a name in between, as where names are exchanged. `tried`: those who had their turn.
 */
export async function clearWay(
  ports: PushPorts,
  session: PushSession,
  { contact, mirror, sent }: Readonly<{ contact: Contact; mirror: Mirror; sent: Snapshot }>,
  others: UndoOthers,
  tried: Set<string>,
): Promise<Cleared> {
  const { workspace, settings } = session
  const wanted = wantedBy(mirror, sent, knownLists(contact, settings))
  const ofUndo = new Set<string>()
  const putBack = async (other: Contact, record: Mirror) => {
    const back = await others.putBack(other, record)
    if (back !== undefined) ofUndo.add(other.id)
    return back
  }
  const barred = async (other: Contact) => {
    if (tried.has(other.id)) return 'It could not be sent.'
    if (ofUndo.has(other.id)) return undefined
    const how = await forOther(session, other)
    return how.kind === 'may' ? undefined : how.because
  }
  const { way, holder } = await findWay(ports, workspace, contact, wanted, { settings, barred, putBack })
  if (holder === undefined) return { kind: 'stays' }
  const send = async (ids: readonly string[]) => {
    for (const id of ids) {
      tried.add(id)
      await (ofUndo.has(id) ? others.undo(id) : pushOther(ports, session, id))
    }
  }
  switch (way.kind) {
    case 'open':
      await send(way.first)
      return { kind: 'cleared', after: [] }
    case 'ring': {
      const isOurs = way.passes === contact.id || ofUndo.has(way.passes)
      await (isOurs ? others.stepAside(way.passes) : otherAside(ports, session, way.passes))
      const at = way.order.indexOf(contact.id)
      await send(way.order.slice(0, at))
      return { kind: 'cleared', after: way.order.slice(at + 1) }
    }
    case 'waits':
    case 'taken':
      return { kind: 'stays' }
  }
}
