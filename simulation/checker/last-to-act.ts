import { told } from './agreement.ts'
import type { Evidence } from './evidence.ts'
import { isPassingName, slotsOfRecord, type Value } from './values.ts'
import type { Chosen, Seen, Side, Tie, Witness } from './witness.ts'

/** QuickBooks' whole seconds, and what the engine allows for the clocks of both. */
const CLOCKS_MS = 3_000
/** From when the CRM takes the time of a change until the change takes effect: a process may be slow, or try again. */
const COMMIT_MS = 5_000
/** So long a worker may go on with the settings that it began with. */
const SLICE_MS = 5 * 60_000

/** What has no moment of its own: it follows from other values, or from other records. */
const FOLLOWS: ReadonlySet<string> = new Set(['printName', 'parent', 'active'])

/** The same word for both, as the tie has them. */
type Act = Readonly<Pick<Seen, 'number' | 'atMs' | 'to'>>

/** Two people wrote the same field while the sides were apart, and one value gave way to the other. */
export type Settled = Readonly<{
  contactId: string
  recordId: string
  slot: string
  winner: Side
  won: Act
  lost: Act
  by: Seen
}>

/**
 * Under the policy *newest*, a field that people changed on both sides while they were apart ends as whoever acted last
 * left it. Judged from what the witness saw people do and when, with no word of the history but one: that it cannot be
 * told, and that only where Tandem could not know, because QuickBooks' record was touched again before it was first read.
 * `skewMs`: so far the CRM's clocks are ahead.
 */
export function* overruledLast(evidence: Evidence, witness: Witness, skewMs: number): Iterable<string> {
  const { workspace } = evidence.tenant
  for (const settled of settledOf(evidence, witness)) {
    const { contactId, slot, winner, won, lost } = settled
    const isClear = lost.atMs - won.atMs > CLOCKS_MS + COMMIT_MS + Math.abs(skewMs)
    if (!isClear || !isNewestFor(witness, settled, workspace)) continue
    if (winner === 'quickbooks' && !couldTell(witness, settled, workspace, skewMs)) {
      if (saysThatItCannotTell(evidence, settled)) continue
      yield `${workspace}: ${told(won.to)} in ${slot} of contact ${contactId} won over the later ${told(lost.to)}, and the history does not say that nobody can tell`
      continue
    }
    const late = Math.round((lost.atMs - won.atMs) / 1_000)
    yield `${workspace}: ${told(won.to)} in ${slot} of contact ${contactId} won over ${told(lost.to)}, which was written ${late} s later on the other side`
  }
}

/** Every time that a value which a person had written gave way to one that a person had written on the other side. */
export function* settledOf(evidence: Evidence, witness: Witness): Iterable<Settled> {
  const { workspace } = evidence.tenant
  const seen = Map.groupBy(
    witness.seen().filter((one) => one.workspace === workspace),
    ({ side, id, slot }) => JSON.stringify([side, id, slot]),
  )
  for (const tie of witness.ties()) {
    if (tie.workspace !== workspace) continue
    for (const slot of slotsOfRecord(evidence.vendors.has(tie.recordId))) {
      if (FOLLOWS.has(slot)) continue
      const of = (side: Side, id: string) => seen.get(JSON.stringify([side, id, slot])) ?? []
      const all = [...of('crm', tie.contactId), ...of('quickbooks', tie.recordId)].sort((a, b) => a.number - b.number)
      yield* settledInTie(tie, slot, all)
    }
  }
}

/** What both sides held when they last agreed, and what people did on each of them since. */
type Apart = Readonly<{ agreed: Value }> & Readonly<Record<Side, readonly Act[]>>

function* settledInTie({ contactId, recordId, fromNumber, untilNumber }: Tie, slot: string, all: readonly Seen[]) {
  const held: Record<Side, Value> = { crm: undefined, quickbooks: undefined }
  const agreeing = (): Apart | undefined =>
    held.crm === held.quickbooks ? { agreed: held.crm, crm: [], quickbooks: [] } : undefined
  /** Nothing is known before they first agree. */
  let apart: Apart | undefined
  for (const one of all) {
    if (untilNumber !== undefined && one.number >= untilNumber) return
    const { side, from, to, number } = one
    if (number > fromNumber) apart ??= agreeing()
    held[side] = to
    if (number <= fromNumber) continue
    const winner = side === 'crm' ? 'quickbooks' : 'crm'
    if (isPassingName(to) || isPassingName(from)) apart = undefined
    else if (one.by === 'person' && apart !== undefined) apart = { ...apart, [side]: [...apart[side], one] }
    else if (apart !== undefined) {
      const won = apart[winner].findLast((act) => act.to === to)
      const lost = apart[side].at(-1)
      // Whoever took a change back has changed nothing.
      if (won !== undefined && lost !== undefined && lost.to === from && from !== apart.agreed)
        yield { contactId, recordId, slot, winner, won, lost, by: one } as const
      // What nobody did is put back by an undo, or QuickBooks' own: nothing is known until they agree again.
      apart = won === undefined ? undefined : since(won, winner, apart)
    }
    apart = agreeing() ?? apart
  }
}

/** What is left once the one side holds what somebody did on the other. */
function since(won: Act, winner: Side, apart: Apart): Apart {
  const left = apart[winner].slice(apart[winner].indexOf(won) + 1)
  return { agreed: won.to, crm: [], quickbooks: [], [winner]: left }
}

/** Whether nothing but *newest* held for the field from before the first of the two until the other gave way. */
function isNewestFor(witness: Witness, { slot, won, lost, by }: Settled, workspace: string): boolean {
  const sinceMs = Math.min(won.atMs, lost.atMs) - SLICE_MS
  const chosen = witness.chosen().filter((one) => one.workspace === workspace && one.number < by.number)
  const before = chosen.findLast(({ atMs }) => atMs <= sinceMs)
  const meanwhile = chosen.filter(({ atMs }) => atMs > sinceMs)
  const policyOf = ({ settings }: Chosen) => {
    // The checker's slots are those of the settings.
    const own = settings.conflictsBySlot[slot as keyof typeof settings.conflictsBySlot]
    return slot === 'notes' && !settings.pushNotes ? 'kept back' : (own ?? settings.conflicts)
  }
  return [...(before === undefined ? [] : [before]), ...meanwhile].every((one) => policyOf(one) === 'newest')
}

/** Whether the record as Tandem first read it with the value had been touched by nobody near the CRM's change, or after it. */
function couldTell(witness: Witness, { recordId, slot, won, lost, by }: Settled, workspace: string, skewMs: number) {
  const first = witness
    .reads()
    .find(
      ({ workspace: of, id, number, values }) =>
        of === workspace && id === recordId && number > won.number && number < by.number && values[slot] === won.to,
    )
  return first !== undefined && lost.atMs + skewMs - COMMIT_MS > first.changedMs + CLOCKS_MS
}

/** Whether the history says of this very change that nobody can tell which was first. */
function saysThatItCannotTell({ journal }: Evidence, { contactId, slot }: Settled): boolean {
  return (journal.get(contactId) ?? []).some(
    ({ because, changes }) =>
      /which was first cannot be told|spelling is taken/.test(because) && changes.some(({ field }) => field === slot),
  )
}
