import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { templateFor } from './synthesized.ts'

const template = templateFor({ stage: 'dev' })
const Arn = z.object({ 'Fn::GetAtt': z.tuple([z.string(), z.literal('Arn')]) }).transform((arn) => arn['Fn::GetAtt'][0])
const queues = z
  .record(
    z.string(),
    z.object({
      Properties: z.looseObject({
        VisibilityTimeout: z.number().optional(),
        RedrivePolicy: z.object({ deadLetterTargetArn: Arn, maxReceiveCount: z.number() }).optional(),
      }),
    }),
  )
  .parse(template.findResources('AWS::SQS::Queue'))
const mappings = Object.values(
  z
    .record(
      z.string(),
      z.object({
        Properties: z.looseObject({ EventSourceArn: Arn, FunctionName: z.object({ Ref: z.string() }) }),
      }),
    )
    .parse(template.findResources('AWS::Lambda::EventSourceMapping')),
).map(({ Properties }) => Properties)
const timeoutOf = z.object({ Properties: z.object({ Timeout: z.number() }) })

const work = ['PullQueue', 'PushQueue']

describe('the queues', () => {
  it('are the two for work, a dead-letter queue for each, and one for wake-ups', () => {
    expect(Object.keys(queues).sort()).toEqual(
      [...work.flatMap((name) => [name, `${name}DeadLetters`]), 'WakeQueue'].sort(),
    )
  })

  it('for wake-ups lets each have its own delay, and forgets what is too old to be of use', () => {
    const { Properties } = queues.WakeQueue ?? {}
    expect(Properties).toMatchObject({ SqsManagedSseEnabled: true, MessageRetentionPeriod: 30 * 60 })
    // Only a standard queue has a delay for each message, and nothing that failed is kept for people.
    expect(Properties).not.toHaveProperty('FifoQueue')
    expect(Properties).not.toHaveProperty('RedrivePolicy')
  })

  it.each(Object.entries(queues).filter(([name]) => name !== 'WakeQueue'))(
    '%s is FIFO by workspace, deduplicated by its senders only',
    (_, { Properties }) => {
      expect(Properties).toMatchObject({
        FifoQueue: true,
        ContentBasedDeduplication: false,
        DeduplicationScope: 'messageGroup',
        FifoThroughputLimit: 'perMessageGroupId',
        SqsManagedSseEnabled: true,
        MessageRetentionPeriod: 14 * 24 * 3600,
      })
    },
  )

  it.each(work)('%s sets a message aside after the fifth try', (name) => {
    expect(queues[name]?.Properties.RedrivePolicy).toEqual({
      deadLetterTargetArn: `${name}DeadLetters`,
      maxReceiveCount: 5,
    })
  })

  it.each(Object.keys(queues))('%s takes nothing that is not encrypted on the way', (name) => {
    template.hasResourceProperties('AWS::SQS::QueuePolicy', {
      Queues: [{ Ref: name }],
      PolicyDocument: {
        Statement: [{ Effect: 'Deny', Action: 'sqs:*', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }],
      },
    })
  })

  it('feed one function each, one company’s message at a time, and take single messages back', () => {
    expect(mappings.map(({ EventSourceArn, FunctionName }) => [EventSourceArn, FunctionName.Ref])).toEqual([
      ['PullQueue', 'PullFunction'],
      ['PushQueue', 'PushFunction'],
      ['WakeQueue', 'ScheduleFunction'],
    ])
    for (const mapping of mappings) {
      expect(mapping).toMatchObject({
        BatchSize: mapping.EventSourceArn === 'WakeQueue' ? 10 : 1,
        FunctionResponseTypes: ['ReportBatchItemFailures'],
      })
    }
  })

  it('let as many companies be worked at as the stage says', () => {
    const atOnce = (context: Readonly<Record<string, string>>) =>
      Object.values(templateFor(context).findResources('AWS::Lambda::EventSourceMapping')).map(
        ({ Properties }) => Properties.ScalingConfig.MaximumConcurrency,
      )
    expect(atOnce({ stage: 'dev' })).toEqual([5, 5, 2])
    expect(atOnce({ stage: 'prod' })).toEqual([20, 20, 2])
    expect(atOnce({ stage: 'prod', companiesAtOnce: '60' })).toEqual([60, 60, 2])
  })

  it('keep no function’s share free in dev, where a new account could not be deployed to', () => {
    const reserved = (context: Readonly<Record<string, string>>) =>
      JSON.stringify(templateFor(context).toJSON()).match(/"ReservedConcurrentExecutions":(\d+)/g)
    expect(reserved({ stage: 'dev' })).toBeNull()
    expect(reserved({ stage: 'prod', webhookConcurrency: '20' })).toEqual(['"ReservedConcurrentExecutions":20'])
  })

  it('feed functions that may go on by themselves as often as their work needs', () => {
    for (const { FunctionName } of mappings) {
      expect(template.findResources('AWS::Lambda::Function')[FunctionName.Ref]).toMatchObject({
        Properties: { RecursiveLoop: 'Allow' },
      })
    }
  })

  it.each(mappings)('$EventSourceArn hides a message for six times as long as its function may run', (mapping) => {
    const consumer = timeoutOf.parse(template.findResources('AWS::Lambda::Function')[mapping.FunctionName.Ref])
    const visibility = queues[mapping.EventSourceArn]?.Properties.VisibilityTimeout
    expect(visibility).toBeGreaterThanOrEqual(6 * consumer.Properties.Timeout)
  })
})
