import { createHash } from 'node:crypto'
import type { buildApp } from 'fauxqs'
import * as z from 'zod'
import type { SqsQueue, SqsStore } from '../../../node_modules/fauxqs/dist/sqs/sqsStore.js'

// No deduplication id can have it: SQS takes letters, digits and punctuation.
const separator = '\u0000'

const entrySchema = z.looseObject({
  MessageBody: z.string(),
  MessageGroupId: z.string(),
  MessageDeduplicationId: z.string().optional(),
})
type Entry = z.infer<typeof entrySchema>

/**
 * Makes fauxqs, which drops equal messages of a whole queue, look at one message group at a time where the queue's
 * `DeduplicationScope` says so: the group goes in front of the id on its way in, and `forgetScope` takes it off.
 */
export function scopeDeduplication(app: ReturnType<typeof buildApp>, store: SqsStore): void {
  app.addHook('preHandler', (request, _, done) => {
    const { body } = request
    if (isObject(body) && typeof body.QueueUrl === 'string') {
      const queue = store.getQueue(body.QueueUrl)
      if (queue?.attributes.DeduplicationScope === 'messageGroup') {
        const contentBased = queue.attributes.ContentBasedDeduplication === 'true'
        if (Array.isArray(body.Entries))
          request.body = { ...body, Entries: body.Entries.map((entry) => scoped(entry, contentBased)) }
        else request.body = scoped(body, contentBased)
      }
    }
    done()
  })
}

function scoped(value: unknown, contentBased: boolean): unknown {
  const entry = entrySchema.safeParse(value).data
  const id = entry && (entry.MessageDeduplicationId ?? (contentBased ? sha256(entry) : undefined))
  return entry === undefined || id === undefined
    ? value
    : { ...entry, MessageDeduplicationId: `${entry.MessageGroupId}${separator}${id}` }
}

/** What SQS takes as the id of a message that has none. */
function sha256({ MessageBody }: Entry): string {
  return createHash('sha256').update(MessageBody).digest('hex')
}

/** Stores and hands out a queue's messages with the ids that their senders gave them. */
export function forgetScope(queue: SqsQueue): void {
  const enqueue = queue.enqueue.bind(queue)
  queue.enqueue = (message) => {
    const { messageDeduplicationId: id } = message
    const given = id?.slice(id.indexOf(separator) + 1)
    enqueue({ ...message, ...(given !== undefined && { messageDeduplicationId: given }) })
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}
