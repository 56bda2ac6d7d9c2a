import { createHash, randomUUID } from 'node:crypto'
import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs'
import type { Clock } from '../clock.ts'
import type { Invocation, LambdaFunction } from '../lambda/function.ts'
import { accountId } from '../template/identity.ts'
import type { Resource, Resources } from '../template/resources.ts'
import { readScheduleExpression } from './expression.ts'

/** One thing that happens by the clock: to whom, with which input. */
export interface Schedule {
  readonly logicalId: string
  readonly name: string
  /** Runs it now and answers when its target has it: the invocation of a function, or undefined for a queue. */
  readonly run: () => Promise<Invocation | undefined>
}

export interface Schedules {
  readonly all: readonly Schedule[]
  /** Invocations that failed and will be tried again. */
  readonly retrying: () => number
  readonly stop: () => void
}

export interface SchedulesSettings {
  readonly resources: Resources
  readonly functions: readonly LambdaFunction[]
  readonly sqs: SQSClient
  readonly region: string
  readonly clock: Clock
  readonly onError: (error: unknown) => void
  /** False: they run only when asked to. */
  readonly running: boolean
}

interface Target {
  readonly Arn: string
  readonly Input?: string | undefined
  readonly SqsParameters?: { readonly MessageGroupId: string } | undefined
}

interface Planned {
  readonly logicalId: string
  readonly name: string
  readonly arn: string
  readonly expression: string
  readonly timezone: string
  readonly enabled: boolean
  readonly target: Target
  readonly source: 'aws.events' | 'aws.scheduler'
}

// Lambda tries an asynchronous invocation that failed twice more, after one minute and after two, or as often as the
// function's own settings say.
const retryDelays = [60_000, 120_000]

/** Starts the schedules and rules of the template. They ask `clock`, so a test decides when they are due. */
export function startSchedules(settings: SchedulesSettings): Schedules {
  const { resources, functions, sqs, region, clock, onError } = settings
  const cancels = new Map<string, () => void>()
  let retrying = 0
  let stopped = false

  const invoke = async (lambda: LambdaFunction, event: unknown, tried = 0): Promise<Invocation> => {
    const invocation = await lambda.invoke(event)
    const config = resources.invokeConfig.find(({ properties }) => properties.FunctionName === lambda.settings.name)
    const delay = retryDelays.slice(0, config?.properties.MaximumRetryAttempts)[tried]
    if (invocation.ok || stopped || delay === undefined) return invocation
    retrying += 1
    const id = randomUUID()
    const cancel = clock.after(delay, () => {
      cancels.delete(id)
      void invoke(lambda, event, tried + 1).finally(() => {
        retrying -= 1
      })
    })
    cancels.set(id, cancel)
    return invocation
  }

  const run = async (planned: Planned, dueAt: number): Promise<Invocation | undefined> => {
    const input = inputOf(planned, region, dueAt)
    const lambda = functions.find((one) => one.settings.arn === planned.target.Arn)
    if (lambda !== undefined) return invoke(lambda, JSON.parse(input))
    const queue = resources.queue.find((one) => one.arn === planned.target.Arn)
    if (queue === undefined) throw new Error(`${planned.logicalId} has a target the laptop cloud does not have.`)
    const group = planned.target.SqsParameters?.MessageGroupId
    await sqs.send(
      new SendMessageCommand({
        QueueUrl: queue.ref,
        MessageBody: input,
        ...(group !== undefined && {
          MessageGroupId: group,
          MessageDeduplicationId: createHash('sha256').update(`${planned.arn} ${dueAt}`).digest('hex'),
        }),
      }),
    )
    return undefined
  }

  const all = [...resources.schedule.map(fromSchedule), ...resources.rule.flatMap(fromRule)]
  for (const planned of all.filter(({ enabled }) => enabled && settings.running)) {
    const nextRun = readScheduleExpression(planned.expression, planned.timezone, clock.now())
    const arm = (after: number): void => {
      const due = nextRun(after)
      if (due === undefined || stopped) return
      const cancel = clock.after(due - clock.now(), () => {
        run(planned, due).catch(onError)
        arm(Math.max(due, clock.now()))
      })
      cancels.set(planned.logicalId, cancel)
    }
    arm(clock.now())
  }

  return {
    all: all.map((planned) => ({
      logicalId: planned.logicalId,
      name: planned.name,
      run: () => run(planned, clock.now()),
    })),
    retrying: () => retrying,
    stop: () => {
      stopped = true
      for (const cancel of cancels.values()) cancel()
    },
  }
}

function fromSchedule({ logicalId, arn, properties }: Resource<'schedule'>): Planned {
  return {
    logicalId,
    name: properties.Name ?? logicalId,
    arn,
    expression: properties.ScheduleExpression,
    timezone: properties.ScheduleExpressionTimezone,
    enabled: properties.State === 'ENABLED',
    target: properties.Target,
    source: 'aws.scheduler',
  }
}

function fromRule({ logicalId, arn, properties }: Resource<'rule'>): Planned[] {
  const { Name, ScheduleExpression, State, Targets } = properties
  if (ScheduleExpression === undefined) return []
  return Targets.map((target, at) => ({
    logicalId: at === 0 ? logicalId : `${logicalId}${at}`,
    name: Name ?? logicalId,
    arn,
    expression: ScheduleExpression,
    timezone: 'UTC',
    enabled: State === 'ENABLED',
    target,
    source: 'aws.events',
  }))
}

/** What a target gets: its own input with the scheduler's placeholders filled in, or the event of the service. */
function inputOf({ target, arn, source }: Planned, region: string, dueAt: number): string {
  const time = new Date(dueAt).toISOString().replace(/\.\d+Z$/, 'Z')
  if (target.Input !== undefined) {
    return target.Input.replaceAll('<aws.scheduler.scheduled-time>', time)
      .replaceAll('<aws.scheduler.schedule-arn>', arn)
      .replaceAll('<aws.scheduler.execution-id>', randomUUID())
      .replaceAll('<aws.scheduler.attempt-number>', '1')
  }
  const event = { version: '0', id: randomUUID(), 'detail-type': 'Scheduled Event', source, account: accountId }
  return JSON.stringify({ ...event, time, region, resources: [arn], detail: {} })
}
