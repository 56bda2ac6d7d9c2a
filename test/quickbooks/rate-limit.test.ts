import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BATCH_LIMITS, type Limits, planCalls, REST_LIMITS } from '#core/pacing'
import { createVirtualClock } from '../../local/quickbooks/clock.ts'
import type { SimulatorRequest } from '../../local/quickbooks/http.ts'
import { createSimulator, SAMPLE_REALM, type Simulator } from '../../local/quickbooks/simulator.ts'
import { START } from './simulated-company.ts'

const COMPANY = `/v3/company/${SAMPLE_REALM}`
const HEADERS = { authorization: 'Bearer good', accept: 'application/json', 'content-type': 'application/json' }
const READ: SimulatorRequest = { method: 'GET', path: `${COMPANY}/companyinfo/${SAMPLE_REALM}`, headers: HEADERS }
const BATCH: SimulatorRequest = {
  method: 'POST',
  path: `${COMPANY}/batch`,
  headers: HEADERS,
  body: JSON.stringify({ BatchItemRequest: [{ bId: '1', Query: 'select count(*) from Customer' }] }),
}

function simulated(): Simulator & { readonly clock: ReturnType<typeof createVirtualClock> } {
  const clock = createVirtualClock(START)
  return { ...createSimulator({ clock, authority: { authorize: () => ({ ok: true, appId: 'app' }) } }), clock }
}

/** Sends the request at each moment, and counts the answers by status. */
async function sendAt(request: SimulatorRequest, moments: readonly number[]): Promise<Record<number, number>> {
  const simulator = simulated()
  const answers: Record<number, number> = {}
  for (const at of moments) {
    simulator.clock.set(at)
    const { status } = await simulator.handle(request)
    answers[status] = (answers[status] ?? 0) + 1
  }
  return answers
}

const plan = (limits: Limits, count: number) => planCalls([], count, START, limits).at

describe('planned calls', () => {
  it.each<[string, SimulatorRequest, Limits, number]>([
    ['reads', READ, REST_LIMITS, 1_500],
    ['batches', BATCH, BATCH_LIMITS, 130],
  ])('that are %s are never throttled, though they come as fast as allowed', async (_name, request, limits, count) => {
    expect(await sendAt(request, plan(limits, count))).toEqual({ 200: count })
  })

  it('are not throttled either when each arrives some milliseconds late', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat({ max: 70 }), { minLength: 600, maxLength: 600 }), async (late) => {
        const arrivals = plan(REST_LIMITS, 600).map((at, i) => at + (late[i] ?? 0))
        expect(
          await sendAt(
            READ,
            arrivals.sort((a, b) => a - b),
          ),
        ).toEqual({ 200: 600 })
      }),
      { numRuns: 5 },
    )
  })

  it('need their limits: a little faster, and QuickBooks throttles', async () => {
    const hasty = plan([{ calls: 11, withinMs: 1_020 }], 60)
    expect((await sendAt(READ, hasty))[429]).toBeGreaterThan(0)
  })
})
