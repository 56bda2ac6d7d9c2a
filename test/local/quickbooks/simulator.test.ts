import { describe, expect, it } from 'vitest'
import { DEFAULT_APP } from '../../../local/quickbooks/apps.ts'
import { createVirtualClock } from '../../../local/quickbooks/clock.ts'
import { createSimulator, SAMPLE_REALM } from '../../../local/quickbooks/simulator.ts'
import { drive, START } from './accounting-driver.ts'

describe('the simulator', () => {
  it('runs the same again with the same seed, to the byte', async () => {
    const run = async (seed: number) => {
      const { call, simulator, clock, company } = drive({
        seed,
        companies: [{ realmId: SAMPLE_REALM, kind: 'generated', customers: 200 }],
      })
      simulator.faults.add({ fault: { kind: 'throttled' }, share: 0.2 })
      const lines: string[] = []
      for (let n = 1; n <= 60; n++) {
        clock.advance(137)
        if (n % 7 === 0) company.bookkeeper.createInvoice(String(n), n)
        const { status, response } = await call('GET', `/customer/${n}`)
        lines.push(`${status} ${JSON.stringify(response.headers)} ${response.body}`)
      }
      return lines.join('\n')
    }
    const first = await run(7)
    expect(await run(7)).toBe(first)
    expect(await run(8)).not.toBe(first)
  })

  it('works whole in process: a grant opens its own company, for an hour', async () => {
    const clock = createVirtualClock(START)
    const simulator = createSimulator({ clock, send: async () => ({ status: 200 }) })
    simulator.companies.add({ realmId: '42', kind: 'empty' })
    const tokens = simulator.modules.oauth.grant(DEFAULT_APP.clientId, SAMPLE_REALM)
    const status = async (realm: string) => {
      const headers = { authorization: `Bearer ${tokens.accessToken}`, accept: 'application/json' }
      return (await simulator.handle({ method: 'GET', path: `/v3/company/${realm}/companyinfo/1`, headers })).status
    }
    expect(await status(SAMPLE_REALM)).toBe(200)
    expect(await status('42')).toBe(403)
    clock.advance(3_600_000)
    expect(await status(SAMPLE_REALM)).toBe(401)
    simulator.close()
  })
})
