// biome-ignore-all lint/suspicious/noTemplateCurlyInString: CloudFormation writes its variables that way.
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createEvaluator } from '../../../../local/cloud/template/evaluate.ts'
import { readResources } from '../../../../local/cloud/template/resources.ts'
import { readTemplate } from '../../../../local/cloud/template/template.ts'
import { writeFixtureApp } from '../fixture-app.ts'

const addresses = { api: 'http://localhost:3000', sqs: 'http://127.0.0.1:3002', issuer: 'http://127.0.0.1:3001' }

function write(template: object): string {
  const folder = mkdtempSync(join(tmpdir(), 'tandem-template-'))
  writeFileSync(join(folder, 'T.assets.json'), '{"files":{}}')
  writeFileSync(join(folder, 'T.template.json'), JSON.stringify(template))
  return join(folder, 'T.template.json')
}

describe('what a template says', () => {
  const template = readTemplate(
    write({
      Parameters: { Given: { Type: 'String', Default: 'from the default' } },
      Conditions: {
        IsProd: { 'Fn::Equals': [{ Ref: 'Given' }, 'prod'] },
        IsNot: { 'Fn::Not': [{ Condition: 'IsProd' }] },
        Both: { 'Fn::And': [{ Condition: 'IsProd' }, { Condition: 'IsNot' }] },
        One: { 'Fn::Or': [{ Condition: 'IsProd' }, { Condition: 'IsNot' }] },
      },
      Mappings: { Sizes: { small: { bytes: 7 } } },
      Resources: { Queue: { Type: 'AWS::SQS::Queue' } },
    }),
  )
  const { evaluate } = createEvaluator(
    template,
    'us-east-1',
    (logicalId) =>
      logicalId === 'Queue'
        ? { ref: 'queue-url', attributes: { Arn: 'queue-arn', 'Nested.Name': 'nested' } }
        : undefined,
    (text) => text,
  )

  it.each<[string, unknown, unknown]>([
    ['a reference', { Ref: 'Queue' }, 'queue-url'],
    ['a parameter', { Ref: 'Given' }, 'from the default'],
    [
      'the account and region',
      { 'Fn::Join': [':', [{ Ref: 'AWS::AccountId' }, { Ref: 'AWS::Region' }]] },
      '000000000000:us-east-1',
    ],
    ['an attribute', { 'Fn::GetAtt': ['Queue', 'Arn'] }, 'queue-arn'],
    ['an attribute as a text', { 'Fn::GetAtt': 'Queue.Nested.Name' }, 'nested'],
    [
      'a substitution',
      { 'Fn::Sub': '${Queue}/${Queue.Arn}/${AWS::Region}/${!Kept}' },
      'queue-url/queue-arn/us-east-1/${Kept}',
    ],
    [
      'a substitution with variables',
      { 'Fn::Sub': ['${A}-${Given}', { A: { Ref: 'Queue' } }] },
      'queue-url-from the default',
    ],
    ['a choice', { 'Fn::Select': [1, { 'Fn::Split': ['-', 'a-b-c'] }] }, 'b'],
    ['a condition', { 'Fn::If': ['IsProd', 'yes', { Ref: 'Queue' }] }, 'queue-url'],
    ['conditions together', [{ 'Fn::If': ['Both', 1, 2] }, { 'Fn::If': ['One', 1, 2] }], [2, 1]],
    ['a mapping', { 'Fn::FindInMap': ['Sizes', 'small', 'bytes'] }, 7],
    ['base64', { 'Fn::Base64': { 'Fn::Sub': 'hi' } }, 'aGk='],
    ['what is not there', { a: { Ref: 'AWS::NoValue' }, b: [{ Ref: 'AWS::NoValue' }, 1] }, { b: [1] }],
    ['anything else as it is', { a: [1, true, null, { b: 'c' }] }, { a: [1, true, null, { b: 'c' }] }],
  ])('has %s worked out', (_, value, expected) => {
    expect(evaluate(value)).toEqual(expected)
  })

  it('is refused with the reason where it cannot be worked out', () => {
    expect(() => evaluate({ Ref: 'Nobody' })).toThrow('refers to Nobody')
    expect(() => evaluate({ 'Fn::GetAtt': ['Queue', 'Colour'] })).toThrow(
      'knows no attribute Colour of Queue (AWS::SQS::Queue)',
    )
    expect(() => evaluate({ 'Fn::ImportValue': 'x' })).toThrow('does not know Fn::ImportValue')
  })
})

describe('the resources of a template', () => {
  it("lead to local addresses, also where the stack wrote AWS' own", () => {
    const path = write({
      Resources: {
        Api: { Type: 'AWS::ApiGatewayV2::Api', Properties: { ProtocolType: 'HTTP' } },
        Pool: { Type: 'AWS::Cognito::UserPool' },
        Authorizer: {
          Type: 'AWS::ApiGatewayV2::Authorizer',
          Properties: {
            AuthorizerType: 'JWT',
            IdentitySource: ['$request.header.Authorization'],
            JwtConfiguration: {
              Audience: ['a'],
              Issuer: { 'Fn::Sub': 'https://cognito-idp.${AWS::Region}.amazonaws.com/${Pool}' },
            },
          },
        },
        Secret: {
          Type: 'AWS::SecretsManager::Secret',
          Properties: {
            SecretString: { 'Fn::Sub': 'https://${Api}.execute-api.${AWS::Region}.${AWS::URLSuffix}/docs' },
          },
        },
        Queue: { Type: 'AWS::SQS::Queue', Properties: { FifoQueue: true, QueueName: 'mine.fifo' } },
      },
    })
    const resources = readResources(readTemplate(path), 'us-east-1', addresses)
    expect(resources.authorizer[0]?.properties.JwtConfiguration.Issuer).toBe('http://127.0.0.1:3001')
    expect(resources.secret[0]?.properties.SecretString).toBe('http://localhost:3000/docs')
    expect(resources.queue[0]).toMatchObject({
      ref: 'http://127.0.0.1:3002/000000000000/mine.fifo',
      arn: 'arn:aws:sqs:us-east-1:000000000000:mine.fifo',
    })
  })

  it('leave out what a condition does not create', () => {
    const path = write({
      Conditions: { Never: { 'Fn::Equals': [1, 2] } },
      Resources: { Queue: { Type: 'AWS::SQS::Queue', Condition: 'Never' } },
    })
    expect(readResources(readTemplate(path), 'us-east-1', addresses).queue).toEqual([])
  })

  it('are refused by name where the laptop cloud would do something else than AWS', () => {
    const mapping = { EventSourceArn: 'a', FunctionName: 'b', FilterCriteria: { Filters: [] } }
    const path = write({ Resources: { Events: { Type: 'AWS::Lambda::EventSourceMapping', Properties: mapping } } })
    expect(() => readResources(readTemplate(path), 'us-east-1', addresses)).toThrow(
      /cannot run Events \(AWS::Lambda::EventSourceMapping\)[\s\S]*event filters are not run/,
    )
  })

  it('have the same names at every reading, because what is stored refers to them', () => {
    const path = writeFixtureApp({
      resources: { Key: { Type: 'AWS::KMS::Key' }, Secret: { Type: 'AWS::SecretsManager::Secret' } },
    })
    const [first, second] = [1, 2].map(() => readResources(readTemplate(path), 'us-east-1', addresses))
    expect(first?.key[0]?.arn).toBe(second?.key[0]?.arn)
    expect(first?.secret[0]?.ref).toBe(second?.secret[0]?.ref)
    expect(first?.key[0]?.ref).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
  })
})

it('says that a template has to be synthesized when it is not there', () => {
  expect(() => readTemplate('/nowhere/T.template.json')).toThrow('has to be synthesized first')
})
