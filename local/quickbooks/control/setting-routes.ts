import * as z from 'zod'
import { isMovable } from '../clock.ts'
import type { SimulatorContext } from '../context.ts'
import type { FaultRule } from '../gateway/faults.ts'
import { DEFAULT_GATEWAY_SETTINGS, type GatewayChanges } from '../gateway/gateway-settings.ts'
import type { Route } from '../http.ts'
import { controlRoute, param, Refusal } from './json-route.ts'

const milliseconds = z.number().min(0)
const status = z.int().min(400).max(599)

const faultSchema: z.ZodType<FaultRule> = z.strictObject({
  fault: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('status'), status }),
    z.strictObject({ kind: z.literal('html'), status }),
    z.strictObject({
      kind: z.literal('error'),
      status: status.exactOptional(),
      code: z.string().min(1),
      message: z.string().min(1),
      detail: z.string().exactOptional(),
      type: z.enum(['ValidationFault', 'SystemFault', 'AuthenticationFault', 'AuthorizationFault']).exactOptional(),
    }),
    z.strictObject({ kind: z.literal('fault-in-200') }),
    z.strictObject({ kind: z.literal('unauthorized') }),
    z.strictObject({ kind: z.literal('forbidden') }),
    z.strictObject({ kind: z.literal('throttled') }),
    z.strictObject({ kind: z.literal('reset') }),
    z.strictObject({ kind: z.literal('response-lost') }),
    z.strictObject({ kind: z.literal('timeout-after') }),
    z.strictObject({ kind: z.literal('truncated') }),
    z.strictObject({ kind: z.literal('slow-body'), overMs: milliseconds }),
    z.strictObject({ kind: z.literal('delay'), ms: milliseconds }),
  ]),
  nth: z.int().min(1).exactOptional(),
  share: z.number().min(0).max(1).exactOptional(),
  path: z.string().exactOptional(),
  realmId: z.string().exactOptional(),
  clientId: z.string().exactOptional(),
  times: z.int().min(1).exactOptional(),
})

const limit = z.union([z.int().min(0), z.literal('none').transform(() => Number.POSITIVE_INFINITY)])
const gatewaySchema: z.ZodType<GatewayChanges> = z.strictObject({
  latency: z
    .strictObject({ fixedMs: milliseconds.exactOptional(), perRowMs: milliseconds.exactOptional() })
    .exactOptional(),
  maintenance: z.boolean().exactOptional(),
  limits: z
    .strictObject({
      perSecondPerApp: limit.exactOptional(),
      perMinutePerRealm: limit.exactOptional(),
      batchPerMinutePerApp: limit.exactOptional(),
      batchPerMinutePerRealm: limit.exactOptional(),
      concurrentPerApp: limit.exactOptional(),
    })
    .exactOptional(),
})

const clockSchema = z.union([
  z.strictObject({ advanceMs: milliseconds }),
  z.strictObject({
    set: z.union([z.number(), z.iso.datetime({ offset: true }).transform((text) => Date.parse(text))]),
  }),
])

/** The gateway's settings as JSON, which has no Infinity: a limit that is off is `none`. */
function gatewayAsJson({ gateway }: SimulatorContext): unknown {
  const { limits, ...rest } = gateway.settings
  const shown = Object.entries(limits).map(([name, value]) => [name, Number.isFinite(value) ? value : 'none'])
  return { ...rest, limits: Object.fromEntries(shown) }
}

const clockAsJson = ({ clock }: SimulatorContext): unknown => ({
  now: clock.now(),
  time: new Date(clock.now()).toISOString(),
  movable: isMovable(clock),
})

/** Puts every switch to its default position. */
export function defaultSwitches({ switches }: SimulatorContext): void {
  for (const each of switches.list()) switches.set(each.name, each.default)
}

/** Puts latency, maintenance and limits to their defaults. */
export function defaultGateway({ gateway }: SimulatorContext): void {
  gateway.change(DEFAULT_GATEWAY_SETTINGS)
}

/** Switches, latency and limits, the clock, and faults. */
export function settingRoutes(context: SimulatorContext): readonly Route[] {
  const { switches, gateway, clock, faults } = context
  const switchList = (): unknown => ({ items: switches.list() })
  return [
    controlRoute('GET', '/control/switches', switchList),
    controlRoute('PATCH', '/control/switches', (request) => {
      const wanted = request.body(z.record(z.string(), z.string()))
      const known = new Map(switches.list().map((each) => [each.name, each.positions]))
      // All are looked at before one is set, so that a mistake leaves everything as it was.
      for (const [name, position] of Object.entries(wanted)) {
        const positions = known.get(name)
        if (positions === undefined)
          throw new Refusal(404, `There is no switch "${name}". Known are: ${[...known.keys()].join(', ')}.`)
        if (!positions.includes(position))
          throw new Refusal(400, `Switch "${name}" has no position "${position}". It has: ${positions.join(', ')}.`)
      }
      for (const [name, position] of Object.entries(wanted)) switches.set(name, position)
      return switchList()
    }),
    controlRoute('DELETE', '/control/switches', () => {
      defaultSwitches(context)
      return switchList()
    }),
    controlRoute('GET', '/control/gateway', () => gatewayAsJson(context)),
    controlRoute('PATCH', '/control/gateway', (request) => {
      gateway.change(request.body(gatewaySchema))
      return gatewayAsJson(context)
    }),
    controlRoute('GET', '/control/clock', () => clockAsJson(context)),
    controlRoute('PATCH', '/control/clock', (request) => {
      const to = request.body(clockSchema)
      if (!isMovable(clock)) throw new Refusal(409, 'This simulator was given a clock that it cannot move.')
      if ('advanceMs' in to) clock.advance(to.advanceMs)
      else clock.set(to.set)
      return clockAsJson(context)
    }),
    controlRoute('GET', '/control/faults', () => ({ items: faults.list() })),
    controlRoute('POST', '/control/faults', (request) => ({ id: faults.add(request.body(faultSchema)) })),
    controlRoute('DELETE', '/control/faults', () => faults.clear()),
    controlRoute('DELETE', '/control/faults/:id', (request) => {
      const id = param(request, 'id')
      if (!faults.remove(id)) throw new Refusal(404, `There is no fault "${id}".`)
    }),
  ]
}
