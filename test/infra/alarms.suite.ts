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
        }),
      }),
    )
    .parse(template.findResources('AWS::CloudWatch::Alarm')),
).map(([id, { Properties }]) => ({ id, ...Properties }))

/** The resources whose metric has an alarm. */
function watched(metric: string): unknown[] {
  return alarms.filter(({ MetricName }) => MetricName === metric).map(({ Dimensions }) => Dimensions[0]?.Value)
}

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
    expect(JSON.stringify(template.findResources('AWS::SNS::TopicPolicy'))).toContain(
      '"Principal":{"Service":"cloudwatch.amazonaws.com"}',
    )
  })
})
