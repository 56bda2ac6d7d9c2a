import { recordName } from '#core/names'
import type { Mirror } from '#core/records'
import { MOST_LEVELS } from './hierarchy.ts'
import type { Ports } from './ports.ts'

type ParentPorts = Pick<Ports, 'mirrors'>

/** The record's parent and the contact that it is linked to; undefined for a top-level record. */
export async function parentOf(
  { mirrors }: ParentPorts,
  workspace: string,
  { entity, fullName, snapshot }: Mirror,
): Promise<Readonly<{ name: string; contactId?: string }> | undefined> {
  const { parentRecordId } = snapshot
  if (parentRecordId === undefined) return undefined
  const parent = await mirrors.get(workspace, entity, parentRecordId)
  const name = parent === undefined ? (fullName.split(':').at(-2) ?? '') : recordName(parent.snapshot.fields)
  return { name, ...(parent?.contactId !== undefined && { contactId: parent.contactId }) }
}

/**
 * Why a record cannot come under its parent, which is not in the CRM: to import that too helps only where those above
 * it come to an end. No more of them are looked at than QuickBooks allows, so that none go round for ever.
 */
export async function withoutParent(
  { mirrors }: ParentPorts,
  workspace: string,
  { entity, id, snapshot }: Mirror,
  parentName: string,
): Promise<Readonly<{ code: string; reason: string }>> {
  let above = snapshot.parentRecordId
  for (let levels = 1; above !== undefined; levels++) {
    if (above === id) return ROUND
    if (levels >= MOST_LEVELS) return TOO_DEEP
    const next: Mirror | undefined = await mirrors.get(workspace, entity, above)
    if (next === undefined && levels === 1) return UNKNOWN
    above = next?.snapshot.parentRecordId
  }
  return {
    code: 'parentNotImported',
    reason: `Its parent “${parentName}” is not in the CRM. Import that first, or together with it.`,
  }
}

const ROUND = {
  code: 'parentCircle',
  reason: 'In QuickBooks it lies below itself. Give it another parent there, and import it again.',
}

const TOO_DEEP = {
  code: 'tooDeep',
  reason:
    'In QuickBooks it lies more than five levels deep, or below a circle of parents. Move it up there, and import it again.',
}

const UNKNOWN = {
  code: 'parentUnknown',
  reason:
    'Its parent in QuickBooks is not in the holding area. Pull again; if it stays so, give it another parent there.',
}
