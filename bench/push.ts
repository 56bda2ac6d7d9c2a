import { parseArgs } from 'node:util'
import { updateContact } from '#sync/edit-contact'
import { progress, publish, rounded } from './report.ts'
import { openTwoSides, PERSON, REALM, WORKSPACE } from './world/two-sides.ts'

const EDITS = 1_000
/** For one app and company (Intuit: "API call limits and throttles"). */
const A_SECOND = 10
const A_MINUTE = 500

/** Seconds that the published limits leave no way around, from the first of so many calls to the last. */
function floorSeconds(calls: number): number {
  const last = calls - 1
  return Math.floor(last / A_MINUTE) * 60 + Math.floor((last % A_MINUTE) / A_SECOND)
}

/** A thousand contacts that were edited at once, sent to QuickBooks as fast as it takes them. */
async function main(): Promise<void> {
  const { values } = parseArgs({ options: { json: { type: 'boolean', default: false } } })
  progress(`${EDITS} customers are brought in`)
  const world = await openTwoSides(EDITS + 50)
  try {
    const ids = world.customers().slice(0, EDITS)
    for (const id of ids) {
      const { id: contactId, version } = await world.contactOf(id)
      const edit = { fields: { notes: `Edited ${id}` } }
      await updateContact(world.ports, { workspace: WORKSPACE, person: PERSON, id: contactId, version, edit })
    }
    progress(`${ids.length} edits are sent`)
    const calls = world.countingCalls()
    await world.settle()
    const { reads, writes, throttled } = calls()

    const sent = world.simulator.calls.recent().filter(({ realmId, kind }) => realmId === REALM && kind === 'update')
    const seconds = ((sent.at(-1)?.at ?? Number.NaN) - (sent[0]?.at ?? Number.NaN)) / 1_000
    const share = rounded((100 * floorSeconds(ids.length)) / seconds, 1)
    const arrived = ids.filter((id) => world.company.read('Customer', id)?.Notes === `Edited ${id}`).length
    publish(
      {
        benchmark: 'push',
        tables: {
          'A thousand edits': [
            {
              edits: ids.length,
              arrived,
              writes,
              reads,
              throttled,
              'floor s': floorSeconds(ids.length),
              seconds: rounded(seconds, 1),
              'calls a minute': rounded((60 * ids.length) / seconds),
            },
          ],
        },
        figures: [
          {
            figure: `calls for ${ids.length} edits`,
            value: reads + writes,
            unit: 'calls',
            goal: { atMost: ids.length },
          },
          { figure: 'edits that are in QuickBooks', value: arrived, unit: 'edits', goal: { atLeast: ids.length } },
          { figure: 'throttle errors', value: throttled, unit: 'calls', goal: { atMost: 0 } },
          { figure: 'share of the allowed rate', value: share, unit: '%', goal: { atLeast: 95 } },
        ],
      },
      values,
    )
  } finally {
    await world.close()
  }
}

await main()
