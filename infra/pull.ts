import type { Construct } from 'constructs'
import type { Ground } from './capability.ts'
import { TandemFunction } from './constructs/function.ts'
import { WorkQueue } from './constructs/work-queue.ts'
import { everyTableAction, secretAccess, tableAccess, tokenKeyAccess } from './storage.ts'

/** A slice of some seconds, with room for a QuickBooks that answers slowly and for its limits. */
const timeoutSeconds = 90

export function addPullQueue(scope: Construct): WorkQueue {
  return new WorkQueue(scope, 'PullQueue', {
    consumerTimeoutSeconds: timeoutSeconds,
    errorImpact:
      'Some companies see an old state of QuickBooks in their lists, and imports of theirs stand still. Nothing is lost: the work is marked in the table and the sweep hints at it again. Read the log of the pull function for that workspace, mend the cause, then redrive the dead-letter queue or purge it.',
  })
}

/** Reads QuickBooks into the mirror, and carries out imports. */
export function addPull(scope: Construct, ground: Ground): TandemFunction {
  const { settings, storage, pullQueue, pushQueue, wakeQueue } = ground
  const pull = new TandemFunction(scope, 'PullFunction', {
    settings,
    code: ground.bundles.code('pull'),
    description: 'Tandem: reads QuickBooks into the mirror and imports from it',
    timeoutSeconds,
    continuesItself: true,
    memory: 1769,
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
      pullQueue.receive(),
      pullQueue.send(),
      pushQueue.send(),
      wakeQueue.send(),
    ],
    errorImpact:
      'Pulls and imports of some companies are late; each is tried again by itself. If it goes on, their messages end in the dead-letter queue. Read the log of the pull function.',
  })
  pullQueue.feed(pull, settings.companiesAtOnce)
  return pull
}
