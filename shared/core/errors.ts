/**
 * Everything that can go wrong and that somebody has to be told, as one tagged union. Each edge maps it
 * exhaustively: HTTP to problem details, workers to "retry", "rest" or "mark the record".
 */
export type Problem =
  // QuickBooks as a dependency
  | Readonly<{ kind: 'quickbooksThrottled'; restMs: number }>
  | Readonly<{ kind: 'quickbooksDown'; reason: string }>
  | Readonly<{ kind: 'quickbooksAuthExpired' }>
  | Readonly<{ kind: 'quickbooksForbidden'; reason: string }>
  | Readonly<{ kind: 'quickbooksRefused'; code: string; message: string; detail: string; element?: string }>
  | Readonly<{ kind: 'quickbooksUnreadable'; reason: string }>
  | Readonly<{ kind: 'readBudgetSpent'; month: string }>
  // The connection
  | Readonly<{ kind: 'notConnected' }>
  | Readonly<{ kind: 'reconnectNeeded'; since: string; reason: string }>
  | Readonly<{ kind: 'alreadyConnected'; realmId: string }>
  | Readonly<{ kind: 'companyHeldElsewhere'; realmId: string }>
  | Readonly<{ kind: 'grantRefused'; reason: string }>
  | Readonly<{ kind: 'stateInvalid'; why: 'missing' | 'forged' | 'expired' | 'used' }>
  | Readonly<{ kind: 'consentDenied'; reason: string }>
  | Readonly<{ kind: 'confirmationInvalid'; why: 'unknown' | 'expired' | 'used' | 'tooManyWrong' }>
  // What a person asked for
  | Readonly<{ kind: 'notFound'; what: string; id: string }>
  | Readonly<{ kind: 'invalidInput'; fields: readonly FieldError[] }>
  | Readonly<{ kind: 'cursorInvalid' }>
  | Readonly<{ kind: 'versionMoved'; what: string; id: string }>
  | Readonly<{ kind: 'runInProgress'; runId: string }>
  | Readonly<{ kind: 'idempotencyMismatch'; key: string }>
  | Readonly<{ kind: 'runFinished'; runId: string; status: string }>
  | Readonly<{ kind: 'runUnfinished'; runId: string }>
  /** `why` in words: what cannot be undone about this run. */
  | Readonly<{ kind: 'notUndoable'; runId: string; why: string }>
  /** What a preview showed is no longer what would be done; `previewId` is the new one that was started. */
  | Readonly<{ kind: 'previewMoved'; previewId: string }>

export type FieldError = Readonly<{ path: string; message: string }>

/** Carries a Problem through `throw`. Its message names the kind only, so that no value reaches a log. */
export class Failure extends Error {
  readonly problem: Problem

  constructor(problem: Problem) {
    super(problem.kind)
    this.name = 'Failure'
    this.problem = problem
  }
}

/** The problem inside a thrown value, or undefined when it is a fault of our own. */
export function problemOf(thrown: unknown): Problem | undefined {
  return thrown instanceof Failure ? thrown.problem : undefined
}
