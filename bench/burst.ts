import { setTimeout as pause } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { type Figure, progress, publish, rounded } from './report.ts'
import { openCloud } from './world/cloud.ts'

const EVENTS = 500
/** One read for each hundred changed customers, as they come in one after the other. */
const GOAL_READS = EVENTS / 100
/** All in one moment, which QuickBooks tells of in few large deliveries, and one after the other, in many small ones. */
const BURSTS = [
  { changes: 'in one moment', betweenMs: 0, goal: GOAL_READS },
  { changes: 'one every 10 ms', betweenMs: 10, goal: undefined },
] as const

/** Many customers of a company change at once, on the running cloud: what it reads until every contact has its change. */
async function main(): Promise<void> {
  const { values } = parseArgs({ options: { json: { type: 'boolean', default: false } } })
  progress(`the cloud starts, ${EVENTS} customers are brought in`)
  const world = await openCloud(EVENTS + 50)
  try {
    const customers = world.customers().slice(0, EVENTS)
    const rows = []
    const figures: Figure[] = []
    for (const { changes, betweenMs, goal } of BURSTS) {
      progress(`${customers.length} changes, ${changes}`)
      const calls = world.countingCalls()
      const sent = world.deliveries().length
      for (const id of customers) {
        world.editThere(id, `Changed ${changes} ${id}`)
        if (betweenMs > 0) await pause(betweenMs)
      }
      await world.settle()
      const settledAt = performance.now()
      const { reads, throttled } = calls()
      const answers = world.deliveries().slice(sent)
      let stale = 0
      for (const id of customers) {
        if ((await world.contactOf(id)).fields.notes !== `Changed ${changes} ${id}`) stale += 1
      }
      rows.push({
        events: customers.length,
        changes,
        deliveries: answers.length,
        reads,
        throttled,
        'stale contacts': stale,
        'seconds to the last contact': rounded((settledAt - (answers[0]?.sentAt ?? Number.NaN)) / 1_000, 1),
        'slowest answer ms': rounded(Math.max(...answers.map(({ tookMs }) => tookMs))),
      })
      const name = `${customers.length} webhook events, ${changes}`
      if (goal !== undefined)
        figures.push({ figure: `reads for ${name}`, value: reads, unit: 'calls', goal: { atMost: goal } })
      figures.push({ figure: `stale contacts after ${name}`, value: stale, unit: 'rows', goal: { atMost: 0 } })
    }
    publish({ benchmark: 'burst', tables: { 'A burst of webhooks': rows }, figures }, values)
  } finally {
    await world.close()
  }
}

await main()
