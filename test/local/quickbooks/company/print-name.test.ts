import { describe, expect, it } from 'vitest'
import { drive } from '../accounting-driver.ts'

const sparse = (change: object) => ({ Id: '1', SyncToken: '0', sparse: true, ...change })

describe('the name on checks', () => {
  it('is made anew by a full update that leaves it out', async () => {
    const { write } = drive()
    await write({ DisplayName: 'A', PrintOnCheckName: 'Chosen' })
    expect(await write({ Id: '1', SyncToken: '0', DisplayName: 'B' })).toMatchObject({ PrintOnCheckName: 'B' })
  })

  it('that nobody chose stays under a sparse rename, or follows it, by switch', async () => {
    for (const [position, name] of [
      ['stays', 'A'],
      ['follows', 'B'],
    ] as const) {
      const { write } = drive({ switches: { 'sparse-rename-print-name': position } })
      await write({ DisplayName: 'A' })
      expect((await write(sparse({ DisplayName: 'B' }))).PrintOnCheckName).toBe(name)
    }
  })

  it('that nobody chose follows the company’s name as well, by the same switch', async () => {
    const { write } = drive({ switches: { 'sparse-rename-print-name': 'follows' } })
    await write({ DisplayName: 'A', CompanyName: 'A Ltd' })
    expect((await write(sparse({ CompanyName: 'B Ltd' }))).PrintOnCheckName).toBe('B Ltd')
  })

  it('that somebody chose stays under either position', async () => {
    for (const position of ['stays', 'follows'] as const) {
      const { write } = drive({ switches: { 'sparse-rename-print-name': position } })
      await write({ DisplayName: 'A', PrintOnCheckName: 'Chosen' })
      expect((await write(sparse({ DisplayName: 'B' }))).PrintOnCheckName).toBe('Chosen')
    }
  })

  it('stays when the customer is made inactive, under either position', async () => {
    for (const position of ['stays', 'follows'] as const) {
      const { write } = drive({ switches: { 'sparse-rename-print-name': position } })
      await write({ DisplayName: 'A' })
      expect((await write(sparse({ Active: false }))).PrintOnCheckName).toBe('A')
    }
  })
})
