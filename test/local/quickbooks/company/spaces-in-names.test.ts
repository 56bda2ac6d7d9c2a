import { describe, expect, it } from 'vitest'
import { drive } from '../accounting-driver.ts'

describe('a name with outer or doubled spaces', () => {
  it('is taken as it is', async () => {
    const { write } = drive()
    await write({ DisplayName: 'Cust' })
    expect((await write({ DisplayName: 'Cust ' })).DisplayName).toBe('Cust ')
    expect((await write({ DisplayName: ' Two  words' })).DisplayName).toBe(' Two  words')
  })

  it('is refused, by switch', async () => {
    const { write, refusal } = drive({ switches: { 'spaces-in-names': 'refused' } })
    for (const DisplayName of ['Cust ', ' Cust', 'Two  words']) {
      expect((await refusal({ DisplayName })).code).toBe('2040')
    }
    await write({ DisplayName: 'Cust' })
    expect((await refusal({ Id: '1', SyncToken: '0', sparse: true, DisplayName: 'Cust ' })).code).toBe('2040')
  })

  it('is refused where another differs by them only, whatever its entity and case, by switch', async () => {
    const { write, refusal } = drive({ switches: { 'spaces-in-names': 'refused-if-alike' } })
    await write({ DisplayName: 'Two  Words ' })
    expect((await refusal({ DisplayName: 'two words' })).code).toBe('6240')
    expect((await refusal({ DisplayName: ' Two Words' }, 'Vendor')).code).toBe('6240')
    expect((await write({ Id: '1', SyncToken: '0', sparse: true, DisplayName: 'Two Words' })).DisplayName).toBe(
      'Two Words',
    )
    await write({ DisplayName: 'Two Words', Job: true, ParentRef: { value: '1' } })
  })

  it('that a record has already stays whatever else is changed', async () => {
    const { write, simulator } = drive()
    await write({ DisplayName: 'Cust ' })
    simulator.switches.set('spaces-in-names', 'refused')
    expect((await write({ Id: '1', SyncToken: '0', sparse: true, Notes: 'n' })).DisplayName).toBe('Cust ')
  })
})
