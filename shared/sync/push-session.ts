import { problemOf } from '#core/errors'
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

/** One company in the hands of a worker that pushes. */
export type PushSession = Readonly<{ workspace: string; company: PushCompany; settings: SyncSettings }>

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
