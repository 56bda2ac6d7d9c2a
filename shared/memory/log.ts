import type { JsonObject } from '#core/records'
import type { Log, Metrics } from '#sync/ports'
import { keep } from './keep.ts'

export type LogLine = Readonly<{ level: 'info' | 'warn' | 'error'; event: string; details: JsonObject }>

/** A log that can be read back, to check what was said and that nothing personal was. */
export interface RecordingLog extends Log {
  lines(): readonly LogLine[]
}

export function createRecordingLog(): RecordingLog {
  const lines: LogLine[] = []
  const write =
    (level: LogLine['level']) =>
    (event: string, details: JsonObject = {}) => {
      lines.push(keep({ level, event, details }))
    }
  return { info: write('info'), warn: write('warn'), error: write('error'), lines: () => [...lines] }
}

/** Metrics that can be read back. */
export interface RecordingMetrics extends Metrics {
  /** The sum of what was counted under the name; 0 when nothing was. */
  total(name: string): number
  /** Every value that was told of the name, the first one first. */
  gauged(name: string): readonly number[]
}

export function createRecordingMetrics(): RecordingMetrics {
  const totals = new Map<string, number>()
  const gauges = new Map<string, readonly number[]>()
  return {
    count: (name, value = 1) => {
      totals.set(name, (totals.get(name) ?? 0) + value)
    },
    gauge: (name, value) => {
      gauges.set(name, [...(gauges.get(name) ?? []), value])
    },
    total: (name) => totals.get(name) ?? 0,
    gauged: (name) => gauges.get(name) ?? [],
  }
}
