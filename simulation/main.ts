import { parseArgs } from 'node:util'
import { drawStory, live } from './run.ts'

const HELP = `npm run simulate -- [options]

  --runs N      how many runs (default 100)
  --seed N      the first seed (default 1); the others follow it
  --actions N   actions of people in each run (default 50)
  --trace       print every event
  --keep-going  do not stop at the first seed that fails`

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      runs: { type: 'string' },
      seed: { type: 'string', default: '1' },
      actions: { type: 'string', default: '50' },
      trace: { type: 'boolean', default: false },
      'keep-going': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return console.log(HELP)
  const first = Number(values.seed)
  const runs = Number(values.runs ?? (values.trace ? 1 : 100))
  const startedMs = performance.now()
  let [events, simulatedMs, calls, deaths, failed] = [0, 0, 0, 0, 0]
  for (let seed = first; seed < first + runs; seed++) {
    const story = drawStory(String(seed), Number(values.actions))
    const told = await live(story, values.trace ? console.log : undefined)
    events += told.events
    simulatedMs += told.simulatedMs
    calls += told.calls
    deaths += told.deaths
    if (told.violations.length === 0) continue
    failed += 1
    console.log(`\nSeed ${seed} fails:`)
    for (const violation of told.violations.slice(0, 12)) console.log(`  ${violation}`)
    process.exitCode = 1
    if (!values['keep-going']) break
  }
  const seconds = (performance.now() - startedMs) / 1_000
  console.log(
    `${runs} runs, ${failed} failed, ${events} events, ${calls} calls, ${deaths} deaths, ${Math.round(simulatedMs / 3_600_000)} simulated hours in ${seconds.toFixed(1)} s`,
  )
}

await main()
