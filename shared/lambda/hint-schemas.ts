import * as z from 'zod'
import type { PullHint, PushHint } from '#sync/ports'

const workspace = z.string().min(1)

/** What the messages of the pull queue say. */
export const pullHint: z.ZodType<PullHint> = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('run'), workspace, runId: z.string().min(1) }),
  z.object({ kind: z.enum(['upkeep', 'marked', 'changes']), workspace }),
])

/** What the messages of the push queue say. */
export const pushHint: z.ZodType<PushHint> = z.object({ kind: z.literal('contacts'), workspace })
