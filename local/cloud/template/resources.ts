import * as z from 'zod'
import { createEvaluator } from './evaluate.ts'
import { type Addresses, type Identity, identify } from './identity.ts'
import type { Template } from './template.ts'

// Numbers and booleans may stand as texts in a template; CloudFormation takes both.
const number = z.coerce.number()
const flag = z.union([z.boolean(), z.enum(['true', 'false']).transform((value) => value === 'true')])

const keySchema = z.array(z.object({ AttributeName: z.string(), KeyType: z.enum(['HASH', 'RANGE']) }))
const projectionSchema = z.object({
  ProjectionType: z.enum(['ALL', 'KEYS_ONLY', 'INCLUDE']),
  NonKeyAttributes: z.array(z.string()).optional(),
})
const indexesSchema = z
  .array(z.object({ IndexName: z.string(), KeySchema: keySchema, Projection: projectionSchema }))
  .default([])

/** What is read of each kind of resource. Everything else of it (policies, tags, alarms) has no effect here. */
const schemas = {
  table: z.object({
    AttributeDefinitions: z.array(z.object({ AttributeName: z.string(), AttributeType: z.enum(['S', 'N', 'B']) })),
    KeySchema: keySchema,
    GlobalSecondaryIndexes: indexesSchema,
    LocalSecondaryIndexes: indexesSchema,
    TimeToLiveSpecification: z.object({ AttributeName: z.string().optional(), Enabled: flag }).optional(),
  }),
  queue: z.object({
    FifoQueue: flag.optional(),
    ContentBasedDeduplication: flag.optional(),
    DeduplicationScope: z.enum(['queue', 'messageGroup']).optional(),
    VisibilityTimeout: number.optional(),
    MessageRetentionPeriod: number.optional(),
    DelaySeconds: number.optional(),
    MaximumMessageSize: number.optional(),
    ReceiveMessageWaitTimeSeconds: number.optional(),
    RedrivePolicy: z.object({ deadLetterTargetArn: z.string(), maxReceiveCount: number }).optional(),
  }),
  function: z.object({
    Code: z.object({ S3Key: z.string() }),
    Handler: z.string(),
    Timeout: number.default(3),
    MemorySize: number.default(128),
    Environment: z.object({ Variables: z.record(z.string(), z.coerce.string()) }).optional(),
    ReservedConcurrentExecutions: number.optional(),
    Layers: z.array(z.unknown()).length(0, 'layers are not run by the laptop cloud').optional(),
  }),
  mapping: z.object({
    EventSourceArn: z.string(),
    FunctionName: z.string(),
    BatchSize: number.default(10),
    Enabled: flag.default(true),
    FunctionResponseTypes: z.array(z.literal('ReportBatchItemFailures')).default([]),
    ScalingConfig: z.object({ MaximumConcurrency: number }).optional(),
    FilterCriteria: z.never('event filters are not run by the laptop cloud').optional(),
  }),
  api: z.object({
    ProtocolType: z.literal('HTTP'),
    CorsConfiguration: z
      .object({
        AllowOrigins: z.array(z.string()).default([]),
        AllowMethods: z.array(z.string()).default([]),
        AllowHeaders: z.array(z.string()).default([]),
        ExposeHeaders: z.array(z.string()).default([]),
        AllowCredentials: flag.default(false),
        MaxAge: number.optional(),
      })
      .optional(),
  }),
  stage: z.object({ ApiId: z.string(), StageName: z.literal('$default', 'only the stage $default is served') }),
  route: z.object({
    ApiId: z.string(),
    RouteKey: z.string(),
    Target: z.string(),
    AuthorizationType: z.enum(['NONE', 'JWT']).default('NONE'),
    AuthorizerId: z.string().optional(),
    AuthorizationScopes: z.array(z.string()).default([]),
  }),
  integration: z.object({
    IntegrationType: z.literal('AWS_PROXY'),
    IntegrationUri: z.string(),
    PayloadFormatVersion: z.literal('2.0'),
    TimeoutInMillis: number.default(30_000),
  }),
  authorizer: z.object({
    AuthorizerType: z.literal('JWT'),
    IdentitySource: z.array(z.literal('$request.header.Authorization')),
    JwtConfiguration: z.object({ Issuer: z.string(), Audience: z.array(z.string()).default([]) }),
  }),
  schedule: z.object({
    Name: z.string().optional(),
    ScheduleExpression: z.string(),
    ScheduleExpressionTimezone: z.string().default('UTC'),
    State: z.enum(['ENABLED', 'DISABLED']).default('ENABLED'),
    Target: z.object({
      Arn: z.string(),
      Input: z.string().optional(),
      SqsParameters: z.object({ MessageGroupId: z.string() }).optional(),
    }),
  }),
  rule: z.object({
    Name: z.string().optional(),
    ScheduleExpression: z.string().optional(),
    State: z.enum(['ENABLED', 'DISABLED']).default('ENABLED'),
    Targets: z
      .array(
        z.object({
          Arn: z.string(),
          Input: z.string().optional(),
          SqsParameters: z.object({ MessageGroupId: z.string() }).optional(),
        }),
      )
      .default([]),
  }),
  invokeConfig: z.object({ FunctionName: z.string(), MaximumRetryAttempts: number.default(2) }),
  key: z.object({
    KeySpec: z.literal('SYMMETRIC_DEFAULT', 'only symmetric keys for encryption are kept here').optional(),
  }),
  alias: z.object({ AliasName: z.string(), TargetKeyId: z.string() }),
  secret: z.object({
    Name: z.string().optional(),
    SecretString: z.string().optional(),
    GenerateSecretString: z
      .object({
        PasswordLength: number.default(32),
        ExcludeCharacters: z.string().default(''),
        ExcludeLowercase: flag.default(false),
        ExcludeUppercase: flag.default(false),
        ExcludeNumbers: flag.default(false),
        ExcludePunctuation: flag.default(false),
        IncludeSpace: flag.default(false),
        RequireEachIncludedType: flag.default(true),
        SecretStringTemplate: z.string().optional(),
        GenerateStringKey: z.string().optional(),
      })
      .optional(),
  }),
} as const

const kinds: Readonly<Record<string, keyof typeof schemas>> = {
  'AWS::DynamoDB::GlobalTable': 'table',
  'AWS::DynamoDB::Table': 'table',
  'AWS::SQS::Queue': 'queue',
  'AWS::Lambda::Function': 'function',
  'AWS::Lambda::EventSourceMapping': 'mapping',
  'AWS::ApiGatewayV2::Api': 'api',
  'AWS::ApiGatewayV2::Stage': 'stage',
  'AWS::ApiGatewayV2::Route': 'route',
  'AWS::ApiGatewayV2::Integration': 'integration',
  'AWS::ApiGatewayV2::Authorizer': 'authorizer',
  'AWS::Scheduler::Schedule': 'schedule',
  'AWS::Events::Rule': 'rule',
  'AWS::Lambda::EventInvokeConfig': 'invokeConfig',
  'AWS::KMS::Key': 'key',
  'AWS::KMS::Alias': 'alias',
  'AWS::SecretsManager::Secret': 'secret',
}

type Kind = keyof typeof schemas

/** One resource of the template, its properties worked out. */
export interface Resource<Of extends Kind> {
  readonly logicalId: string
  /** What `Ref` answers. */
  readonly ref: string
  /** What `Fn::GetAtt … Arn` answers; the same as `ref` where there is no ARN. */
  readonly arn: string
  readonly properties: z.infer<(typeof schemas)[Of]>
}

/** Everything of the template that lives in the laptop cloud, by kind, in the order of the template. */
export type Resources = { readonly [Of in Kind]: readonly Resource<Of>[] }

/**
 * Reads what a template creates, with every reference resolved to local names and addresses.
 * Throws an Error that names the resource and property when the template asks for what cannot be run here.
 */
export function readResources(template: Template, region: string, addresses: Addresses): Resources {
  const identities = new Map<string, Identity>()
  for (const [logicalId, resource] of Object.entries(template.Resources)) {
    identities.set(logicalId, identify(template.stackName, logicalId, resource, region, addresses))
  }
  const identityOf = (logicalId: string): Identity | undefined => identities.get(logicalId)
  const { evaluate, isCreated } = createEvaluator(template, region, identityOf, (text) => localise(text, addresses))

  const read = <Properties>(kind: Kind, schema: z.ZodType<Properties>) =>
    Object.entries(template.Resources).flatMap(([logicalId, resource]) => {
      if (kinds[resource.Type] !== kind || !isCreated(logicalId)) return []
      const parsed = schema.safeParse(evaluate(resource.Properties))
      if (!parsed.success) {
        throw new Error(
          `The laptop cloud cannot run ${logicalId} (${resource.Type}):\n${z.prettifyError(parsed.error)}`,
        )
      }
      const identity = identities.get(logicalId) ?? { ref: logicalId, attributes: {} }
      const arn = identity.attributes.Arn ?? identity.ref
      return [{ logicalId, ref: identity.ref, arn, properties: parsed.data }]
    })

  return {
    table: read('table', schemas.table),
    queue: read('queue', schemas.queue),
    function: read('function', schemas.function),
    mapping: read('mapping', schemas.mapping),
    api: read('api', schemas.api),
    stage: read('stage', schemas.stage),
    route: read('route', schemas.route),
    integration: read('integration', schemas.integration),
    authorizer: read('authorizer', schemas.authorizer),
    schedule: read('schedule', schemas.schedule),
    rule: read('rule', schemas.rule),
    invokeConfig: read('invokeConfig', schemas.invokeConfig),
    key: read('key', schemas.key),
    alias: read('alias', schemas.alias),
    secret: read('secret', schemas.secret),
  }
}

/** Addresses that a stack puts together itself instead of asking for an attribute. */
function localise(text: string, addresses: Addresses): string {
  return text
    .replace(/^https:\/\/[0-9a-z]+\.execute-api\.[0-9a-z-]+\.amazonaws\.com/, addresses.api)
    .replace(/^https:\/\/cognito-idp\.[0-9a-z-]+\.amazonaws\.com\/[^/]+/, addresses.issuer)
}

/**
 * Finds the one resource that a person means by a short name: the full name, the logical id, or the start of the
 * logical id in any case (`pull` for `PullFunctionA1B2C3D4`). Throws an Error that lists what there is otherwise.
 */
export function findByName<Of extends { readonly logicalId: string; readonly name: string }>(
  items: readonly Of[],
  name: string,
): Of {
  const exact = items.find((item) => item.name === name || item.logicalId === name)
  if (exact !== undefined) return exact
  const wanted = name.toLowerCase().replaceAll(/[^a-z0-9]/g, '')
  const matches = items.filter((item) => item.logicalId.toLowerCase().startsWith(wanted))
  const shortest = matches.toSorted((left, right) => left.logicalId.length - right.logicalId.length)
  const [first, second] = shortest
  if (first === undefined) {
    throw new Error(
      `There is no ${name}; the template has ${items.map((item) => item.logicalId).join(', ') || 'none'}.`,
    )
  }
  if (second !== undefined && second.logicalId.length === first.logicalId.length) {
    throw new Error(`${name} could be any of ${matches.map((item) => item.logicalId).join(', ')}.`)
  }
  return first
}
