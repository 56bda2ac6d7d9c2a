import { parseArgs } from 'node:util'
import { daily } from '#sync/daily'
import { sweep } from '#sync/sweep'
import { publish } from './report.ts'
import { openTwoSides } from './world/two-sides.ts'

const CUSTOMERS = 100
const DAYS = 31
const MINUTES_A_DAY = 24 * 60
const MINUTE_MS = 60_000

/** What a company costs in a month in which nobody does anything: sweeps every minute, upkeep and a look every day. */
async function main(): Promise<void> {
  const { values } = parseArgs({ options: { json: { type: 'boolean', default: false } } })
  const world = await openTwoSides(CUSTOMERS)
  try {
    const calls = world.countingCalls()
    for (let day = 0; day < DAYS; day++) {
      await daily(world.ports)
      for (let minute = 0; minute < MINUTES_A_DAY; minute++) {
        await world.serveAll()
        await world.clock.sleep(MINUTE_MS)
        await sweep(world.ports)
      }
    }
    const { reads, cdc, writes } = calls()
    publish(
      {
        benchmark: 'idle',
        tables: { 'An idle company': [{ days: DAYS, reads, 'of change data capture': cdc, writes }] },
        figures: [
          {
            figure: `read calls of an idle company in ${DAYS} days`,
            value: reads,
            unit: 'calls',
            goal: { atMost: 31 },
          },
          // Fewer would mean that it was not looked after.
          { figure: 'days on which its changes were looked for', value: cdc, unit: 'days', goal: { atLeast: DAYS } },
        ],
      },
      values,
    )
  } finally {
    await world.close()
  }
}

await main()
