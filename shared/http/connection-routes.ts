import * as z from 'zod'
import { route } from './declare.ts'
import { presentConnection } from './present.ts'
import type { AdminUses, ConnectUses } from './use-cases.ts'
import { Connection } from './wire.ts'

/** What everyone of the workspace may see of its connection. */
export const connectionRoutes = [
  route({
    id: 'getConnection',
    method: 'GET',
    path: '/connection',
    tag: 'Connection',
    access: 'tandem/read',
    summary: 'Show which QuickBooks company is connected, and how it is doing',
    success: {
      status: 200,
      description: 'The connection, and what was read and written this month',
      schema: Connection,
      example: {
        status: 'connected',
        since: '2026-11-23T09:29:00.000Z',
        realmId: '9341453000000001',
        companyName: 'Sandbox Company_US_1',
        connectedBy: 'c1f0a1de-9c1b-4c55-8f7e-2f4e8f1f3c55',
        connectedAt: '2026-11-23T09:29:00.000Z',
        gapFreeSince: '2026-11-23T09:30:00.000Z',
        gapFreeEntities: ['customer' as const],
        usage: { month: '2026-11', reads: 12, writes: 0 },
      },
    },
    async answer({ caller }, uses: AdminUses) {
      const { connection, usage } = await uses.describeConnection(caller.workspace)
      return { body: presentConnection(connection, usage) }
    },
  }),
]

const Authorization = z
  .object({
    url: z.url().meta({ description: 'Open it in a browser: QuickBooks asks for consent there' }),
    expiresAt: z.iso.datetime(),
  })
  .meta({ id: 'Authorization' })

const Disconnected = z
  .object({
    status: z.literal('disconnected'),
    realmId: z.string(),
    revoked: z.boolean().meta({ description: 'Whether the access was taken back at Intuit, too' }),
    reason: z.string().optional().meta({ description: 'Why it was not, and what a person can do' }),
  })
  .meta({ id: 'Disconnected' })

const Confirmation = z.strictObject({
  code: z
    .string()
    .min(1)
    .max(100)
    .meta({ description: 'What the page showed after the consent; case, spaces and hyphens do not matter' }),
})

const Connected = z
  .object({
    workspace: z.string(),
    realmId: z.string(),
    companyName: z.string().optional(),
    askedBy: z.string().meta({ description: 'The person who began to connect, and confirmed' }),
  })
  .meta({ id: 'Connected' })

/** What changes the connection; served by the function that talks with Intuit. */
export const connectRoutes = [
  route({
    id: 'authorizeConnection',
    method: 'POST',
    path: '/connection/authorize',
    tag: 'Connection',
    access: 'tandem/admin',
    summary: 'Begin to connect, or reconnect, a QuickBooks company',
    description:
      'Answers with a link that can be used once, within ten minutes, for this workspace only. Whoever opens it gets a code, and you confirm with that code: nothing is connected before.',
    success: {
      status: 200,
      description: 'The link to follow',
      schema: Authorization,
      example: {
        url: 'https://appcenter.intuit.com/connect/oauth2?client_id=…&state=…',
        expiresAt: '2026-11-23T09:39:00.000Z',
      },
    },
    async answer({ caller }, uses: ConnectUses) {
      return { body: await uses.beginConnect(caller) }
    },
  }),
  route({
    id: 'confirmConnection',
    method: 'POST',
    path: '/connection/confirm',
    tag: 'Connection',
    access: 'tandem/admin',
    summary: 'Confirm a consent, which connects its QuickBooks company',
    description:
      'Only for the person who asked for the link, in the same workspace, within four minutes after the consent; five wrong codes end it. It is used up by this, also when QuickBooks gives no answer: its own code is never sent twice. Then begin again with a new link.',
    body: Confirmation,
    success: {
      status: 200,
      description: 'Connected',
      schema: Connected,
      example: {
        workspace: 'acme',
        realmId: '9341453000000001',
        companyName: 'Sandbox Company_US_1',
        askedBy: 'ada',
      },
    },
    problems: [
      'confirmationInvalid',
      'alreadyConnected',
      'companyHeldElsewhere',
      'versionMoved',
      'grantRefused',
      'quickbooksDown',
      'quickbooksThrottled',
      'quickbooksRefused',
      'quickbooksUnreadable',
    ],
    async answer({ caller, body }, uses: ConnectUses) {
      const { person, ...connected } = await uses.confirmConnect({ ...caller, code: body.code })
      return { body: { ...connected, askedBy: person } }
    },
  }),
  route({
    id: 'disconnect',
    method: 'POST',
    path: '/connection/disconnect',
    tag: 'Connection',
    access: 'tandem/admin',
    summary: 'Disconnect the QuickBooks company',
    description: 'Takes the access back at Intuit and forgets it. Contacts and what was pulled stay.',
    success: {
      status: 200,
      description: 'Disconnected',
      schema: Disconnected,
      example: { status: 'disconnected', realmId: '9341453000000001', revoked: true },
    },
    problems: ['notConnected', 'versionMoved'],
    async answer({ caller }, uses: ConnectUses) {
      return { body: { ...(await uses.disconnect(caller)), status: 'disconnected' as const } }
    },
  }),
]
