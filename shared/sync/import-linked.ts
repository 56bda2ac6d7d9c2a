import type { Outcome } from '#core/records'
import type { ImportPorts, ImportSlice } from './import-state.ts'
import { linkedBelow } from './linked-below.ts'
import { reconcileChildren } from './reconcile.ts'
import { reconcileMany } from './reconcile-many.ts'

const OUTCOMES_A_PAGE = 1_000
const MIRRORS_A_READ = 100

/** Brings contacts that stood already and were linked just now in step with their records, and those below them. */
export async function reconcileNewlyLinked(
  ports: ImportPorts,
  { workspace, runId, state }: ImportSlice,
  outcomes: readonly Outcome[],
): Promise<void> {
  const linked = outcomes.filter(({ kind }) => kind === 'linked')
  if (linked.length === 0) return
  const mirrors = await ports.mirrors.getMany(
    workspace,
    state().entity,
    linked.map(({ recordId }) => recordId),
  )
  await reconcileMany(ports, workspace, mirrors, { actor: 'import', runId })
  for (const { contactId } of linked) {
    // Not the run's own: an undo puts back what has an outcome in it, and these have none.
    if (contactId !== undefined) await reconcileChildren(ports, workspace, contactId, { actor: 'import' })
  }
}

/**
 * Once a run has brought parents into the CRM, those that waited for them come under them: linked sub-customers whose
 * parent QuickBooks has changed to one that was not here.
 */
export async function reconcileWaiting(
  ports: ImportPorts,
  { workspace, runId, run, state }: ImportSlice,
): Promise<void> {
  const { imported = 0, linked = 0 } = run().counts
  if (imported + linked === 0) return
  const came = await cameIn(ports, workspace, runId)
  const below = await linkedBelow(ports, workspace, state().entity, came)
  const waiting = below.flatMap(({ id }) => (came.has(id) ? [] : [id]))
  for (let done = 0; done < waiting.length; done += MIRRORS_A_READ) {
    const mirrors = await ports.mirrors.getMany(workspace, state().entity, waiting.slice(done, done + MIRRORS_A_READ))
    // Not the run's own either.
    await reconcileMany(ports, workspace, mirrors, { actor: 'import' })
  }
}

async function cameIn({ runs }: ImportPorts, workspace: string, runId: string): Promise<ReadonlySet<string>> {
  const came = new Set<string>()
  let after: string | undefined
  do {
    const page = await runs.outcomes(workspace, runId, OUTCOMES_A_PAGE, after)
    for (const { recordId, kind } of page.rows) if (kind === 'imported' || kind === 'linked') came.add(recordId)
    after = page.next
  } while (after !== undefined)
  return came
}
