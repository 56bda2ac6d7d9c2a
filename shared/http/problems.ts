import type { Problem } from '#core/errors'
import type { HttpResponse } from './exchange.ts'

/** What only this edge can find wrong with a request. */
export type EdgeProblem =
  | Readonly<{ kind: 'routeUnknown' }>
  | Readonly<{ kind: 'methodNotAllowed'; allow: readonly string[] }>
  | Readonly<{ kind: 'bodyTooLarge'; limitBytes: number }>
  | Readonly<{ kind: 'bodyUnreadable'; why: string }>
  | Readonly<{ kind: 'contentTypeUnsupported' }>
  | Readonly<{ kind: 'tokenMissing' }>
  | Readonly<{ kind: 'workspaceMissing' }>
  | Readonly<{ kind: 'scopeMissing'; needed: string }>
  | Readonly<{ kind: 'signatureInvalid' }>
  | Readonly<{ kind: 'versionMissing' }>
  | Readonly<{ kind: 'cursorExpired' }>
  | Readonly<{ kind: 'tooManyRequests'; waitMs: number }>
  | Readonly<{ kind: 'notConfigured' }>
  | Readonly<{ kind: 'unexpected' }>

export type AnyProblem = Problem | EdgeProblem
export type ProblemKind = AnyProblem['kind']

/** Status and title of each kind: stable, and the same for every occurrence. */
export const PROBLEMS: { readonly [K in ProblemKind]: Readonly<{ status: number; title: string }> } = {
  quickbooksThrottled: { status: 503, title: 'QuickBooks asks for a pause' },
  quickbooksDown: { status: 503, title: 'QuickBooks does not answer' },
  quickbooksAuthExpired: { status: 502, title: 'QuickBooks does not accept our access at the moment' },
  quickbooksForbidden: { status: 409, title: 'QuickBooks denies access to this company' },
  quickbooksRefused: { status: 422, title: 'QuickBooks refused this' },
  quickbooksUnreadable: { status: 502, title: 'QuickBooks answered with something unreadable' },
  readBudgetSpent: { status: 503, title: 'This month’s budget for reading QuickBooks is spent' },
  notConnected: { status: 409, title: 'No QuickBooks company is connected' },
  reconnectNeeded: { status: 409, title: 'QuickBooks has to be reconnected' },
  alreadyConnected: { status: 409, title: 'Another QuickBooks company is connected already' },
  companyHeldElsewhere: { status: 409, title: 'This QuickBooks company belongs to another workspace' },
  grantRefused: { status: 400, title: 'QuickBooks did not accept the sign-in' },
  stateInvalid: { status: 400, title: 'This link to connect QuickBooks cannot be used' },
  consentDenied: { status: 403, title: 'Access to QuickBooks was not granted' },
  confirmationInvalid: { status: 400, title: 'This code confirms no connection' },
  notFound: { status: 404, title: 'There is no such thing' },
  invalidInput: { status: 400, title: 'Something in the request is not right' },
  cursorInvalid: { status: 400, title: 'This cursor does not belong to this list' },
  versionMoved: { status: 412, title: 'It changed in the meantime' },
  runInProgress: { status: 409, title: 'Such a run is going on already' },
  idempotencyMismatch: { status: 422, title: 'This Idempotency-Key was used for another request' },
  runFinished: { status: 409, title: 'This run has ended already' },
  runUnfinished: { status: 409, title: 'This run has not ended yet' },
  notUndoable: { status: 409, title: 'This run cannot be undone' },
  previewMoved: { status: 409, title: 'This preview no longer holds' },
  routeUnknown: { status: 404, title: 'There is nothing at this address' },
  methodNotAllowed: { status: 405, title: 'This cannot be done at this address' },
  bodyTooLarge: { status: 413, title: 'The request is too large' },
  bodyUnreadable: { status: 400, title: 'The body cannot be read' },
  contentTypeUnsupported: { status: 415, title: 'The body has to be JSON' },
  tokenMissing: { status: 401, title: 'Who is asking?' },
  workspaceMissing: { status: 403, title: 'This token belongs to no workspace' },
  scopeMissing: { status: 403, title: 'This token does not allow that' },
  signatureInvalid: { status: 401, title: 'The signature is missing or wrong' },
  versionMissing: { status: 428, title: 'Which version was changed?' },
  cursorExpired: { status: 400, title: 'This cursor is more than a day old' },
  tooManyRequests: { status: 429, title: 'This workspace asks too much at once' },
  notConfigured: { status: 503, title: 'Tandem is not set up completely' },
  unexpected: { status: 500, title: 'Something went wrong on our side' },
}

/** An RFC 9457 problem details object. */
export type ProblemDetails = Readonly<{
  type: string
  title: string
  status: number
  detail: string
  instance: string
  errors?: readonly Readonly<{ path: string; message: string }>[]
  runId?: string
}>

/** Stable for a kind: `/problems/run-in-progress`. */
export function problemType(kind: ProblemKind): string {
  return `/problems/${kind.replace(/[A-Z]/g, (capital) => `-${capital.toLowerCase()}`)}`
}

/** What a person is told of a problem. `requestId` finds the request in the log. */
export function problemDetails(problem: AnyProblem, requestId: string): ProblemDetails {
  return {
    type: problemType(problem.kind),
    ...PROBLEMS[problem.kind],
    detail: detailOf(problem),
    instance: `/requests/${requestId}`,
    ...(problem.kind === 'invalidInput' && { errors: problem.fields }),
    ...('runId' in problem && { runId: problem.runId }),
    ...(problem.kind === 'previewMoved' && { runId: problem.previewId }),
  }
}

/** The answer to a request that ended in this problem. */
export function problemResponse(problem: AnyProblem, requestId: string): HttpResponse {
  const details = problemDetails(problem, requestId)
  return {
    status: details.status,
    headers: { 'content-type': 'application/problem+json', ...problemHeaders(problem) },
    body: JSON.stringify(details),
  }
}

export function problemHeaders(problem: AnyProblem): Readonly<Record<string, string>> {
  if (problem.kind === 'methodNotAllowed') return { allow: problem.allow.join(', ') }
  if (problem.kind === 'tooManyRequests') return { 'retry-after': String(Math.ceil(problem.waitMs / 1000)) }
  if (problem.kind === 'quickbooksThrottled') return { 'retry-after': String(Math.ceil(problem.restMs / 1000)) }
  return problem.kind === 'tokenMissing' ? { 'www-authenticate': 'Bearer' } : {}
}

const STATE_DETAILS = {
  missing: 'The way back from QuickBooks came without the state that says who asked to connect.',
  forged: 'The state that came back from QuickBooks was not made by Tandem.',
  expired: 'It was made more than ten minutes ago.',
  used: 'It has been used already, or has expired.',
} as const

const CONFIRMATION_DETAILS = {
  unknown:
    'Nothing that you asked for in this workspace waits for this code. Only the person who asked can confirm, and in the workspace that asked. Look at the code again (five wrong ones end it).',
  expired: 'More than four minutes have passed since the consent.',
  used: 'It was used before. See whether the company is connected (GET /connection). If it is not, the answer of QuickBooks was lost, and a code is never sent there twice.',
  tooManyWrong: 'Five wrong codes were tried.',
} as const

/** What happened and what to do, in words for the one who keeps the books. */
function detailOf(problem: AnyProblem): string {
  switch (problem.kind) {
    case 'quickbooksThrottled':
      return `QuickBooks takes no more requests for this company for about ${Math.ceil(problem.restMs / 1000)} seconds. Try again after that; what runs in the background goes on by itself.`
    case 'quickbooksDown':
      return 'QuickBooks is down or cannot be reached. Nothing is lost. Try again in a few minutes.'
    case 'quickbooksAuthExpired':
      return 'QuickBooks did not accept the access that was renewed a moment ago. Try again; if it goes on, reconnect QuickBooks.'
    case 'quickbooksForbidden':
      return 'QuickBooks does not let Tandem into this company any more. Ask an administrator of the company to reconnect it.'
    case 'quickbooksRefused':
      return `QuickBooks says: ${problem.message} (code ${problem.code}). ${problem.detail}`.trim()
    case 'quickbooksUnreadable':
      return 'QuickBooks sent an answer that is not what its documentation says. Nothing was changed. Try again later.'
    case 'readBudgetSpent':
      return `What Tandem may read from QuickBooks in ${problem.month} has been read. It goes on by itself when the next month begins (UTC).`
    case 'notConnected':
      return 'Connect a QuickBooks company first (POST /connection/authorize, then follow the link).'
    case 'reconnectNeeded':
      return `The access to QuickBooks ended on ${problem.since}: ${problem.reason} Connect the same company again (POST /connection/authorize); nothing is lost.`
    case 'alreadyConnected':
      return `This workspace is connected to the QuickBooks company ${problem.realmId}. Choose that company when you reconnect, or disconnect it first.`
    case 'companyHeldElsewhere':
      return 'A QuickBooks company can be connected to one workspace only, and another one holds this company. Choose another company, or disconnect it there first.'
    case 'grantRefused':
      return 'QuickBooks gave no access for this sign-in. Begin again with a new link (POST /connection/authorize).'
    case 'stateInvalid':
      return `${STATE_DETAILS[problem.why]} Nothing was connected. Begin again with a new link (POST /connection/authorize).`
    case 'consentDenied':
      return 'Someone said no on the page of QuickBooks, so nothing was connected. Begin again with a new link when you wish to (POST /connection/authorize).'
    case 'confirmationInvalid':
      return `${CONFIRMATION_DETAILS[problem.why]} To begin again, ask for a new link (POST /connection/authorize).`
    case 'notFound':
      return `There is no ${problem.what} with the id ${problem.id} in this workspace.`
    case 'invalidInput':
      return `Nothing was done. ${problem.fields.map(({ path, message }) => `${path}: ${message.replace(/\.$/, '')}`).join('; ')}.`
    case 'cursorInvalid':
      return 'A cursor continues the list that gave it, with the same filter and in the same workspace. Ask for the list from its beginning.'
    case 'versionMoved':
      return `The ${problem.what} ${problem.id} was changed by someone else a moment ago, so nothing was done. Look at it again and repeat.`
    case 'runInProgress':
      return `Wait until the run ${problem.runId} has ended, or cancel it (POST /runs/${problem.runId}/cancel).`
    case 'idempotencyMismatch':
      return 'The same Idempotency-Key came with another request before. Repeat exactly that request, or send a new key.'
    case 'runFinished':
      return `The run ${problem.runId} has ended (${problem.status}), so there is nothing left to do in it.`
    case 'runUnfinished':
      return `The run ${problem.runId} is still going on. Wait until it has ended, or cancel it (POST /runs/${problem.runId}/cancel).`
    case 'notUndoable':
      return `Nothing was undone. ${problem.why}`
    case 'previewMoved':
      return `Something changed since the preview was made, in the CRM or in QuickBooks, so nothing was done. A new preview is being made: look at it (GET /previews/${problem.previewId}) and apply that one.`
    case 'routeUnknown':
      return 'The addresses that there are, and what each takes, are listed at /docs and /openapi.json.'
    case 'methodNotAllowed':
      return `This address takes ${problem.allow.join(', ')} only.`
    case 'bodyTooLarge':
      return `A request may hold ${problem.limitBytes / 1024} KB at most. Select by filter and search instead of naming every id, or send several requests.`
    case 'bodyUnreadable':
      return `The body is not valid JSON: ${problem.why}. Nothing was done.`
    case 'contentTypeUnsupported':
      return 'Send the body as JSON, with the header Content-Type: application/json.'
    case 'tokenMissing':
      return 'Sign in, and send your access token in the header Authorization: Bearer ….'
    case 'workspaceMissing':
      return 'The account that you signed in with is not assigned to a workspace. Ask your administrator to assign it, then sign in again.'
    case 'scopeMissing':
      return `This needs the permission ${problem.needed}, which your account does not have. Ask your administrator for it, then sign in again.`
    case 'signatureInvalid':
      return 'Only QuickBooks itself may send notifications here, signed with the verifier token of this app.'
    case 'versionMissing':
      return 'Send the version that you saw, in the header If-Match, as the ETag of the answer that showed it. So nobody’s change is overwritten unseen.'
    case 'cursorExpired':
      return 'A cursor continues its list for 24 hours. Ask for the list from its beginning.'
    case 'tooManyRequests':
      return 'A workspace may list, search and start about 20 times a second, and 100 times at once. Nothing was done. Try again after the time in Retry-After.'
    case 'notConfigured':
      return 'Whoever runs Tandem here has not finished setting it up. Tell them; the log says what is missing.'
    case 'unexpected':
      return 'This is a fault in Tandem, not in what you did. Try again; if it goes on, report the request named in instance.'
    default:
      return unknownKind(problem)
  }
}

function unknownKind(problem: never): never {
  throw new Error(`No words for ${JSON.stringify(problem)}`)
}
