import { processPartialResponse, SqsFifoPartialProcessorAsync } from '@aws-lambda-powertools/batch'
import type { Logger } from '@aws-lambda-powertools/logger'
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware'
import type { Metrics } from '@aws-lambda-powertools/metrics'
import middy from '@middy/core'
import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda'
import type * as z from 'zod'
import type { Log } from '#sync/ports'
import { systemClock } from './clock.ts'
import { faultDetails } from './faults.ts'
import { publishMetrics } from './metrics.ts'
import { UNTIL_THE_END } from './until-the-end.ts'

/** A message that failed comes back after this time, rather than after the queue's long visibility timeout. */
export const RETURN_SECONDS = 10

/**
 * The last that a slice begins is a call of QuickBooks', which ends within 30 seconds; then what it brought is stored.
 * With less than that nothing is begun: it would be cut off in the middle.
 */
const LAST_WORK_MS = 35_000

/** Its message comes back, for a process with more time. */
class NoTimeLeft extends Error {}

/** In epoch milliseconds: when the message came into its queue, and from when on nothing more may be taken up. */
type ServeTimes = Readonly<{ sentAtMs: number; stopAtMs: number }>

export type BatchWork<Hint> = Readonly<{
  /** What a message's body must be. One that is anything else fails, and so ends in the dead-letter queue. */
  hint: z.ZodType<Hint>
  serve: (hint: Hint, times: ServeTimes) => Promise<unknown>
  /** Makes messages visible again after `seconds`. */
  returnSoon: (receiptHandles: readonly string[], seconds: number) => Promise<void>
  log: Log
}>

/**
 * A Lambda handler for batches of a FIFO queue. The first failure of a workspace's group fails the rest of that
 * group, in order, and no other group. What failed is reported and made visible again soon.
 */
export function batchStack<Hint>(
  work: () => Promise<BatchWork<Hint>>,
  { logger, metrics }: { readonly logger: Logger; readonly metrics: Metrics },
) {
  return middy<SQSEvent, SQSBatchResponse>(UNTIL_THE_END)
    .use(injectLambdaContext(logger, { resetKeys: true }))
    .use(publishMetrics(metrics))
    .handler(async (event, context) => {
      const { hint, serve, returnSoon, log } = await work()
      const serveRecord = async (record: SQSRecord): Promise<void> => {
        try {
          const leftMs = context.getRemainingTimeInMillis() - LAST_WORK_MS
          if (leftMs <= 0) throw new NoTimeLeft()
          await serve(hint.parse(JSON.parse(record.body)), {
            sentAtMs: Number(record.attributes.SentTimestamp),
            stopAtMs: systemClock.now() + leftMs,
          })
        } catch (thrown) {
          if (thrown instanceof NoTimeLeft) {
            log.info('hintPutBack', { messageId: record.messageId })
            throw thrown
          }
          log.error('hintFailed', {
            messageId: record.messageId,
            received: record.attributes.ApproximateReceiveCount,
            ...faultDetails(thrown),
          })
          throw thrown
        }
      }
      const response = await processPartialResponse(event, serveRecord, new SqsFifoPartialProcessorAsync(), {
        context,
        skipGroupOnError: true,
        throwOnFullBatchFailure: false,
      })
      await returnFailed(event.Records, response, returnSoon, log)
      return response
    })
}

/** Those that were skipped return too: SQS gives out nothing of a group while one of its messages is hidden. */
async function returnFailed(
  records: readonly SQSRecord[],
  { batchItemFailures }: SQSBatchResponse,
  returnSoon: BatchWork<unknown>['returnSoon'],
  log: Log,
): Promise<void> {
  const failed = new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier))
  const handles = records.filter(({ messageId }) => failed.has(messageId)).map(({ receiptHandle }) => receiptHandle)
  if (handles.length === 0) return
  try {
    await returnSoon(handles, RETURN_SECONDS)
  } catch (thrown) {
    // They come back by themselves later; the report of what failed must not be lost over it.
    log.warn('messagesReturnLate', faultDetails(thrown))
  }
}
