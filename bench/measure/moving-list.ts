import type { Company, QuickBooks } from '#sync/ports'
import type { World } from '../world/ports.ts'
import type { SimulatorControl } from '../world/simulator.ts'
import { bareLoop } from './bare-loop.ts'
import { runPull } from './run-pull.ts'

export type Losses = Readonly<{
  pages: number
  /** What was done to the list while it was read. */
  edits: number
  /** Records that QuickBooks lists at the end and the reader has not got. */
  lost: number
  /** Records that the reader has in an older state than QuickBooks. */
  stale: number
}>

/**
 * A pull while after each page a bookkeeper edits, deactivates or renames a customer of that page, or merges two: what
 * the mirrors then lack of what QuickBooks lists.
 */
export async function pullWhileItMoves(world: World, realmId: string): Promise<Losses> {
  const keeper = bookkeeper(world.simulator, realmId)
  await runPull({ ...world, ports: { ...world.ports, quickbooks: withAfterPage(world.ports.quickbooks, keeper.act) } })
  const stored = new Map<string, string>()
  const listed = await world.simulator.customers(realmId)
  const mirrors = await world.ports.mirrors.getMany(
    world.workspace,
    'customer',
    listed.map(({ Id }) => Id),
  )
  for (const { id, revision } of mirrors) stored.set(id, revision)
  return {
    ...keeper.done(),
    lost: listed.filter(({ Id }) => !stored.has(Id)).length,
    stale: listed.filter(({ Id, SyncToken }) => (stored.get(Id) ?? SyncToken) !== SyncToken).length,
  }
}

/**
 * The same around a loop over QuickBooks' own order, which is by name and leaves inactive records out: what it loses of
 * those that nobody touched shows that the check can fail.
 */
export async function bareLoopWhileItMoves(world: World, url: string, realmId: string): Promise<Losses> {
  const keeper = bookkeeper(world.simulator, realmId)
  const { access_token: token } = await world.simulator.grant(realmId)
  const { ids } = await bareLoop({ url, realmId, token, criteria: 'WHERE Active = true', afterPage: keeper.act })
  const listed = await world.simulator.customers(realmId)
  const untouched = listed.filter(({ Active, Id }) => Active === true && !keeper.touched(Id))
  return { ...keeper.done(), lost: untouched.filter(({ Id }) => !ids.has(Id)).length, stale: 0 }
}

/** Does one thing after the other: the first of the page's own records that QuickBooks lets it. */
function bookkeeper(simulator: SimulatorControl, realmId: string) {
  const touched = new Set<string>()
  let pages = 0
  let edits = 0
  const acts: readonly ((id: string, other: string) => Promise<unknown>)[] = [
    (id) => simulator.edit(realmId, id, { Notes: `Edited ${edits}` }),
    (id) => simulator.deactivate(realmId, id),
    // From the front of the list to its end, so that all that stands between moves up by one.
    (id) => simulator.edit(realmId, id, { DisplayName: `zz Renamed ${edits} ${id}` }),
    (id, other) => simulator.merge(realmId, other, id),
  ]
  return {
    act: async (ids: readonly string[]) => {
      const act = acts[pages % acts.length]
      pages += 1
      // From the first quarter of the page: its neighbours there were read, and those behind it move.
      const from = Math.floor(ids.length / 4)
      for (const [index, id] of ids.entries()) {
        const other = ids[index + 1]
        if (index < from || other === undefined || touched.has(id) || touched.has(other)) continue
        const done = await act?.(id, other).then(
          () => true,
          // A parent cannot be merged into its child, and the like.
          () => false,
        )
        if (done !== true) continue
        touched.add(id).add(other)
        edits += 1
        return
      }
    },
    touched: (id: string) => touched.has(id),
    done: () => ({ pages, edits }),
  }
}

function withAfterPage(quickbooks: QuickBooks, afterPage: (ids: readonly string[]) => Promise<void>): QuickBooks {
  return {
    open: (realmId, gate) => {
      const company = quickbooks.open(realmId, gate)
      const page: Company['page'] = async (entity, start, size) => {
        const answer = await company.page(entity, start, size)
        await afterPage(answer.records.map(({ id }) => id))
        return answer
      }
      return { ...company, page }
    },
  }
}
