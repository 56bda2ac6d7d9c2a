import { describe, expect, it } from 'vitest'
import { world } from './quiet-world.ts'

const books = world.newWorkspace()
await books.pull()

const ids = (rows: readonly { readonly id: string }[]) => rows.map(({ id }) => id)

describe('the holding area', () => {
  it('in-3: lists customer, company, addresses, balance, whether active, and what it is linked to', async () => {
    const { pull, run, outcomes, list } = world.newWorkspace()
    await pull()
    const imported = await outcomes(await run('POST /imports', { as: 'account', select: { ids: ['3'] } }))
    const rows = await list('/quickbooks/customers?filter=all&limit=200')
    const row = (id: string) => rows.find((each) => each.id === id)
    expect(row('3')).toEqual({
      entity: 'customer',
      id: '3',
      name: 'Cool Cars',
      fullName: 'Cool Cars',
      level: 0,
      companyName: 'Cool Cars',
      email: 'Cool_Cars@intuit.example.com',
      phone: '(415) 555-9933',
      billLine: '65 Ocean Dr., Half Moon Bay, CA, 94213',
      shipLine: '65 Ocean Dr., Dock 2, Half Moon Bay, CA, 94213',
      balance: 0,
      currency: 'USD',
      active: true,
      gone: false,
      contactId: imported['3']?.contactId,
    })
    expect(row('16')).toMatchObject({
      fullName: 'Harbor Tower Holdings:North Wing:Floor 3:Suite 310:Sprinkler retrofit',
      level: 4,
      parentRecordId: '15',
      balance: 1200,
    })
    expect(row('26')).toMatchObject({ active: false })
    expect(row('26')).not.toHaveProperty('contactId')
  })

  it('in-3: opens one for all its details, exactly as QuickBooks sent it', async () => {
    const { status, body } = await books.call('GET /quickbooks/customers/3')
    expect(status).toBe(200)
    expect(body).toMatchObject({
      name: 'Cool Cars',
      fields: { mobile: '(415) 555-0160', website: 'http://www.coolcars.example.com', givenName: 'Grace' },
    })
    expect(body.raw).toEqual(books.company.read('Customer', '3'))
    expect(body.raw.SalesTermRef).toEqual({ value: '3', name: 'Net 30' })
    expect(body).not.toHaveProperty('contentHash')
  })

  it('in-4: shows what is not synchronised by default, or all, or what is hidden in QuickBooks', async () => {
    const { company, pull, run, list } = world.newWorkspace()
    await pull()
    await run('POST /imports', { as: 'account', select: { ids: ['1', '26'] } })
    const all = ids(await list('/quickbooks/customers?filter=all'))
    expect(all).toHaveLength(company.count('Customer'))
    const hidden = ids(await list('/quickbooks/customers?filter=hidden'))
    expect(hidden.toSorted()).toEqual(['17', '26', '70'])
    const notSynced = ids(await list('/quickbooks/customers'))
    expect(notSynced.toSorted()).toEqual(all.filter((id) => id !== '1' && !hidden.includes(id)).toSorted())
  })

  it.each([
    ['*sollfrank*', ['6']],
    ['*SOLL*frank', ['6']],
    ['muller*', ['20']],
    ['emile*', ['25']],
    ['*sohne*gmbh', ['20']],
    ['山田*', ['21']],
    ["*o'neil*", ['18']],
    ['C\\D*', ['19']],
    ['*100% _sure_', ['69']],
    ['*555-3311', ['1']],
    ['surf@*', ['2']],
    ['*königstraße*', ['20']],
    ['Harbor Tower Holdings:*:Floor 3', ['14']],
    ['twin lane', ['9']],
    ['*nobody of this name*', []],
  ])('in-4: searches with wildcards, whatever the case and accents: %s', async (search, expected) => {
    const found = await books.list(`/quickbooks/customers?filter=all&search=${encodeURIComponent(search)}`)
    expect(ids(found)).toEqual(expected)
  })

  it('in-4: pages through a search and a filter without leaving out or repeating a row, in order of name', async () => {
    for (const path of ['filter=all', 'filter=notSynced', 'filter=all&search=*a*']) {
      const whole = await books.list(`/quickbooks/customers?${path}&limit=200`)
      const paged = await books.list(`/quickbooks/customers?${path}&limit=3`)
      expect(ids(paged)).toEqual(ids(whole))
      expect(new Set(ids(whole)).size).toBe(whole.length)
    }
  })
})
