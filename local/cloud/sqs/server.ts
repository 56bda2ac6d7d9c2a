import { buildApp } from 'fauxqs'
// The package exports no way to keep what is stored and listen on 127.0.0.1 at the same time: its startFauxqs() does
// the first and listens everywhere, buildApp() leaves the listening to us and takes these stores.
import { PersistenceManager } from '../../../node_modules/fauxqs/dist/persistence.js'
import { S3Store } from '../../../node_modules/fauxqs/dist/s3/s3Store.js'
import { SnsStore } from '../../../node_modules/fauxqs/dist/sns/snsStore.js'
import { SqsStore } from '../../../node_modules/fauxqs/dist/sqs/sqsStore.js'
import { host, type OnTaken, withFreePort } from '../process/port.ts'
import { forgetScope, scopeDeduplication } from './deduplication-scope.ts'

/** A queue as SQS' protocol knows it. */
export interface QueueDefinition {
  readonly name: string
  readonly url: string
  readonly arn: string
  readonly attributes: Readonly<Record<string, string>>
}

export interface QueueDepth {
  readonly name: string
  readonly visible: number
  readonly delayed: number
  readonly inFlight: number
}

/** What a cloud asks of its queues beside SQS' protocol. */
export interface QueueControl {
  /** Makes the queues these: creates, updates, and removes what is no longer there. */
  readonly setQueues: (queues: readonly QueueDefinition[]) => void
  /** How much each queue holds, all at the same moment. */
  readonly depths: () => readonly QueueDepth[]
  /** The bodies of the messages of a queue, without receiving them. */
  readonly peek: (queueName: string) => readonly string[]
  /** Lets the visibility timeout of the messages with these receipt handles pass at once. */
  readonly passVisibilityTimeout: (queueName: string, handles: readonly string[]) => void
}

export interface QueueServerSettings {
  /** Folder for what is stored; without one it is kept in memory. */
  readonly folder: string | undefined
  readonly port: number
  readonly region: string
  readonly onTaken?: OnTaken
  /** Answers a call of ours that comes to SQS' own address, by the name of what is asked. */
  readonly answer?: (control: QueueControl, operation: string, input: unknown) => unknown
}

export interface QueueServer {
  readonly port: number
  readonly control: QueueControl
  readonly close: () => Promise<void>
}

/** fauxqs 2.4 stores a message that is made visible before its time with a null where its own table allows none. */
class Persistence extends PersistenceManager {
  override updateMessageReady(): void {
    // Stored as in flight, it is visible again at the next start like all that were in flight.
  }
}

/** Starts SQS' protocol on 127.0.0.1, in this process. */
export async function startQueueServer(settings: QueueServerSettings): Promise<QueueServer> {
  const { folder, region, answer } = settings
  const store = new SqsStore()
  const snsStore = new SnsStore()
  const persistence = folder === undefined ? undefined : new Persistence(folder)
  if (persistence !== undefined) {
    persistence.loadSqsAndSns(store, snsStore)
    store.persistence = persistence
    for (const queue of store.allQueues()) {
      queue.persistence = persistence
      forgetScope(queue)
      // Whoever had received these went with the last run of this cloud.
      for (const entry of queue.inflightMessages.values()) entry.visibilityDeadline = 0
    }
  }
  const control = controlOf(store)
  const build = () => {
    const stores = { sqsStore: store, snsStore, s3Store: new S3Store() }
    const app = buildApp({ logger: false, host: '', defaultRegion: region, stores })
    scopeDeduplication(app, store)
    if (answer !== undefined) {
      app.post<{ Params: { operation: string } }>('/_queues/:operation', async ({ params, body }) => ({
        answer: answer(control, params.operation, JSON.parse(String(body))) ?? null,
      }))
    }
    return app
  }
  let app = build()
  const port = await withFreePort(
    settings.port,
    async (candidate) => {
      try {
        return Number(new URL(await app.listen({ port: candidate, host })).port)
      } catch (error) {
        app = build()
        throw error
      }
    },
    settings.onTaken,
  )
  return {
    port,
    control,
    close: async () => {
      store.shutdown()
      app.server.closeAllConnections()
      await app.close()
      persistence?.close()
    },
  }
}

function controlOf(store: SqsStore): QueueControl {
  const queueOf = (queueName: string) => {
    const queue = store.getQueueByName(queueName)
    if (queue === undefined) throw new Error(`There is no queue ${queueName}.`)
    return queue
  }
  return {
    setQueues: (queues) => {
      const wanted = new Set(queues.map(({ name }) => name))
      for (const { name, url } of [...store.allQueues()]) if (!wanted.has(name)) store.deleteQueue(url)
      for (const { name, url, arn, attributes } of queues) {
        const existing = store.getQueueByName(name)
        if (existing === undefined) forgetScope(store.createQueue(name, url, arn, { ...attributes }))
        else existing.setAttributes({ ...attributes })
      }
    },
    depths: () =>
      [...store.allQueues()].map((queue) => {
        queue.processTimers()
        const { ready, delayed, inflight } = queue.inspectMessages()
        return { name: queue.name, visible: ready.length, delayed: delayed.length, inFlight: inflight.length }
      }),
    peek: (queueName) => {
      const { ready, delayed, inflight } = queueOf(queueName).inspectMessages()
      return [...ready, ...delayed, ...inflight.map(({ message }) => message)].map(({ body }) => body)
    },
    passVisibilityTimeout: (queueName, handles) => {
      const queue = queueOf(queueName)
      for (const handle of handles) {
        const entry = queue.inflightMessages.get(handle)
        if (entry !== undefined) entry.visibilityDeadline = 0
      }
      queue.processTimers()
    },
  }
}
