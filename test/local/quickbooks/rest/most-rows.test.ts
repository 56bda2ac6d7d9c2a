import { describe, expect, it } from 'vitest'
import { drive, START } from '../accounting-driver.ts'

const idsOf = (rows: readonly Readonly<{ Id: string }>[]) => rows.map(({ Id }) => Id)

describe('a simulator whose answers hold three rows', () => {
  const withFive = () => {
    const driver = drive({ mostRows: 3 })
    for (const name of ['A', 'B', 'C', 'D', 'E']) driver.company.bookkeeper.create('Customer', { DisplayName: name })
    return driver
  }

  it('gives three rows of a list, however many are asked for', async () => {
    const { body } = await withFive().query('SELECT * FROM Customer ORDERBY Id STARTPOSITION 2 MAXRESULTS 1000')
    expect(idsOf(body.QueryResponse.Customer)).toEqual(['2', '3', '4'])
  })

  it('cuts change data capture after three', async () => {
    const since = new Date(START - 1_000).toISOString()
    const { body } = await withFive().call('GET', `/cdc?entities=Customer&changedSince=${since}`)
    expect(idsOf(body.CDCResponse[0].QueryResponse[0].Customer)).toEqual(['1', '2', '3'])
  })

  it('gives all records that are named by their Ids', async () => {
    const { body } = await withFive().query("SELECT * FROM Customer WHERE Id IN ('1', '2', '3', '5') MAXRESULTS 1000")
    expect(idsOf(body.QueryResponse.Customer)).toHaveLength(4)
  })
})
