import { describe, expect, it } from 'vitest'
import { drive } from '../accounting-driver.ts'

const LARGE = '5000000000000003466'

describe('customer types', () => {
  it('have small ids and ids of 19 digits, which stay exact', async () => {
    const { read, query, write } = drive()
    expect((await read(LARGE, 'CustomerType')).Id).toBe(LARGE)
    expect((await read('5000000000000003467', 'CustomerType')).code).toBe('610')
    const { body } = await query(`select * from CustomerType where Id = '${LARGE}'`)
    expect(body.QueryResponse.CustomerType).toHaveLength(1)
    expect((await query("select * from CustomerType where Id = '5000000000000003467'")).body.QueryResponse).toEqual({})
    expect((await write({ DisplayName: 'A', CustomerTypeRef: { value: LARGE } })).CustomerTypeRef).toEqual({
      value: LARGE,
    })
  })

  it('come back on a customer only if set', async () => {
    const { write } = drive()
    expect(await write({ DisplayName: 'A' })).not.toHaveProperty('CustomerTypeRef')
  })

  it('are made, renamed and made inactive by a person alone; queries list the active ones', async () => {
    const { company, query } = drive()
    const made = company.bookkeeper.createCustomerType(' Schools ')
    if (!made.ok) throw new Error('refused')
    expect(made.customerType).toMatchObject({ name: 'Schools', active: true, syncToken: 0 })
    expect(company.bookkeeper.createCustomerType('schools')).toMatchObject({ ok: false, errors: [{ code: '6240' }] })
    expect(company.bookkeeper.createCustomerType('')).toMatchObject({ ok: false, errors: [{ code: '2020' }] })
    company.bookkeeper.editCustomerType(made.customerType.id, { active: false })
    const names = async (rest: string) =>
      ((await query(`select * from CustomerType ${rest}`)).body.QueryResponse.CustomerType ?? []).map(
        (each: { Name: string }) => each.Name,
      )
    expect(await names('')).not.toContain('Schools')
    expect(await names('where Active = false')).toEqual(['Schools'])
    expect(company.bookkeeper.editCustomerType('77', { name: 'x' })).toMatchObject({
      ok: false,
      errors: [{ code: '610' }],
    })
  })
})
