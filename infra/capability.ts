import type { HttpApi, HttpStage, IHttpRouteAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2'
import type { Bundles } from './constructs/bundles.ts'
import type { WakeQueue } from './constructs/wake-queue.ts'
import type { WorkQueue } from './constructs/work-queue.ts'
import type { Settings } from './settings.ts'
import type { Storage } from './storage.ts'

/** The functions by the name of their file in functions/. */
export type FunctionName = 'admin' | 'docs' | 'oauth' | 'pull' | 'push' | 'schedule' | 'token' | 'webhook'

/** What stands before any capability is added, and that each takes its part of. */
export interface Ground {
  readonly settings: Settings
  readonly bundles: Bundles<FunctionName>
  readonly storage: Storage
  readonly pullQueue: WorkQueue
  readonly pushQueue: WorkQueue
  readonly wakeQueue: WakeQueue
  readonly api: HttpApi
  readonly stage: HttpStage
  readonly authorizer: IHttpRouteAuthorizer
}
