import { describe, expect, it } from 'vitest'
import { createQuickBooks } from '#quickbooks/client'
import { DEFAULT_APP } from '../../local/quickbooks/apps.ts'
import { createVirtualClock } from '../../local/quickbooks/clock.ts'
import { createSimulator, SAMPLE_REALM } from '../../local/quickbooks/simulator.ts'
import type { SwitchOverrides } from '../../local/quickbooks/switches.ts'
import { companyContract } from '../contract/company.ts'
import { companyWritesContract } from '../contract/company-writes.ts'
import { openGate } from './gates.ts'
import { NO_LIMITS, START, simulatedCompany } from './simulated-company.ts'

const POSITIONS: readonly SwitchOverrides[] = [
  {},
  {
    'newer-fields': 'returned',
    'address-geo': 'returned',
    'country-iso': 'iso3',
    'max-results': 'refused',
    'revoked-token': '401',
    'system-fault-status': '200',
    'second-deactivation-name': 'numbered',
  },
  {
    'unknown-properties': 'one',
    'newer-fields': 'returned',
    'cdc-total-count': 'present',
    'new-sub-moves-ancestors': 'yes',
    'version-headers': 'never',
  },
]
for (const switches of POSITIONS) {
  const name = `QuickBooks Online, against the simulator with ${JSON.stringify(switches)}`
  companyContract(name, () => simulatedCompany(switches))
  companyWritesContract(name, () => simulatedCompany(switches))
}

describe('a company as people have it', () => {
  const withCompany = async (
    seed: Parameters<typeof createSimulator>[0],
    realmId: string,
    run: (company: ReturnType<ReturnType<typeof createQuickBooks>['open']>, ids: readonly string[]) => Promise<void>,
  ) => {
    const simulator = createSimulator({ clock: createVirtualClock(START), gateway: NO_LIMITS, ...seed })
    const listening = await simulator.listen({ port: 0 })
    try {
      const { accessToken } = simulator.modules.oauth.grant(DEFAULT_APP.clientId, realmId)
      const quickbooks = createQuickBooks({ environment: 'sandbox', simulatorUrl: listening.url })
      const everything = simulator.companies.find(realmId)?.list({ entity: 'Customer', limit: 100_000 }).rows ?? []
      await run(
        quickbooks.open(realmId, openGate(accessToken)),
        everything.map(({ Id }) => String(Id)),
      )
    } finally {
      simulator.close()
      await listening.close()
    }
  }

  it('loses nothing that queries leave out, or that nobody knows, when a job comes to the top', () =>
    withCompany(
      {
        switches: { 'answers-differ': 'yes', 'unknown-properties': 'one' },
        companies: [{ realmId: SAMPLE_REALM, kind: 'sample' }],
      },
      SAMPLE_REALM,
      async (company) => {
        const parent = { fields: { displayName: 'Tower' }, active: true }
        const { id: parentRecordId } = await company.create('customer', parent, 'request-1')
        const job = { fields: { displayName: 'Roof' }, parentRecordId, active: true }
        const { id } = await company.create('customer', job, 'request-2')
        const [queried] = (await company.byIds('customer', [id])).records
        if (queried === undefined) throw new Error('The job is missing.')
        expect(queried.raw).not.toHaveProperty('DefaultTaxCodeRef')
        const top = await company.update(queried, { fields: { displayName: 'Roof' }, active: true }, 'request-3')
        expect(top.snapshot.parentRecordId).toBeUndefined()
        expect(top.raw).toMatchObject({
          DefaultTaxCodeRef: { value: '2' },
          RelationshipInfo: { value: `rel-${id}` },
        })
      },
    ))

  it('is read whole: jobs, inactive ones, and names that break queries', () =>
    withCompany({}, SAMPLE_REALM, async (company, ids) => {
      const { records } = await company.page('customer', 1, 1_000)
      expect(new Set(records.map(({ id }) => id))).toEqual(new Set(ids))
      expect(records.some(({ level }) => level === 4)).toBe(true)
      expect(records.some(({ snapshot }) => !snapshot.active)).toBe(true)
      for (const record of records.filter(({ snapshot }) => snapshot.active)) {
        const found = await company.byName('customer', record.snapshot.fields.displayName ?? '')
        expect(found.records.map(({ id }) => id)).toContain(record.id)
      }
    }))

  it('of thousands is read in pages of a thousand, none twice and none left out', () =>
    withCompany({ companies: [{ realmId: '77', kind: 'generated', customers: 3_100 }] }, '77', async (company, ids) => {
      const pages = await Promise.all([1, 1_001, 2_001, 3_001].map((start) => company.page('customer', start, 1_000)))
      const read = pages.flatMap(({ records }) => records.map(({ id }) => id))
      expect(read).toHaveLength(await company.count('customer'))
      expect(new Set(read)).toEqual(new Set(ids))
    }))
})
