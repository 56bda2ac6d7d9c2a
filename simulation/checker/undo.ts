import type { JournalEntry, Outcome, Run } from '#core/records'
import type { World } from '../world/world.ts'
import { CHECKED_SLOTS, valuesOfContact } from './values.ts'
import type { Seen, Side, Witness } from './witness.ts'

type Undone = Readonly<{
  run: Run
  /** The undo's id. */
  undo: string
  /** The witness's number when the undo began. */
  began: number
  outcomes: readonly Outcome[]
  history: readonly JournalEntry[]
}>

/**
 * Promise 7: an undo puts back every field that nobody has touched since, on both sides, and says what it skipped and
 * why. Looked at when the undo has just ended; a spot that a person wrote to since the run is nobody's promise.
 */
export function* brokenUndo({ witness }: World, workspace: string, undone: Undone): Iterable<string> {
  const { run, undo, outcomes, history } = undone
  const byContact = Map.groupBy(
    history.filter(({ runId }) => runId === run.id),
    ({ contactId }) => contactId,
  )
  for (const [contactId, entries] of byContact) {
    const outcome = outcomes.find((one) => one.contactId === contactId || one.recordId === contactId)
    if (outcome === undefined) {
      yield `${workspace}: the undo ${undo} says nothing of contact ${contactId}, which the run changed`
      continue
    }
    const worked = madeInactiveThoughWorkedOn(witness, workspace, entries, undone.began)
    if (worked !== undefined && outcome.kind === 'undone')
      yield `${workspace}: the undo ${undo} made customer ${worked.id} inactive, though a bookkeeper had set its ${worked.slot} to ${worked.to ?? 'nothing'}`
    // What the run had created is taken away again as a whole.
    if (entries.some(({ changes }) => changes.some(({ field }) => field === 'link'))) continue
    const said = JSON.stringify(outcome)
    const recordIds = witness.ties().flatMap((tie) => (tie.contactId === contactId ? [tie.recordId] : []))
    for (const [side, changes] of changesBySide(entries)) {
      for (const [slot, first, last] of changes) {
        if (!CHECKED_SLOTS.includes(slot) || slot === 'parent' || slot === 'active') continue
        if (outcome.kind !== 'undone' || said.includes(`"${slot}"`)) continue
        const id = side === 'crm' ? contactId : recordIds.at(-1)
        if (id === undefined) continue
        const since = witness.seen().filter((one) => one.side === side && one.id === id && one.slot === slot)
        const touched = since.some(
          (one) => one.number > undone.began || (one.by === 'person' && one.atMs > Date.parse(run.startedAt) - SKEW_MS),
        )
        const now = witness.valuesNow(side, workspace, id)?.[slot]
        if (!touched && now === last && now !== first)
          yield `${workspace}: the undo ${undo} left ${slot} of ${side} ${id} as the run had made it, and does not say why`
      }
    }
  }
}

/** What a bookkeeper had changed, before the undo began, of a customer that the run created and the undo made inactive. */
function madeInactiveThoughWorkedOn(
  witness: Witness,
  workspace: string,
  entries: readonly JournalEntry[],
  began: number,
): Seen | undefined {
  const made = entries.find(
    ({ side, changes }) => side === 'quickbooks' && changes.some(({ field, from }) => field === 'link' && !from),
  )
  const to = made?.changes.find(({ field }) => field === 'link')?.to
  const recordId = typeof to === 'object' && to !== null && 'recordId' in to ? to.recordId : undefined
  const seen = witness
    .seen()
    .filter((one) => one.side === 'quickbooks' && one.workspace === workspace && one.id === recordId)
  const isMadeInactive = seen.some(
    ({ slot, to: active, by, number }) => slot === 'active' && active === 'false' && by === 'tandem' && number > began,
  )
  if (!isMadeInactive) return undefined
  const last = new Map(seen.filter(({ number }) => number <= began).map((one) => [one.slot, one]))
  return [...last.values()].find(({ by }) => by === 'person')
}

/** Moments in the journal are the CRM's, those of the witness QuickBooks'. */
const SKEW_MS = 10 * 60_000

type Changed = readonly [slot: string, first: string | undefined, last: string | undefined]

/** What each slot was before the run and after it. */
function changesBySide(entries: readonly JournalEntry[]): ReadonlyMap<Side, readonly Changed[]> {
  const sides = new Map<Side, Map<string, Changed>>()
  for (const { side, changes } of entries) {
    const slots = sides.get(side) ?? new Map<string, Changed>()
    sides.set(side, slots)
    for (const { field, from, to } of changes) {
      const read = (value: unknown) => valuesOfContact({ fields: { [field]: value }, archived: false })[field]
      slots.set(field, [field, slots.has(field) ? slots.get(field)?.[1] : read(from), read(to)])
    }
  }
  return new Map([...sides].map(([side, slots]) => [side, [...slots.values()]]))
}
