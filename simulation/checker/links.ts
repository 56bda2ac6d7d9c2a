import type { Evidence } from './evidence.ts'
import type { Witness } from './witness.ts'

const DEEPEST = 5

/**
 * Promises 2 and 5: one link for each id on either side, no duplicate, no cycle, five levels at most; and no building
 * ends as a client. Where QuickBooks `isForgetful` of request ids, nothing is left to tell what a lost create had made
 * once that was merged away.
 */
export function* brokenLinks(evidence: Evidence, witness: Witness, isForgetful: boolean): Iterable<string> {
  const { tenant, contacts, mirrors } = evidence
  const { workspace } = tenant
  const holders = new Map<string, string>()
  for (const contact of contacts.values()) {
    const { link } = contact
    if (link === undefined) continue
    const other = holders.get(link.recordId)
    if (other !== undefined)
      yield `${workspace}: contacts ${other} and ${contact.id} are both linked to customer ${link.recordId}`
    holders.set(link.recordId, contact.id)
    if (mirrors.get(link.recordId)?.contactId !== contact.id)
      yield `${workspace}: contact ${contact.id} is linked to customer ${link.recordId}, whose mirror names ${mirrors.get(link.recordId)?.contactId ?? 'nobody'}`
  }
  for (const mirror of mirrors.values()) {
    if (mirror.contactId !== undefined && contacts.get(mirror.contactId)?.link?.recordId !== mirror.id)
      yield `${workspace}: the mirror of customer ${mirror.id} names contact ${mirror.contactId}, which is not linked to it`
  }
  for (const contact of contacts.values()) {
    const above = new Set([contact.id])
    for (let at = contact.parentId; at !== undefined; at = contacts.get(at)?.parentId) {
      if (above.has(at)) {
        yield `${workspace}: contact ${contact.id} lies below itself`
        break
      }
      above.add(at)
      if (!contacts.has(at)) yield `${workspace}: the parent ${at} of contact ${contact.id} is not there`
    }
    if (contact.kind === 'client' && witness.buildings().has(contact.id))
      yield `${workspace}: contact ${contact.id} was a building, and is a client`
    if (above.size > DEEPEST) yield `${workspace}: contact ${contact.id} lies on level ${above.size}`
  }
  yield* leftByMerges(evidence, witness)
  yield* duplicates(evidence, witness, isForgetful)
}

/** What is known to be merged really was; its contact is with the survivor, or a person is asked. */
function* leftByMerges({ tenant, contacts, mirrors }: Evidence, witness: Witness): Iterable<string> {
  const { workspace } = tenant
  const merges = witness.merges().filter((merge) => merge.workspace === workspace)
  for (const { id, mergedIntoId, goneAt, snapshot, contactId } of mirrors.values()) {
    if (mergedIntoId === undefined || (goneAt === undefined && snapshot.active)) continue
    if (!merges.some(({ loser, survivor }) => loser === id && survivor === mergedIntoId))
      yield `${workspace}: customer ${id} is held to be merged into ${mergedIntoId}, which nobody did`
    const survivor = mirrors.get(mergedIntoId)
    const isThere = survivor !== undefined && survivor.goneAt === undefined && survivor.mergedIntoId === undefined
    const contact = contactId === undefined ? undefined : contacts.get(contactId)
    if (isThere && contact !== undefined && contact.hold === undefined)
      yield `${workspace}: contact ${contact.id} stays with customer ${id}, which was merged into ${mergedIntoId}`
  }
}

/** Whatever Tandem brought into being on one side is there for exactly one on the other, as long as that lasts. */
function* duplicates(evidence: Evidence, witness: Witness, isForgetful: boolean): Iterable<string> {
  const { workspace } = evidence.tenant
  const ties = witness.ties().filter((tie) => tie.workspace === workspace)
  for (const { side, id, by, workspace: whose } of witness.born()) {
    const mine = ties.filter((tie) => (side === 'crm' ? tie.contactId : tie.recordId) === id)
    if (by !== 'tandem' || mine.length > 0 || whose !== workspace) continue
    if (side === 'quickbooks' && isInFrontOfAPerson(evidence, witness, id)) continue
    const isMerged = witness.merges().some((merge) => merge.workspace === workspace && merge.loser === id)
    if (side === 'quickbooks' && isForgetful && isMerged) continue
    yield `${workspace}: ${side === 'crm' ? 'contact' : 'customer'} ${id} was made by Tandem, and never linked to anything`
  }
  for (const [index, tie] of ties.entries()) {
    for (const other of ties.slice(index + 1)) {
      const isSame = tie.recordId === other.recordId || tie.contactId === other.contactId
      if (!isSame || other.fromNumber >= (tie.untilNumber ?? Number.POSITIVE_INFINITY)) continue
      yield `${workspace}: contact ${tie.contactId} was linked to customer ${tie.recordId} while ${other.contactId} was to ${other.recordId}`
    }
  }
}

const NAME_TAKEN = new Set(['6240', 'nameTaken'])

/**
 * A customer that a lost create made and that somebody changed before it was found: nobody can tell any more that it is
 * the same. Its contact says that the name is taken, and a person decides.
 */
export function isInFrontOfAPerson(
  { tenant, contacts, records }: Evidence,
  witness: Witness,
  recordId: string,
): boolean {
  const isChanged = witness
    .seen()
    .some(
      ({ side, workspace, id, by }) =>
        side === 'quickbooks' && workspace === tenant.workspace && id === recordId && by === 'person',
    )
  if (!isChanged) return false
  const name = records.get(recordId)?.DisplayName
  return [...contacts.values()].some(
    ({ link, refusal, fields }) =>
      link === undefined && NAME_TAKEN.has(refusal?.code ?? '') && fields.displayName === name,
  )
}
