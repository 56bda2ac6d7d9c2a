import type { Construct } from 'constructs'
import type { Ground } from './capability.ts'
import { TandemFunction } from './constructs/function.ts'
import { WorkQueue } from './constructs/work-queue.ts'
import { everyTableAction, secretAccess, tableAccess, tokenKeyAccess } from './storage.ts'

/** A slice of some seconds, with room for a QuickBooks that answers slowly and for its limits. */
const timeoutSeconds = 90

export function addPushQueue(scope: Construct): WorkQueue {
  return new WorkQueue(scope, 'PushQueue', {
    consumerTimeoutSeconds: timeoutSeconds,
    errorImpact:
      'Edits made in the CRM do not reach the QuickBooks of some companies; their contacts stay orange. Nothing is lost: each is marked in the table and the sweep hints at it again. Read the log of the push function for that workspace, mend the cause, then redrive the dead-letter queue or purge it.',
  })
}

/** Sends what changed in the CRM to QuickBooks. */
export function addPush(scope: Construct, ground: Ground): TandemFunction {
  const { settings, storage, pullQueue, pushQueue, wakeQueue } = ground
  const push = new TandemFunction(scope, 'PushFunction', {
    settings,
    code: ground.bundles.code('push'),
    description: 'Tandem: sends what changed in the CRM to QuickBooks',
    timeoutSeconds,
    continuesItself: true,
    memory: 1024,
    environment: {
      TABLE_NAME: storage.table.tableName,
      DATA_KEY_ARN: storage.dataKey.keyArn,
      INTUIT_CLIENT_SECRET_ARN: storage.intuitClientSecret.secretArn,
      INTUIT_ENVIRONMENT: settings.intuitEnvironment,
      PULL_QUEUE_URL: pullQueue.queue.queueUrl,
      PUSH_QUEUE_URL: pushQueue.queue.queueUrl,
      WAKE_QUEUE_URL: wakeQueue.queue.queueUrl,
    },
    mayDo: [
      ...tableAccess(storage.table, [...everyTableAction, 'PartiQLInsert']),
      tokenKeyAccess(storage.dataKey),
      secretAccess(storage.intuitClientSecret),
      pushQueue.receive(),
      pushQueue.send(),
      pullQueue.send(),
      wakeQueue.send(),
    ],
    errorImpact:
      'Edits made in the CRM reach the QuickBooks of some companies late; each is tried again by itself, and never written twice. If it goes on, their messages end in the dead-letter queue. Read the log of the push function.',
  })
  pushQueue.feed(push, settings.companiesAtOnce)
  return push
}
