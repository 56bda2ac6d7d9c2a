import type { Evidence } from './evidence.ts'
import type { Witness } from './witness.ts'

const DEEPEST = 5

/** Promises 2 and 5: one link for each id on either side, no duplicate, no cycle, five levels at most. */
export function* brokenLinks({ tenant, contacts, mirrors }: Evidence, witness: Witness): Iterable<string> {
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
    if (above.size > DEEPEST) yield `${workspace}: contact ${contact.id} lies on level ${above.size}`
  }
  yield* duplicates(workspace, witness)
}

/** Whatever Tandem brought into being on one side is there for exactly one on the other. */
function* duplicates(workspace: string, witness: Witness): Iterable<string> {
  const ties = witness.ties().filter((tie) => tie.workspace === workspace)
  const made = witness.born().filter((one) => one.workspace === workspace && one.by === 'tandem')
  const records = made.filter(({ side }) => side === 'quickbooks')
  const madeBy = new Map<string, string>()
  for (const { id } of records) {
    const tied = ties.filter(({ recordId }) => recordId === id)
    if (tied.length === 0) yield `${workspace}: customer ${id} was created in QuickBooks for no contact`
    for (const { contactId } of tied.slice(0, 1)) {
      const before = madeBy.get(contactId)
      if (before !== undefined)
        yield `${workspace}: customers ${before} and ${id} were both created for contact ${contactId}`
      madeBy.set(contactId, id)
    }
  }
  const imported = new Map<string, string>()
  for (const { id } of made.filter(({ side }) => side === 'crm')) {
    const [tie] = ties.filter(({ contactId }) => contactId === id)
    if (tie === undefined) {
      yield `${workspace}: contact ${id} was made for no customer`
      continue
    }
    const before = imported.get(tie.recordId)
    if (before !== undefined)
      yield `${workspace}: contacts ${before} and ${id} were both made for customer ${tie.recordId}`
    imported.set(tie.recordId, id)
  }
}
