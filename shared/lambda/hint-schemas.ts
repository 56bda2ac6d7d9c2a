import * as z from 'zod'
import type { PullHint, PushHint, WakeUp } from '#sync/ports'

const workspace = z.string().min(1)

/** What the messages of the pull queue say. */
export const pullHint: z.ZodType<PullHint> = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('run'), workspace, runId: z.string().min(1) }),
  z.object({ kind: z.enum(['upkeep', 'marked', 'changes']), workspace }),
])

/** What the messages of the push queue say. */
export const pushHint: z.ZodType<PushHint> = z.object({ kind: z.literal('contacts'), workspace })

/** What the messages of the queue for wake-ups say. */
export const wakeUp: z.ZodType<WakeUp> = z.object({ queue: z.enum(['pull', 'push']), workspace })
