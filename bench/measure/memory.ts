import { setTimeout as pause } from 'node:timers/promises'
import type { World } from '../world/ports.ts'
import { runPull } from './run-pull.ts'

const SAMPLE_MS = 250
const MB = 2 ** 20

export type Memory = Readonly<{
  /** What is alive on the heap before the pull, and the most during it, each after a collection. */
  baselineMB: number
  peakMB: number
  /** Resident, garbage and code included, at its most. */
  residentBaselineMB: number
  residentPeakMB: number
  /** What the set of all ids takes by itself, which a pull needs to tell what is gone. */
  idSetMB: number
}>

/** The memory that a pull needs. It collects garbage all the time, so its wall time says nothing. */
export async function pullMemory(world: World): Promise<Memory> {
  const residentBaselineMB = process.memoryUsage.rss() / MB
  const baselineMB = liveMB()
  let peakMB = baselineMB
  let isOver = false
  const sampling = (async () => {
    while (!isOver) {
      peakMB = Math.max(peakMB, liveMB())
      await pause(SAMPLE_MS)
    }
  })()
  const { rows } = await runPull(world)
  isOver = true
  await sampling
  const residentPeakMB = process.resourceUsage().maxRSS / 1_024
  return { baselineMB, peakMB, residentBaselineMB, residentPeakMB, idSetMB: idSetMB(rows) }
}

/** The ids are those of an average company: numbers of as many digits, as texts. */
function idSetMB(rows: number): number {
  const before = liveMB()
  const ids = new Map<string, boolean>()
  // Parsed, as the pull's are: a text that was put together here would share its parts.
  for (let id = 1; id <= rows; id++) ids.set(JSON.parse(`"${id}"`), true)
  const after = liveMB()
  return ids.size === 0 ? 0 : after - before
}

function liveMB(): number {
  if (globalThis.gc === undefined) throw new Error('Memory is measured with --expose-gc.')
  // The second run takes what the first one only marked.
  globalThis.gc()
  globalThis.gc()
  const { heapUsed, external } = process.memoryUsage()
  return (heapUsed + external) / MB
}
