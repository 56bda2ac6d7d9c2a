import type { CallKind } from '../call-log.ts'
import type { Company } from '../company/company.ts'
import { PACIFIC } from '../company/zone.ts'
import type { SimulatorContext } from '../context.ts'
import type { Authorization, AuthorizeRefusal, TokenAuthority } from '../gateway/authority.ts'
import { drawTid, edgeHeaders } from '../gateway/edge-headers.ts'
import { type GatewayRefusal, gatewayFault } from '../gateway/envelope.ts'
import { createThrottle } from '../gateway/throttle.ts'
import { underFaults } from '../gateway/under-faults.ts'
import { htmlResponse, type Route, type RoutedRequest, type SimulatorResponse } from '../http.ts'
import type { Module } from '../module.ts'
import type { Switches } from '../switches.ts'
import { runOperation } from './operations.ts'
import { createRequestIds, type RequestIds } from './request-ids.ts'
import type { ApiResult } from './result.ts'
import { toXml } from './xml.ts'

const LARGEST_BODY = 10_000_000

const wantsJson = (request: RoutedRequest): boolean => (request.headers.accept ?? '').toLowerCase().includes('json')

/** A token that Intuit issued is called by its name inside; a foreign one gets the words of a short one. */
const MALFORMED = 'Malformed bearer token: too short or too long'
const REFUSAL_DETAIL: Readonly<Record<AuthorizeRefusal, (tokenName: string) => string | undefined>> = {
  malformed: () => MALFORMED,
  unknown: () => MALFORMED,
  expired: (tokenName) => `Token expired: ${tokenName}`,
  revoked: (tokenName) => `Token revoked: ${tokenName}`,
  forbidden: () => undefined,
}

/** What the log keeps of an answer besides the answer itself. */
interface Answered {
  readonly response: SimulatorResponse
  readonly kind: CallKind
  readonly rows: number
  readonly reads: number
  readonly error?: string
}

export interface AccountingApi extends Module {
  readonly requestIds: RequestIds
}

/** The Accounting API behind its gateway: token, limits, metering and faults, then the operation. */
export function createAccountingApi(context: SimulatorContext, authority: TokenAuthority): AccountingApi {
  const { clock, calls, gateway, switches } = context
  const throttle = createThrottle(() => gateway.settings)
  const requestIds = createRequestIds(clock, switches)
  const random = context.random.fork('intuit_tid')
  const moments = context.random.fork('began')

  /** `time` in an answer is when the request began: recorded 0.05 to 1.2 s before LastUpdatedTime of what it wrote. */
  const began = (): string =>
    PACIFIC.stampMs(clock.now() - (switches.get('write-times') === 'apart' ? 50 + moments.integer(1_150) : 0))
  const refused = (request: RoutedRequest, refusal: GatewayRefusal, detail?: string): Answered => {
    const fault = gatewayFault(refusal, detail, clock.now())
    const response = wantsJson(request) ? fault : gatewayXml(fault)
    return { response, kind: 'other', rows: 0, reads: 0, error: refusal }
  }
  const written = (request: RoutedRequest, result: ApiResult, tid: string): SimulatorResponse => {
    const isGood = result.status === 200
    const json = wantsJson(request)
    const time = began()
    const milliseconds = 20 + result.rows
    return {
      status: result.status === 400 || isGood ? result.status : 400,
      headers: {
        'content-type': json
          ? isGood
            ? 'application/json;charset=utf-8'
            : 'application/json'
          : 'application/xml;charset=UTF-8',
        ...(isGood && hasVersion(switches, tid)
          ? {
              'cache-control': 'max-age=0, no-cache, no-store, must-revalidate, private',
              'qbo-version': '1944.190',
              'service-time': `total=${milliseconds}, db=${Math.ceil(milliseconds / 3)}`,
            }
          : {}),
      },
      body: json
        ? withAmounts(JSON.stringify(result.timed ? { ...result.body, time } : result.body))
        : toXml(result.body, time),
      latencyMs: gateway.settings.latency.fixedMs + gateway.settings.latency.perRowMs * result.rows,
    }
  }
  const isSpent = (clientId: string): boolean => {
    const limit = context.apps.find(clientId)?.monthlyReads
    return limit !== undefined && calls.monthlyReads(clientId, clock.now()) >= limit
  }
  /** Writes stay free; what is a metered read is blocked. */
  const isRead = (request: RoutedRequest, rest: string): boolean => {
    if (rest.startsWith('cdc')) return switches.get('cdc-metered') === 'yes'
    return request.method === 'GET' || rest.startsWith('query')
  }

  const answer = (request: RoutedRequest, rest: string, company: Company, clientId: string, tid: string): Answered => {
    const now = clock.now()
    const holder = { realmId: company.realmId, clientId }
    const isCrowded =
      switches.get('concurrent-limit') === 'on' &&
      throttle.inFlight(holder, now) >= gateway.settings.limits.concurrentPerApp
    if (isCrowded) return refused(request, 'throttled')
    const isBatch = rest.toLowerCase() === 'batch'
    if (!throttle.admit({ ...holder, isBatch }, now)) return refused(request, 'throttled')
    const isMetered = company.environment === 'production' || switches.get('sandbox-metered') === 'yes'
    if (isMetered && isRead(request, rest.toLowerCase()) && isSpent(clientId)) return refused(request, 'throttled')
    if (request.body.length >= LARGEST_BODY) {
      const page =
        '<html><head><title>413 Request Entity Too Large</title></head><body><h1>413 Request Entity Too Large</h1></body></html>'
      return { response: htmlResponse(413, page), kind: 'other', rows: 0, reads: 0, error: '413' }
    }
    const result = runOperation(company, clientId, request, rest, requestIds)
    const response = written(request, result, tid)
    throttle.occupy(holder, now + (response.latencyMs ?? 0))
    const reads = isMetered && result.status === 200 ? result.reads : 0
    return {
      response,
      kind: result.kind,
      rows: result.rows,
      reads,
      ...(result.error === undefined ? {} : { error: result.error }),
    }
  }

  const authorize = (
    request: RoutedRequest,
    realmId: string,
  ): { readonly token: string; readonly outcome: Authorization } => {
    const [scheme = '', token = ''] = (request.headers.authorization ?? '').split(/\s+/)
    if (scheme.toLowerCase() !== 'bearer' || token === '') return { token, outcome: { ok: false, reason: 'malformed' } }
    const outcome = authority.authorize(token, realmId, clock.now())
    if (!outcome.ok) return { token, outcome }
    const company = context.companies.find(realmId)
    const app = context.apps.find(outcome.appId)
    const isWrongEnvironment = app !== undefined && company !== undefined && app.environment !== company.environment
    return {
      token,
      outcome: company === undefined || isWrongEnvironment ? { ok: false, reason: 'forbidden' } : outcome,
    }
  }

  const handler = async (request: RoutedRequest): Promise<SimulatorResponse> => {
    const realmId = request.params.realm ?? ''
    const rest = request.params.rest ?? ''
    const tid = drawTid(random, clock.now())
    const { outcome } = authorize(request, realmId)
    const company = context.companies.find(realmId)
    let answered: Answered | undefined
    const clientId = outcome.ok ? outcome.appId : undefined
    const response = await underFaults(
      context,
      { method: request.method, url: request.url, realmId, clientId },
      async () => {
        if (!outcome.ok || company === undefined) {
          const reason = outcome.ok ? 'forbidden' : outcome.reason
          const refusal = reason === 'forbidden' ? 'forbidden' : 'unauthorized'
          answered = refused(request, refusal, REFUSAL_DETAIL[reason](outcome.ok ? '' : (outcome.tokenName ?? '')))
        } else answered = answer(request, rest, company, outcome.appId, tid)
        return answered.response
      },
    )
    calls.record({
      at: clock.now(),
      method: request.method,
      path: request.url,
      kind: answered?.kind ?? 'other',
      status: response.status,
      realmId,
      intuitTid: tid,
      meteredReads: answered?.reads ?? 0,
      rows: answered?.rows ?? 0,
      latencyMs: response.latencyMs ?? 0,
      ...(clientId === undefined ? {} : { clientId }),
      ...(answered?.error === undefined ? {} : { error: answered.error }),
      ...(response.fault === undefined ? {} : { fault: response.fault }),
    })
    return { ...response, headers: { ...edgeHeaders(tid, response.latencyMs ?? 0), ...response.headers } }
  }
  const routes: readonly Route[] = [
    { method: '*', pattern: '/v3/company/:realm/*rest', handler },
    { method: '*', pattern: '/v3/company/:realm', handler },
  ]
  return { routes, requestIds }
}

/** Errors never have them; good answers sometimes not, since 2024. */
function hasVersion(switches: Switches, tid: string): boolean {
  const position = switches.get('version-headers')
  return position === 'always' || (position === 'sometimes' && /[0-9a-b]$/.test(tid))
}

/** Amounts have two decimals on the wire, and zero none: `639.00`, `0`. Only a key is followed by a colon. */
function withAmounts(json: string): string {
  return json.replace(
    /"(Balance|BalanceWithJobs|BillRate|CostRate)":(-?\d+(?:\.\d+)?)(?=[,}])/g,
    (_, key: string, amount: string) => `"${key}":${Number(amount) === 0 ? '0' : Number(amount).toFixed(2)}`,
  )
}

/** The gateway's error as recorded in XML (429) for callers that did not ask for JSON. */
function gatewayXml(fault: SimulatorResponse): SimulatorResponse {
  const parsed: {
    fault: { type: string; error: readonly { message: string; detail: string; code: string }[] }
    time: number
  } = JSON.parse(fault.body)
  const [error] = parsed.fault.error
  const escaped = (text: string): string => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;')
  const body = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?><IntuitResponse time="${new Date(parsed.time).toISOString()}" xmlns="http://schema.intuit.com/finance/v3"><Fault type="${parsed.fault.type}"><Error code="${error?.code ?? ''}"><Message>${escaped(error?.message ?? '')}</Message><Detail>${escaped(error?.detail ?? '')}</Detail></Error></Fault></IntuitResponse>`
  return { ...fault, headers: { ...fault.headers, 'content-type': 'application/xml' }, body }
}
