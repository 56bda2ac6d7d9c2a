import { Duration } from 'aws-cdk-lib'
import { Rule, RuleTargetInput, Schedule } from 'aws-cdk-lib/aws-events'
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets'
import type { Construct } from 'constructs'
import type { Ground } from './capability.ts'
import { TandemFunction } from './constructs/function.ts'
import { WakeQueue } from './constructs/wake-queue.ts'
import { tableAccess } from './storage.ts'

/** Longest run of the function that all of this is done by. */
const timeoutSeconds = 50

export function addWakeQueue(scope: Construct): WakeQueue {
  return new WakeQueue(scope, 'WakeQueue', {
    consumerTimeoutSeconds: timeoutSeconds,
    errorImpact:
      'What waited for a time, such as the end of a rest that QuickBooks asked for, goes on up to a minute late, by the sweep. Nothing is lost. Read the log of the schedule function.',
  })
}

/** The sweep that hints at whatever waits too long, wake-ups, and the daily work, spread over the day by company. */
export function addSchedule(scope: Construct, ground: Ground): TandemFunction {
  const { settings, storage, pullQueue, pushQueue, wakeQueue } = ground
  const schedule = new TandemFunction(scope, 'ScheduleFunction', {
    settings,
    code: ground.bundles.code('schedule'),
    description: 'Tandem: hints at work that waits, every minute, and at the daily work',
    timeoutSeconds,
    // A rest that follows a rest is a loop that wakes itself, once a minute.
    continuesItself: true,
    memory: 512,
    environment: {
      TABLE_NAME: storage.table.tableName,
      PULL_QUEUE_URL: pullQueue.queue.queueUrl,
      PUSH_QUEUE_URL: pushQueue.queue.queueUrl,
    },
    mayDo: [
      ...tableAccess(storage.table, ['BatchGetItem', 'GetItem', 'PutItem', 'Query']),
      pullQueue.send(),
      pushQueue.send(),
      wakeQueue.receive(),
    ],
    errorImpact:
      'Work that was interrupted, or waits for QuickBooks to accept calls again, does not go on by itself, and the daily reading of changes may be missing. What people start by hand still runs. Read the log of the schedule function.',
  })
  // What comes next makes up for it: a sweep within the minute, the daily work from where it stopped. Lambda itself would
  // try twice more, and keep what it could not begin for six hours.
  schedule.lambda.configureAsyncInvoke({ retryAttempts: 0, maxEventAge: Duration.minutes(1) })
  addRule(scope, 'SweepSchedule', {
    description: 'Tandem: hints at whatever waits too long',
    every: Duration.minutes(1),
    kind: 'sweep',
    target: schedule,
  })
  addRule(scope, 'DailySchedule', {
    description: 'Tandem: reads from QuickBooks what webhooks missed, of each company once a day at its own time',
    every: Duration.minutes(15),
    kind: 'daily',
    target: schedule,
  })
  wakeQueue.feed(schedule)
  return schedule
}

interface RuleProps {
  readonly description: string
  readonly every: Duration
  readonly kind: 'sweep' | 'daily'
  readonly target: TandemFunction
}

function addRule(scope: Construct, id: string, { description, every, kind, target }: RuleProps): void {
  const event = RuleTargetInput.fromObject({ kind })
  new Rule(scope, id, {
    description,
    schedule: Schedule.rate(every),
    targets: [new LambdaFunction(target.lambda, { event, retryAttempts: 0, maxEventAge: Duration.minutes(1) })],
  })
}
