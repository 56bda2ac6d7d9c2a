import { HttpMethod } from 'aws-cdk-lib/aws-apigatewayv2'
import type { Construct } from 'constructs'
import { addRoutes, integrationOf, measureRoute } from './api.ts'
import type { Ground } from './capability.ts'
import { TandemFunction } from './constructs/function.ts'
import { secretAccess, tableAccess } from './storage.ts'

/** Where Intuit sends its notifications. */
export const webhookPath = '/webhooks/quickbooks'

/** Takes QuickBooks' notifications in: a marker for each changed id, and a hint onto the pull queue. */
export function addIntake(scope: Construct, ground: Ground): TandemFunction {
  const { settings, storage, pullQueue, api, stage } = ground
  const webhook = new TandemFunction(scope, 'WebhookFunction', {
    settings,
    code: ground.bundles.code('webhook'),
    description: "Tandem: takes QuickBooks' webhook notifications in",
    timeoutSeconds: 10,
    // Intuit waits three seconds for the answer, a cold start included.
    memory: 1024,
    reservedConcurrency: settings.webhookConcurrency,
    environment: {
      TABLE_NAME: storage.table.tableName,
      WEBHOOK_VERIFIER_SECRET_ARN: storage.webhookVerifierSecret.secretArn,
      PULL_QUEUE_URL: pullQueue.queue.queueUrl,
    },
    mayDo: [
      ...tableAccess(storage.table, ['BatchGetItem', 'BatchWriteItem', 'GetItem', 'UpdateItem']),
      secretAccess(storage.webhookVerifierSecret),
      pullQueue.send(),
    ],
    errorImpact:
      'Changes made in QuickBooks arrive late: by the daily reading of changes instead of within seconds. Nothing is lost. Intuit repeats what failed; if errors go on for days it stops sending, so read the log of the webhook function now.',
  })
  addRoutes(api, integrationOf(webhook), {
    path: webhookPath,
    methods: [HttpMethod.POST],
    guard: {
      everyoneBecause: 'Intuit signs what it sends instead of carrying a token; the function checks the signature.',
    },
  })
  measureRoute(stage, `POST ${webhookPath}`)
  return webhook
}
