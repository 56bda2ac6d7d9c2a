import { RemovalPolicy, Validations } from 'aws-cdk-lib'
import { AttributeType, Billing, ProjectionType, TableEncryptionV2, TableV2 } from 'aws-cdk-lib/aws-dynamodb'
import { PolicyStatement } from 'aws-cdk-lib/aws-iam'
import { Key } from 'aws-cdk-lib/aws-kms'
import { Secret, type SecretStringGenerator } from 'aws-cdk-lib/aws-secretsmanager'
import type { Construct } from 'constructs'
import type { Settings } from './settings.ts'

/**
 * Each index with the attributes that it holds beside the keys: the compact row of a list, and no more, so that an
 * item's other attributes change without a write to the index.
 */
const indexes = {
  gsi1: ['row', 'contactId'],
  gsi2: ['row'],
} as const

export const indexNames: readonly string[] = Object.keys(indexes)

export interface Storage {
  readonly table: TableV2
  readonly dataKey: Key
  readonly intuitClientSecret: Secret
  readonly webhookVerifierSecret: Secret
  readonly signingSecret: Secret
}

type TableAction =
  | 'BatchGetItem'
  | 'BatchWriteItem'
  | 'DeleteItem'
  | 'GetItem'
  | 'PartiQLInsert'
  | 'PutItem'
  | 'Query'
  | 'UpdateItem'

/**
 * Everything that outlives the stack: the table, the key of the tokens and the secrets. All are retained, so that a
 * stack deleted by mistake loses nothing. Key and secrets, which cost by the month, go again with a first deployment
 * that fails; the table's protection would stop CloudFormation from taking it back.
 */
export function addStorage(scope: Construct, settings: Settings): Storage {
  return {
    table: addTable(scope, settings),
    dataKey: new Key(scope, 'DataKey', {
      description: 'Tandem: the data keys under which QuickBooks tokens are encrypted',
      enableKeyRotation: true,
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    }),
    intuitClientSecret: addSecret(scope, 'IntuitClientSecret', {
      description: 'Tandem: {"clientId","clientSecret"} of the app at Intuit. Fill in by hand.',
      noRotation: 'Only Intuit makes a new client secret; a person fills it in.',
      // An empty client id, so that functions say "not filled in" rather than ask Intuit with nonsense.
      generated: { secretStringTemplate: '{"clientId":""}', generateStringKey: 'clientSecret' },
    }),
    webhookVerifierSecret: addSecret(scope, 'WebhookVerifierSecret', {
      description: 'Tandem: {"verifierTokens":["…"]} of the app at Intuit. Fill in by hand.',
      noRotation: 'Only Intuit makes a new verifier token; a person fills it in beside the old one.',
      // No verifier token: until it is filled in, no notification passes.
      generated: { secretStringTemplate: '{"verifierTokens":[]}', generateStringKey: 'unused' },
    }),
    signingSecret: addSecret(scope, 'SigningSecret', {
      description:
        'Tandem: signs list cursors and OAuth states. Generated; a new value only ends open lists and consents.',
      noRotation: 'What it signs lives for a day at most, and is checked against the tenant or the table besides.',
      generated: { passwordLength: 64, excludePunctuation: true },
    }),
  }
}

/**
 * One table for everything. It is encrypted with DynamoDB's own key: the tokens, its only secrets, have a key of
 * their own, and a customer-managed key on the table would have to be given to every function, so that "may use a
 * key" would no longer tell who can read tokens.
 */
function addTable(scope: Construct, { warmReads, warmWrites }: Settings): TableV2 {
  const string = (name: string) => ({ name, type: AttributeType.STRING })
  const warm =
    warmReads === undefined && warmWrites === undefined
      ? {}
      : {
          warmThroughput: {
            ...(warmReads !== undefined && { readUnitsPerSecond: warmReads }),
            ...(warmWrites !== undefined && { writeUnitsPerSecond: warmWrites }),
          },
        }
  return new TableV2(scope, 'Table', {
    partitionKey: string('pk'),
    sortKey: string('sk'),
    globalSecondaryIndexes: Object.entries(indexes).map(([indexName, attributes]) => ({
      indexName,
      partitionKey: string(`${indexName}pk`),
      sortKey: string(`${indexName}sk`),
      projectionType: ProjectionType.INCLUDE,
      nonKeyAttributes: [...attributes],
      ...warm,
    })),
    ...warm,
    billing: Billing.onDemand(),
    encryption: TableEncryptionV2.dynamoOwnedKey(),
    timeToLiveAttribute: 'expiresAt',
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
    deletionProtection: true,
    removalPolicy: RemovalPolicy.RETAIN,
  })
}

interface SecretProps {
  readonly description: string
  /** What is in it from the first deployment on. Changing this later would overwrite what a person filled in. */
  readonly generated: SecretStringGenerator
  /** Why nothing rotates it by itself. */
  readonly noRotation: string
}

function addSecret(scope: Construct, id: string, { description, generated, noRotation }: SecretProps): Secret {
  const secret = new Secret(scope, id, {
    description,
    generateSecretString: generated,
    removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
  })
  Validations.of(secret).acknowledge({ id: 'AwsSolutions-SMG4', reason: noRotation })
  return secret
}

/**
 * The right to do these actions on the table, and to query its indexes if `Query` is among them.
 * `Scan` is not to be had: every read path has a key.
 */
export function tableAccess(table: TableV2, actions: readonly TableAction[]): PolicyStatement[] {
  const onTable = new PolicyStatement({
    actions: actions.map((action) => `dynamodb:${action}`),
    resources: [table.tableArn],
  })
  if (!actions.includes('Query')) return [onTable]
  // Each index by name, as `index/*` would be a wildcard.
  const onIndexes = new PolicyStatement({
    actions: ['dynamodb:Query'],
    resources: indexNames.map((name) => `${table.tableArn}/index/${name}`),
  })
  return [onTable, onIndexes]
}

/** The rights of a worker that reads and writes whatever a plan says. */
export const everyTableAction: readonly TableAction[] = [
  'BatchGetItem',
  'DeleteItem',
  'GetItem',
  'PutItem',
  'Query',
  'UpdateItem',
]

/**
 * The right to encrypt and decrypt tokens, each bound to its workspace: a call that names no workspace in its
 * encryption context, or names anything else there, is refused by KMS itself.
 */
export function tokenKeyAccess(dataKey: Key): PolicyStatement {
  return new PolicyStatement({
    actions: ['kms:GenerateDataKey', 'kms:Decrypt'],
    resources: [dataKey.keyArn],
    conditions: {
      Null: { 'kms:EncryptionContext:workspace': 'false' },
      'ForAllValues:StringEquals': { 'kms:EncryptionContextKeys': ['workspace'] },
    },
  })
}

/**
 * The right to encrypt and decrypt consents that wait to be confirmed. Their encryption context names a purpose beside
 * the workspace, so that the right to open tokens opens none of them.
 */
export function consentKeyAccess(dataKey: Key): PolicyStatement {
  return new PolicyStatement({
    actions: ['kms:GenerateDataKey', 'kms:Decrypt'],
    resources: [dataKey.keyArn],
    conditions: {
      Null: { 'kms:EncryptionContext:workspace': 'false' },
      StringEquals: { 'kms:EncryptionContext:purpose': 'consent' },
      'ForAllValues:StringEquals': { 'kms:EncryptionContextKeys': ['workspace', 'purpose'] },
    },
  })
}

/** The right to read the present value of one secret. */
export function secretAccess(secret: Secret): PolicyStatement {
  return new PolicyStatement({ actions: ['secretsmanager:GetSecretValue'], resources: [secret.secretArn] })
}
