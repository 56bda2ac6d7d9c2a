import { availableParallelism } from 'node:os'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import * as z from 'zod'
import { drawStory, live, type Told } from './run.ts'

/** What came of one seed, without the words. */
export type Lived = Readonly<{ seed: number } & Omit<Told, 'lines'>>

/** zod's own number is never infinite. */
const bound = z.custom<number>((value) => typeof value === 'number')
/** Every `step`-th seed from `first` on, below `end`; none begins after `seconds`. */
const Share = z.object({ first: z.int(), step: z.int(), end: bound, actions: z.int(), seconds: bound })
export type Share = z.output<typeof Share>

async function* lives({ first, step, end, actions, seconds }: Share): AsyncIterable<Lived> {
  const untilMs = performance.now() + seconds * 1_000
  for (let seed = first; seed < end && performance.now() < untilMs; seed += step) {
    const { lines: _words, ...told } = await live(drawStory(String(seed), actions))
    yield { seed, ...told }
  }
}

/**
 * Lives the seeds from `first` to `end` on so many cores; each is the same run on any of them. `lived` is told of each
 * in the order in which they end, and says whether to go on.
 */
export async function liveSeeds(
  { cores = availableParallelism(), ...share }: Omit<Share, 'step'> & Readonly<{ cores?: number }>,
  lived: (one: Lived) => boolean,
): Promise<void> {
  const workers: Worker[] = []
  const stop = () => {
    for (const worker of workers) void worker.terminate()
  }
  const all = Array.from({ length: cores }, (_, index) => {
    const worker = new Worker(new URL(import.meta.url), {
      workerData: { ...share, first: share.first + index, step: cores },
    })
    workers.push(worker)
    return new Promise<void>((resolve, reject) => {
      worker.on('message', (one: Lived) => {
        if (!lived(one)) stop()
      })
      worker.once('error', reject)
      worker.once('exit', () => resolve())
    })
  })
  try {
    await Promise.all(all)
  } finally {
    stop()
  }
}

if (!isMainThread) for await (const one of lives(Share.parse(workerData))) parentPort?.postMessage(one)
