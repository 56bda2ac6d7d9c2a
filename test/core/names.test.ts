import { describe, expect, it } from 'vitest'
import { withoutLeftMark } from '#core/names'

describe('the mark that QuickBooks leaves on a name', () => {
  it('comes off a name that was the same without it', () => {
    expect(withoutLeftMark('Ada (deleted)', ['Ada'])).toBe('Ada')
    expect(withoutLeftMark('Ada (deleted) (2)', ['Ada'])).toBe('Ada')
    expect(withoutLeftMark('Ada (deleted) (deleted)', ['Ada'])).toBe('Ada')
  })

  it('comes off a name that changed while nobody saw the record inactive', () => {
    expect(withoutLeftMark('Beda (deleted)', ['Ada', undefined])).toBe('Beda')
  })

  it('is part of a name that is known with it', () => {
    expect(withoutLeftMark('Beda (deleted)', ['Ada', 'Beda (deleted)'])).toBe('Beda (deleted)')
    expect(withoutLeftMark('Ada (deleted)', ['Ada (deleted)'])).toBe('Ada (deleted)')
  })

  it('is nothing else behind a name, and no name by itself', () => {
    expect(withoutLeftMark('Ada (deleted) & Co', ['Ada'])).toBe('Ada (deleted) & Co')
    expect(withoutLeftMark('Ada (retired)', ['Ada'])).toBe('Ada (retired)')
    expect(withoutLeftMark(' (deleted)', [undefined])).toBe(' (deleted)')
  })
})
