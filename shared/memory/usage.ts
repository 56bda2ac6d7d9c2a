import type { Usage } from '#sync/ports'
import { createTables } from './tables.ts'

type Counts = Readonly<{ reads: number; writes: number }>

export function createUsage(): Usage {
  const months = createTables(() => new Map<string, Counts>())
  const countsOf = (workspace: string, month: string): Counts =>
    months.of(workspace).get(month) ?? { reads: 0, writes: 0 }
  return {
    add: async (workspace, month, { reads, writes }) => {
      const counts = countsOf(workspace, month)
      months.of(workspace).set(month, { reads: counts.reads + reads, writes: counts.writes + writes })
    },
    get: async (workspace, month) => countsOf(workspace, month),
  }
}
