import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { drawStory, live, type Story } from './run.ts'
import { shrink } from './shrink.ts'
import { tellFailure } from './tell.ts'
import { type Lived, liveSeeds } from './workers.ts'

const HELP = `npm run simulate -- [options]

  --runs N       how many runs (default 100; 1 with --trace)
  --seed N       the first seed (default 1); the others follow it
  --fresh        begin at a seed that the clock picks
  --actions N    what people do in each run (default 50)
  --seconds N    begin no further run after so many seconds; what was not lived is told
  --cores N      on so many cores (default all)
  --trace        print every event
  --story FILE   live the story in a file, as a failure leaves it in .tandem/simulation, instead of a seed's
  --keep-going   go on after a seed that fails, and shrink none

A run that fails is lived a second time, which must be the same, and shrunk to the shortest story that still fails.
The exit code is 1 when a run failed.`

type Totals = { runs: number; failed: number; events: number; simulatedMs: number; calls: number; deaths: number }

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      runs: { type: 'string' },
      seed: { type: 'string', default: '1' },
      fresh: { type: 'boolean', default: false },
      actions: { type: 'string', default: '50' },
      seconds: { type: 'string' },
      cores: { type: 'string', default: String(availableParallelism()) },
      trace: { type: 'boolean', default: false },
      story: { type: 'string' },
      'keep-going': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return console.log(HELP)
  const actions = count('actions', values.actions)
  if (values.story !== undefined || values.trace) {
    // A file that this very program wrote.
    const stories: readonly Story[] =
      values.story === undefined
        ? seeds(count('seed', values.seed), count('runs', values.runs ?? '1')).map((seed) => drawStory(seed, actions))
        : [JSON.parse(readFileSync(values.story, 'utf8')) as Story]
    return readAlong(stories, values.trace)
  }
  const first = values.fresh ? Math.floor(Date.now() / 1_000) : count('seed', values.seed)
  const runs = count('runs', values.runs ?? '100')
  const share = {
    first,
    end: first + runs,
    actions,
    seconds: values.seconds === undefined ? Number.POSITIVE_INFINITY : count('seconds', values.seconds),
    cores: count('cores', values.cores),
  }
  if (values.fresh) console.log(`Seeds from ${first} on.`)
  const startedMs = performance.now()
  const totals: Totals = { runs: 0, failed: 0, events: 0, simulatedMs: 0, calls: 0, deaths: 0 }
  const failed: Lived[] = []
  await liveSeeds(share, (one) => {
    add(totals, one)
    if (one.violations.length === 0) return true
    failed.push(one)
    if (!values['keep-going']) return false
    console.log(`\nSeed ${one.seed} fails:\n${one.violations.map((violation) => `  ✗ ${violation}`).join('\n')}`)
    return true
  })
  report(totals, (performance.now() - startedMs) / 1_000)
  const [worst] = failed
  if (worst === undefined) {
    if (totals.runs < runs) console.log(`${runs - totals.runs} of ${runs} seeds were not lived: the time was up.`)
    return
  }
  process.exitCode = 1
  if (!values['keep-going']) await explain(String(worst.seed), actions, worst.digest)
}

/** Lives stories one after the other, and tells each, with every event if that is asked for. */
async function readAlong(stories: readonly Story[], isTraced: boolean): Promise<void> {
  for (const story of stories) {
    const told = await live(story, { print: isTraced ? console.log : undefined })
    console.log(tellFailure(story.settings.seed, story, told))
    if (told.violations.length > 0) process.exitCode = 1
  }
}

function seeds(first: number, runs: number): readonly string[] {
  return Array.from({ length: runs }, (_, index) => String(first + index))
}

/** Lives it again, to prove that the seed is the run, and tells the shortest story that fails. */
async function explain(seed: string, actions: number, digest: string): Promise<void> {
  const story = drawStory(seed, actions)
  const again = await live(story)
  if (again.digest !== digest) {
    console.log(`Seed ${seed} was another run the second time: something in it follows neither the seed nor the clock.`)
  }
  console.log(`Seed ${seed} fails; looking for the shortest story that does …`)
  const shortest = await shrink(story, again)
  const folder = join(import.meta.dirname, '..', '.tandem', 'simulation')
  mkdirSync(folder, { recursive: true })
  const file = join(folder, `${seed}.json`)
  writeFileSync(file, `${JSON.stringify(shortest.story, undefined, 2)}\n`)
  console.log(`\n${tellFailure(seed, shortest.story, shortest.told)}`)
  console.log(`The shortest story, found in ${shortest.lives} tries: npm run simulate -- --story ${file} --trace`)
}

function add(totals: Totals, { events, simulatedMs, calls, deaths, violations }: Lived): void {
  totals.runs += 1
  if (violations.length > 0) totals.failed += 1
  totals.events += events
  totals.simulatedMs += simulatedMs
  totals.calls += calls
  totals.deaths += deaths
}

function report({ runs, failed, events, simulatedMs, calls, deaths }: Totals, seconds: number): void {
  const hours = Math.round(simulatedMs / 3_600_000)
  console.log(
    `${runs} runs, ${failed} failed: ${events} events, ${calls} calls to QuickBooks, ${deaths} deaths of processes, ` +
      `${hours} simulated hours in ${seconds.toFixed(1)} s`,
  )
}

function count(name: string, text: string): number {
  const number = Number(text)
  if (!Number.isSafeInteger(number) || number < 0) throw new Error(`--${name} takes a whole number, not “${text}”.`)
  return number
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
})
