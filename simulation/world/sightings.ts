import * as z from 'zod'
import type { Company } from '../../local/quickbooks/company/company.ts'
import type { SimulatorResponse } from '../../local/quickbooks/http.ts'
import type { Mishap } from './happenings.ts'

/** A request on its way to QuickBooks. */
export type Sent = Readonly<{ url: URL; body: string }>
/** Looks at what QuickBooks answered, before a fault of the wire spoils it. */
export type LookAt = (sent: Sent, answer: SimulatorResponse) => void

const PAGE = /\bfrom (\w+) .*ORDERBY Id STARTPOSITION (\d+)/i
const SWEEP = /LastUpdatedTime >= /
const STALE = '"code":"5010"'

const row = z.looseObject({ Id: z.string(), status: z.string().optional() })
const rows = z.record(z.string(), z.unknown()).transform((part) => Object.entries(part).flatMap(rowsOf))
const listed = z.looseObject({ QueryResponse: rows })
const captured = z.looseObject({ CDCResponse: z.array(z.looseObject({ QueryResponse: z.array(rows) })) })
const refreshed = z.looseObject({ refresh_token: z.string() })

function rowsOf([entity, list]: readonly [string, unknown]) {
  const parsed = z.array(row).safeParse(list)
  return (parsed.data ?? []).map((each) => ({ entity, id: each.Id, isTombstone: each.status === 'Deleted' }))
}

/** Notices in QuickBooks' answers what no fault makes, but the course of things. */
export function createSightings(
  companies: readonly Company[],
  mostRows: number,
  happened: (mishap: Mishap) => void,
): LookAt {
  const changes = new Map<string, number>()
  const seenAtFirst = new Map<string, number>()
  for (const company of companies) {
    company.onChange(({ realmId }) => changes.set(realmId, (changes.get(realmId) ?? 0) + 1))
  }
  const companyOf = ({ pathname }: URL) => companies.find(({ realmId }) => pathname.includes(`/${realmId}/`))

  const atPage = (realmId: string, entity: string, start: number) => {
    const key = `${realmId} ${entity}`
    const now = changes.get(realmId) ?? 0
    if (start === 1) seenAtFirst.set(key, now)
    else if (seenAtFirst.get(key) !== now) happened('a list changes between two of its pages')
    // Pages share a row with the next.
    if ((start - 1) % (mostRows - 1) !== 0) happened('a gap between two pages is bridged')
  }
  const atChanges = (company: Company, body: string) => {
    const told = captured.parse(JSON.parse(body)).CDCResponse.flatMap((one) => one.QueryResponse.flat())
    if (told.length >= mostRows) happened('change data capture is cut')
    for (const { entity, id, isTombstone } of told) {
      const isThere = entity === 'Vendor' ? company.read('Vendor', id) : company.read('Customer', id)
      if (isTombstone && isThere !== undefined) happened('a tombstone is false')
    }
  }

  return ({ url, body }, answer) => {
    if (answer.status === 400 && answer.body.includes(STALE)) happened('a stale SyncToken is refused')
    if (answer.status !== 200) return
    if (url.pathname.endsWith('/tokens/bearer')) {
      const before = new URLSearchParams(body).get('refresh_token')
      const after = refreshed.safeParse(JSON.parse(answer.body)).data?.refresh_token
      if (before !== null && after !== undefined && after !== before) happened('a refresh token is rotated')
    }
    const company = companyOf(url)
    if (company === undefined || answer.body.includes('"Fault"')) return
    if (url.pathname.endsWith('/cdc')) atChanges(company, answer.body)
    const statement = url.searchParams.get('query') ?? ''
    const page = PAGE.exec(statement)
    if (page !== null) atPage(company.realmId, page[1] ?? '', Number(page[2]))
    // Companies are far too small for it otherwise.
    if (
      mostRows < 1_000 &&
      SWEEP.test(statement) &&
      listed.parse(JSON.parse(answer.body)).QueryResponse.length >= mostRows
    )
      happened('a sweep takes several answers')
  }
}
