import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseArgs, promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import * as z from 'zod'
import { assetOf } from '../local/cloud/lambda/links.ts'
import { functionEnvironment } from '../local/cloud/lambda/variables.ts'
import { median, progress, publish, rounded } from './report.ts'
import { laptopStack } from './world/dynamodb.ts'

/** Nobody listens there: a function that called a service while it is imported would fail. */
const ENDPOINTS = { dynamoDb: 'http://127.0.0.1:1', sqs: 'http://127.0.0.1:1', services: 'http://127.0.0.1:1' }

const IMPORT = `
const startedAt = performance.now()
const cpu = process.cpuUsage()
const { handler } = await import(process.env.BENCH_BUNDLE)
const initMs = performance.now() - startedAt
const { user, system } = process.cpuUsage(cpu)
if (process.env.BENCH_HANDLER === 'yes' && typeof handler !== 'function') throw new Error('There is no handler.')
process.stdout.write(JSON.stringify({ initMs, cpuMs: (user + system) / 1000, heap: process.memoryUsage().heapUsed }))
process.exit(0)`

const startSchema = z.object({ initMs: z.number(), cpuMs: z.number(), heap: z.number() })
type Start = z.output<typeof startSchema>

type Bundle = Readonly<{ name: string; file: string; environment: Readonly<Record<string, string>> }>

/** The functions as the CDK app bundles them for the laptop: the very files that Lambda would load. */
async function bundles(): Promise<readonly Bundle[]> {
  const { template, resources, region } = await laptopStack()
  return resources.function.map((lambda) => ({
    name: lambda.logicalId.replace(/Function$/, '').toLowerCase(),
    file: join(assetOf(template, lambda), 'index.mjs'),
    environment: functionEnvironment(lambda, region, ENDPOINTS, {}),
  }))
}

/** What a fresh Node needs to import the module, its own start not counted. */
async function startOnce(
  url: string,
  environment: Readonly<Record<string, string>>,
  hasHandler: boolean,
): Promise<Start> {
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', IMPORT], {
    env: { ...environment, BENCH_BUNDLE: url, BENCH_HANDLER: hasHandler ? 'yes' : 'no' },
  })
  return startSchema.parse(JSON.parse(stdout))
}

/**
 * What a cold start costs: the size of each function's bundle, and how long a fresh Node takes to import it in the
 * function's own environment. Lambda gives a function less processor than a laptop has, so the times tell functions
 * and versions apart; they are not what AWS will show.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { times: { type: 'string', default: '9' }, json: { type: 'boolean', default: false } },
  })
  if (!/^[1-9]\d*$/.test(values.times))
    throw new Error(`--times must be a whole number above 0, not "${values.times}".`)
  const functions = await bundles()
  const starts = new Map<string, Start[]>(functions.map(({ name }) => [name, []]))
  const nothing: Start[] = []
  // All functions in turn, so that a moment in which the machine is busy slows none of them alone.
  for (let round = 1; round <= Number(values.times); round++) {
    progress(`round ${round} of ${values.times}`)
    nothing.push(await startOnce('data:text/javascript,export {}', {}, false))
    for (const { name, file, environment } of functions)
      starts.get(name)?.push(await startOnce(pathToFileURL(file).href, environment, true))
  }
  const empty = median(nothing.map(({ initMs }) => initMs))
  const rows = functions.map(({ name, file }) => {
    const code = readFileSync(file)
    const of = (value: (start: Start) => number) => (starts.get(name) ?? []).map(value)
    return {
      function: name,
      'bundle KB': rounded(code.length / 1_024),
      'gzip KB': rounded(gzipSync(code).length / 1_024),
      'init ms': rounded(median(of(({ initMs }) => initMs)) - empty, 1),
      'fastest ms': rounded(Math.min(...of(({ initMs }) => initMs)) - empty, 1),
      'processor ms': rounded(median(of(({ cpuMs }) => cpuMs)), 1),
      'heap MB': rounded(median(of(({ heap }) => heap)) / 2 ** 20, 1),
    }
  })
  const heading = `Cold start, median of ${values.times} (an empty module's ${rounded(empty, 1)} ms taken off)`
  publish({ benchmark: 'cold-start', tables: { [heading]: rows }, figures: [] }, { json: values.json })
}

await main()
