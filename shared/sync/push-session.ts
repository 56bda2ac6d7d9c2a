import { problemOf } from '#core/errors'
import type { Plan } from '#core/plan'
import type { SyncSettings } from '#core/policies'
import type { Contact, Entity } from '#core/records'
import type { CompanyPorts } from './company.ts'
import type { Company, Ports } from './ports.ts'
import type { ReconcilePorts } from './reconcile.ts'

export type PushPorts = CompanyPorts & ReconcilePorts & Pick<Ports, 'digest'>

/** Contacts that have no record yet become customers; vendors come in by their links. */
export const CREATED_AS: Entity = 'customer'

/** What a push does in QuickBooks. */
export type PushCompany = Pick<
  Company,
  'byIds' | 'byName' | 'updatedSince' | 'mostRows' | 'currencies' | 'create' | 'update'
>

/** In whose name a contact is sent, and how. */
export type PushFor = Readonly<{
  /** A person's id, or the part of Tandem that acts. */
  actor: string
  runId?: string
  /** Whether a person asked for this very contact: it is created even if it is no customer yet. */
  asked: boolean
  /** Ends a write that has begun, and sends nothing more. */
  onlyUnderway?: boolean
  /** It is sent for the sake of another one, whose way it clears: it clears no ways itself. */
  forAnother?: boolean
  /** Is shown what is about to be done, before anything of it is; what it throws keeps it from being done. */
  check?: (done: Plan) => void
}>

/** One company in the hands of a worker that pushes. */
export type PushSession = Readonly<{
  workspace: string
  company: PushCompany
  settings: SyncSettings
  /** How another contact may be sent for the sake of one, that holds the name which that one is to have. */
  forOther?: (contact: Contact) => Promise<ForOther>
  /** Waits for its turn to clear the way to a name, where several are sent at the same time; answers how to end it. */
  lockNames?: () => Promise<() => void>
  /** Is told who is due now because of what was sent. */
  woke?: (contactIds: readonly string[]) => void | Promise<void>
}>

/** In whose name, and whether a person asked for it; or why it may not be sent. */
export type ForOther =
  | Readonly<{ kind: 'may'; actor: string; runId?: string; asked: boolean; check?: (done: Plan) => void }>
  | Readonly<{ kind: 'mayNot'; because: string }>

/**
 * One after the other, whoever clears the way to a name: those around a ring would all send all the others, since many are
 * worked on at the same time.
 */
export function createLock(): () => Promise<() => void> {
  let last: Promise<void> = Promise.resolve()
  return async () => {
    const { promise, resolve } = Promise.withResolvers<void>()
    const before = last
    last = promise
    await before
    return resolve
  }
}

export const NOT_ASKED: ForOther = {
  kind: 'mayNot',
  because: 'It is sent when somebody asks for it.',
}

/** A contact with the write to QuickBooks that is under way. */
export type Underway = Contact & Readonly<{ intent: NonNullable<Contact['intent']> }>

/** A write that was not sent, because one before it found that the whole company cannot be written to now. */
export class NotSent extends Error {}

/**
 * The company with its writes one after the other, as Intuit asks for lists (Intuit: "Explore the QuickBooks Online
 * API"), however many contacts are worked on, and so what is read by id after one. Once a write finds trouble that is
 * not its record's, none follows.
 */
export function inTurn(company: PushCompany): PushCompany & Readonly<{ trouble(): unknown }> {
  let trouble: unknown
  let last: Promise<unknown> = Promise.resolve()
  const inOrder = <T>(send: () => Promise<T>): Promise<T> => {
    const turn = last.then(async () => {
      if (trouble !== undefined) throw new NotSent()
      try {
        return await send()
      } catch (thrown) {
        if (problemOf(thrown)?.kind !== 'quickbooksRefused') trouble = thrown
        throw thrown
      }
    })
    last = turn.catch(() => undefined)
    return turn
  }
  return {
    byIds: (entity, ids) => inOrder(() => company.byIds(entity, ids)),
    mostRows: company.mostRows,
    byName: (entity, displayName) => company.byName(entity, displayName),
    updatedSince: (...asked) => company.updatedSince(...asked),
    currencies: () => company.currencies(),
    create: (entity, content, requestId, birth) => inOrder(() => company.create(entity, content, requestId, birth)),
    update: (current, content, requestId) => inOrder(() => company.update(current, content, requestId)),
    trouble: () => trouble,
  }
}
