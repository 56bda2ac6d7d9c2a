import { createHash } from 'node:crypto'
import type { TemplateResource } from './template.ts'

export const accountId = '000000000000'

/** Where the laptop cloud listens, without a slash at the end. */
export interface Addresses {
  readonly api: string
  readonly sqs: string
  readonly issuer: string
}

/** What CloudFormation's `Ref` and `Fn::GetAtt` answer for one resource. */
export interface Identity {
  readonly ref: string
  readonly attributes: Readonly<Record<string, string>>
}

/**
 * Gives a resource its names: the same ones at every start, because what is stored refers to them.
 * A type that is not known here gets a name and an ARN of the usual form.
 */
export function identify(
  stackName: string,
  logicalId: string,
  resource: TemplateResource,
  region: string,
  addresses: Addresses,
): Identity {
  const arn = (service: string, rest: string): string => `arn:aws:${service}:${region}:${accountId}:${rest}`
  const named = (property: string, longest: number): string => {
    const given = resource.Properties[property]
    return typeof given === 'string' ? given : `${stackName}-${logicalId}`.slice(0, longest)
  }
  switch (resource.Type) {
    case 'AWS::SQS::Queue': {
      const fifo = resource.Properties.FifoQueue === true
      const base = named('QueueName', fifo ? 75 : 80)
      const name = fifo && !base.endsWith('.fifo') ? `${base}.fifo` : base
      const url = `${addresses.sqs}/${accountId}/${name}`
      return { ref: url, attributes: { Arn: arn('sqs', name), QueueName: name, QueueUrl: url } }
    }
    case 'AWS::DynamoDB::GlobalTable':
    case 'AWS::DynamoDB::Table': {
      const name = named('TableName', 255)
      return { ref: name, attributes: { Arn: arn('dynamodb', `table/${name}`), TableId: uuidOf(name) } }
    }
    case 'AWS::Lambda::Function': {
      const name = named('FunctionName', 64)
      return { ref: name, attributes: { Arn: arn('lambda', `function:${name}`) } }
    }
    case 'AWS::ApiGatewayV2::Api': {
      const apiId = shortIdOf(`${stackName}/${logicalId}`)
      return { ref: apiId, attributes: { ApiEndpoint: addresses.api, ApiId: apiId } }
    }
    case 'AWS::KMS::Key': {
      const keyId = uuidOf(`${stackName}/${logicalId}`)
      return { ref: keyId, attributes: { Arn: arn('kms', `key/${keyId}`), KeyId: keyId } }
    }
    case 'AWS::SecretsManager::Secret': {
      const name = named('Name', 512)
      const secretArn = arn('secretsmanager', `secret:${name}-${shortIdOf(name).slice(0, 6)}`)
      return { ref: secretArn, attributes: { Id: secretArn } }
    }
    case 'AWS::Cognito::UserPool': {
      const poolId = `${region}_${shortIdOf(`${stackName}/${logicalId}`).slice(0, 9)}`
      const attributes = {
        Arn: arn('cognito-idp', `userpool/${poolId}`),
        ProviderName: `cognito-idp.${region}.amazonaws.com/${poolId}`,
        ProviderURL: addresses.issuer,
        UserPoolId: poolId,
      }
      return { ref: poolId, attributes }
    }
    default: {
      const name = `${stackName}-${logicalId}`
      const service = (resource.Type.split('::')[1] ?? 'unknown').toLowerCase()
      return { ref: name, attributes: { Arn: arn(service, name) } }
    }
  }
}

function shortIdOf(name: string): string {
  return createHash('sha256').update(name).digest('hex').slice(0, 10)
}

function uuidOf(name: string): string {
  const hex = createHash('sha256').update(name).digest('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `a${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    '-',
  )
}
