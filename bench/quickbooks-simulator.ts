import { parseArgs } from 'node:util'
import { Worker } from 'node:worker_threads'
import { createVirtualClock } from '../local/quickbooks/clock.ts'
import type { TokenAuthority } from '../local/quickbooks/gateway/authority.ts'
import { createSimulator, type Simulator } from '../local/quickbooks/simulator.ts'

/**
 * What the QuickBooks simulator costs: single reads a second over HTTP on one core, memory at 200,000 customers, and
 * how much slower reads, queries, updates and CDC are at 200,000 than at 1,000 (1.0: not at all).
 */
const { values } = parseArgs({
  options: { small: { type: 'string', default: '1000' }, large: { type: 'string', default: '200000' } },
})
const SIZES = [Number(values.small), Number(values.large)] as const
const REALM = '9130000000000001'
const BASE = `/v3/company/${REALM}`
const HEADERS = { authorization: 'Bearer bench', accept: 'application/json', 'content-type': 'application/json' }
const START = Date.parse('2026-11-02T12:00:00Z')
const OPEN: TokenAuthority = { authorize: () => ({ ok: true, appId: 'bench' }) }
const UNLIMITED = { limits: { perSecondPerApp: Number.POSITIVE_INFINITY, perMinutePerRealm: Number.POSITIVE_INFINITY } }

function create(customers: number): { readonly simulator: Simulator; readonly tick: () => void } {
  const clock = createVirtualClock(START)
  const simulator = createSimulator({
    seed: 7,
    clock,
    authority: OPEN,
    gateway: UNLIMITED,
    companies: [{ realmId: REALM, kind: 'generated', customers }],
  })
  return { simulator, tick: () => clock.advance(1000) }
}

async function call(simulator: Simulator, method: string, path: string, body?: string): Promise<string> {
  const response = await simulator.handle({
    method,
    path: BASE + path,
    headers: HEADERS,
    ...(body === undefined ? {} : { body }),
  })
  if (response.status !== 200) throw new Error(`${method} ${path}: ${response.status} ${response.body.slice(0, 300)}`)
  return response.body
}

const query = (statement: string): string => `/query?query=${encodeURIComponent(statement)}`

/** The middle of the times that one call takes, in microseconds. */
async function median(times: number, run: (n: number) => Promise<unknown>): Promise<number> {
  const taken: number[] = []
  for (let n = 0; n < times; n++) {
    const start = performance.now()
    await run(n)
    taken.push((performance.now() - start) * 1000)
  }
  return taken.sort((a, b) => a - b)[Math.floor(times / 2)] ?? Number.NaN
}

type Measured = Readonly<Record<string, number>>

async function measure(customers: number): Promise<Measured> {
  const { simulator, tick } = create(customers)
  const middle = Math.floor(customers / 2)
  const id = (n: number): number => 1 + ((n * 7919) % customers)
  const update = async (n: number): Promise<unknown> => {
    tick()
    const read: { Customer: { SyncToken: string } } = JSON.parse(await call(simulator, 'GET', `/customer/${id(n)}`))
    const body = { Id: String(id(n)), SyncToken: read.Customer.SyncToken, sparse: true, Notes: `note ${n}` }
    return call(simulator, 'POST', '/customer', JSON.stringify(body))
  }
  const runs: Readonly<Record<string, readonly [number, (n: number) => Promise<unknown>]>> = {
    'read one customer': [2000, (n) => call(simulator, 'GET', `/customer/${id(n)}`)],
    'read and update': [2000, update],
    create: [1000, (n) => call(simulator, 'POST', '/customer', JSON.stringify({ DisplayName: `Bench ${n}` }))],
    'query by Id IN (10 ids)': [
      500,
      (n) =>
        call(
          simulator,
          'GET',
          query(
            `select * from Customer where Id in (${Array.from({ length: 10 }, (_, i) => `'${id(n + i)}'`).join(',')})`,
          ),
        ),
    ],
    'query by DisplayName': [
      1000,
      (n) => call(simulator, 'GET', query(`select * from Customer where DisplayName = 'Bench ${n % 500}'`)),
    ],
    'query LIKE prefix': [
      500,
      (n) =>
        call(simulator, 'GET', query(`select * from Customer where DisplayName like 'Bench 1${n % 10}%' maxresults 5`)),
    ],
    'count(*)': [1000, () => call(simulator, 'GET', query('select count(*) from Customer'))],
    'page of 100 in the middle': [
      200,
      () =>
        call(
          simulator,
          'GET',
          query(
            `select * from Customer where Active in (true,false) orderby Id startposition ${middle} maxresults 100`,
          ),
        ),
    ],
    '100 changes by LastUpdatedTime': [
      200,
      () =>
        call(
          simulator,
          'GET',
          query(
            `select * from Customer where MetaData.LastUpdatedTime >= '${new Date(START + 1_900_000).toISOString()}' orderby MetaData.LastUpdatedTime maxresults 100`,
          ),
        ),
    ],
    'CDC, cut at 1000 changes': [
      200,
      () =>
        call(
          simulator,
          'GET',
          `/cdc?entities=Customer&changedSince=${encodeURIComponent(new Date(START + 1_900_000).toISOString())}`,
        ),
    ],
  }
  const measured: Record<string, number> = {}
  for (const [name, [times, run]] of Object.entries(runs)) {
    // Warms up, with numbers of its own so that no name is created twice.
    await median(Math.ceil(times / 4), (n) => run(n + times))
    measured[name] = await median(times, run)
  }
  return measured
}

/** Single reads over HTTP: the server on this thread, the callers on another. */
async function readsPerSecond(): Promise<number> {
  const { simulator } = create(SIZES[0])
  const { url, close } = await simulator.listen({ port: 0 })
  const worker = new Worker(
    `const { parentPort, workerData } = require('node:worker_threads')
     const http = require('node:http')
     const agent = new http.Agent({ keepAlive: true, maxSockets: 16 })
     let done = 0, stop = false
     const one = (n) => http.get(workerData.url + '/customer/' + (1 + n % 1000), { agent, headers: workerData.headers }, (r) => {
       r.resume(); r.on('end', () => { done++; if (!stop) one(n + 16) }) }).on('error', (error) => { if (!stop) throw error })
     for (let n = 0; n < 16; n++) one(n)
     setTimeout(() => { done = 0 }, 1000)
     setTimeout(() => { stop = true; parentPort.postMessage(done); agent.destroy() }, 6000)`,
    { eval: true, workerData: { url: url + BASE, headers: HEADERS } },
  )
  const before = process.cpuUsage()
  const done = await new Promise<number>((resolve, reject) => {
    worker.once('message', resolve)
    worker.once('error', reject)
  })
  const spent = process.cpuUsage(before)
  await worker.terminate()
  await close()
  console.log(`(${((spent.user + spent.system) / 6e6).toFixed(2)} cores for server and callers together)`)
  return Math.round(done / 5)
}

async function main(): Promise<void> {
  const reads = await readsPerSecond()
  const [small, large] = SIZES
  const atSmall = await measure(small)
  const seedStart = performance.now()
  const kept = create(large)
  const seedSeconds = (performance.now() - seedStart) / 1000
  globalThis.gc?.()
  const memory = process.memoryUsage()
  const count = kept.simulator.companies.find(REALM)?.count('Customer') ?? 0
  const atLarge = await measure(large)
  const operations = Object.keys(atSmall).map((operation) => {
    const from = atSmall[operation] ?? Number.NaN
    const to = atLarge[operation] ?? Number.NaN
    return {
      operation,
      [`µs at ${small}`]: Math.round(from),
      [`µs at ${large}`]: Math.round(to),
      ratio: Number((to / from).toFixed(2)),
    }
  })
  console.log(`single reads over HTTP: ${reads} a second`)
  console.log(
    `${count} customers: seeded in ${seedSeconds.toFixed(1)} s, heap ${Math.round(memory.heapUsed / 2 ** 20)} MB, resident ${Math.round(memory.rss / 2 ** 20)} MB`,
  )
  console.table(operations)
  console.log(
    JSON.stringify({
      singleReadsPerSecond: reads,
      customers: count,
      seedSeconds: Number(seedSeconds.toFixed(2)),
      heapMB: Math.round(memory.heapUsed / 2 ** 20),
      residentMB: Math.round(memory.rss / 2 ** 20),
      operations,
    }),
  )
}

await main()
