import { parseArgs } from 'node:util'
import { daily } from '#sync/daily'
import { progress, publish, rounded } from './report.ts'
import { openTwoSides, WORKSPACE } from './world/two-sides.ts'

/** More than one answer of change data capture holds (1,000), as in a connection that was down for a day. */
const CHANGED = 1_500
const CUSTOMERS = 2_000
/** Some hours in all, several changes in a second among them. */
const BETWEEN_MS = 30_000
const TOGETHER = 5

/** What it costs to come back after many changes of which nobody was told, and what is missed then. */
async function main(): Promise<void> {
  const { values } = parseArgs({ options: { json: { type: 'boolean', default: false } } })
  progress(`${CUSTOMERS} customers are brought in`)
  const world = await openTwoSides(CUSTOMERS)
  try {
    const ids = world.customers().slice(0, CHANGED)
    for (const [place, id] of ids.entries()) {
      world.editThere(id, `Changed offline ${id}`)
      if (place % TOGETHER === 0) await world.clock.sleep(BETWEEN_MS)
    }
    progress(`${ids.length} changes are looked for`)
    const calls = world.countingCalls()
    const startedAt = performance.now()
    await daily(world.ports)
    await world.settle()
    const tookMs = performance.now() - startedAt

    const { reads, writes, throttled } = calls()
    let stale = 0
    let older = 0
    for (const id of ids) {
      if ((await world.contactOf(id)).fields.notes !== `Changed offline ${id}`) stale += 1
      const mirror = await world.ports.mirrors.get(WORKSPACE, 'customer', id)
      if (mirror?.revision !== world.company.read('Customer', id)?.SyncToken) older += 1
    }
    publish(
      {
        benchmark: 'offline',
        tables: {
          'Changes while offline, found by the daily look': [
            {
              changes: ids.length,
              reads,
              writes,
              throttled,
              'stale contacts': stale,
              'stale mirrors': older,
              'own s': rounded(tookMs / 1_000, 1),
            },
          ],
        },
        figures: [
          {
            figure: `read calls for ${ids.length} changes while offline`,
            value: reads,
            unit: 'calls',
            goal: { atMost: 3 },
          },
          { figure: 'stale rows afterwards', value: stale + older, unit: 'rows', goal: { atMost: 0 } },
        ],
      },
      values,
    )
  } finally {
    await world.close()
  }
}

await main()
