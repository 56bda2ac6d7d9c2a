import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { drawStory, live, type Story, type Told } from './run.ts'
import { shrink } from './shrink.ts'
import { tellFailure } from './tell.ts'

const HELP = `npm run simulate -- [options]

  --runs N       how many runs (default 100; 1 with --trace)
  --seed N       the first seed (default 1); the others follow it
  --fresh        begin at a seed that the clock picks
  --actions N    what people do in each run (default 50)
  --seconds N    begin no further run after so many seconds
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
      seconds: { type: 'string', default: 'Infinity' },
      trace: { type: 'boolean', default: false },
      story: { type: 'string' },
      'keep-going': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return console.log(HELP)
  const watching = { print: values.trace ? console.log : undefined }
  if (values.story !== undefined) {
    // A file that this very program wrote.
    const story = JSON.parse(readFileSync(values.story, 'utf8')) as Story
    const told = await live(story, watching)
    console.log(tellFailure(story.settings.seed, story, told))
    process.exitCode = told.violations.length === 0 ? 0 : 1
    return
  }
  const first = values.fresh ? Math.floor(Date.now() / 1_000) : count('seed', values.seed)
  const runs = count('runs', values.runs ?? (values.trace ? '1' : '100'))
  const actions = count('actions', values.actions)
  const startedMs = performance.now()
  const secondsGone = () => (performance.now() - startedMs) / 1_000
  const totals: Totals = { runs: 0, failed: 0, events: 0, simulatedMs: 0, calls: 0, deaths: 0 }
  if (values.fresh) console.log(`Seeds from ${first} on.`)
  for (let seed = first; seed < first + runs && secondsGone() < Number(values.seconds); seed++) {
    const told = await live(drawStory(String(seed), actions), watching)
    add(totals, told)
    if (told.violations.length === 0) continue
    totals.failed += 1
    process.exitCode = 1
    if (values['keep-going'] || values.trace) {
      console.log(`\nSeed ${seed} fails:\n${told.violations.map((violation) => `  ✗ ${violation}`).join('\n')}`)
      continue
    }
    await explain(String(seed), actions, told)
    break
  }
  report(totals, secondsGone())
}

/** Lives it again, to prove that the seed is the run, and tells the shortest story that fails. */
async function explain(seed: string, actions: number, told: Told): Promise<void> {
  const story = drawStory(seed, actions)
  const again = await live(story)
  if (again.digest !== told.digest) {
    console.log(`Seed ${seed} was another run the second time: something in it follows neither the seed nor the clock.`)
  }
  console.log(`Seed ${seed} fails; looking for the shortest story that does …`)
  const shortest = await shrink(story, told)
  const folder = join(import.meta.dirname, '..', '.tandem', 'simulation')
  mkdirSync(folder, { recursive: true })
  const file = join(folder, `${seed}.json`)
  writeFileSync(file, `${JSON.stringify(shortest.story, undefined, 2)}\n`)
  console.log(`\n${tellFailure(seed, shortest.story, shortest.told)}`)
  console.log(`The shortest story, found in ${shortest.lives} tries: npm run simulate -- --story ${file} --trace`)
}

function add(totals: Totals, { events, simulatedMs, calls, deaths }: Told): void {
  totals.runs += 1
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
