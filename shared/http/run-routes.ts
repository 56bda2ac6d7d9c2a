import * as z from 'zod'
import { route } from './declare.ts'
import { listPage } from './list-page.ts'
import { byId, id, pageOnly, search } from './query.ts'
import { accepted, exampleRun, presented, started, startOnce } from './run-answers.ts'
import type { AdminUses } from './use-cases.ts'
import { Entity, listOf, Outcome, Run } from './wire.ts'

const PullBody = z
  .strictObject({
    confirmGone: z.boolean().default(false).meta({
      description:
        'A pull that finds far fewer records than before stops and says so. Send true when they are really gone from QuickBooks',
    }),
  })
  .meta({ id: 'Pull' })

const selectIds = z.strictObject({
  ids: z
    .array(id)
    .min(1)
    .max(10_000)
    .meta({ description: 'Ids of QuickBooks records', example: ['58', '59'] }),
})

const selectMatching = z.strictObject({
  filter: z.enum(['notSynced', 'all', 'hidden']),
  search: search.optional(),
  except: z.array(id).max(10_000).optional().meta({ description: 'Ids to leave out' }),
})

const ImportBody = z
  .strictObject({
    entity: Entity.default('customer').meta({ description: 'The list of the holding area to import from' }),
    as: z.enum(['account', 'building']).meta({ description: 'Vendors come in as account only' }),
    select: z.union([selectIds, selectMatching]).meta({
      description: 'Either the ids, or all that match a filter and search, beyond the page that is shown',
    }),
    sameName: z.enum(['ask', 'link']).default('ask').meta({
      description:
        'What to do where a contact of this name exists, but for spaces and case: `ask` skips the row and says so, `link` links the two',
    }),
  })
  .meta({ id: 'Import' })

/** Pulls, imports, and the runs that they are. */
export const runRoutes = [
  route({
    id: 'startPull',
    method: 'POST',
    path: '/pulls',
    tag: 'Runs',
    access: 'tandem/write',
    summary: 'Pull all customers, vendors or both from QuickBooks into the holding area',
    description:
      'The settings choose the lists. Nothing enters the contacts yet. It goes on by itself; watch it at /runs/{id}.',
    takesIdempotencyKey: true,
    success: started,
    problems: ['runInProgress', 'notConnected', 'reconnectNeeded', 'idempotencyMismatch'],
    body: PullBody,
    bodyMayBeAbsent: true,
    async answer({ caller, body, key }, uses: AdminUses) {
      const start = () => uses.startPull({ ...caller, ...body })
      return accepted(await startOnce(uses, caller.workspace, key, ['POST /pulls', body], start), uses)
    },
  }),
  route({
    id: 'startImport',
    method: 'POST',
    path: '/imports',
    tag: 'Runs',
    access: 'tandem/write',
    summary: 'Import customers or vendors from the holding area as contacts',
    description:
      'What became of each is listed at /runs/{id}/outcomes. Importing what is linked already makes no duplicate.',
    takesIdempotencyKey: true,
    body: ImportBody,
    success: started,
    problems: ['notConnected', 'idempotencyMismatch'],
    async answer({ caller, body, key }, uses: AdminUses) {
      const { entity, as, sameName, select } = body
      const request = { ...caller, entity, as, sameName, select: 'ids' in select ? select : defined(select) }
      const start = () => uses.startImport(request)
      return accepted(await startOnce(uses, caller.workspace, key, ['POST /imports', body], start), uses)
    },
  }),
  route({
    id: 'listRuns',
    method: 'GET',
    path: '/runs',
    tag: 'Runs',
    access: 'tandem/read',
    summary: 'List runs, newest first',
    query: pageOnly,
    success: { status: 200, description: 'Runs', schema: listOf(Run), example: { items: [exampleRun] } },
    problems: ['cursorInvalid'],
    async answer({ caller: { workspace }, query }, uses: AdminUses) {
      const place = { workspace, list: 'runs', filter: {} }
      const { items, next } = await listPage(uses, place, query, (slice) => uses.listRuns(workspace, slice))
      return { body: { items: items.map((run) => presented(run, uses)), next } }
    },
  }),
  route({
    id: 'getRun',
    method: 'GET',
    path: '/runs/{id}',
    tag: 'Runs',
    access: 'tandem/read',
    summary: 'Show a run: progress, counts, time left',
    params: byId,
    success: { status: 200, description: 'The run', schema: Run, example: exampleRun },
    problems: ['notFound'],
    async answer({ caller, params }, uses: AdminUses) {
      return { body: presented(await uses.getRun(caller.workspace, params.id), uses) }
    },
  }),
  route({
    id: 'listOutcomes',
    method: 'GET',
    path: '/runs/{id}/outcomes',
    tag: 'Runs',
    access: 'tandem/read',
    summary: 'List what became of each record in a run',
    params: byId,
    query: pageOnly,
    success: {
      status: 200,
      description: 'Outcomes',
      schema: listOf(Outcome),
      example: {
        items: [
          { recordId: '58', kind: 'imported', name: 'Zürcher GmbH', contactId: '01K9Z6Y8Q3T5N7R2W4X6Y8Z0AC' },
          {
            recordId: '59',
            kind: 'skipped',
            name: 'Adam’s Candy Shop',
            code: 'sameName',
            reason: 'A contact of this exact name exists: link it?',
          },
        ],
      },
    },
    problems: ['notFound', 'cursorInvalid'],
    async answer({ caller: { workspace }, params, query }, uses: AdminUses) {
      const place = { workspace, list: 'outcomes', filter: { run: params.id } }
      return {
        body: await listPage(uses, place, query, (slice) => uses.listOutcomes(workspace, params.id, slice)),
      }
    },
  }),
  route({
    id: 'cancelRun',
    method: 'POST',
    path: '/runs/{id}/cancel',
    tag: 'Runs',
    access: 'tandem/write',
    summary: 'Cancel a run',
    description: 'It stops after what it is doing at this moment. What it has done stays.',
    params: byId,
    success: {
      status: 200,
      description: 'The run, which is cancelled or about to be',
      schema: Run,
      example: { ...exampleRun, cancelRequested: true },
    },
    problems: ['notFound', 'runFinished'],
    async answer({ caller, params }, uses: AdminUses) {
      return { body: presented(await uses.cancelRun(caller.workspace, params.id), uses) }
    },
  }),
  route({
    id: 'undoRun',
    method: 'POST',
    path: '/runs/{id}/undo',
    tag: 'Runs',
    access: 'tandem/write',
    summary: 'Undo a sync or an import, in the CRM and in QuickBooks',
    description:
      'What nobody has changed since is put back on both sides; what is left, and why, is listed at /runs/{id}/outcomes. A customer that the run created is made inactive, since QuickBooks deletes none.',
    takesIdempotencyKey: true,
    params: byId,
    success: { ...started, example: { ...started.example, kind: 'undo' as const } },
    problems: [
      'notFound',
      'runUnfinished',
      'notUndoable',
      'runInProgress',
      'notConnected',
      'reconnectNeeded',
      'idempotencyMismatch',
    ],
    async answer({ caller, params, key }, uses: AdminUses) {
      const start = () => uses.startUndo({ ...caller, runId: params.id })
      return accepted(await startOnce(uses, caller.workspace, key, ['POST /runs/undo', params.id], start), uses)
    },
  }),
]

function defined({ filter, search: pattern, except }: z.output<typeof selectMatching>) {
  return { filter, ...(pattern !== undefined && { search: pattern }), ...(except !== undefined && { except }) }
}
