import { randomUUID } from 'node:crypto'
import {
  ConditionalCheckFailedException,
  TransactionCanceledException,
  TransactionConflictException,
} from '@aws-sdk/client-dynamodb'
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { type ExecuteTransactWriteInput, execute } from 'dynamodb-toolbox/entity/actions/transactWrite'
import type { Clock } from '#sync/ports'

/** Writes for one transaction, as the toolbox builds them. */
type Transactions = Extract<ExecuteTransactWriteInput, readonly { params: unknown }[]>

const ATTEMPTS = 10
const FIRST_PAUSE_MS = 10
const LONGEST_PAUSE_MS = 1_000

/** Codes of a cancelled transaction that say "not now" (API reference: TransactWriteItems, TransactionCanceledException). */
const PASSING_CODES: ReadonlySet<string> = new Set([
  'TransactionConflict',
  'ThrottlingError',
  'ProvisionedThroughputExceeded',
])

/** How a write under a condition ended. */
export type Conditional = 'written' | 'refused'

/** Awaits a write under a condition; 'refused' when the item is not as the condition says. */
export async function conditional(clock: Clock, write: () => Promise<unknown>): Promise<Conditional> {
  try {
    await withoutCollision(clock, write)
    return 'written'
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return 'refused'
    throw error
  }
}

/**
 * Writes all or nothing; answers with the places of the writes whose conditions failed, none when all was written.
 * Each attempt has a token, by which DynamoDB knows the SDK's repetition of an attempt whose answer was lost.
 */
export async function transaction(
  clock: Clock,
  documentClient: DynamoDBDocumentClient,
  writes: Transactions,
): Promise<readonly number[]> {
  try {
    await withoutCollision(clock, () => execute({ documentClient, clientRequestToken: randomUUID() }, ...writes))
    return []
  } catch (error) {
    const refused = codesOf(error).flatMap((code, place) => (code === 'ConditionalCheckFailed' ? [place] : []))
    if (refused.length > 0) return refused
    throw error
  }
}

/**
 * Repeats a write that collided with somebody's transaction on the same item, which is no conflict of content:
 * DynamoDB refuses the second at once instead of letting it wait, and the SDK does not repeat it.
 */
async function withoutCollision(clock: Clock, write: () => Promise<unknown>): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await write()
      return
    } catch (error) {
      if (!isCollision(error) || attempt === ATTEMPTS) throw error
      await clock.sleep(pauseMs(attempt))
    }
  }
}

/** Twice as long each time, and somewhere within it, so that those who collided do not meet again. */
export function pauseMs(attempt: number): number {
  return Math.random() * Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** attempt)
}

function isCollision(error: unknown): boolean {
  if (error instanceof TransactionConflictException) return true
  const codes = codesOf(error).filter((code) => code !== 'None')
  // Where a condition failed as well, a repetition could only find that again.
  return codes.length > 0 && codes.every((code) => PASSING_CODES.has(code))
}

function codesOf(error: unknown): readonly string[] {
  if (!(error instanceof TransactionCanceledException)) return []
  return (error.CancellationReasons ?? []).map(({ Code }) => Code ?? 'None')
}
