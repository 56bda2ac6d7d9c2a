import { describe, expect, it } from 'vitest'
import { isPlainMarked } from '#core/names'

describe('the mark that QuickBooks leaves on a name', () => {
  it('is told from a rename', () => {
    expect(isPlainMarked('Ada (deleted)', 'Ada')).toBe(true)
    expect(isPlainMarked('Ada (deleted) (2)', 'Ada')).toBe(true)
    expect(isPlainMarked('Ada (deleted) (deleted)', 'Ada')).toBe(true)
    expect(isPlainMarked('Ada', 'Ada')).toBe(false)
    expect(isPlainMarked('Ada (retired)', 'Ada')).toBe(false)
    expect(isPlainMarked('Adam (deleted)', 'Ada')).toBe(false)
    expect(isPlainMarked('Ada (deleted) & Co', 'Ada')).toBe(false)
  })
})
