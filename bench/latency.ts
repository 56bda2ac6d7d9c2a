import { setTimeout as pause } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { type Figure, progress, publish, quantile, type Row, rounded } from './report.ts'
import { openCloud, type RunningCloud, until } from './world/cloud.ts'

const CUSTOMERS = 60
/** Changes that are made first and not counted: functions start, and code is compiled. */
const WARM_UP = 8
/** Between two changes, so that none waits in QuickBooks' rate limit for the one before. */
const BETWEEN_MS = 300

/** A bookkeeper changes a customer: milliseconds from when the webhook was sent until the contact has the change. */
async function inwards(world: RunningCloud, customerId: string, notes: string): Promise<number> {
  const { id } = await world.contactOf(customerId)
  const sent = world.deliveries().length
  world.editThere(customerId, notes)
  // Looking at the table takes from what the webhook's function has of the machine, so it waits for the answer.
  await until(() => world.deliveries().length > sent)
  const changedAt = await until(async () => (await world.contact(id))?.fields.notes === notes)
  await world.settle()
  const sentAt = world.deliveries()[sent]?.sentAt
  if (sentAt === undefined) throw new Error('No webhook was sent.')
  return changedAt - sentAt
}

/** A person changes a contact: milliseconds from when the request was sent until the customer has the change. */
async function outwards(world: RunningCloud, customerId: string, notes: string): Promise<number> {
  const contact = await world.contactOf(customerId)
  const changed = Promise.withResolvers<number>()
  const stop = world.simulator.onWrite(() => {
    if (world.company.read('Customer', customerId)?.Notes === notes) changed.resolve(performance.now())
  })
  const editedAt = performance.now()
  await world.editHere(contact, notes)
  const tookMs = (await changed.promise) - editedAt
  stop()
  await world.settle()
  return tookMs
}

const asRow = (what: string, took: readonly number[]): Row => ({
  what,
  times: took.length,
  'p50 ms': rounded(quantile(took, 0.5)),
  'p95 ms': rounded(quantile(took, 0.95)),
  'p99 ms': rounded(quantile(took, 0.99)),
  'max ms': rounded(Math.max(...took)),
})

const atMost = (figure: string, value: number, goal: number): Figure => ({
  figure,
  value: rounded(value),
  unit: 'ms',
  goal: { atMost: goal },
})

/** How soon one change reaches the other side, on the running cloud, with a QuickBooks that answers at once. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { times: { type: 'string', default: '100' }, json: { type: 'boolean', default: false } },
  })
  if (!/^[1-9]\d*$/.test(values.times))
    throw new Error(`--times must be a whole number above 0, not "${values.times}".`)
  const times = Number(values.times)
  progress('the cloud starts')
  const world = await openCloud(CUSTOMERS)
  try {
    const customers = world.customers()
    const [there, here]: [number[], number[]] = [[], []]
    let warm = { deliveries: 0, invocations: 0 }
    for (let round = -WARM_UP; round < times; round++) {
      if (round === 0)
        warm = { deliveries: world.deliveries().length, invocations: world.invocations('Webhook').length }
      if (round % 20 === 0) progress(`round ${round} of ${times}`)
      const customerId = customers[(round + WARM_UP) % customers.length] ?? ''
      await pause(BETWEEN_MS)
      const inMs = await inwards(world, customerId, `Changed there ${round}`)
      await pause(BETWEEN_MS)
      const outMs = await outwards(world, customerId, `Changed here ${round}`)
      if (round < 0) continue
      there.push(inMs)
      here.push(outMs)
    }
    const answers = world.deliveries().slice(warm.deliveries)
    const refused = answers.filter(({ status }) => status !== 200)
    if (refused.length > 0) throw new Error(`${refused.length} webhooks were not taken.`)
    const lambda = world.invocations('Webhook').slice(warm.invocations)
    publish(
      {
        benchmark: 'latency',
        tables: {
          'One change at a time, our own time': [
            asRow('webhook received → contact changed', there),
            asRow('contact edited → QuickBooks changed', here),
            asRow('webhook answered, Lambda time', lambda),
            asRow(
              'webhook answered, over HTTP',
              answers.map(({ tookMs }) => tookMs),
            ),
          ],
        },
        figures: [
          atMost('webhook received → contact changed, p95', quantile(there, 0.95), 1_000),
          atMost('contact edited → QuickBooks changed, p95', quantile(here, 0.95), 1_000),
          atMost('webhook answered, Lambda time, p99', quantile(lambda, 0.99), 50),
        ],
      },
      values,
    )
  } finally {
    await world.close()
  }
}

await main()
