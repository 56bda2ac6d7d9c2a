import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { templateFor } from './synthesized.ts'

const template = templateFor({ stage: 'prod', alarmEmail: 'on-call@example.com' })
const alarms = Object.entries(
  z
    .record(
      z.string(),
      z.object({
        Properties: z.looseObject({
          AlarmDescription: z.string(),
          Namespace: z.string(),
          MetricName: z.string(),
          Dimensions: z.array(z.object({ Name: z.string(), Value: z.unknown() })),
          Statistic: z.string(),
          Threshold: z.number(),
          Period: z.number(),
          EvaluationPeriods: z.number(),
          ComparisonOperator: z.literal('GreaterThanOrEqualToThreshold'),
          TreatMissingData: z.string(),
        }),
      }),
    )
    .parse(template.findResources('AWS::CloudWatch::Alarm')),
).map(([id, { Properties }]) => ({ id, ...Properties }))

/** The resources whose metric has an alarm. */
function watched(metric: string): unknown[] {
  return alarms.filter(({ MetricName }) => MetricName === metric).map(({ Dimensions }) => Dimensions[0]?.Value)
}

/** Seconds from the first bad measurement until somebody is told. */
const toldAfter = ({ Period, EvaluationPeriods }: (typeof alarms)[number]) => Period * EvaluationPeriods

describe('the alarms', () => {
  it.each(alarms)('$id says what happened, what people notice and what to do', ({ AlarmDescription }) => {
    const sentences = AlarmDescription.split(/(?<=[.;:]) /)
    expect(sentences.length).toBeGreaterThanOrEqual(3)
    expect(AlarmDescription).toMatch(/\.$/)
    expect(AlarmDescription).toMatch(/\bread the log|find which/i)
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

  it('watch for connections that need reconnecting, apart for each stage', () => {
    expect(alarms.find(({ MetricName }) => MetricName === 'ConnectionsNeedingReconnect')).toMatchObject({
      Namespace: 'Tandem',
      Dimensions: [{ Name: 'service', Value: 'tandem-prod' }],
      Threshold: 1,
    })
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
