import type { JsonValue } from '#core/records'
import { cameToMarked, told } from './agreement.ts'
import type { Evidence } from './evidence.ts'
import { isInFrontOfAPerson } from './links.ts'
import { isPassingName, plainName, type Value, valuesOfContact } from './values.ts'
import type { Seen, Side, Witness } from './witness.ts'

/** Slots of which a value is unlike any other in the run, so that it can be told where it came from. */
const IS_UNIQUE = (slot: string) => slot !== 'active' && slot !== 'parent'

type Key = string
const keyOf = (side: Side, id: string, slot: string): Key => JSON.stringify([side, id, slot])

/**
 * Promise 1: a value that a person wrote is on both sides in the end, or in an open conflict, or in the journal as
 * superseded, unless a person wrote another one over it, on its own side or knowing it on the other. And promise 2:
 * Tandem writes no value that nobody wrote.
 */
export function* lostUpdates(evidence: Evidence, witness: Witness, isMerging: boolean): Iterable<string> {
  const { workspace } = evidence.tenant
  // A name in between is nobody's: it must be gone in the end, and that is looked at there.
  const seen = witness
    .seen()
    .filter((one) => one.workspace === workspace && IS_UNIQUE(one.slot) && !isPassingName(one.to))
  // An undo gives a value back to its own side.
  const mayPutBack = evidence.runs.some(({ kind }) => kind === 'undo')
  const bySpot = Map.groupBy(seen, ({ side, id, slot }) => keyOf(side, id, slot))
  for (const writes of bySpot.values()) {
    for (const [index, write] of writes.entries()) {
      const next = writes[index + 1]
      if (next === undefined || next.by === 'person') continue
      // Nobody typed what follows from the name.
      if (write.slot === 'printName' && isOwnName(bySpot, write)) continue
      if (write.by === 'person' && write.to !== undefined && !isAccountedFor(evidence, witness, bySpot, write, next))
        yield `${workspace}: ${write.slot} ${told(write.to)}, written by a person on ${sideInWords(write.side)} ${write.id}, was overwritten with ${told(next.to)} and is nowhere`
    }
    for (const [index, write] of writes.entries()) {
      // Where QuickBooks merges addresses, it makes one of two until the next is sent: nothing else is left of the last.
      // To a customer that was merged away meanwhile, nothing is sent any more.
      const isBetween =
        index < writes.length - 1 || waits(evidence, witness, write) || witness.merges().some(isOf(write))
      if (isMerging && write.side === 'quickbooks' && write.slot.endsWith('Address') && isBetween) continue
      if (write.side === 'quickbooks' && isInFrontOfAPerson(evidence, witness, write.id)) continue
      if (wasBornWith(witness, write) && seen.some((one) => one.side === 'crm' && isSameValue(one, write))) continue
      if (write.by === 'tandem' && !hasOrigin(witness, bySpot, write) && !(mayPutBack && isPutBack(bySpot, write)))
        yield `${workspace}: ${write.slot} of ${sideInWords(write.side)} ${write.id} was set to ${told(write.to)}, which was on no other side`
    }
  }
}

/** Whether the value had reached the other side before it gave way here, or the journal keeps it as superseded. */
function isAccountedFor(
  { journal }: Evidence,
  witness: Witness,
  bySpot: ReadonlyMap<Key, readonly Seen[]>,
  write: Seen,
  next: Seen,
): boolean {
  const others = counterparts(witness, write.side, write.id, write.workspace)
  const wasThere = others.some(({ side, id }) =>
    bySpot
      .get(keyOf(side, id, write.slot))
      ?.some((one) => one.number <= next.number && (one.to === write.to || isSameButForMark(witness, one, write))),
  )
  if (wasThere) return true
  const contacts = write.side === 'crm' ? [write.id] : others.map(({ id }) => id)
  return contacts.some((id) =>
    journal
      .get(id)
      ?.some(({ changes }) =>
        changes.some(
          ({ field, from, superseded }) =>
            superseded === true && field === write.slot && journalled(write.slot, from) === write.to,
        ),
      ),
  )
}

/** Whether a contact holds the name of its customer as it took it over: with QuickBooks' mark. */
function isSameButForMark(witness: Witness, { side, id, slot, to }: Seen, write: Seen): boolean {
  return side === 'crm' && slot === 'displayName' && plainName(to) === write.to && cameToMarked(witness, { id })
}

function isOf({ workspace, id }: Seen) {
  return (merge: Readonly<{ workspace: string; loser: string }>) => merge.workspace === workspace && merge.loser === id
}

/** Whether Tandem created the record with it; whom it did that for may have been parted from it before they were tied. */
function wasBornWith(witness: Witness, { side, workspace, id, number }: Seen): boolean {
  return (
    side === 'quickbooks' &&
    witness.born().some((one) => one.workspace === workspace && one.id === id && one.number === number)
  )
}

function isSameValue(a: Seen, b: Seen): boolean {
  return a.slot === b.slot && a.to === b.to
}

/** Whether something is still to be sent to a customer, as where people have to ask for it. */
function waits({ contacts }: Evidence, witness: Witness, { side, id, workspace }: Seen): boolean {
  return counterparts(witness, side, id, workspace).some((one) => contacts.get(one.id)?.toPushSince !== undefined)
}

/** What Tandem writes on one side was on the other; what QuickBooks makes of it by itself is QuickBooks'. */
function hasOrigin(witness: Witness, bySpot: ReadonlyMap<Key, readonly Seen[]>, write: Seen): boolean {
  if (write.side === 'crm' && write.slot === 'displayName' && cameToMarked(witness, write)) return true
  // QuickBooks fills it in from the name.
  if (write.side === 'quickbooks' && write.slot === 'printName') return true
  // In the CRM it follows the name that it was derived from.
  if (write.slot === 'printName' && isOwnName(bySpot, write)) return true
  const others = counterparts(witness, write.side, write.id, write.workspace)
  const written = others.some(({ side, id }) =>
    bySpot.get(keyOf(side, id, write.slot))?.some((one) => one.to === write.to || one.from === write.to),
  )
  if (written) return true
  // A slot that the other side never had a value in is empty there from the beginning.
  return (
    write.to === undefined &&
    others.some(({ side, id }) => witness.valuesNow(side, write.workspace, id)?.[write.slot] === undefined)
  )
}

/** Whether it is a name that the contact itself has had, as far as it fits on a check. */
function isOwnName(bySpot: ReadonlyMap<Key, readonly Seen[]>, { side, id, to }: Seen): boolean {
  return ['displayName', 'companyName'].some((slot) =>
    bySpot.get(keyOf(side, id, slot))?.some((name) => name.to?.slice(0, LONGEST_ON_CHECKS) === to),
  )
}

const LONGEST_ON_CHECKS = 110

function isPutBack(bySpot: ReadonlyMap<Key, readonly Seen[]>, write: Seen): boolean {
  const before = bySpot.get(keyOf(write.side, write.id, write.slot)) ?? []
  return before.some(({ number, from, to }) => number < write.number && (from === write.to || to === write.to))
}

/** Whoever it was ever tied to, and what was merged into that. */
function counterparts(
  witness: Witness,
  side: Side,
  id: string,
  workspace: string,
): readonly Readonly<{ side: Side; id: string }>[] {
  const ties = witness.ties().filter((tie) => tie.workspace === workspace)
  return side === 'crm'
    ? ties.flatMap(({ contactId, recordId }) =>
        contactId === id ? [{ side: 'quickbooks' as const, id: recordId }] : [],
      )
    : ties.flatMap(({ contactId, recordId }) => (recordId === id ? [{ side: 'crm' as const, id: contactId }] : []))
}

/** A journalled value as the witness reads values. */
function journalled(slot: string, value: JsonValue | undefined): Value {
  if (value === undefined || value === null) return undefined
  return valuesOfContact({ fields: { [slot]: value }, archived: false })[slot]
}

function sideInWords(side: Side): string {
  return side === 'crm' ? 'contact' : 'customer'
}
