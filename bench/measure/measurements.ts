import * as z from 'zod'

/** What one process measures, and what it answers: each has a process of its own, so that none warms up another. */
const pulled = z.object({
  wallMs: z.number(),
  cpuMs: z.number(),
  rows: z.number(),
  slices: z.number(),
  calls: z.number(),
  mirrorsPut: z.number(),
  table: z
    .object({ requests: z.number(), itemsRead: z.number(), mirrorsWritten: z.number(), othersWritten: z.number() })
    .optional(),
})
const losses = z.object({ pages: z.number(), edits: z.number(), lost: z.number(), stale: z.number() })

export const ANSWERS = {
  bareLoop: z.object({ wallMs: z.number(), cpuMs: z.number(), calls: z.number(), rows: z.number() }),
  /** One pull after the other in the same world: the second finds nothing changed. */
  pulls: z.array(pulled),
  memory: z.object({
    baselineMB: z.number(),
    peakMB: z.number(),
    residentBaselineMB: z.number(),
    residentPeakMB: z.number(),
    idSetMB: z.number(),
  }),
  pullWhileItMoves: losses,
  bareLoopWhileItMoves: losses,
} as const

export type Measurement = keyof typeof ANSWERS
export type Answer<M extends Measurement> = z.output<(typeof ANSWERS)[M]>
export type PulledOnce = z.output<typeof pulled>

export const requestSchema = z.object({
  measurement: z.enum(['bareLoop', 'pulls', 'memory', 'pullWhileItMoves', 'bareLoopWhileItMoves']),
  simulatorUrl: z.string(),
  realmId: z.string(),
  table: z.object({ endpoint: z.string(), tableName: z.string() }).optional(),
  times: z.number().default(1),
})
export type MeasureRequest = z.input<typeof requestSchema>
