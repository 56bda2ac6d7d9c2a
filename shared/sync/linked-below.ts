import type { Entity, MirrorRow } from '#core/records'
import type { Ports } from './ports.ts'

/**
 * Linked records that lie below one of `parents` in QuickBooks, from the compact index. They may wait for it in the CRM,
 * where they lie elsewhere as long as their parent is not linked to a contact.
 */
export async function linkedBelow(
  { mirrors }: Pick<Ports, 'mirrors'>,
  workspace: string,
  entity: Entity,
  parents: ReadonlySet<string>,
): Promise<readonly MirrorRow[]> {
  const below: MirrorRow[] = []
  for await (const rows of mirrors.scan(workspace, entity)) {
    for (const row of rows) {
      if (row.contactId !== undefined && row.parentRecordId !== undefined && parents.has(row.parentRecordId))
        below.push(row)
    }
  }
  return below
}
