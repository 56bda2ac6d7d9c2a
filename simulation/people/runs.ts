import type { Run } from '#core/records'
import { brokenPreview } from '../checker/preview.ts'
import { brokenUndo } from '../checker/undo.ts'
import type { Asked, Tenant, World } from '../world/world.ts'
import { asked, type Deed, inWords, pickContact, shown } from './crm.ts'

const POLL_MS = 5_000
const PATIENCE_MS = 20 * 60_000

/** Runs that a person starts, watches and acts upon. */
export const RUN_DEEDS = {
  'crm.sync': async (world, tenant) => `syncs: ${await asked(world, tenant, 'POST', '/syncs')}`,
  'crm.syncContact': async (world, tenant, action) => {
    const contact = await pickContact(world, tenant, action.pick)
    if (contact === undefined) return 'finds no contact'
    return `syncs ${shown(contact)}: ${await asked(world, tenant, 'POST', `/contacts/${contact.id}/sync`)}`
  },
  'crm.preview': async (world, tenant, action) => {
    const preview = await begun(world, tenant, '/previews')
    if (preview === undefined) return 'asks for a preview, and gets none'
    const made = await awaited(world, tenant, preview)
    if (made?.status !== 'done') return `asks for a preview: ${made?.status ?? 'it does not end'}`
    const items = (await world.memory.runs.outcomes(tenant.workspace, preview, 1_000)).rows
    await world.wait(action.other * 60_000)
    const except = items.filter((_, index) => index % 5 === action.number % 5).map(({ recordId }) => recordId)
    const sync = await begun(world, tenant, `/previews/${preview}/apply`, { body: { except } })
    if (sync === undefined) return `previews ${items.length} contacts, and may not apply it`
    const done = await awaited(world, tenant, sync)
    const history = await historyOf(world, tenant)
    world.broken.push(...brokenPreview(tenant.workspace, sync, items, except, history))
    return `previews ${items.length} contacts and applies it but for ${except.length}: ${done?.status ?? 'it does not end'}`
  },
  'crm.undo': async (world, tenant, action) => {
    const { rows } = await world.memory.runs.list(tenant.workspace, 100)
    const done = rows.filter(
      ({ kind, finishedAt }) => (kind === 'sync' || kind === 'import') && finishedAt !== undefined,
    )
    const run = done[Math.floor(action.pick * Math.min(done.length, 3))]
    if (run === undefined) return 'finds nothing to undo'
    const began = world.witness.now()
    const undo = await begun(world, tenant, `/runs/${run.id}/undo`)
    if (undo === undefined) return `wants to undo a ${run.kind}, and may not`
    const end = await awaited(world, tenant, undo)
    if (end?.status === 'done') {
      const outcomes = (await world.memory.runs.outcomes(tenant.workspace, undo, 1_000)).rows
      const history = await historyOf(world, tenant)
      world.broken.push(...brokenUndo(world, tenant.workspace, { run, undo, began, outcomes, history }))
    }
    return `undoes a ${run.kind}: ${end?.status ?? 'it does not end'}`
  },
  'crm.reconnect': async (world, tenant, action) => {
    if (action.pick < 0.5) {
      const end = await world.ask(tenant, 'POST', '/connection/disconnect')
      await world.wait(action.other * 600_000)
      const back = await world.connect(tenant)
      return `disconnects (HTTP ${end?.status ?? 'none'}) and connects again: ${inWords(back)}`
    }
    const connection = await world.memory.connections.get(tenant.workspace)
    if (connection?.status !== 'reconnectNeeded') return 'sees that the connection is well'
    return `connects again: ${inWords(await world.connect(tenant))}`
  },
} satisfies Readonly<Record<string, Deed>>

/** The id of the run that a request starts, if it starts one. */
export async function begun(world: World, tenant: Tenant, path: string, sent: Asked = {}): Promise<string | undefined> {
  const answer = await world.ask(tenant, 'POST', path, sent)
  return answer?.status === 202 && typeof answer.json.id === 'string' ? answer.json.id : undefined
}

/** The run once it is over; undefined when that takes longer than a person waits. */
export async function awaited(world: World, { workspace }: Tenant, runId: string): Promise<Run | undefined> {
  const untilMs = world.timeline.now() + PATIENCE_MS
  while (world.timeline.now() < untilMs) {
    await world.wait(POLL_MS)
    const run = await world.memory.runs.get(workspace, runId)
    if (run?.finishedAt !== undefined) return run
  }
  return undefined
}

/** The journal of every contact that there ever was. */
async function historyOf({ memory, witness }: World, { workspace }: Tenant) {
  const ids = witness.born().flatMap((one) => (one.side === 'crm' && one.workspace === workspace ? [one.id] : []))
  const all = await Promise.all(ids.map((id) => memory.contacts.history(workspace, id, 10_000)))
  return all.flatMap(({ rows }) => rows)
}
