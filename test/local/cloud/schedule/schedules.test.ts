import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type Cloud, startCloud } from '../../../../local/cloud/cloud.ts'
import { readScheduleExpression } from '../../../../local/cloud/schedule/expression.ts'
import { createVirtualClock, type VirtualClock } from '../../virtual-clock.ts'
import { writeFixtureApp } from '../fixture-app.ts'

const minute = 60_000
const hour = 60 * minute
const at = (iso: string): number => Date.parse(iso)
const nextRuns = (expression: string, after: string, count: number, timezone = 'UTC'): string[] => {
  const nextRun = readScheduleExpression(expression, timezone, at(after))
  const runs: string[] = []
  let from = at(after)
  while (runs.length < count) {
    const next = nextRun(from)
    if (next === undefined) break
    runs.push(new Date(next).toISOString().replace(':00.000Z', 'Z'))
    from = next
  }
  return runs
}

describe('a schedule expression', () => {
  it.each([
    ['rate(1 minute)', ['2027-01-01T00:01Z', '2027-01-01T00:02Z']],
    ['rate(12 hours)', ['2027-01-01T12:00Z', '2027-01-02T00:00Z']],
    ['rate(1 day)', ['2027-01-02T00:00Z', '2027-01-03T00:00Z']],
    ['cron(10 8 * * ? *)', ['2027-01-01T08:10Z', '2027-01-02T08:10Z']],
    ['cron(0/15 * * * ? *)', ['2027-01-01T00:15Z', '2027-01-01T00:30Z']],
    ['cron(0 18 ? * MON-FRI *)', ['2027-01-01T18:00Z', '2027-01-04T18:00Z']],
    // 1 is Sunday on AWS.
    ['cron(0 0 ? * 2 *)', ['2027-01-04T00:00Z', '2027-01-11T00:00Z']],
    ['cron(0 8 L * ? *)', ['2027-01-31T08:00Z', '2027-02-28T08:00Z']],
    ['cron(0 8 3W * ? *)', ['2027-01-04T08:00Z', '2027-02-03T08:00Z']],
    ['cron(0 8 ? * 6#3 *)', ['2027-01-15T08:00Z', '2027-02-19T08:00Z']],
    ['cron(0 8 ? * 6L *)', ['2027-01-29T08:00Z', '2027-02-26T08:00Z']],
    ['cron(0 0 1 1 ? 2029)', ['2029-01-01T00:00Z']],
    ['at(2027-02-03T04:05:00)', ['2027-02-03T04:05Z']],
  ])('%s is due at %s', (expression, expected) => {
    expect(nextRuns(expression, '2027-01-01T00:00:00Z', 2)).toEqual(expected)
  })

  it('goes by its time zone, over the change to summer time', () => {
    expect(nextRuns('cron(0 9 * * ? *)', '2027-03-27T12:00:00Z', 2, 'Europe/Zurich')).toEqual([
      '2027-03-28T07:00Z',
      '2027-03-29T07:00Z',
    ])
    expect(nextRuns('cron(0 9 * * ? *)', '2027-03-26T12:00:00Z', 1, 'Europe/Zurich')).toEqual(['2027-03-27T08:00Z'])
  })

  it.each(['rate(0 minutes)', 'rate(1 second)', 'cron(0 8 * * ?)', 'cron(0 8 * * * *)', 'cron(99 8 * * ? *)', 'daily'])(
    '%s is refused with the reason',
    (expression) => {
      expect(() => readScheduleExpression(expression, 'UTC', 0)).toThrow(`${expression} is no schedule`)
    },
  )

  it('is always due later than now, and for a rate at most one interval later', () => {
    const moment = fc.integer({ min: 0, max: 2 ** 41 })
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 500 }), moment, moment, (minutes, startedAt, after) => {
        const next = readScheduleExpression(`rate(${minutes} minutes)`, 'UTC', startedAt)(after) ?? Number.NaN
        expect(next).toBeGreaterThan(after)
        expect(next - after).toBeLessThanOrEqual(minutes * minute)
      }),
    )
  })
})

describe('the schedules of a template', () => {
  const target = { Arn: { 'Fn::GetAtt': ['Work', 'Arn'] }, RoleArn: 'arn:aws:iam::000000000000:role/any' }
  const fails = `export const handler = async () => { throw new Error('on purpose') }`
  const template = writeFixtureApp({
    functions: {
      Once: { source: fails },
      Work: {
        source: `export const handler = async (event) => {
          console.log(JSON.stringify({ event }))
          if (event.fails) throw new Error('on purpose')
          return 'done'
        }`,
      },
    },
    resources: {
      Sweep: {
        Type: 'AWS::Scheduler::Schedule',
        Properties: {
          ScheduleExpression: 'rate(1 minute)',
          Target: { ...target, Input: '{"kind":"sweep","at":"<aws.scheduler.scheduled-time>"}' },
        },
      },
      Daily: {
        Type: 'AWS::Events::Rule',
        Properties: { ScheduleExpression: 'cron(10 8 * * ? *)', Targets: [{ Id: 'a', ...target }] },
      },
      Off: {
        Type: 'AWS::Events::Rule',
        Properties: {
          ScheduleExpression: 'rate(1 minute)',
          State: 'DISABLED',
          Targets: [{ Id: 'a', ...target, Input: '{"kind":"off"}' }],
        },
      },
      Failing: {
        Type: 'AWS::Events::Rule',
        Properties: { ScheduleExpression: 'rate(7 days)', Targets: [{ Id: 'a', ...target, Input: '{"fails":true}' }] },
      },
      OnceConfig: {
        Type: 'AWS::Lambda::EventInvokeConfig',
        Properties: { FunctionName: { Ref: 'Once' }, MaximumRetryAttempts: 0, Qualifier: '$LATEST' },
      },
      Hourly: {
        Type: 'AWS::Events::Rule',
        Properties: {
          ScheduleExpression: 'rate(7 days)',
          Targets: [{ Id: 'a', Arn: { 'Fn::GetAtt': ['Once', 'Arn'] }, Input: '{}' }],
        },
      },
      Enqueue: {
        Type: 'AWS::Scheduler::Schedule',
        Properties: {
          ScheduleExpression: 'rate(3 hours)',
          Target: {
            Arn: { 'Fn::GetAtt': ['Queue', 'Arn'] },
            Input: '{"kind":"queued"}',
            SqsParameters: { MessageGroupId: 'g' },
          },
        },
      },
      Queue: { Type: 'AWS::SQS::Queue', Properties: { FifoQueue: true } },
    },
  })

  let clock: VirtualClock
  let cloud: Cloud
  beforeEach(async () => {
    clock = createVirtualClock()
    cloud = await startCloud({ template, clock })
  })
  afterEach(() => cloud.close())

  const events = async (count: number): Promise<readonly unknown[]> => {
    const read = () =>
      cloud.functions
        .log('Work')
        .map((line) => JSON.parse(line))
        .flatMap(({ event }) => event ?? [])
    await vi.waitFor(() => expect(read().length).toBeGreaterThanOrEqual(count))
    return read()
  }

  it('run when their time has come, with their input', async () => {
    clock.advance(2 * minute)
    const all = await events(2)
    expect(all).toHaveLength(2)
    expect(all).toEqual(
      expect.arrayContaining([
        { kind: 'sweep', at: '2027-01-01T00:01:00Z' },
        { kind: 'sweep', at: '2027-01-01T00:02:00Z' },
      ]),
    )
  })

  it('send the event of EventBridge where a rule has no input', async () => {
    expect(await cloud.runSchedule('Daily')).toMatchObject({ ok: true, payload: 'done' })
    expect(await events(1)).toEqual([
      expect.objectContaining({ source: 'aws.events', 'detail-type': 'Scheduled Event', time: '2027-01-01T00:00:00Z' }),
    ])
  })

  it('try a function that failed twice more, after one minute and after two', async () => {
    const failing = async (count: number) =>
      (await events(count)).filter((event) => JSON.stringify(event).includes('fails'))
    expect(await cloud.runSchedule('Failing')).toMatchObject({ ok: false })
    expect(await failing(1)).toHaveLength(1)
    clock.advance(minute)
    await vi.waitFor(async () => expect(await failing(1)).toHaveLength(2))
    await vi.waitFor(() => {
      clock.advance(2 * minute)
      return events(1).then((all) =>
        expect(all.filter((event) => JSON.stringify(event).includes('fails'))).toHaveLength(3),
      )
    })
    clock.advance(hour)
    await cloud.idle()
    expect(await failing(1)).toHaveLength(3)
  })

  it('try a function no more often than it says itself', async () => {
    expect(await cloud.runSchedule('Hourly')).toMatchObject({ ok: false })
    // Nothing waits to be tried again.
    await cloud.idle()
    expect(cloud.functions.log('Once').filter((line) => line.includes('platform.report'))).toHaveLength(1)
  })

  it('put messages onto queues', async () => {
    await cloud.runSchedule('Enqueue')
    expect(await cloud.queues.peek('Queue')).toEqual(['{"kind":"queued"}'])
  })
})
