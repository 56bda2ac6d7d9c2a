import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import * as z from 'zod'
import { drawStory, live } from '../simulation/run.ts'
import { progress, publish, rounded } from './report.ts'

const ACTIONS = 50
/** The machine that the goal is set for. */
const CORES = 2
const GOAL_RUNS_AN_HOUR = 20_000

const shareSchema = z.object({ runs: z.number(), failed: z.number(), events: z.number(), simulatedMs: z.number() })
type Share = z.output<typeof shareSchema>

/** Lives every `step`-th seed for so long. */
async function work({
  first,
  step,
  seconds,
}: Readonly<{ first: number; step: number; seconds: number }>): Promise<Share> {
  const share: Share = { runs: 0, failed: 0, events: 0, simulatedMs: 0 }
  const endMs = performance.now() + seconds * 1_000
  for (let seed = first; performance.now() < endMs; seed += step) {
    const { events, simulatedMs, violations } = await live(drawStory(String(seed), ACTIONS))
    share.runs += 1
    share.events += events
    share.simulatedMs += simulatedMs
    if (violations.length > 0) share.failed += 1
  }
  return share
}

function inWorker(data: object): Promise<Share> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(join(import.meta.dirname, 'simulate.ts'), { workerData: data })
    worker.once('message', (share: unknown) => resolve(shareSchema.parse(share)))
    worker.once('error', reject)
  })
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { json: { type: 'boolean', default: false }, seconds: { type: 'string', default: '30' } },
  })
  const seconds = Number(values.seconds)
  const workers = Math.min(CORES, availableParallelism())
  progress(`Living stories on ${workers} cores for ${seconds} s …`)
  const shares = await Promise.all(
    Array.from({ length: workers }, (_, index) => inWorker({ first: 1 + index, step: workers, seconds })),
  )
  const sum = (of: (share: Share) => number) => shares.reduce((total, share) => total + of(share), 0)
  const runs = sum((share) => share.runs)
  const hours = seconds / 3_600
  publish(
    {
      benchmark: 'simulate',
      tables: {
        'The whole engine under seeded faults': shares.map((share, index) => ({
          worker: index + 1,
          runs: share.runs,
          failed: share.failed,
          events: share.events,
          'events a second': rounded(share.events / seconds),
          'simulated hours': rounded(share.simulatedMs / 3_600_000),
        })),
      },
      figures: [
        {
          figure: `runs of ${ACTIONS} actions on ${workers} cores`,
          value: rounded(runs / hours),
          unit: 'an hour',
          goal: { atLeast: GOAL_RUNS_AN_HOUR },
        },
        {
          figure: 'simulated hours',
          value: rounded(sum((share) => share.simulatedMs) / 3_600_000 / hours),
          unit: 'a real hour',
          goal: { atLeast: 1_000_000 },
        },
      ],
    },
    { json: values.json },
  )
}

if (isMainThread) await main()
else
  parentPort?.postMessage(
    await work(z.object({ first: z.number(), step: z.number(), seconds: z.number() }).parse(workerData)),
  )
