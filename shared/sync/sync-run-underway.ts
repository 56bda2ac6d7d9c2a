import type { Ports } from './ports.ts'
import { CONTACTS_LIST } from './preview-read.ts'
import { inPushOrder } from './push-order.ts'
import { numberIn, objectIn } from './stored-state.ts'

/**
 * Contacts that a sync may have begun to bring in step when it was cancelled or failed: those of the page that it was
 * at, and who comes along with them, as far as they have no outcome. What was under way is brought to its end by the
 * next push, in the name of the run.
 */
export async function leftUnderway(
  ports: Pick<Ports, 'runs' | 'contacts' | 'clock'>,
  workspace: string,
  runId: string,
): Promise<readonly string[]> {
  const run = await ports.runs.get(workspace, runId)
  if (run?.kind !== 'sync' || run.status === 'done') return []
  const page = numberIn(objectIn(run.state, 'work'), 'nextPage')
  const ids = (await ports.runs.getIds(workspace, runId, CONTACTS_LIST, page)) ?? []
  const contacts = ids.length === 0 ? [] : await ports.contacts.getMany(workspace, ids)
  const groups = await inPushOrder(ports, workspace, contacts)
  const all = [...new Set([...ids, ...groups.flatMap((group) => group.map(({ id }) => id))])]
  const outcomes = all.length === 0 ? [] : await ports.runs.outcomesOf(workspace, runId, all)
  const decided = new Set(outcomes.map(({ recordId }) => recordId))
  return all.filter((id) => !decided.has(id))
}
