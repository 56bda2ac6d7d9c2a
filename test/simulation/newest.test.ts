import { describe, expect, it } from 'vitest'
import type { JournalEntry } from '#core/records'
import type { Evidence } from '../../simulation/checker/evidence.ts'
import { untrueNewest } from '../../simulation/checker/newest.ts'
import type { Seen, Witness } from '../../simulation/checker/witness.ts'
import { anEntry } from '../contract/records.ts'

const MINUTE_MS = 60_000

function typed(side: Seen['side'], to: string, atMs: number): Seen {
  const place = { number: atMs, workspace: 'w', id: '1', slot: 'phone', from: undefined, process: 'p' }
  return { ...place, side, to, atMs, by: 'person' }
}

/** What the checker says of one entry, where the CRM's people typed 200 and the bookkeeper 300. */
function judged(entry: Partial<JournalEntry>, crmMs: number, booksMs: number, skewMs = 0): readonly string[] {
  const seen = [typed('crm', '200', crmMs), typed('quickbooks', '300', booksMs)]
  // The checker looks at nothing else of the two.
  const evidence = {
    tenant: { workspace: 'w' },
    journal: new Map([['c', [anEntry('e', 'c', entry)]]]),
  } as unknown as Evidence
  const witness = { seen: () => seen } as unknown as Witness
  return [...untrueNewest(evidence, witness, skewMs)]
}

const ofCrm: Partial<JournalEntry> = {
  side: 'quickbooks',
  because: 'both changed it, and the CRM changed it later',
  changes: [{ field: 'phone', from: '300', to: '200', superseded: true }],
}
const ofBooks: Partial<JournalEntry> = {
  because: 'both changed it, and QuickBooks changed it later',
  changes: [{ field: 'phone', from: '200', to: '300', superseded: true }],
}

describe('what the history calls the newest', () => {
  it('is found where it was not, on either side', () => {
    expect(judged(ofCrm, 0, MINUTE_MS)).toHaveLength(1)
    expect(judged(ofBooks, MINUTE_MS, 0)).toHaveLength(1)
  })

  it('is believed where it was, or where the clocks of the run cannot tell', () => {
    expect(judged(ofCrm, MINUTE_MS, 0)).toEqual([])
    expect(judged(ofBooks, 0, MINUTE_MS)).toEqual([])
    expect(judged(ofCrm, 0, MINUTE_MS, 2 * MINUTE_MS)).toEqual([])
  })
})
