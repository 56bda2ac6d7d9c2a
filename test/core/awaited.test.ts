import { expect, it } from 'vitest'
import { awaitedRecord, UNSEEN } from '#core/awaited'

it('a record that a refusal waits for is named by its list and its id', () => {
  expect(awaitedRecord('vendor', '12')).toBe('vendor/12')
  expect(UNSEEN).toBe('unseen')
})
