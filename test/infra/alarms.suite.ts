import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { rightsByRole } from './rights.ts'
import { templateFor } from './synthesized.ts'

const template = templateFor({ stage: 'prod' })
const Dimensions = z.array(z.object({ Name: z.string(), Value: z.unknown() }))
const One = z.looseObject({ Namespace: z.string(), MetricName: z.string(), Dimensions: Dimensions.default([]) })
const alarms = Object.entries(
  z
    .record(
      z.string(),
      z.object({
        Properties: z.looseObject({
          AlarmDescription: z.string(),
          Namespace: z.string().optional(),
          MetricName: z.string().optional(),
          Dimensions: Dimensions.default([]),
          Statistic: z.string().optional(),
          Threshold: z.number(),
          Period: z.number().optional(),
          EvaluationPeriods: z.number(),
          ComparisonOperator: z.enum(['GreaterThanOrEqualToThreshold', 'LessThanThreshold']),
          TreatMissingData: z.string(),
          // A sum of several, which stands in one alarm.
          Metrics: z
            .array(
              z.looseObject({
                Expression: z.string().optional(),
                MetricStat: z.object({ Metric: One, Period: z.number(), Stat: z.string() }).optional(),
              }),
            )
            .optional(),
        }),
      }),
    )
    .parse(template.findResources('AWS::CloudWatch::Alarm')),
).map(([id, { Properties }]) => ({ id, ...Properties }))

const alarmOf = (id: string) => {
  const found = alarms.find((one) => one.id === id)
  if (found === undefined) throw new Error(`There is no alarm ${id}.`)
  return found
}
const summed = (id: string) =>
  (alarmOf(id).Metrics ?? []).flatMap(({ MetricStat }) => (MetricStat === undefined ? [] : [MetricStat.Metric]))

/** The resources whose metric has an alarm. */
function watched(metric: string): unknown[] {
  return alarms.filter(({ MetricName }) => MetricName === metric).map(({ Dimensions }) => Dimensions[0]?.Value)
}

/** Seconds from the first bad measurement until somebody is told. */
const toldAfter = ({ Period = 0, EvaluationPeriods }: (typeof alarms)[number]) => Period * EvaluationPeriods

describe('the alarms', () => {
  it.each(alarms)('$id says what happened, what people notice and what to do', ({ AlarmDescription }) => {
    const sentences = AlarmDescription.split(/(?<=[.;:]) /)
    expect(sentences.length).toBeGreaterThanOrEqual(3)
    expect(AlarmDescription).toMatch(/\.$/)
    expect(AlarmDescription).toMatch(/\bread the log|find which|look at/i)
    // CloudWatch's own limit.
    expect(AlarmDescription.length).toBeLessThanOrEqual(1024)
  })

  it('watch every function for errors', () => {
    const functions = Object.keys(template.findResources('AWS::Lambda::Function'))
    expect(watched('Errors')).toHaveLength(functions.length)
    expect(watched('Errors')).toEqual(expect.arrayContaining(functions.map((Ref) => ({ Ref }))))
  })

  it('watch every queue for what waits too long, and every dead-letter queue for anything', () => {
    const named = (id: string) => ({ 'Fn::GetAtt': [id, 'QueueName'] })
    expect(watched('ApproximateAgeOfOldestMessage')).toEqual(['PullQueue', 'PushQueue', 'WakeQueue'].map(named))
    expect(watched('ApproximateNumberOfMessagesVisible')).toEqual(
      ['PullQueueDeadLetters', 'PushQueueDeadLetters'].map(named),
    )
  })

  it('ring at the first message that was set aside: it failed five times, and nothing tries it again', () => {
    const setAside = alarms.filter(({ MetricName }) => MetricName === 'ApproximateNumberOfMessagesVisible')
    for (const alarm of setAside) {
      // Messages lie there for good: the highest count of a period is how many there are.
      expect(alarm).toMatchObject({ Threshold: 1, Statistic: 'Maximum' })
      expect(toldAfter(alarm)).toBeLessThanOrEqual(5 * 60)
    }
    expect(setAside).toHaveLength(2)
  })

  it('ring when a message waits for longer than an hour at most, before a day’s work of people is late', () => {
    const waiting = alarms.filter(({ MetricName }) => MetricName === 'ApproximateAgeOfOldestMessage')
    for (const alarm of waiting) {
      // An average would hide the one message that waits behind fresh ones.
      expect(alarm.Statistic).toBe('Maximum')
      expect(alarm.Threshold + toldAfter(alarm)).toBeLessThanOrEqual(60 * 60)
      // Below that it rings for what passes by itself: five tries, and the minute that a company rests after a 429.
      expect(alarm.Threshold).toBeGreaterThanOrEqual(10 * 60)
    }
    expect(waiting).toHaveLength(3)
  })

  it('ring at the first run of any function that failed', () => {
    for (const alarm of alarms.filter(({ MetricName }) => MetricName === 'Errors')) {
      // A sum of errors, since a rate hides one failure among many runs.
      expect(alarm).toMatchObject({ Threshold: 1, Statistic: 'Sum' })
      expect(toldAfter(alarm)).toBeLessThanOrEqual(5 * 60)
    }
  })

  it('ring for a 5xx of each function that answers the API, though the function itself counts no error then', () => {
    const Uri = z.object({
      Properties: z.looseObject({ ApiId: z.object({ Ref: z.string() }), IntegrationUri: z.unknown() }),
    })
    const integrations = Object.values(
      z.record(z.string(), Uri).parse(template.findResources('AWS::ApiGatewayV2::Integration')),
    )
    const answering = integrations.map(({ Properties }) => JSON.stringify(Properties.IntegrationUri))
    for (const name of ['AdminFunction', 'OauthFunction', 'WebhookFunction']) {
      expect(answering.some((uri) => uri.includes(`"${name}"`))).toBe(true)
    }
    for (const { Properties } of integrations) {
      expect(alarmOf('ApiServerErrors')).toMatchObject({
        Namespace: 'AWS/ApiGateway',
        MetricName: '5xx',
        // Without a route: all of them together.
        Dimensions: [{ Name: 'ApiId', Value: { Ref: Properties.ApiId.Ref } }],
        Statistic: 'Sum',
        Threshold: 1,
        EvaluationPeriods: 1,
        ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      })
    }
  })

  it('ring for a 5xx of the webhook by itself, which the stage measures by itself, within limits of its own', () => {
    const dimensions = Object.fromEntries(
      alarmOf('WebhookServerErrors').Dimensions.map(({ Name, Value }) => [Name, Value]),
    )
    expect(dimensions).toEqual({
      ApiId: { Ref: 'Api' },
      Method: 'POST',
      Resource: '/webhooks/quickbooks',
      Stage: '$default',
    })
    const [stage] = Object.values(template.findResources('AWS::ApiGatewayV2::Stage'))
    expect(stage).toMatchObject({
      DependsOn: expect.arrayContaining(['ApiPOSTwebhooksquickbooks']),
      Properties: {
        DefaultRouteSettings: { ThrottlingRateLimit: 100, ThrottlingBurstLimit: 200 },
        RouteSettings: {
          'POST /webhooks/quickbooks': {
            DetailedMetricsEnabled: true,
            ThrottlingRateLimit: 50,
            ThrottlingBurstLimit: 100,
          },
        },
      },
    })
  })

  it('ring before a run of any function is cut off', () => {
    const functions = z
      .record(z.string(), z.object({ Properties: z.looseObject({ Timeout: z.number() }) }))
      .parse(template.findResources('AWS::Lambda::Function'))
    for (const [id, { Properties }] of Object.entries(functions)) {
      expect(alarmOf(`${id}Slow`)).toMatchObject({
        MetricName: 'Duration',
        Dimensions: [{ Name: 'FunctionName', Value: { Ref: id } }],
        Statistic: 'Maximum',
        Threshold: Properties.Timeout * 800,
      })
    }
  })

  it('ring when Lambda runs no more of us, of whichever function, and before that', () => {
    const functions = Object.keys(template.findResources('AWS::Lambda::Function'))
    expect(alarmOf('FunctionThrottles').Metrics?.find(({ Expression }) => Expression !== undefined)).toMatchObject({
      Expression: 'SUM(METRICS())',
    })
    expect(summed('FunctionThrottles').map(({ Dimensions }) => Dimensions[0]?.Value)).toEqual(
      expect.arrayContaining(functions.map((Ref) => ({ Ref }))),
    )
    expect(summed('FunctionThrottles')).toHaveLength(functions.length)
    // Of the whole account, as that is what runs out.
    expect(alarmOf('AccountConcurrency')).toMatchObject({ Dimensions: [], Threshold: 800, Statistic: 'Maximum' })
    const small = templateFor({ stage: 'prod', lambdaQuota: '50' }).findResources('AWS::CloudWatch::Alarm')
    expect(small.AccountConcurrency?.Properties).toMatchObject({ Threshold: 40 })
  })

  it('ring when no sweep ends, which is also when nothing is measured', () => {
    expect(alarmOf('SweepNotEnding')).toMatchObject({
      MetricName: 'SweepsEnded',
      Statistic: 'Sum',
      Threshold: 1,
      ComparisonOperator: 'LessThanThreshold',
      TreatMissingData: 'breaching',
    })
    const others = alarms.filter(({ id }) => id !== 'SweepNotEnding')
    expect(new Set(others.map(({ TreatMissingData }) => TreatMissingData))).toEqual(new Set(['notBreaching']))
  })

  it.each([
    ['Table', undefined],
    ['Tablegsi1', 'gsi1'],
    ['Tablegsi2', 'gsi2'],
  ])('ring when %s is throttled, reading or writing', (id, index) => {
    const metrics = summed(`${id}Throttles`)
    expect(metrics.map(({ MetricName }) => MetricName).sort()).toEqual(['ReadThrottleEvents', 'WriteThrottleEvents'])
    for (const { Namespace, Dimensions: where } of metrics) {
      expect(Namespace).toBe('AWS/DynamoDB')
      expect(Object.fromEntries(where.map(({ Name, Value }) => [Name, Value]))).toEqual({
        TableName: { Ref: 'Table' },
        ...(index !== undefined && { GlobalSecondaryIndexName: index }),
      })
    }
  })

  it('ring when DynamoDB fails at anything that somebody has the right to do', () => {
    const watchedFor = summed('TableSystemErrors').map(
      ({ Dimensions: where }) => where.find(({ Name }) => Name === 'Operation')?.Value,
    )
    const rights = [...rightsByRole(template).values()].flat().flatMap(({ Action }) => Action)
    const single = rights.filter((one) => one.startsWith('dynamodb:')).map((one) => one.replace('dynamodb:', ''))
    // Rights are on items; several in one request have a name of their own.
    const asked = single.map((one) => (one === 'PartiQLInsert' ? 'BatchExecuteStatement' : one))
    expect(new Set(watchedFor)).toEqual(new Set([...asked, 'TransactWriteItems']))
  })

  it.each([
    ['OldestDue', 'OldestDueSeconds', { Statistic: 'Maximum', Threshold: 900, EvaluationPeriods: 3 }],
    ['ConnectionsLost', 'ConnectionsLost', { Statistic: 'Sum', Threshold: 1 }],
    ['WebhooksUnsigned', 'WebhookUnsigned', { Statistic: 'Sum', Threshold: 20 }],
    ['WebhooksUnreadable', 'WebhookUnreadable', { Statistic: 'Sum', Threshold: 5 }],
    ['ReadsOfTheMonth', 'ReadsThisMonth', { Statistic: 'Maximum', Threshold: 350_000 }],
    ['WorkspacesNearReadBudget', 'WorkspacesNearReadBudget', { Statistic: 'Sum', Threshold: 1 }],
  ])('%s rings by what Tandem itself tells: %s', (id, MetricName, how) => {
    expect(alarmOf(id)).toMatchObject({ Namespace: 'Tandem', MetricName, ...how })
  })

  it('that Tandem feeds are fed: each of their metrics is told of by some line of code, under that name', () => {
    const code = ['sync', 'lambda'].flatMap((room) =>
      readdirSync(`shared/${room}`).map((file) => readFileSync(`shared/${room}/${file}`, 'utf8')),
    )
    const all = [...code, readFileSync('functions/compose.ts', 'utf8')].join('\n')
    const names = alarms.filter(({ Namespace }) => Namespace === 'Tandem').map(({ MetricName }) => MetricName)
    expect(names).toHaveLength(7)
    for (const name of names) expect(all).toMatch(new RegExp(`metrics\\.(?:count|gauge)\\('${name}'`))
  })

  it('are apart for each stage', () => {
    for (const { Dimensions: where } of alarms.filter(({ Namespace }) => Namespace === 'Tandem')) {
      expect(where).toEqual([{ Name: 'service', Value: 'tandem-prod' }])
    }
    for (const lambda of Object.values(template.findResources('AWS::Lambda::Function'))) {
      expect(lambda).toMatchObject({
        Properties: {
          Environment: {
            Variables: { POWERTOOLS_METRICS_NAMESPACE: 'Tandem', POWERTOOLS_SERVICE_NAME: 'tandem-prod' },
          },
        },
      })
    }
  })

  it('have what more there is to say under their heading in the runbook, which has no other', () => {
    const headings = readFileSync('infra/RUNBOOK.md', 'utf8').split(/^## /m).slice(1)
    const named = alarms.map(({ AlarmDescription }) => /under (\w+)\.$/.exec(AlarmDescription)?.[1])
    expect(headings.map((entry) => entry.split('\n')[0])).toEqual(expect.arrayContaining([...new Set(named)]))
    expect(headings).toHaveLength(new Set(named).size)
    for (const entry of headings) {
      for (const part of ['**What it means.**', '**How to see it.**', '**What to do.**']) expect(entry).toContain(part)
    }
  })

  it('reach the topic, which CloudWatch may write to, and the address that was named', () => {
    for (const alarm of alarms) {
      expect(alarm).toMatchObject({ AlarmActions: [{ Ref: 'AlarmTopic' }], OKActions: [{ Ref: 'AlarmTopic' }] })
    }
    template.hasResourceProperties('AWS::SNS::Subscription', { Protocol: 'email', Endpoint: 'on-call@example.com' })
    // CloudWatch of any account may otherwise be told to write there (IAM user guide: "The confused deputy problem").
    template.hasResourceProperties('AWS::SNS::TopicPolicy', {
      Topics: [{ Ref: 'AlarmTopic' }],
      PolicyDocument: {
        Statement: [
          { Effect: 'Deny', Action: 'sns:Publish', Condition: { Bool: { 'aws:SecureTransport': 'false' } } },
          {
            Effect: 'Allow',
            Action: 'sns:Publish',
            Principal: { Service: 'cloudwatch.amazonaws.com' },
            Resource: { Ref: 'AlarmTopic' },
            Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
          },
        ],
      },
    })
  })
})
