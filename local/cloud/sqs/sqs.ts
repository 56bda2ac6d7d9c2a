import { fileURLToPath } from 'node:url'
import * as z from 'zod'
import { nameOf } from '../lambda/links.ts'
import { host, type OnTaken } from '../process/port.ts'
import { startServerProcess } from '../process/server-process.ts'
import { accountId } from '../template/identity.ts'
import type { Resource } from '../template/resources.ts'
import { type QueueControl, type QueueDefinition, type QueueDepth, startQueueServer } from './server.ts'

export interface Sqs {
  readonly endpoint: string
  /** Makes the queues those of the template: creates, updates, and removes what is no longer there. */
  readonly setQueues: (queues: readonly Resource<'queue'>[]) => Promise<void>
  /** How much each queue holds, all at the same moment. */
  readonly depths: () => Promise<readonly QueueDepth[]>
  /** The bodies of the messages that wait in a queue, without receiving them. */
  readonly peek: (queueName: string) => Promise<readonly string[]>
  /** Lets the visibility timeout of the messages with these receipt handles pass at once. */
  readonly passVisibilityTimeout: (queueName: string, handles: readonly string[]) => Promise<void>
  /** Kills the server with SIGKILL and resolves when it answers again with what it has stored. */
  readonly crash: () => Promise<void>
  readonly close: () => Promise<void>
}

export interface SqsSettings {
  /** Folder for what is stored; without one it is kept in memory. */
  readonly folder: string | undefined
  readonly port: number
  readonly region: string
  readonly onTaken?: OnTaken
  /** Hears of an end that nobody asked for, and of what becomes of it. */
  readonly onEnded?: (line: string) => void
}

/** Starts SQS' protocol on 127.0.0.1: in a process of its own where messages are kept in files, else in this one. */
export async function startSqs(settings: SqsSettings): Promise<Sqs> {
  const { folder } = settings
  return folder === undefined ? inThisProcess(settings) : inItsOwn({ ...settings, folder })
}

async function inThisProcess(settings: SqsSettings): Promise<Sqs> {
  const { port, control, close } = await startQueueServer(settings)
  return {
    endpoint: `http://${host}:${port}`,
    setQueues: async (queues) => control.setQueues(definitionsOf(queues, settings.region)),
    depths: async () => control.depths(),
    peek: async (queueName) => control.peek(queueName),
    passVisibilityTimeout: async (queueName, handles) => control.passVisibilityTimeout(queueName, handles),
    crash: async () => {
      throw new Error('Queues that are kept in memory cannot be killed.')
    },
    close,
  }
}

const depthsSchema = z.array(
  z.object({ name: z.string(), visible: z.number(), delayed: z.number(), inFlight: z.number() }),
)
const answerSchema = z.object({ answer: z.unknown() })

async function inItsOwn(settings: SqsSettings & { readonly folder: string }): Promise<Sqs> {
  const { folder, port, region, onTaken, onEnded } = settings
  const entry = fileURLToPath(new URL('./process.ts', import.meta.url))
  const server = await startServerProcess({
    name: 'The local SQS',
    command: process.execPath,
    args: (free) => [entry, '--folder', folder, '--port', String(free), '--region', region],
    isListening: (line) => line === 'listening',
    taken: 'EADDRINUSE',
    port,
    survives: true,
    ...(onTaken !== undefined && { onTaken }),
    ...(onEnded !== undefined && { onEnded }),
  })
  const endpoint = `http://${host}:${server.port}`
  const ask = async (operation: keyof QueueControl, input: unknown = null): Promise<unknown> => {
    const response = await fetch(`${endpoint}/_queues/${operation}`, { method: 'POST', body: JSON.stringify(input) })
    if (!response.ok) throw new Error(`The local SQS refused ${operation}: ${await response.text()}`)
    return answerSchema.parse(await response.json()).answer
  }
  return {
    endpoint,
    setQueues: async (queues) => {
      await ask('setQueues', definitionsOf(queues, region))
    },
    depths: async () => depthsSchema.parse(await ask('depths')),
    peek: async (name) => z.array(z.string()).parse(await ask('peek', { name })),
    passVisibilityTimeout: async (name, handles) => {
      await ask('passVisibilityTimeout', { name, handles })
    },
    crash: server.crash,
    close: server.stop,
  }
}

function definitionsOf(queues: readonly Resource<'queue'>[], region: string): readonly QueueDefinition[] {
  return queues.map((queue) => {
    const name = nameOf(queue)
    return {
      name,
      url: queue.ref,
      arn: `arn:aws:sqs:${region}:${accountId}:${name}`,
      attributes: attributesOf(queue),
    }
  })
}

function attributesOf({ properties }: Resource<'queue'>): Record<string, string> {
  const { RedrivePolicy, ...plain } = properties
  const attributes = Object.entries(plain).flatMap(([name, value]) =>
    value === undefined || value === false ? [] : [[name, String(value)] as const],
  )
  if (RedrivePolicy !== undefined) attributes.push(['RedrivePolicy', JSON.stringify(RedrivePolicy)])
  return Object.fromEntries(attributes)
}
