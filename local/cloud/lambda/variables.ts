import { delimiter, dirname } from 'node:path'
import type { Resource } from '../template/resources.ts'

/** Where the SDK of a function finds the services. */
export interface Endpoints {
  readonly dynamoDb: string
  readonly sqs: string
  /** KMS, Secrets Manager, and an answer by name for every service that is not there. */
  readonly services: string
}

/**
 * All environment variables of a function: those of the template, those that Lambda sets, the endpoints, and `extra`.
 * Nothing of our own process' environment is among them.
 * https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
 */
export function functionEnvironment(
  lambda: Resource<'function'>,
  region: string,
  endpoints: Endpoints,
  extra: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const { Environment, Handler, MemorySize } = lambda.properties
  return {
    ...Environment?.Variables,
    ...extra,
    _HANDLER: Handler,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_SESSION_TOKEN: 'local',
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
    AWS_LAMBDA_FUNCTION_NAME: lambda.ref,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(MemorySize),
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${lambda.ref}`,
    AWS_ENDPOINT_URL: endpoints.services,
    AWS_ENDPOINT_URL_DYNAMODB: endpoints.dynamoDb,
    AWS_ENDPOINT_URL_SQS: endpoints.sqs,
    AWS_ENDPOINT_URL_KMS: endpoints.services,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: endpoints.services,
    AWS_EC2_METADATA_DISABLED: 'true',
    // A profile of this machine's owner has no business in here.
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    LANG: 'en_US.UTF-8',
    TZ: ':UTC',
    PATH: [dirname(process.execPath), '/usr/local/bin', '/usr/bin', '/bin'].join(delimiter),
  }
}
