import type { Run } from '#core/records'
import { createMemoryPorts } from '#memory/ports'
import { importSlice } from '#sync/import'
import type { Mirrors, Ports } from '#sync/ports'
import { pullSlice } from '#sync/pull'
import { isFinished } from '#sync/runs'
import { servePullHint } from '#sync/serve'
import { sweep } from '#sync/sweep'
import { scriptedCompany } from './scripted-company.ts'
import { scriptedConsent } from './scripted-consent.ts'

export const WORKSPACE = 'workspace-1'
export const PERSON = 'person-1'
export const REALM = '9341452000000077'

export type WorldOptions = Readonly<{ connected?: boolean; clockMoves?: 'byHand' | 'whenIdle' }>

/** Everything that the use cases need, in memory, with a scripted QuickBooks; connected unless told otherwise. */
export async function createWorld({ connected = true, clockMoves = 'whenIdle' }: WorldOptions = {}) {
  const memory = createMemoryPorts({ clockMoves })
  const company = scriptedCompany(memory.clock)
  const intuit = scriptedConsent(memory.clock)
  const mirrorWrites: string[] = []
  const ports = {
    ...memory,
    mirrors: countingPuts(memory.mirrors, mirrorWrites),
    quickbooks: company.quickbooks,
    consent: intuit.consent,
  }
  const world = {
    ports,
    clock: memory.clock,
    company,
    intuit,
    book: company.bookkeeper,
    /** Ids of all mirrors that were written, in order. */
    mirrorWrites,
    connect: (workspace = WORKSPACE, realmId = REALM) => connect(ports, workspace, realmId, intuit.grant()),
    /** Serves hints, and sweeps as time goes by, until the run has ended. */
    finish: (run: Pick<Run, 'id'>, using: Ports = ports) => finishRun(using, memory.hints.pulls, run.id),
    mirror: (id: string) => memory.mirrors.get(WORKSPACE, 'customer', id),
  }
  if (connected) await world.connect()
  return world
}
export type World = Awaited<ReturnType<typeof createWorld>>

async function connect(
  ports: Pick<Ports, 'connections' | 'clock'>,
  workspace: string,
  realmId: string,
  tokens: Parameters<Ports['connections']['connect']>[1],
) {
  const now = new Date(ports.clock.now()).toISOString()
  const before = await ports.connections.get(workspace)
  await ports.connections.connect(
    {
      workspace,
      realmId,
      status: 'connected',
      since: now,
      connectedBy: PERSON,
      connectedAt: now,
      refreshExpiresAt: tokens.refreshExpiresAt,
      version: (before?.version ?? 0) + 1,
    },
    tokens,
    before?.version,
  )
}

/** A slice of whichever kind the run is, without the queue around it. */
export function sliceOf(ports: Ports, run: Pick<Run, 'id' | 'kind'>) {
  return run.kind === 'pull' ? pullSlice(ports, WORKSPACE, run.id) : importSlice(ports, WORKSPACE, run.id)
}

type Queue = Readonly<{
  take(): Readonly<{ hint: Parameters<typeof servePullHint>[1]; done(): void; putBack(): void }> | undefined
}>

const MINUTE_MS = 60_000
/** Virtual minutes after which a run that has not ended never will. */
const PATIENCE_MINUTES = 3 * 24 * 60

/** Serves hints, and sweeps minute by minute, until the run has ended. */
export async function finishRun(ports: Ports, queue: Queue, runId: string): Promise<Run> {
  for (let minutes = 0; minutes < PATIENCE_MINUTES; minutes++) {
    for (let taken = queue.take(); taken !== undefined; taken = queue.take()) {
      try {
        await servePullHint(ports, taken.hint)
        taken.done()
      } catch {
        taken.putBack()
        break
      }
    }
    const run = await ports.runs.get(WORKSPACE, runId)
    if (run === undefined) throw new Error('There is no such run.')
    if (isFinished(run)) return run
    await ports.clock.sleep(MINUTE_MS)
    await sweep(ports)
  }
  throw new Error('The run never ended.')
}

function countingPuts(mirrors: Mirrors, written: string[]): Mirrors {
  return {
    ...mirrors,
    put: async (workspace, list) => {
      written.push(...list.map(({ id }) => id))
      await mirrors.put(workspace, list)
    },
  }
}
