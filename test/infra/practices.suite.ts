import { CfnResource } from 'aws-cdk-lib'
import { Queue } from 'aws-cdk-lib/aws-sqs'
import { describe, expect, it } from 'vitest'
import { checkPractices } from '../../infra/practices.ts'
import { build } from './synthesized.ts'

describe('the practices', () => {
  it.each(['dev', 'prod', 'laptop'])('hold for stage %s, or have a reason why not', (stage) => {
    const { app } = build({ stage })
    checkPractices(app)
    expect(() => app.synth()).not.toThrow()
  })

  it('stop a synthesis of what CloudFormation would refuse', () => {
    const { app, stack } = build({ stage: 'dev' })
    checkPractices(app)
    new CfnResource(stack, 'Odd', { type: 'AWS::SQS::Queue', properties: { VisibilityTimeout: 'long' } })
    expect(() => app.synth()).toThrow(/VisibilityTimeout/)
  })

  it('stop a synthesis that breaks a rule of cdk-nag', () => {
    const { app, stack } = build({ stage: 'dev' })
    checkPractices(app)
    new Queue(stack, 'PlainQueue')
    expect(() => app.synth()).toThrow(/SQS4/)
  })
})
