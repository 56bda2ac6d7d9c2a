import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { type Right, rightsByRole } from './rights.ts'
import { templateFor } from './synthesized.ts'

const template = templateFor({ stage: 'dev' })
const rights = rightsByRole(template)
const functions = Object.entries(
  z
    .record(
      z.string(),
      z.object({
        Properties: z.object({
          Role: z.object({ 'Fn::GetAtt': z.tuple([z.string(), z.string()]) }),
          Environment: z.object({ Variables: z.record(z.string(), z.unknown()) }),
        }),
      }),
    )
    .parse(template.findResources('AWS::Lambda::Function')),
).map(([id, { Properties }]) => ({
  id,
  role: Properties.Role['Fn::GetAtt'][0],
  environment: Properties.Environment.Variables,
}))

/** The resource that an environment variable names. */
const resourceBehind: Readonly<Record<string, string>> = {
  TABLE_NAME: 'Table',
  DATA_KEY_ARN: 'DataKey',
  PULL_QUEUE_URL: 'PullQueue',
  PUSH_QUEUE_URL: 'PushQueue',
  WAKE_QUEUE_URL: 'WakeQueue',
  INTUIT_CLIENT_SECRET_ARN: 'IntuitClientSecret',
  WEBHOOK_VERIFIER_SECRET_ARN: 'WebhookVerifierSecret',
  SIGNING_SECRET_ARN: 'SigningSecret',
}

const mappings = z
  .record(
    z.string(),
    z.object({
      Properties: z.object({
        EventSourceArn: z.object({ 'Fn::GetAtt': z.tuple([z.string(), z.literal('Arn')]) }),
        FunctionName: z.object({ Ref: z.string() }),
      }),
    }),
  )
  .parse(template.findResources('AWS::Lambda::EventSourceMapping'))

/** The queues from which a function is fed. */
function feeding(id: string): string[] {
  return Object.values(mappings).flatMap(({ Properties: { EventSourceArn, FunctionName } }) =>
    FunctionName.Ref === id ? [EventSourceArn['Fn::GetAtt'][0]] : [],
  )
}

function rightsOf(role: string): readonly Right[] {
  const found = rights.get(role)
  if (found === undefined) throw new Error(`${role} has no policy`)
  return found
}

/** The functions, without `Function`, that hold a right on a resource. */
function holdersOf(action: string, resource: string): string[] {
  return functions
    .filter(({ role }) => rightsOf(role).some((one) => one.Action.includes(action) && one.Resource.includes(resource)))
    .map(({ id }) => id.replace('Function', '').toLowerCase())
    .sort()
}

describe('the rights of the functions', () => {
  it('are a role for each function, shared with no other', () => {
    expect(new Set(functions.map(({ role }) => role)).size).toBe(functions.length)
    expect(functions.length).toBe(8)
  })

  it.each(functions)('of $id name every action and every resource', ({ role }) => {
    for (const { Action, Resource } of rightsOf(role)) {
      for (const action of Action) expect(action).not.toContain('*')
      for (const resource of Resource) expect(resource).not.toContain('*')
    }
  })

  it.each(functions)('of $id come from no policy that AWS manages', ({ role }) => {
    const { Properties } = z
      .object({ Properties: z.object({ AssumeRolePolicyDocument: z.unknown() }).catchall(z.unknown()) })
      .parse(template.findResources('AWS::IAM::Role')[role])
    expect(Object.keys(Properties)).toEqual(['AssumeRolePolicyDocument'])
    expect(Properties.AssumeRolePolicyDocument).toMatchObject({
      Statement: [{ Action: 'sts:AssumeRole', Principal: { Service: 'lambda.amazonaws.com' } }],
    })
  })

  it.each(functions)('of $id are on what its environment names or feeds it, and its own log', (one) => {
    const { id, role, environment } = one
    const named = new Set([...Object.keys(environment).flatMap((name) => resourceBehind[name] ?? []), ...feeding(id)])
    const granted = rightsOf(role).flatMap(({ Resource }) => Resource.map((resource) => resource.split('/')[0]))
    expect([...new Set(granted)].sort()).toEqual([...named, `${id}Logs`].sort())
  })

  it.each([
    ['kms:Decrypt', 'DataKey', ['oauth', 'pull', 'push']],
    ['kms:GenerateDataKey', 'DataKey', ['oauth', 'pull', 'push']],
    ['secretsmanager:GetSecretValue', 'IntuitClientSecret', ['oauth', 'pull', 'push']],
    ['secretsmanager:GetSecretValue', 'WebhookVerifierSecret', ['webhook']],
    ['secretsmanager:GetSecretValue', 'SigningSecret', ['admin', 'oauth']],
    ['sqs:ReceiveMessage', 'PullQueue', ['pull']],
    ['sqs:ReceiveMessage', 'PushQueue', ['push']],
    ['sqs:SendMessage', 'PullQueue', ['admin', 'oauth', 'pull', 'push', 'schedule', 'webhook']],
    ['sqs:SendMessage', 'PushQueue', ['admin', 'pull', 'push', 'schedule']],
    ['sqs:ReceiveMessage', 'WakeQueue', ['schedule']],
    ['sqs:SendMessage', 'WakeQueue', ['oauth', 'pull', 'push']],
    ['dynamodb:PutItem', 'Table', ['admin', 'oauth', 'pull', 'push', 'schedule']],
    ['dynamodb:UpdateItem', 'Table', ['admin', 'oauth', 'pull', 'push', 'webhook']],
    ['dynamodb:BatchWriteItem', 'Table', ['webhook']],
    ['dynamodb:PartiQLInsert', 'Table', ['pull', 'push']],
    ['dynamodb:ConditionCheckItem', 'Table', []],
    ['dynamodb:Query', 'Table', ['admin', 'oauth', 'pull', 'push', 'schedule']],
    ['dynamodb:Query', 'Table/index/gsi1', ['admin', 'oauth', 'pull', 'push', 'schedule']],
    ['dynamodb:Query', 'Table/index/gsi2', ['admin', 'oauth', 'pull', 'push', 'schedule']],
    ['dynamodb:GetItem', 'Table', ['admin', 'oauth', 'pull', 'push', 'schedule', 'webhook']],
    ['dynamodb:DeleteItem', 'Table', ['admin', 'oauth', 'pull', 'push']],
    ['dynamodb:Scan', 'Table', []],
  ])('give %s on %s to %j', (action, resource, holders) => {
    expect(holdersOf(action, resource)).toEqual(holders)
  })

  it('let tokens be decrypted only in the name of a workspace, and consents by the oauth function alone', () => {
    const forTokens = {
      Null: { 'kms:EncryptionContext:workspace': 'false' },
      'ForAllValues:StringEquals': { 'kms:EncryptionContextKeys': ['workspace'] },
    }
    // Their context names a purpose, which the others' rights leave no room for.
    const forConsents = {
      Null: { 'kms:EncryptionContext:workspace': 'false' },
      StringEquals: { 'kms:EncryptionContext:purpose': 'consent' },
      'ForAllValues:StringEquals': { 'kms:EncryptionContextKeys': ['workspace', 'purpose'] },
    }
    const onKey = functions.flatMap(({ id, role }) =>
      rightsOf(role)
        .filter(({ Resource }) => Resource.includes('DataKey'))
        .map(({ Action, Condition }) => ({ id, actions: [...Action].sort(), condition: Condition })),
    )
    const actions = ['kms:Decrypt', 'kms:GenerateDataKey']
    expect(onKey).toEqual(
      expect.arrayContaining([
        { id: 'OauthFunction', actions, condition: forTokens },
        { id: 'OauthFunction', actions, condition: forConsents },
        { id: 'PullFunction', actions, condition: forTokens },
        { id: 'PushFunction', actions, condition: forTokens },
      ]),
    )
    expect(onKey).toHaveLength(4)
  })

  it('are all that there is: no policy belongs to another role', () => {
    expect([...rights.keys()].sort()).toEqual(functions.map(({ role }) => role).sort())
  })
})
