import { describe, expect, it } from 'vitest'
import { templateFor } from './synthesized.ts'

const template = templateFor({ stage: 'prod' })

describe('what outlives the stack', () => {
  it.each([
    ['AWS::DynamoDB::GlobalTable', ['Table']],
    ['AWS::KMS::Key', ['DataKey']],
    ['AWS::SecretsManager::Secret', ['IntuitClientSecret', 'SigningSecret', 'WebhookVerifierSecret']],
    ['AWS::Cognito::UserPool', ['UserPool']],
  ])('is every %s: %j', (type, ids) => {
    const found = template.findResources(type)
    expect(Object.keys(found).sort()).toEqual(ids)
    for (const resource of Object.values(found)) {
      // Key and secrets go again with a first deployment that fails; the others' protection would stop it going back.
      const isProtected = ['AWS::DynamoDB::GlobalTable', 'AWS::Cognito::UserPool'].includes(type)
      expect(resource).toMatchObject({
        DeletionPolicy: isProtected ? 'Retain' : 'RetainExceptOnCreate',
        UpdateReplacePolicy: 'Retain',
      })
    }
  })

  it('is the log of every function in prod, for a year, and nowhere else', () => {
    const logs = Object.values(template.findResources('AWS::Logs::LogGroup'))
    expect(logs).toHaveLength(9)
    for (const log of logs)
      expect(log).toMatchObject({ DeletionPolicy: 'Retain', Properties: { RetentionInDays: 365 } })
    for (const log of Object.values(templateFor({ stage: 'dev' }).findResources('AWS::Logs::LogGroup'))) {
      expect(log).toMatchObject({ DeletionPolicy: 'Delete', Properties: { RetentionInDays: 30 } })
    }
  })

  it('cannot be deleted by one wrong click, and the table can be put back to any second of the last 35 days', () => {
    template.hasResourceProperties('AWS::Cognito::UserPool', { DeletionProtection: 'ACTIVE' })
    template.hasResourceProperties('AWS::DynamoDB::GlobalTable', {
      Replicas: [
        {
          DeletionProtectionEnabled: true,
          PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
        },
      ],
    })
  })

  it('turns its key every year', () => {
    template.hasResourceProperties('AWS::KMS::Key', { EnableKeyRotation: true })
  })
})
