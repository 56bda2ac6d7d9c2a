import { setTimeout as pause } from 'node:timers/promises'
import * as z from 'zod'

const PAGE_ROWS = 1_000
const PAGES_AT_ONCE = 8
/** Ten calls within a second are what QuickBooks lets through: evenly, and with a little for the way. */
const EVERY_MS = 104
/** After a 429 on a machine that has much else to do. */
const REST_MS = 1_000

const answerSchema = z.object({
  QueryResponse: z.object({
    totalCount: z.number().optional(),
    Customer: z.array(z.looseObject({ Id: z.string() })).optional(),
  }),
})

export type BareLoop = Readonly<{ wallMs: number; calls: number; rows: number; ids: ReadonlySet<string> }>

export type BareLoopOptions = Readonly<{
  url: string
  realmId: string
  token: string
  /** What stands between the table's name and the page: `WHERE Active IN (true,false) ORDERBY Id`. */
  criteria: string
  /** Called with the ids of each page as it has come. */
  afterPage?: (ids: readonly string[]) => Promise<void>
}>

/** What anybody would write: counts, then fetches all pages, eight at a time, and keeps nothing but the ids. */
export async function bareLoop({ url, realmId, token, criteria, afterPage }: BareLoopOptions): Promise<BareLoop> {
  let calls = 0
  let nextAt = 0
  const startedAt = performance.now()
  const query = async (statement: string) => {
    for (;;) {
      const at = Math.max(performance.now(), nextAt)
      nextAt = at + EVERY_MS
      calls += 1
      await pause(Math.max(0, at - performance.now()))
      const response = await fetch(`${url}/v3/company/${realmId}/query?query=${encodeURIComponent(statement)}`, {
        headers: { authorization: `Bearer ${token}`, accept: 'application/json' },
      })
      const text = await response.text()
      // Parsed and looked at no further: it is the least that a loop can do.
      if (response.ok) return JSON.parse(text)
      if (response.status !== 429) throw new Error(`The bare loop was refused: ${response.status} ${text}`)
      await pause(REST_MS)
    }
  }

  const where = criteria.replace(/ ?ORDERBY.*$/, '')
  const count = answerSchema.parse(await query(`SELECT COUNT(*) FROM Customer ${where}`)).QueryResponse.totalCount ?? 0
  const ids = new Set<string>()
  const pages = Array.from({ length: Math.ceil(count / PAGE_ROWS) }, (_, page) => page).values()
  const lane = async () => {
    for (const page of pages) {
      const statement = `SELECT * FROM Customer ${criteria} STARTPOSITION ${page * PAGE_ROWS + 1} MAXRESULTS ${PAGE_ROWS}`
      const rows: readonly Readonly<{ Id: string }>[] = (await query(statement)).QueryResponse.Customer ?? []
      for (const { Id } of rows) ids.add(Id)
      await afterPage?.(rows.map(({ Id }) => Id))
    }
  }
  await Promise.all(Array.from({ length: PAGES_AT_ONCE }, lane))
  return { wallMs: performance.now() - startedAt, calls, rows: ids.size, ids }
}
