import type { Problem } from '#core/errors'
import type { JsonObject, RunProgress } from '#core/records'
import { isObject, numberIn } from './stored-state.ts'

const MINUTE_MS = 60_000
const FIRST_WAIT_MS = 30_000
const LONGEST_WAIT_MS = 30 * MINUTE_MS
/** After a day without progress a run gives up: a person should know by then. */
const GIVE_UP_MS = 24 * 60 * MINUTE_MS
/** An answer that cannot be read may be a gateway's page of a moment, but rarely for longer than this many tries. */
const UNREADABLE_TRIES = 5

/** How long a run has got no further, and how often it tried. `rows` and `pages` tell whether it got further since. */
export type Outage = Readonly<{ sinceMs: number; times: number; rows: number; pages: number }>

export type AfterTrouble =
  | Readonly<{ kind: 'wait'; untilMs: number; reason: string; outage: Outage }>
  | Readonly<{ kind: 'fail'; reason: string }>

/** What a run does about a problem: wait, longer each time, or fail with the reason in words. */
export function afterTrouble(
  problem: Problem,
  before: Outage | undefined,
  { rows, pages }: RunProgress,
  nowMs: number,
): AfterTrouble {
  const isSame = before !== undefined && before.rows === rows && before.pages === pages
  const outage: Outage = { sinceMs: isSame ? before.sinceMs : nowMs, times: isSame ? before.times + 1 : 1, rows, pages }
  const waitMs = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (outage.times - 1))
  const waitFor = (ms: number, reason: string): AfterTrouble =>
    nowMs - outage.sinceMs >= GIVE_UP_MS
      ? { kind: 'fail', reason: `${reason} It stayed so for a day. Start it again when QuickBooks works.` }
      : { kind: 'wait', untilMs: nowMs + ms, reason, outage }

  switch (problem.kind) {
    case 'quickbooksThrottled':
      return waitFor(Math.max(problem.restMs, MINUTE_MS, waitMs), 'QuickBooks asked for a rest: too many calls.')
    case 'quickbooksDown':
      return waitFor(waitMs, `QuickBooks cannot be reached: ${problem.reason}`)
    case 'quickbooksUnreadable':
      return outage.times >= UNREADABLE_TRIES
        ? { kind: 'fail', reason: `QuickBooks answered something unreadable: ${problem.reason}` }
        : waitFor(waitMs, `QuickBooks answered something unreadable: ${problem.reason}`)
    default:
      return { kind: 'fail', reason: inWords(problem) }
  }
}

/** The last trouble as stored in the run. */
export function outageIn(state: JsonObject): Outage | undefined {
  const { outage } = state
  if (!isObject(outage)) return undefined
  return {
    sinceMs: numberIn(outage, 'sinceMs'),
    times: numberIn(outage, 'times'),
    rows: numberIn(outage, 'rows'),
    pages: numberIn(outage, 'pages'),
  }
}

type Final = Exclude<Problem, { kind: 'quickbooksThrottled' | 'quickbooksDown' | 'quickbooksUnreadable' }>

function inWords(problem: Final): string {
  switch (problem.kind) {
    case 'quickbooksAuthExpired':
      return 'QuickBooks takes no token of this connection any more. Reconnect the company, then start again.'
    case 'quickbooksForbidden':
      return `QuickBooks does not let Tandem in: ${problem.reason} Reconnect the company, then start again.`
    case 'quickbooksRefused':
      return `QuickBooks refused: ${problem.message} ${problem.detail} (${problem.code})`
    case 'readBudgetSpent':
      return `This workspace has used all its reads from QuickBooks for ${problem.month}. It goes on next month, or when the budget is raised: start it again then.`
    case 'notConnected':
      return 'No QuickBooks company is connected.'
    case 'reconnectNeeded':
      return `The connection to QuickBooks has to be renewed by a person: ${problem.reason}`
    case 'alreadyConnected':
    case 'companyHeldElsewhere':
    case 'grantRefused':
    case 'stateInvalid':
    case 'consentDenied':
    case 'confirmationInvalid':
    case 'notFound':
    case 'invalidInput':
    case 'cursorInvalid':
    case 'versionMoved':
    case 'runInProgress':
    case 'idempotencyMismatch':
    case 'runFinished':
    case 'runUnfinished':
    case 'notUndoable':
    case 'previewMoved':
      return `It could not go on: ${problem.kind}.`
  }
}
