import * as z from 'zod'
import { route } from './declare.ts'
import { listPage } from './list-page.ts'
import { byId, id, pageOnly } from './query.ts'
import { accepted, exampleRun, presented, started, startOnce } from './run-answers.ts'
import type { AdminUses } from './use-cases.ts'
import { Preview } from './wire.ts'

const Apply = z
  .strictObject({
    except: z.array(id).max(10_000).default([]).meta({ description: 'Ids of contacts to leave as they are' }),
  })
  .meta({ id: 'Apply' })

const sync = { ...started, example: { ...started.example, kind: 'sync' as const } } as const

/** Seeing what a sync would do, doing exactly that, and syncing without looking first. */
export const previewRoutes = [
  route({
    id: 'startPreview',
    method: 'POST',
    path: '/previews',
    tag: 'Sync',
    access: 'tandem/write',
    summary: 'Work out what a sync of the whole workspace would do on each side, without doing it',
    takesIdempotencyKey: true,
    success: { ...started, example: { ...started.example, kind: 'preview' as const } },
    problems: ['runInProgress', 'notConnected', 'reconnectNeeded', 'idempotencyMismatch'],
    async answer({ caller, key }, uses: AdminUses) {
      const start = () => uses.startPreview(caller)
      const run = await startOnce(uses, caller.workspace, key, ['POST /previews'], start)
      return { ...accepted(run, uses), headers: { location: `/previews/${run.id}` } }
    },
  }),
  route({
    id: 'getPreview',
    method: 'GET',
    path: '/previews/{id}',
    tag: 'Sync',
    access: 'tandem/read',
    summary: 'Show what a sync would do: adds, changes slot by slot on each side, archives, each with its reason',
    params: byId,
    query: pageOnly,
    success: {
      status: 200,
      description: 'The preview; while its run goes on, what is known so far',
      schema: Preview,
      example: {
        run: { ...exampleRun, kind: 'preview', status: 'done', counts: { sent: 1 } },
        items: [
          {
            contactId: '01K9Z6Y8Q3T5N7R2W4X6Y8Z0AC',
            name: 'Zürcher GmbH',
            kind: 'sent',
            crm: [],
            quickbooks: [
              { slot: 'email', from: 'old@example.com', to: 'new@example.com', because: 'only the CRM changed it' },
            ],
            asks: [],
            underNewParent: false,
          },
        ],
      },
    },
    problems: ['notFound', 'cursorInvalid'],
    async answer({ caller: { workspace }, params, query }, uses: AdminUses) {
      const run = await uses.getPreview(workspace, params.id)
      const place = { workspace, list: 'preview', filter: { run: params.id } }
      const page = await listPage(uses, place, query, (slice) => uses.listPreview(workspace, params.id, slice))
      return { body: { run: presented(run, uses), ...page } }
    },
  }),
  route({
    id: 'applyPreview',
    method: 'POST',
    path: '/previews/{id}/apply',
    tag: 'Sync',
    access: 'tandem/write',
    summary: 'Do exactly what a preview shows',
    description:
      'When anything that it shows has moved since, nothing is done, and the problem names a new preview that is being made.',
    takesIdempotencyKey: true,
    params: byId,
    body: Apply,
    bodyMayBeAbsent: true,
    success: sync,
    problems: [
      'notFound',
      'runUnfinished',
      'runFinished',
      'runInProgress',
      'previewMoved',
      'notConnected',
      'reconnectNeeded',
      'idempotencyMismatch',
    ],
    async answer({ caller, params, body, key }, uses: AdminUses) {
      const start = () => uses.applyPreview({ ...caller, previewId: params.id, except: body.except })
      const request = ['POST /previews/apply', params.id, body]
      return accepted(await startOnce(uses, caller.workspace, key, request, start), uses)
    },
  }),
  route({
    id: 'startSync',
    method: 'POST',
    path: '/syncs',
    tag: 'Sync',
    access: 'tandem/write',
    summary: 'Bring both sides of the whole workspace in step now',
    description: 'What became of each contact is listed at /runs/{id}/outcomes; it can be undone.',
    takesIdempotencyKey: true,
    success: sync,
    problems: ['runInProgress', 'notConnected', 'reconnectNeeded', 'idempotencyMismatch'],
    async answer({ caller, key }, uses: AdminUses) {
      const start = () => uses.startSync(caller)
      return accepted(await startOnce(uses, caller.workspace, key, ['POST /syncs'], start), uses)
    },
  }),
]
