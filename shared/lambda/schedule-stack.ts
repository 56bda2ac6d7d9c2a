import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch'
import type { Logger } from '@aws-lambda-powertools/logger'
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware'
import type { Metrics } from '@aws-lambda-powertools/metrics'
import middy from '@middy/core'
import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda'
import * as z from 'zod'
import type { Log, WakeUp } from '#sync/ports'
import { faultDetails } from './faults.ts'
import { wakeUp } from './hint-schemas.ts'
import { publishMetrics } from './metrics.ts'
import { UNTIL_THE_END } from './until-the-end.ts'

const ScheduleEvent = z.object({ kind: z.enum(['sweep', 'daily']) })
const WakeUps = z.object({ Records: z.array(z.custom<SQSRecord>((value) => typeof value === 'object')) })

export type ScheduledWork = Readonly<{
  sweep: () => Promise<unknown>
  daily: () => Promise<unknown>
  wake: (wakeUp: WakeUp) => Promise<unknown>
  log: Log
}>

/**
 * A Lambda handler for whatever has a time: the schedules' events, `{"kind":"sweep"}` every minute and
 * `{"kind":"daily"}` every quarter of an hour, and batches of the queue for wake-ups.
 */
export function scheduleStack(
  work: () => Promise<ScheduledWork>,
  { logger, metrics }: { readonly logger: Logger; readonly metrics: Metrics },
) {
  return middy<unknown, SQSBatchResponse | undefined>(UNTIL_THE_END)
    .use(injectLambdaContext(logger, { resetKeys: true }))
    .use(publishMetrics(metrics))
    .handler(async (event) => {
      const woken = WakeUps.safeParse(event).data
      if (woken !== undefined) return wakeAll(woken, await work())
      const { kind } = ScheduleEvent.parse(event)
      const scheduled = await work()
      try {
        await scheduled[kind]()
      } catch (thrown) {
        scheduled.log.error('scheduleFailed', { kind, ...faultDetails(thrown) })
        // The runtime writes a thrown error's message into the log as it is.
        throw new Error(`The ${kind} failed; the line before says where.`)
      }
      return undefined
    })
}

/** Each for itself: one that fails comes back alone, for as long as its queue keeps it. */
function wakeAll(event: SQSEvent, { wake, log }: ScheduledWork): Promise<SQSBatchResponse> {
  const serve = async ({ body, messageId }: SQSRecord): Promise<void> => {
    try {
      await wake(wakeUp.parse(JSON.parse(body)))
    } catch (thrown) {
      log.error('wakeUpFailed', { messageId, ...faultDetails(thrown) })
      throw thrown
    }
  }
  return processPartialResponse(event, serve, new BatchProcessor(EventType.SQS), { throwOnFullBatchFailure: false })
}
