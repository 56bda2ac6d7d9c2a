import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { gapsIn, type Span } from '#core/coverage'

const SIZE = 5

function read(ids: readonly number[], row: number): Span {
  const rows = ids.slice(row - 1, row - 1 + SIZE).map(String)
  const first = rows[0]
  const last = rows.at(-1)
  return {
    row,
    rows: rows.length,
    ...(first !== undefined && { first }),
    ...(last !== undefined && { last }),
    ended: rows.length < SIZE,
  }
}

describe('gaps between pages', () => {
  const list = Array.from({ length: 20 }, (_, i) => i + 1)

  it('are none where each page begins with the last row of the one before', () => {
    expect(
      gapsIn(
        [1, 5, 9, 13, 17].map((row) => read(list, row)),
        'number',
      ),
    ).toEqual([])
  })

  it('are none in an empty list', () => {
    expect(gapsIn([read([], 1)], 'number')).toEqual([])
  })

  it('are open at the end while no page was shorter than asked for', () => {
    expect(gapsIn([read(list, 1), read(list, 5)], 'number')).toEqual([{ after: '9', before: undefined, nearRow: 9 }])
  })

  it('show where a row that vanished has pulled another one away', () => {
    const shorter = list.filter((id) => id !== 2)
    const spans = [read(list, 1), read(shorter, 5), read(shorter, 9), read(shorter, 13), read(shorter, 17)]
    expect(gapsIn(spans, 'number')).toEqual([{ after: '5', before: '6', nearRow: 5 }])
    expect(gapsIn([...spans, read(shorter, 3)], 'number')).toEqual([])
  })

  const span = (row: number, first: number, last: number, ended = false): Span => ({
    row,
    rows: last - first + 1,
    first: String(first),
    last: String(last),
    ended,
  })

  it('are none where the first page that was read again reaches beyond the one before', () => {
    // All of the first reading has vanished since.
    expect(gapsIn([span(1, 1, 5), span(1, 6, 10), span(5, 10, 12, true)], 'number')).toEqual([])
    expect(gapsIn([span(1, 6, 10), span(1, 1, 5), span(5, 10, 12, true)], 'number')).toEqual([])
  })

  it('are none where one page was so short that it ended the list, whatever another reading saw', () => {
    expect(gapsIn([span(1, 1, 3, true), span(5, 8, 12)], 'number')).toEqual([])
    expect(gapsIn([span(1, 1, 5), span(1, 1, 3, true)], 'number')).toEqual([])
  })

  it('do not open again behind a page that lies within another one', () => {
    expect(gapsIn([span(1, 1, 10), span(2, 2, 6), span(5, 10, 12, true)], 'number')).toEqual([])
  })

  it('begin near the row at which the page before them ended', () => {
    expect(gapsIn([span(1, 1, 5), span(5, 5, 9)], 'number')).toEqual([{ after: '9', before: undefined, nearRow: 9 }])
    expect(gapsIn([span(1, 1, 10), span(2, 2, 6)], 'number')).toEqual([{ after: '10', before: undefined, nearRow: 10 }])
  })

  it('are everything where the first page was not read', () => {
    expect(gapsIn([read(list, 5)], 'number')).toEqual([{ after: undefined, before: undefined, nearRow: 1 }])
  })

  it('are found whenever a row that stood there all the time was not read, whatever vanishes between the pages', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 40 }),
        fc.array(fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 3 }), { maxLength: 20 }),
        fc.func(fc.nat()),
        (count, vanishing, shuffle) => {
          let ids = Array.from({ length: count }, (_, i) => i + 1)
          const rows = Array.from({ length: Math.ceil(count / (SIZE - 1)) + 1 }, (_, page) => page * (SIZE - 1) + 1)
          const seen = new Set<number>()
          const spans: Span[] = []
          for (const [step, row] of [...rows].sort((a, b) => shuffle(a) - shuffle(b)).entries()) {
            spans.push(read(ids, row))
            for (const id of ids.slice(row - 1, row - 1 + SIZE)) seen.add(id)
            const lost = new Set(vanishing[step] ?? [])
            ids = ids.filter((id) => !lost.has(id))
          }
          const missed = ids.filter((id) => !seen.has(id))
          if (gapsIn(spans, 'number').length === 0) expect(missed).toEqual([])
        },
      ),
      { numRuns: 2_000 },
    )
  })
})
