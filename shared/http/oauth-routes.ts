import * as z from 'zod'
import { problemOf } from '#core/errors'
import { openRoute } from './declare.ts'
import { type HttpRequest, type HttpResponse, jsonResponse } from './exchange.ts'
import { page, seeOther } from './pages.ts'
import { wantsPage } from './router.ts'
import type { ConnectUses } from './use-cases.ts'

const RECONNECT = '/oauth/reconnect'

const Consented = z
  .object({
    workspace: z.string(),
    realmId: z.string(),
    askedBy: z.string().meta({ description: 'The person who began to connect, and who alone can confirm' }),
    code: z.string().meta({ description: 'What they confirm with (POST /connection/confirm)' }),
    confirmBy: z.iso.datetime(),
  })
  .meta({ id: 'Consented' })

const part = z.string().max(2_000).optional()
// Loose: Intuit may add to what it sends, and a person who consented must not be turned away for it.
const CallbackQuery = z.looseObject({ state: part, code: part, realmId: part, error: part })

/** Where Intuit sends people's browsers: without a token, so what these pages tell comes from the state alone. */
export const oauthRoutes = [
  openRoute({
    id: 'takeConsent',
    method: 'GET',
    path: '/oauth/callback',
    tag: 'Connection',
    summary: 'Where QuickBooks sends a person back to after consent',
    description: [
      'Connects nothing yet: it hands a code to the browser, with which the person who asked confirms within four minutes (POST /connection/confirm).',
      'Shows a page to browsers, or sends them on to the console with the code in the fragment, and to /oauth/reconnect when they come with no state of ours; answers JSON to those who ask for it.',
    ].join(' '),
    query: CallbackQuery,
    showsPages: true,
    success: {
      status: 200,
      description: 'The consent waits to be confirmed',
      contents: [
        { mediaType: 'text/html' },
        {
          mediaType: 'application/json',
          schema: Consented,
          example: {
            workspace: 'acme',
            realmId: '9341453000000001',
            askedBy: 'ada',
            code: '4F7K-92QD',
            confirmBy: '2026-11-23T09:33:00.000Z',
          },
        },
      ],
    },
    problems: [
      'invalidInput',
      'stateInvalid',
      'consentDenied',
      'alreadyConnected',
      'companyHeldElsewhere',
      'versionMoved',
    ],
    async answer({ request, query }, uses: () => Promise<ConnectUses>) {
      const { takeConsent, addresses } = await uses()
      try {
        return answerConsented(request, await takeConsent(definedOf(query)), addresses)
      } catch (thrown) {
        // Who began in QuickBooks, and not here, comes without a state or with one of Intuit's.
        if (wantsPage(request) && isForeignState(thrown)) return seeOther(RECONNECT)
        throw thrown
      }
    },
  }),
  openRoute({
    id: 'showReconnect',
    method: 'GET',
    path: RECONNECT,
    tag: 'Connection',
    summary: 'Where QuickBooks sends people whose grant has ended',
    // Intuit adds what it likes to this address.
    query: z.looseObject({}),
    success: { status: 200, description: 'A page that says how to reconnect', contents: [{ mediaType: 'text/html' }] },
    async answer(_call, _uses: () => Promise<ConnectUses>) {
      return page(200, 'Reconnect QuickBooks', [
        'QuickBooks sent you here because the access that Tandem was given has ended, or soon will, or because you began to connect in QuickBooks and not in Tandem. Nothing was connected or changed by coming here.',
        'Sign in to Tandem as an administrator of your workspace, choose “Reconnect QuickBooks” and consent with the same company as before. (With the API: POST /connection/authorize, then open the link that it answers with, and confirm with the code that the page shows in the end.)',
        'Nothing is lost meanwhile: what changed on either side is brought in step as soon as it is reconnected.',
      ])
    },
  }),
]

function isForeignState(thrown: unknown): boolean {
  const problem = problemOf(thrown)
  return problem?.kind === 'stateInvalid' && (problem.why === 'missing' || problem.why === 'forged')
}

type Taken = Awaited<ReturnType<ConnectUses['takeConsent']>>

function answerConsented(request: HttpRequest, taken: Taken, addresses: ConnectUses['addresses']): HttpResponse {
  const { workspace, person, realmId, code, confirmBy } = taken
  if (!wantsPage(request)) {
    return jsonResponse(200, Consented.parse({ workspace, realmId, askedBy: person, code, confirmBy }))
  }
  if (addresses.consoleUrl !== undefined) {
    const to = new URL(addresses.consoleUrl)
    // A fragment reaches no server and no log of one.
    to.hash = new URLSearchParams({ confirm: code, workspace, askedBy: person, realmId, confirmBy }).toString()
    return seeOther(to.href)
  }
  return page(200, 'One more step to connect QuickBooks', [
    `The workspace ${workspace} of Tandem asks to be connected with the QuickBooks company ${realmId}. It was asked for by ${person}.`,
    'Nothing is connected yet. If it was you who asked, confirm within four minutes, signed in to Tandem, with this code:',
    { code },
    'With the API:',
    {
      code: `curl -X POST ${addresses.publicUrl}/connection/confirm -H "authorization: Bearer $TOKEN" -H 'content-type: application/json' -d '{"code":"${code}"}'`,
    },
    'If somebody else sent you here, close this page and give the code to nobody: then Tandem gets no access to your books.',
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
