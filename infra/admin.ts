import { HttpMethod } from 'aws-cdk-lib/aws-apigatewayv2'
import type { Construct } from 'constructs'
import { addRoutes, integrationOf } from './api.ts'
import type { Ground } from './capability.ts'
import { TandemFunction } from './constructs/function.ts'
import { everyTableAction, secretAccess, tableAccess } from './storage.ts'

/** The API that people and their console work with. It never sees a token of QuickBooks' and never calls it. */
export function addAdmin(scope: Construct, ground: Ground): TandemFunction {
  const { settings, storage, pullQueue, pushQueue, api, authorizer } = ground
  const admin = new TandemFunction(scope, 'AdminFunction', {
    settings,
    code: ground.bundles.code('admin'),
    description: 'Tandem: the API that people and their console work with',
    timeoutSeconds: 29,
    memory: 1024,
    environment: {
      TABLE_NAME: storage.table.tableName,
      SIGNING_SECRET_ARN: storage.signingSecret.secretArn,
      PULL_QUEUE_URL: pullQueue.queue.queueUrl,
      PUSH_QUEUE_URL: pushQueue.queue.queueUrl,
    },
    mayDo: [
      ...tableAccess(storage.table, everyTableAction),
      secretAccess(storage.signingSecret),
      pullQueue.send(),
      pushQueue.send(),
    ],
    errorImpact:
      'People see errors where they list, review, import or edit; syncing in the background goes on. Read the log of the admin function.',
  })
  const integration = integrationOf(admin)
  // Greedy, so that a route is declared in one place only. Which scope a route really needs is declared there too,
  // and checked by the function; here only those without any are turned away.
  addRoutes(api, integration, {
    path: '/{proxy+}',
    methods: [HttpMethod.GET],
    guard: { authorizer, anyOf: ['read', 'write', 'admin'] },
  })
  addRoutes(api, integration, {
    path: '/{proxy+}',
    methods: [HttpMethod.POST, HttpMethod.PUT, HttpMethod.PATCH, HttpMethod.DELETE],
    guard: { authorizer, anyOf: ['write', 'admin'] },
  })
  return admin
}
