import { PACIFIC } from '../company/zone.ts'
import type { SimulatorContext } from '../context.ts'
import { htmlResponse, jsonResponse, type SimulatorResponse } from '../http.ts'
import { gatewayFault } from './envelope.ts'
import type { FaultedCall, FaultKind } from './faults.ts'

const MAINTENANCE_PAGE =
  '<html><head><title>QuickBooks Online is down for maintenance</title></head><body><h1>We’re making some improvements</h1><p>QuickBooks is temporarily unavailable. Please try again later.</p></body></html>'

const TIMEOUT_PAGE =
  '<html>\r\n<head><title>504 Gateway Time-out</title></head>\r\n<body>\r\n<center><h1>504 Gateway Time-out</h1></center>\r\n</body>\r\n</html>\r\n'

function systemFault(status: number, now: number): SimulatorResponse {
  return jsonResponse(status, {
    Fault: {
      Error: [
        {
          Message: 'An application error has occurred while processing your request',
          Detail: 'System Failure Error: Internal server error',
          code: '10000',
          element: '',
        },
      ],
      type: 'SystemFault',
    },
    time: PACIFIC.stampMs(now),
  })
}

/** The answer that a fault gives instead of doing anything, or undefined if the request is carried out first. */
function insteadOf({ clock, switches }: SimulatorContext, fault: FaultKind): SimulatorResponse | undefined {
  const now = clock.now()
  switch (fault.kind) {
    case 'status': {
      // A SystemFault is documented to come with HTTP 200 as well.
      const isQuiet = fault.status === 500 && switches.get('system-fault-status') === '200'
      return systemFault(isQuiet ? 200 : fault.status, now)
    }
    case 'fault-in-200':
      return systemFault(200, now)
    case 'error': {
      const { code, message: Message, detail: Detail = Message } = fault
      const { type = code === '4002' ? 'Service' : 'ValidationFault' } = fault
      const time = PACIFIC.stampMs(now)
      return jsonResponse(fault.status ?? 400, { Fault: { Error: [{ Message, Detail, code }], type }, time })
    }
    case 'unauthorized':
      return gatewayFault('unauthorized', 'Token expired: AB01601391071EXAMPLEqUe6tYk1eTzv0bGmR3pWdXcJh9', now)
    case 'forbidden':
      return gatewayFault('forbidden', undefined, now)
    case 'throttled':
      return gatewayFault('throttled', undefined, now)
    case 'html':
      return htmlResponse(fault.status, MAINTENANCE_PAGE)
    case 'reset':
      return { status: 0, headers: {}, body: '', transport: { kind: 'reset' } }
    case 'response-lost':
    case 'timeout-after':
    case 'slow-body':
    case 'truncated':
    case 'delay':
      return undefined
    default:
      return fault satisfies never
  }
}

/** What a fault makes of the answer of a request that was carried out. */
function spoiled(fault: FaultKind, response: SimulatorResponse): SimulatorResponse {
  switch (fault.kind) {
    case 'response-lost':
      return { ...response, transport: { kind: 'reset' } }
    case 'timeout-after':
      return { ...htmlResponse(504, TIMEOUT_PAGE), latencyMs: 120_000 }
    case 'slow-body':
      return { ...response, transport: { kind: 'slow', overMs: fault.overMs } }
    case 'truncated':
      return {
        ...response,
        transport: { kind: 'truncated', afterBytes: Math.floor(Buffer.byteLength(response.body) / 2) },
      }
    case 'delay':
      return { ...response, latencyMs: (response.latencyMs ?? 0) + fault.ms }
    default:
      return response
  }
}

/** Runs a request under the maintenance switch, the faults that strike it, and the fixed part of the latency. */
export async function underFaults(
  context: SimulatorContext,
  call: FaultedCall,
  run: () => Promise<SimulatorResponse>,
): Promise<SimulatorResponse & { readonly fault?: string }> {
  const { fixedMs } = context.gateway.settings.latency
  if (context.gateway.settings.maintenance) {
    return { ...htmlResponse(503, MAINTENANCE_PAGE), latencyMs: fixedMs, fault: 'maintenance' }
  }
  const fault = context.faults.strike(call)
  if (fault === undefined) {
    const response = await run()
    return response.latencyMs === undefined ? { ...response, latencyMs: fixedMs } : response
  }
  const instead = insteadOf(context, fault)
  if (instead !== undefined) return { latencyMs: fixedMs, ...instead, fault: fault.kind }
  const response = await run()
  return { ...spoiled(fault, { latencyMs: fixedMs, ...response }), fault: fault.kind }
}
