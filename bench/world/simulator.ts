import { join } from 'node:path'
import * as z from 'zod'
import { startChild } from '../../local/cloud/process/child.ts'

const grantSchema = z.object({
  access_token: z.string(),
  refresh_token: z.string(),
  expires_in: z.number(),
  x_refresh_token_expires_in: z.number(),
})
const callsSchema = z.object({
  totals: z.object({ byKind: z.record(z.string(), z.number()), byStatus: z.record(z.string(), z.number()) }),
})
const recordSchema = z.looseObject({ Id: z.string(), SyncToken: z.string(), DisplayName: z.string() })
const listSchema = z.object({ total: z.number(), items: z.array(recordSchema) })

export type SimulatedRecord = z.output<typeof recordSchema>

/** Every answer of Intuit's: about what its gateway takes, and a little for each row (see README.md). */
const LATENCY = { fixedMs: 200, perRowMs: 0.1 }
const LIST_ROWS = 1_000

/** Starts the QuickBooks simulator as a process of its own; it ends with this one. */
export async function startSimulator(): Promise<Readonly<{ url: string; stop: () => Promise<void> }>> {
  const listening = Promise.withResolvers<string>()
  let lastWords = ''
  const entry = join(import.meta.dirname, '..', '..', 'local', 'quickbooks', 'main.ts')
  const child = startChild(process.execPath, [entry, '--port', '0', '--seed', '7'], {
    onLine: (line) => {
      if (line.trim() !== '') lastWords = line
      const [, url] = /simulated: (http:\/\/\S+)/.exec(line) ?? []
      if (url !== undefined) listening.resolve(url)
    },
  })
  void child.ended.then(() => listening.reject(new Error(`The QuickBooks simulator did not start: ${lastWords}`)))
  return { url: await listening.promise, stop: () => child.stop() }
}

export type SimulatorControl = ReturnType<typeof controlOf>

/** What a bookkeeper does in QuickBooks' own screens, and what a benchmark sets and counts. */
export function controlOf(url: string) {
  const control = async (method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, body?: object) => {
    const response = await fetch(`${url}/control${path}`, {
      method,
      ...(body !== undefined && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    })
    const text = await response.text()
    if (!response.ok) throw new Error(`The simulator refused ${method} ${path}: ${text}`)
    return text === '' ? undefined : (JSON.parse(text) as unknown)
  }
  const list = async (realmId: string, offset: number, limit: number) =>
    listSchema.parse(await control('GET', `/companies/${realmId}/customers?active=all&offset=${offset}&limit=${limit}`))
  const one = (realmId: string, id: string) => `/companies/${realmId}/customers/${id}`
  return {
    setLatency: () => control('PATCH', '/gateway', { latency: LATENCY }),
    /** Adds a company of so many customers. */
    addCompany: (realmId: string, customers: number) =>
      control('POST', '/companies', { realmId, kind: 'generated', customers }),
    grant: async (realmId: string) => grantSchema.parse(await control('POST', `/companies/${realmId}/grant`, {})),
    /** The minute that its limits look back passes at once, and what was called is forgotten. */
    beginAnew: async () => {
      await control('PATCH', '/clock', { advanceMs: 61_000 })
      await control('DELETE', '/calls')
    },
    /** Calls that came in for a company since `beginAnew`, and how many of them were told to wait (429). */
    calls: async (realmId: string) => {
      const { totals } = callsSchema.parse(await control('GET', `/calls?realmId=${realmId}&limit=0`))
      const count = Object.values(totals.byKind).reduce((sum, calls) => sum + calls, 0)
      return { calls: count, throttled: totals.byStatus['429'] ?? 0 }
    },
    /** The record at this place in the list. */
    customerAt: async (realmId: string, place: number) => (await list(realmId, place, 1)).items[0],
    /** All customers as QuickBooks holds them now. */
    customers: async (realmId: string): Promise<readonly SimulatedRecord[]> => {
      const all: SimulatedRecord[] = []
      for (;;) {
        const { total, items } = await list(realmId, all.length, LIST_ROWS)
        all.push(...items)
        if (items.length === 0 || all.length >= total) return all
      }
    },
    edit: (realmId: string, id: string, fields: Readonly<Record<string, string>>) =>
      control('PATCH', one(realmId, id), fields),
    deactivate: (realmId: string, id: string) => control('POST', `${one(realmId, id)}/deactivate`),
    merge: (realmId: string, survivor: string, loser: string) =>
      control('POST', `${one(realmId, survivor)}/merge`, { loser }),
  }
}
