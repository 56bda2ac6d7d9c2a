import * as z from 'zod'
import { openRoute } from './declare.ts'
import { type HttpRequest, jsonResponse } from './exchange.ts'
import { page } from './pages.ts'
import { wantsPage } from './router.ts'
import type { ConnectUses } from './use-cases.ts'

const Connected = z
  .object({
    workspace: z.string(),
    realmId: z.string(),
    companyName: z.string().optional(),
    askedBy: z.string().meta({ description: 'The person who began to connect' }),
  })
  .meta({ id: 'Connected' })

const part = z.string().max(2_000).optional()
// Loose: Intuit may add to what it sends, and a person who consented must not be turned away for it.
const CallbackQuery = z.looseObject({ state: part, code: part, realmId: part, error: part })

/** Where Intuit sends people's browsers: without a token, so what these pages tell comes from the state alone. */
export const oauthRoutes = [
  openRoute({
    id: 'finishConnection',
    method: 'GET',
    path: '/oauth/callback',
    tag: 'Connection',
    summary: 'Where QuickBooks sends a person back to after consent',
    description: 'Shows a page to browsers; answers JSON to those who ask for it.',
    query: CallbackQuery,
    showsPages: true,
    success: {
      status: 200,
      description: 'Connected',
      contents: [
        { mediaType: 'text/html' },
        {
          mediaType: 'application/json',
          schema: Connected,
          example: {
            workspace: 'acme',
            realmId: '9341453000000001',
            companyName: 'Sandbox Company_US_1',
            askedBy: 'ada',
          },
        },
      ],
    },
    problems: [
      'stateInvalid',
      'consentDenied',
      'grantRefused',
      'alreadyConnected',
      'companyHeldElsewhere',
      'quickbooksDown',
    ],
    async answer({ request, query }, uses: () => Promise<ConnectUses>) {
      const connected = await (await uses()).finishConnect(definedOf(query))
      return answerConnected(request, connected)
    },
  }),
  openRoute({
    id: 'showReconnect',
    method: 'GET',
    path: '/oauth/reconnect',
    tag: 'Connection',
    summary: 'Where QuickBooks sends people whose grant has ended',
    // Intuit adds what it likes to this address.
    query: z.looseObject({}),
    success: { status: 200, description: 'A page that says how to reconnect', contents: [{ mediaType: 'text/html' }] },
    async answer(_call, _uses: () => Promise<ConnectUses>) {
      return page(200, 'Reconnect QuickBooks', [
        'QuickBooks sent you here because the access that Tandem was given has ended, or soon will.',
        'Sign in to Tandem as an administrator of your workspace, choose “Reconnect QuickBooks” and consent with the same company as before. (With the API: POST /connection/authorize, then open the link that it answers with.)',
        'Nothing is lost meanwhile: what changed on either side is brought in step as soon as it is reconnected.',
      ])
    },
  }),
]

function answerConnected(request: HttpRequest, connected: Awaited<ReturnType<ConnectUses['finishConnect']>>) {
  const { workspace, person, realmId, companyName } = connected
  if (!wantsPage(request)) {
    return jsonResponse(200, Connected.parse({ workspace, realmId, companyName, askedBy: person }))
  }
  const company = companyName === undefined ? realmId : `${companyName} (${realmId})`
  return page(200, 'QuickBooks is connected', [
    `The QuickBooks company ${company} is now connected to the workspace ${workspace}.`,
    `This was asked for by ${person}.`,
    'If this is not what you meant, disconnect it (POST /connection/disconnect). You may close this page.',
  ])
}

function definedOf({ state, code, realmId, error }: z.output<typeof CallbackQuery>) {
  return {
    ...(state !== undefined && { state }),
    ...(code !== undefined && { code }),
    ...(realmId !== undefined && { realmId }),
    ...(error !== undefined && { error }),
  }
}
