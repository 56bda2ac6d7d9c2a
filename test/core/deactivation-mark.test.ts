import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isMarked, markedForms, withoutLeftMark, withoutMark } from '#core/deactivation-mark'

const MARKS = [' (deleted)', ' (deleted-1)', ' (deleted-2)', ' (deleted-37)', ' (deleted) (2)', ' (deleted) (12)']

describe('the mark of an inactive record', () => {
  it.each(MARKS)('%j comes off its name', (mark) => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), (name) => {
        expect(withoutMark(name + mark)).toBe(name)
        expect(isMarked(name + mark)).toBe(true)
      }),
    )
  })

  it('comes off once: whoever was called so before keeps that', () => {
    expect(withoutMark('Jo (deleted) (deleted-1)')).toBe('Jo (deleted)')
  })

  it.each(['Jo (deleted-)', 'Jo (deleted-x)', 'Jo (deleted) ', 'Jo (deleted', 'Jo (retired)', 'Jo (2)', 'Jo(deleted)'])(
    'is not the end of %j',
    (name) => {
      expect(withoutMark(name)).toBe(name)
      expect(isMarked(name)).toBe(false)
    },
  )

  it('is looked up behind a name in its forms', () => {
    expect(markedForms('Jo').map(withoutMark)).toEqual(markedForms('Jo').map(() => 'Jo'))
    expect(markedForms('Jo')).toEqual(
      expect.arrayContaining(['Jo', 'Jo (deleted)', 'Jo (deleted-1)', 'Jo (deleted-2)']),
    )
  })
})

describe('the mark that QuickBooks leaves on a name', () => {
  it('comes off a name that was the same without it', () => {
    expect(withoutLeftMark('Ada (deleted)', ['Ada'])).toBe('Ada')
    expect(withoutLeftMark('Ada (deleted) (2)', ['Ada'])).toBe('Ada')
    expect(withoutLeftMark('Ada (deleted) (deleted)', ['Ada'])).toBe('Ada')
    expect(withoutLeftMark('Ada (deleted) (deleted-1)', ['Ada'])).toBe('Ada')
    for (const mark of MARKS) expect(withoutLeftMark(`Ada${mark}`, ['Ada'])).toBe('Ada')
  })

  it('comes off a name that ends so by itself, and leaves that', () => {
    expect(withoutLeftMark('Ada (deleted) (deleted-1)', ['Ada (deleted)'])).toBe('Ada (deleted)')
    expect(withoutLeftMark('Ada (deleted-1) (deleted)', ['Ada (deleted-1)'])).toBe('Ada (deleted-1)')
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
