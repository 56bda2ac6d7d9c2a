import type { Contact } from '#core/records'
import type { Ports } from './ports.ts'

/** QuickBooks' own limit, kept here too: a customer and four levels of jobs below it (Accounting API reference: Customer, Level). */
export const MOST_LEVELS = 5

type HierarchyPorts = Pick<Ports, 'contacts'>

/**
 * Why a contact cannot come under `parentId`, or undefined when it can; `path` holds the contacts from the new parent
 * up, which whoever moves it commits together with the move, so that two moves at once make no cycle either.
 */
export async function placement(
  ports: HierarchyPorts,
  workspace: string,
  contactId: string | undefined,
  parentId: string,
): Promise<Readonly<{ path: readonly Contact[]; obstacle?: Obstacle }>> {
  const path: Contact[] = []
  for (let id: string | undefined = parentId; id !== undefined; id = path.at(-1)?.parentId) {
    if (id === contactId) return { path, obstacle: 'cycle' }
    const contact: Contact | undefined = await ports.contacts.get(workspace, id)
    if (contact === undefined) {
      if (path.length === 0) return { path, obstacle: 'unknown' }
      break
    }
    path.push(contact)
    if (path.length >= MOST_LEVELS) return { path, obstacle: 'tooDeep' }
  }
  const below =
    contactId === undefined ? 1 : await levelsFrom(ports, workspace, contactId, MOST_LEVELS - path.length + 1)
  return path.length + below > MOST_LEVELS ? { path, obstacle: 'tooDeep' } : { path }
}

export type Obstacle = 'unknown' | 'cycle' | 'tooDeep'

/** Levels that a contact and what is below it take up; no more than `most` are looked at. */
async function levelsFrom({ contacts }: HierarchyPorts, workspace: string, id: string, most: number): Promise<number> {
  let level: readonly string[] = [id]
  for (let levels = 0; ; levels++) {
    if (level.length === 0 || levels >= most) return levels
    const below: string[] = []
    for (const parent of level) below.push(...(await contacts.children(workspace, parent)))
    level = below
  }
}
