import { isJsonObject, type Json } from '../../local/quickbooks/company/json.ts'
import type { Simulator } from '../../local/quickbooks/simulator.ts'

/** Where QuickBooks' records hold what says who somebody is. */
const PERSONAL = new Set([
  'DisplayName',
  'FullyQualifiedName',
  'CompanyName',
  'GivenName',
  'MiddleName',
  'FamilyName',
  'PrintOnCheckName',
  'FreeFormNumber',
  'Address',
  'Line1',
  'Line2',
  'Notes',
  'URI',
  'TaxIdentifier',
])

/** Any JSON web token, which is what people sign in with. */
const TOKEN = /\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\./

/** Shorter texts turn up anywhere by chance. */
const SHORTEST = 6

/**
 * Which secrets and personal data of the simulator's world stand in these logs: tokens, codes, keys of apps, and what
 * the records of all companies hold. Says where and what kind it is.
 */
export function findLeaks(logs: Logs, simulator: Simulator, secrets: readonly string[]): readonly string[] {
  const needles = new Map<string, string>()
  const { codes, grants, accessTokens } = simulator.snapshot().oauth
  for (const { value } of [...codes, ...accessTokens]) needles.set(value, 'a code or access token')
  for (const { refreshToken, rotatedAway } of grants) {
    for (const value of [refreshToken, ...rotatedAway.map((old) => old.value)]) needles.set(value, 'a refresh token')
  }
  for (const { clientSecret, verifierToken } of simulator.apps.list()) {
    for (const value of [clientSecret, verifierToken]) needles.set(value, "an app's secret")
  }
  for (const secret of secrets) needles.set(secret, 'a secret of this run')
  for (const company of simulator.companies.list()) {
    for (const entity of ['Customer', 'Vendor', 'Employee'] as const) {
      for (const record of company.list({ entity, limit: Number.MAX_SAFE_INTEGER }).rows) {
        for (const text of personalIn(record)) needles.set(text, `of the ${entity} ${String(record.Id)}`)
      }
    }
  }
  return leaksOf(logs, needles)
}

type Logs = readonly { readonly name: string; readonly lines: readonly string[] }[]

/** Which of these texts, each with what it is, stand in these logs, whatever their case; and any token of ours. */
export function leaksOf(logs: Logs, needles: ReadonlyMap<string, string>): readonly string[] {
  const sought = [...needles].filter(([needle]) => needle.length >= SHORTEST)
  return logs.flatMap(({ name, lines }) => {
    const text = lines.join('\n')
    const lower = text.toLowerCase()
    const tokens = TOKEN.test(text) ? [`${name} logs a token of ours`] : []
    const known = sought.filter(([needle]) => lower.includes(needle.toLowerCase()))
    return [...tokens, ...known.map(([needle, kind]) => `${name} logs ${kind}: ${needle}`)]
  })
}

function personalIn(value: Json | undefined, field = ''): readonly string[] {
  if (typeof value === 'string') return PERSONAL.has(field) ? [value, JSON.stringify(value).slice(1, -1)] : []
  if (Array.isArray(value)) return value.flatMap((each) => personalIn(each, field))
  if (!isJsonObject(value)) return []
  return Object.entries(value).flatMap(([name, each]) => personalIn(each, name))
}
