import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

/** Each is a program of its own; the last two have no goals. */
const BENCHMARKS = [
  'pull',
  'latency',
  'burst',
  'push',
  'offline',
  'idle',
  'table',
  'simulate',
  'cold-start',
  'quickbooks-simulator',
]

const HELP = `npm run bench -- [benchmark …] [options of the benchmark]

Benchmarks: ${BENCHMARKS.join(', ')}; all of them when none is named.

  --json             JSON instead of tables
  --rows N,N,…       pull: customers to pull (default 1000,10000,100000)
  --only PART,…      pull: calls, memory, edits (default all of them)
  --seconds N        simulate: how long it lives stories (default 30)
  --times N          cold-start: starts of each function (default 9)
                     latency: changes in each direction (default 100)

Each writes its figures to .tandem/bench/<benchmark>.json as well.`

/** One after the other, so that none slows another down. */
async function main(args: readonly string[]): Promise<void> {
  if (args.includes('--help')) return console.log(HELP)
  const firstOption = args.findIndex((arg) => arg.startsWith('-'))
  const names = firstOption === -1 ? args : args.slice(0, firstOption)
  const options = firstOption === -1 ? [] : args.slice(firstOption)
  const unknown = names.filter((name) => !BENCHMARKS.includes(name))
  if (unknown.length > 0) throw new Error(`There is no benchmark ${unknown.join(', ')}.\n\n${HELP}`)
  if (names.length === 0 && options.some((option) => option !== '--json'))
    throw new Error(`Options other than --json need the name of their benchmark.\n\n${HELP}`)
  for (const name of names.length === 0 ? BENCHMARKS : names) {
    const file = join(import.meta.dirname, `${name}.ts`)
    const child = spawn(process.execPath, ['--expose-gc', file, ...options], { stdio: 'inherit' })
    const [code] = await once(child, 'exit')
    if (code !== 0) process.exitCode = 1
  }
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
})
