import type { Logger } from '@aws-lambda-powertools/logger'
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware'
import type { Metrics } from '@aws-lambda-powertools/metrics'
import middy from '@middy/core'
import * as z from 'zod'
import type { Log } from '#sync/ports'
import { faultDetails } from './faults.ts'
import { publishMetrics } from './metrics.ts'

const ScheduleEvent = z.object({ kind: z.enum(['sweep', 'daily']) })

export type ScheduledWork = Readonly<{
  sweep: () => Promise<unknown>
  daily: () => Promise<unknown>
  log: Log
}>

/** A Lambda handler for the schedules' events: `{"kind":"sweep"}` every minute, `{"kind":"daily"}` once a day. */
export function scheduleStack(
  work: () => Promise<ScheduledWork>,
  { logger, metrics }: { readonly logger: Logger; readonly metrics: Metrics },
) {
  return middy<unknown, void>()
    .use(injectLambdaContext(logger, { resetKeys: true }))
    .use(publishMetrics(metrics))
    .handler(async (event) => {
      const { kind } = ScheduleEvent.parse(event)
      const scheduled = await work()
      try {
        await scheduled[kind]()
      } catch (thrown) {
        scheduled.log.error('scheduleFailed', { kind, ...faultDetails(thrown) })
        // The runtime writes a thrown error's message into the log as it is.
        throw new Error(`The ${kind} failed; the line before says where.`)
      }
    })
}
