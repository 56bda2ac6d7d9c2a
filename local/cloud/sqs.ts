import { buildApp } from 'fauxqs'
// The package exports no way to keep what is stored and listen on 127.0.0.1 at the same time: its startFauxqs() does
// the first and listens everywhere, buildApp() leaves the listening to us and takes these stores.
import { PersistenceManager } from '../../node_modules/fauxqs/dist/persistence.js'
import { S3Store } from '../../node_modules/fauxqs/dist/s3/s3Store.js'
import { SnsStore } from '../../node_modules/fauxqs/dist/sns/snsStore.js'
import { SqsStore } from '../../node_modules/fauxqs/dist/sqs/sqsStore.js'
import { forgetScope, scopeDeduplication } from './deduplication-scope.ts'
import { accountId } from './identity.ts'
import { nameOf } from './links.ts'
import { host, type OnTaken, withFreePort } from './port.ts'
import type { Resource } from './resources.ts'

export interface QueueDepth {
  readonly visible: number
  readonly delayed: number
  readonly inFlight: number
}

export interface Sqs {
  readonly endpoint: string
  /** Makes the queues those of the template: creates, updates, and removes what is no longer there. */
  readonly setQueues: (queues: readonly Resource<'queue'>[], region: string) => void
  readonly depth: (queueName: string) => QueueDepth
  /** The bodies of the messages that wait in a queue, without receiving them. */
  readonly peek: (queueName: string) => readonly string[]
  /** Lets the visibility timeout of the messages with these receipt handles pass at once. */
  readonly passVisibilityTimeout: (queueName: string, handles: readonly string[]) => void
  /** Ends the server, whoever is waiting for it, and starts it again at the same address with what is stored. */
  readonly restart: () => Promise<void>
  readonly close: () => Promise<void>
}

export interface SqsSettings {
  /** Folder for what is stored; without one it is kept in memory. */
  readonly folder: string | undefined
  readonly port: number
  readonly region: string
  readonly onTaken?: OnTaken
}

/** fauxqs 2.4 stores a message that is made visible before its time with a null where its own table allows none. */
class Persistence extends PersistenceManager {
  override updateMessageReady(): void {
    // Stored as in flight, it is visible again at the next start like all that were in flight.
  }
}

interface Server {
  readonly store: SqsStore
  readonly port: number
  readonly close: () => Promise<void>
}

/** Starts SQS' protocol on 127.0.0.1. */
export async function startSqs(settings: SqsSettings): Promise<Sqs> {
  let server = await startServer(settings)
  const { port } = server
  let queuesSet = (): void => {}

  const queueOf = (queueName: string) => {
    const queue = server.store.getQueueByName(queueName)
    if (queue === undefined) throw new Error(`There is no queue ${queueName}.`)
    return queue
  }

  return {
    endpoint: `http://${host}:${port}`,
    setQueues: (queues, region) => {
      queuesSet = () => setQueues(server.store, queues, region)
      queuesSet()
    },
    depth: (queueName) => {
      const queue = queueOf(queueName)
      queue.processTimers()
      const { ready, delayed, inflight } = queue.inspectMessages()
      return { visible: ready.length, delayed: delayed.length, inFlight: inflight.length }
    },
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
    restart: async () => {
      await server.close()
      server = await startServer({ ...settings, port })
      queuesSet()
    },
    close: () => server.close(),
  }
}

async function startServer(settings: SqsSettings): Promise<Server> {
  const store = new SqsStore()
  const snsStore = new SnsStore()
  const persistence = settings.folder === undefined ? undefined : new Persistence(settings.folder)
  if (persistence !== undefined) {
    persistence.loadSqsAndSns(store, snsStore)
    store.persistence = persistence
    for (const queue of store.allQueues()) {
      queue.persistence = persistence
      // Whoever had received these went with the last run of this cloud.
      for (const entry of queue.inflightMessages.values()) entry.visibilityDeadline = 0
    }
  }
  const build = () => {
    const stores = { sqsStore: store, snsStore, s3Store: new S3Store() }
    const app = buildApp({ logger: false, host: '', defaultRegion: settings.region, stores })
    scopeDeduplication(app, store)
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
    store,
    port,
    close: async () => {
      store.shutdown()
      app.server.closeAllConnections()
      await app.close()
      persistence?.close()
    },
  }
}

function setQueues(store: SqsStore, queues: readonly Resource<'queue'>[], region: string): void {
  const wanted = new Set(queues.map((queue) => nameOf(queue)))
  for (const { name, url } of [...store.allQueues()]) if (!wanted.has(name)) store.deleteQueue(url)
  for (const queue of queues) {
    const name = nameOf(queue)
    const attributes = attributesOf(queue)
    const existing = store.getQueueByName(name)
    existing?.setAttributes(attributes)
    const arn = `arn:aws:sqs:${region}:${accountId}:${name}`
    forgetScope(existing ?? store.createQueue(name, queue.ref, arn, attributes))
  }
}

function attributesOf({ properties }: Resource<'queue'>): Record<string, string> {
  const { RedrivePolicy, ...plain } = properties
  const attributes = Object.entries(plain).flatMap(([name, value]) =>
    value === undefined || value === false ? [] : [[name, String(value)] as const],
  )
  if (RedrivePolicy !== undefined) attributes.push(['RedrivePolicy', JSON.stringify(RedrivePolicy)])
  return Object.fromEntries(attributes)
}
