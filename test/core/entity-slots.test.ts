import { expect, it } from 'vitest'
import { slotsOf } from '#core/entity-slots'
import { SLOTS } from '#core/records'

it('a customer has every slot, in the order in which people are shown them', () => {
  expect(slotsOf('customer')).toEqual(SLOTS)
})

it('a vendor has no notes, no resale number, no type, no shipping address and no place below another', () => {
  const missing = SLOTS.filter((slot) => !slotsOf('vendor').includes(slot))
  expect([...missing].sort()).toEqual(['customerTypeId', 'notes', 'parent', 'resaleNumber', 'shipAddress'])
  expect(slotsOf('vendor')).toEqual(SLOTS.filter((slot) => !missing.includes(slot)))
})
