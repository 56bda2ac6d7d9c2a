import { told } from './agreement.ts'
import type { Evidence } from './evidence.ts'
import { type Value, valuesOfContact } from './values.ts'
import type { Side, Witness } from './witness.ts'

/** QuickBooks' whole seconds, and what the engine allows for the clocks of both. */
const ALLOWED_MS = 5_000

const LATER: readonly (readonly [because: RegExp, winner: Side])[] = [
  [/, and the CRM changed it later$/, 'crm'],
  [/, and QuickBooks changed it later$/, 'quickbooks'],
]

/**
 * What the history says of the newest is true, field by field: whoever it says changed a field later did so. `skewMs`: how
 * far the clocks of this run may be from the true time.
 */
export function* untrueNewest(evidence: Evidence, witness: Witness, skewMs: number): Iterable<string> {
  const { workspace } = evidence.tenant
  const byPeople = witness.seen().filter((one) => one.workspace === workspace && one.by === 'person')
  const writes = Map.groupBy(byPeople, ({ side, slot, to }) => JSON.stringify([side, slot, to]))
  const moments = (side: Side, slot: string, value: Value) =>
    (writes.get(JSON.stringify([side, slot, value])) ?? []).map(({ atMs }) => atMs)
  for (const [contactId, entries] of evidence.journal) {
    for (const { because, changes } of entries) {
      const winner = LATER.find(([words]) => words.test(because))?.[1]
      if (winner === undefined) continue
      for (const { field, from, to, superseded } of changes) {
        if (superseded !== true || from === undefined || to === undefined) continue
        const textOf = (value: typeof from) => valuesOfContact({ fields: { [field]: value }, archived: false })[field]
        const loser = winner === 'crm' ? 'quickbooks' : 'crm'
        const [won, lost] = [moments(winner, field, textOf(to)), moments(loser, field, textOf(from))]
        // What an undo put back, or QuickBooks made of a value, nobody typed at a moment of its own.
        if (won.length === 0 || lost.length === 0) continue
        if (Math.max(...won) + ALLOWED_MS + skewMs < Math.min(...lost))
          yield `${workspace}: the history of contact ${contactId} says that ${told(textOf(to))} was later than ${told(textOf(from))} in ${field}, which it was not`
      }
    }
  }
}
