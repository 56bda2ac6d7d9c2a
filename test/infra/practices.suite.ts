import { Queue } from 'aws-cdk-lib/aws-sqs'
import { describe, expect, it } from 'vitest'
import { checkPractices } from '../../infra/practices.ts'
import { build } from './synthesized.ts'

describe('the practices that cdk-nag checks', () => {
  it.each(['dev', 'prod', 'laptop'])('hold for stage %s, or have a reason why not', (stage) => {
    const { app } = build({ stage })
    checkPractices(app)
    expect(() => app.synth()).not.toThrow()
  })

  it('stop a synthesis that breaks one', () => {
    const { app, stack } = build({ stage: 'dev' })
    checkPractices(app)
    new Queue(stack, 'PlainQueue')
    expect(() => app.synth()).toThrow(/SQS4/)
  })
})
