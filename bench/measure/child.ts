import { openWorld, type World } from '../world/ports.ts'
import { bareLoop } from './bare-loop.ts'
import { type Answer, type Measurement, type PulledOnce, requestSchema } from './measurements.ts'
import { pullMemory } from './memory.ts'
import { bareLoopWhileItMoves, pullWhileItMoves } from './moving-list.ts'
import { runPull } from './run-pull.ts'

/** The other end of `measure.ts`: measures one thing in this fresh process, and answers. */
const { measurement, simulatorUrl, realmId, table, times } = requestSchema.parse(JSON.parse(process.argv[2] ?? ''))

const MEASURE: { readonly [M in Measurement]: (world: World) => Promise<Answer<M>> } = {
  bareLoop: async ({ simulator }) => {
    const { access_token: token } = await simulator.grant(realmId)
    const criteria = 'WHERE Active IN (true,false) ORDERBY Id'
    const cpu = process.cpuUsage()
    const { wallMs, calls, rows } = await bareLoop({ url: simulatorUrl, realmId, token, criteria })
    const { user, system } = process.cpuUsage(cpu)
    return { wallMs, cpuMs: (user + system) / 1_000, calls, rows }
  },
  pulls: async (world) => {
    const pulls: PulledOnce[] = []
    for (let n = 0; n < times; n++) {
      if (n > 0) await world.simulator.beginAnew()
      pulls.push(await countedPull(world))
    }
    return pulls
  },
  memory: pullMemory,
  pullWhileItMoves: (world) => pullWhileItMoves(world, realmId),
  bareLoopWhileItMoves: (world) => bareLoopWhileItMoves(world, simulatorUrl, realmId),
}

async function countedPull(world: World): Promise<PulledOnce> {
  const before = { put: world.mirrorsPut(), table: world.tableCounts() }
  const pulled = await runPull(world)
  const after = world.tableCounts()
  // What the simulator counted, not what we believe to have sent.
  const { calls, throttled } = await world.simulator.calls(realmId)
  if (throttled > 0) throw new Error(`${throttled} calls of the pull were throttled.`)
  return {
    ...pulled,
    calls,
    mirrorsPut: world.mirrorsPut() - before.put,
    ...(before.table !== undefined &&
      after !== undefined && {
        table: {
          requests: after.requests - before.table.requests,
          itemsRead: after.itemsRead - before.table.itemsRead,
          mirrorsWritten: after.mirrorsWritten - before.table.mirrorsWritten,
          othersWritten: after.othersWritten - before.table.othersWritten,
        },
      }),
  }
}

const answer = await MEASURE[measurement](await openWorld({ simulatorUrl, realmId, table }))
process.send?.(answer, () => process.exit(0))
