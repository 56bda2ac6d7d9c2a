import * as z from 'zod'

const PAGE_ROWS = 1_000
const PAGES_AT_ONCE = 8
/** Ten calls within a second, which is what QuickBooks lets through, and a little for the way. */
const LIMIT = { calls: 10, withinMs: 1_020 }

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
  const sentAt: number[] = []
  const startedAt = performance.now()
  const query = async (statement: string) => {
    const place = sentAt.push(0) - 1
    const tenth = sentAt[place - LIMIT.calls] ?? Number.NEGATIVE_INFINITY
    sentAt[place] = Math.max(performance.now(), tenth + LIMIT.withinMs, sentAt[place - 1] ?? 0)
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, (sentAt[place] ?? 0) - performance.now())))
    const response = await fetch(`${url}/v3/company/${realmId}/query?query=${encodeURIComponent(statement)}`, {
      headers: { authorization: `Bearer ${token}`, accept: 'application/json' },
    })
    if (!response.ok) throw new Error(`The bare loop was refused: ${response.status} ${await response.text()}`)
    // Parsed and looked at no further: it is the least that a loop can do.
    return JSON.parse(await response.text())
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
  return { wallMs: performance.now() - startedAt, calls: sentAt.length, rows: ids.size, ids }
}
