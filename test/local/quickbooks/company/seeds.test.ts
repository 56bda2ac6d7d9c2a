import { describe, expect, it } from 'vitest'
import { FIELDS } from '../../../../local/quickbooks/company/fields.ts'
import { drive, REALM } from '../accounting-driver.ts'

const sample = () => drive({ companies: [{ realmId: REALM, kind: 'sample' }] })
const generated = (seed: number, customers: number) =>
  drive({ seed, companies: [{ realmId: REALM, kind: 'generated', customers }] })

describe('the sample company', () => {
  it('has some 40 customers, down to five levels, some inactive', () => {
    const { company } = sample()
    expect(company.count('Customer')).toBeGreaterThanOrEqual(36)
    expect(company.count('Customer', false)).toBeGreaterThanOrEqual(3)
    const levels = company.list({ limit: 1000 }).rows.map((each) => Number(each.Level ?? 0))
    expect(Math.max(...levels)).toBe(4)
  })

  it('has names with apostrophes, backslashes, umlauts and characters of every width', () => {
    const names = sample()
      .company.list({ limit: 1000 })
      .rows.map((each) => String(each.FullyQualifiedName))
      .join('\n')
    for (const character of ["'", '\\', 'ü', '山', '한', '🏗', '"', '%', '_', '&', '<'])
      expect(names).toContain(character)
  })

  it('has a vendor and an employee in the space of names', async () => {
    const { refusal } = sample()
    expect((await refusal({ DisplayName: 'Books by Bessie' })).code).toBe('6240')
    expect((await refusal({ DisplayName: 'emily platt' })).code).toBe('6240')
  })

  it('has one with nothing but a name, and one with every field at its maximum', async () => {
    const { company, call } = sample()
    const [bare] = company.list({ search: 'Nothing but a name' }).rows
    expect(Object.keys(bare ?? {})).not.toContain('PrimaryPhone')
    const [full] = company.list({ search: 'Every field at its maximum' }).rows
    expect(String(full?.DisplayName)).toHaveLength(500)
    for (const [field, rule] of FIELDS.Customer.writable) {
      if (rule.kind === 'name') expect(String(full?.[field])).toHaveLength(rule.max)
    }
    expect(String(full?.Notes)).toHaveLength(2000)
    const again = await call('POST', '/customer', { ...full, Notes: 'still accepted' })
    expect(again.status).toBe(200)
  })

  it('has only records that the API itself would take back unchanged', async () => {
    const { company, write } = sample()
    for (const row of company.list({ limit: 1000 }).rows) expect(await write(row)).toEqual(row)
    for (const row of company.list({ entity: 'Vendor', limit: 1000 }).rows)
      expect(await write(row, 'Vendor')).toEqual(row)
  })
})

describe('a generated company', () => {
  it('has as many customers as asked for, jobs and inactive ones among them', () => {
    const { company } = generated(7, 2_000)
    expect(company.count('Customer')).toBe(2_000)
    expect(company.count('Customer', false)).toBeGreaterThan(20)
    const rows = company.list({ limit: 2_000 }).rows
    expect(rows.filter((each) => each.Job === true).length).toBeGreaterThan(100)
    expect(new Set(rows.map((each) => each.FullyQualifiedName)).size).toBe(2_000)
  })

  it('is the same for the same seed, and another for another', () => {
    const rows = (seed: number) => JSON.stringify(generated(seed, 300).company.list({ limit: 300 }).rows)
    expect(rows(7)).toBe(rows(7))
    expect(rows(7)).not.toBe(rows(8))
  })

  it('can stand beside others, each with its own ids and changes', () => {
    const { simulator, changes } = drive()
    const second = simulator.companies.add({ realmId: '42', kind: 'generated', customers: 3 })
    second.bookkeeper.create('Customer', { DisplayName: 'Only there' })
    expect(second.count('Customer')).toBe(4)
    expect(changes).toEqual([])
    expect(() => simulator.companies.add({ realmId: '42', kind: 'empty' })).toThrow(/realm 42 already/)
  })
})
