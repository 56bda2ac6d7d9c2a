import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { slotOfField, storedValue } from '#core/journalled'
import { type JsonValue, SIDES, SLOTS } from '#core/records'
import { slotValue } from '#core/slots'
import { snapshots } from './snapshot-arbitraries.ts'

describe('a value of the journal', () => {
  it('is again what it was, whatever slot it was of', () => {
    fc.assert(
      fc.property(snapshots, fc.constantFrom(...SLOTS), (snapshot, slot) => {
        const value = slotValue(snapshot, slot)
        const stored: JsonValue | undefined = value === undefined ? undefined : JSON.parse(JSON.stringify(value))
        expect(storedValue(stored)).toEqual(value)
      }),
    )
  })

  it.each([null, 7, ['a'], undefined])('that is %j stands for an empty slot', (value) => {
    expect(storedValue(value)).toBeUndefined()
  })

  it('of an address keeps its lines and nothing else', () => {
    expect(storedValue({ line1: '1 Way', city: null, level: 3 })).toEqual({ line1: '1 Way' })
  })
})

describe('a field of the journal', () => {
  it.each(SIDES)('of %s that is a slot is that one', (side) => {
    for (const slot of SLOTS) expect(slotOfField(side, slot)).toBe(slot)
    for (const field of ['link', 'people', 'kind', 'hold', '']) expect(slotOfField(side, field)).toBeUndefined()
  })

  it('is in the CRM’s own words only on its side', () => {
    expect(slotOfField('crm', 'parentId')).toBe('parent')
    expect(slotOfField('crm', 'archived')).toBe('active')
    expect(slotOfField('quickbooks', 'parentId')).toBeUndefined()
    expect(slotOfField('quickbooks', 'archived')).toBeUndefined()
  })
})
