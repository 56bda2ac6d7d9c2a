import type { Run } from '#core/records'
import { pullSlice, startPull } from '#sync/pull'
import type { World } from '../world/ports.ts'

export type Pulled = Readonly<{
  wallMs: number
  /** Milliseconds of processor time, of all threads. */
  cpuMs: number
  rows: number
  slices: number
  calls: number
}>

/**
 * A pull from its start to its end, slice after slice without a queue between them. Throws an Error when it does not
 * end as done, or has to wait for QuickBooks: then its time says nothing.
 */
export async function runPull(world: World): Promise<Pulled> {
  const { ports, workspace } = world
  const cpu = process.cpuUsage()
  const startedAt = performance.now()
  const { id } = await startPull(ports, { workspace, person: 'bench' })
  let slices = 0
  for (;;) {
    slices += 1
    const end = await pullSlice(ports, workspace, id)
    if (end === 'finished') break
    if (end === 'waiting') throw new Error(`The pull waits: ${(await ports.runs.get(workspace, id))?.reason}`)
  }
  const wallMs = performance.now() - startedAt
  const { user, system } = process.cpuUsage(cpu)
  const run = proven(await ports.runs.get(workspace, id))
  return { wallMs, cpuMs: (user + system) / 1_000, rows: run.progress.rows, slices, calls: run.progress.calls }
}

function proven(run: Run | undefined): Run {
  if (run?.status === 'done' && run.reason === undefined) return run
  throw new Error(`The pull ended as ${run?.status}: ${run?.reason}`)
}
