import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { buildSync } from 'esbuild'

// Where the real bundles lie too: within reach of the project's packages.
const fixtures = join(import.meta.dirname, '..', '..', '..', 'cdk.out', 'fixtures')

export interface FixtureFunction {
  /** The source of `index.ts`, bundled as the real functions are. */
  readonly source: string
  readonly timeout?: number
  readonly memory?: number
  readonly environment?: Readonly<Record<string, unknown>>
  readonly reservedConcurrency?: number
}

export interface FixtureApp {
  readonly functions?: Readonly<Record<string, FixtureFunction>>
  readonly resources?: Readonly<Record<string, { readonly Type: string; readonly Properties?: object }>>
}

/** Writes a template and its assets as the CDK does, once for each content, and answers with the template's path. */
export function writeFixtureApp(app: FixtureApp): string {
  const folder = join(fixtures, createHash('sha256').update(JSON.stringify(app)).digest('hex').slice(0, 16))
  if (!existsSync(folder)) {
    mkdirSync(fixtures, { recursive: true })
    const unfinished = mkdtempSync(join(fixtures, 'unfinished-'))
    build(app, unfinished)
    renameSync(unfinished, folder)
  }
  return join(folder, 'Fixture.template.json')
}

function build({ functions = {}, resources = {} }: FixtureApp, folder: string): void {
  writeFileSync(join(folder, 'package.json'), '{}')
  const files: Record<string, object> = {}
  const lambdas: Record<string, object> = {}
  for (const [name, settings] of Object.entries(functions)) {
    const asset = join(folder, `asset.${name}`)
    mkdirSync(asset)
    buildSync({
      stdin: { contents: settings.source, loader: 'ts', resolveDir: import.meta.dirname },
      outfile: join(asset, 'index.mjs'),
      bundle: true,
      platform: 'node',
      format: 'esm',
      target: 'node24',
      external: ['not-in-the-bundle', '@aws-sdk/*', 'zod'],
      logLevel: 'warning',
    })
    files[name] = {
      source: { path: `asset.${name}`, packaging: 'zip' },
      destinations: { here: { objectKey: `${name}.zip` } },
    }
    lambdas[name] = {
      Type: 'AWS::Lambda::Function',
      Properties: {
        Code: { S3Bucket: 'assets', S3Key: `${name}.zip` },
        Handler: 'index.handler',
        Runtime: 'nodejs24.x',
        Timeout: settings.timeout ?? 10,
        MemorySize: settings.memory ?? 256,
        Environment: { Variables: settings.environment ?? {} },
        ...(settings.reservedConcurrency !== undefined && {
          ReservedConcurrentExecutions: settings.reservedConcurrency,
        }),
      },
    }
  }
  writeFileSync(join(folder, 'Fixture.assets.json'), JSON.stringify({ version: '1', files }))
  writeFileSync(join(folder, 'Fixture.template.json'), JSON.stringify({ Resources: { ...lambdas, ...resources } }))
}

/** An HTTP API whose routes lead to one function; `scopes` undefined for a route that everyone may call. */
export function apiResources(
  functionName: string,
  routes: Readonly<Record<string, readonly string[] | undefined>>,
  cors?: object,
): NonNullable<FixtureApp['resources']> {
  const routeResources = Object.entries(routes).map(([routeKey, scopes], at) => [
    `Route${at}`,
    {
      Type: 'AWS::ApiGatewayV2::Route',
      Properties: {
        ApiId: { Ref: 'Api' },
        RouteKey: routeKey,
        Target: { 'Fn::Join': ['', ['integrations/', { Ref: 'Integration' }]] },
        ...(scopes !== undefined && {
          AuthorizationType: 'JWT',
          AuthorizerId: { Ref: 'Authorizer' },
          AuthorizationScopes: scopes,
        }),
      },
    },
  ])
  return {
    Api: {
      Type: 'AWS::ApiGatewayV2::Api',
      Properties: { Name: 'fixture', ProtocolType: 'HTTP', ...(cors !== undefined && { CorsConfiguration: cors }) },
    },
    Stage: { Type: 'AWS::ApiGatewayV2::Stage', Properties: { ApiId: { Ref: 'Api' }, StageName: '$default' } },
    Integration: {
      Type: 'AWS::ApiGatewayV2::Integration',
      Properties: {
        ApiId: { Ref: 'Api' },
        IntegrationType: 'AWS_PROXY',
        IntegrationUri: { 'Fn::GetAtt': [functionName, 'Arn'] },
        PayloadFormatVersion: '2.0',
      },
    },
    Authorizer: {
      Type: 'AWS::ApiGatewayV2::Authorizer',
      Properties: {
        AuthorizerType: 'JWT',
        IdentitySource: ['$request.header.Authorization'],
        JwtConfiguration: { Issuer: 'https://issuer.example', Audience: ['fixture'] },
      },
    },
    ...Object.fromEntries(routeResources),
  }
}

export interface FixtureQueue {
  readonly fifo: boolean
  readonly maxReceiveCount: number
  readonly visibilityTimeout?: number
  readonly partial?: boolean
  readonly deduplicationScope?: 'queue' | 'messageGroup'
}

/** A queue `Work` with its dead-letter queue `WorkDeadLetters`, feeding a function. */
export function queueResources(functionName: string, queue: FixtureQueue): NonNullable<FixtureApp['resources']> {
  const shared = queue.fifo ? { FifoQueue: true } : {}
  return {
    Work: {
      Type: 'AWS::SQS::Queue',
      Properties: {
        ...shared,
        ...(queue.deduplicationScope !== undefined && { DeduplicationScope: queue.deduplicationScope }),
        VisibilityTimeout: queue.visibilityTimeout ?? 60,
        RedrivePolicy: {
          deadLetterTargetArn: { 'Fn::GetAtt': ['WorkDeadLetters', 'Arn'] },
          maxReceiveCount: queue.maxReceiveCount,
        },
      },
    },
    WorkDeadLetters: { Type: 'AWS::SQS::Queue', Properties: shared },
    WorkEvents: {
      Type: 'AWS::Lambda::EventSourceMapping',
      Properties: {
        EventSourceArn: { 'Fn::GetAtt': ['Work', 'Arn'] },
        FunctionName: { Ref: functionName },
        BatchSize: 10,
        ...(queue.partial === true && { FunctionResponseTypes: ['ReportBatchItemFailures'] }),
      },
    },
  }
}
