import type { Usage, UsageCounts } from '#sync/ports'
import { createTables } from './tables.ts'

export function createUsage(): Usage {
  const months = createTables(() => new Map<string, UsageCounts>())
  const countsOf = (workspace: string, month: string): UsageCounts =>
    months.of(workspace).get(month) ?? { reads: 0, writes: 0 }
  return {
    add: async (workspace, month, counts) => {
      const sum = sumOf(countsOf(workspace, month), counts)
      months.of(workspace).set(month, sum)
      return sum
    },
    get: async (workspace, month) => countsOf(workspace, month),
    ofAll: async (month) =>
      [...months.all()].map(([workspace]) => countsOf(workspace, month)).reduce(sumOf, { reads: 0, writes: 0 }),
  }
}

function sumOf(a: UsageCounts, b: UsageCounts): UsageCounts {
  return { reads: a.reads + b.reads, writes: a.writes + b.writes }
}
