import { describe, expect, it } from 'vitest'
import { withoutLeftMark } from '#core/names'

describe('the mark that QuickBooks leaves on a name', () => {
  it('comes off a name that was the same without it', () => {
    expect(withoutLeftMark('Ada (deleted)', ['Ada'], true)).toBe('Ada')
    expect(withoutLeftMark('Ada (deleted) (2)', ['Ada'], true)).toBe('Ada')
    expect(withoutLeftMark('Ada (deleted) (deleted)', ['Ada'], false)).toBe('Ada')
  })

  it('comes off any of the names that the record had', () => {
    expect(withoutLeftMark('Beda (deleted)', ['Ada', 'Beda', undefined], true)).toBe('Beda')
    expect(withoutLeftMark('Beda (deleted)', ['Ada', 'Beda (deleted)'], true)).toBe('Beda (deleted)')
  })

  it('comes off a name that changed while the record was inactive', () => {
    expect(withoutLeftMark('Beda (deleted)', ['Ada'], false)).toBe('Beda')
  })

  it('is part of a name that an active record was given', () => {
    expect(withoutLeftMark('Beda (deleted)', ['Ada'], true)).toBe('Beda (deleted)')
    expect(withoutLeftMark('Ada (deleted) & Co', ['Ada'], false)).toBe('Ada (deleted) & Co')
    expect(withoutLeftMark('Ada (deleted)', ['Ada (deleted)'], true)).toBe('Ada (deleted)')
    expect(withoutLeftMark('Ada (retired)', ['Ada'], false)).toBe('Ada (retired)')
    expect(withoutLeftMark(' (deleted)', [undefined], false)).toBe(' (deleted)')
  })
})
