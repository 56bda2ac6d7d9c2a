import fc from 'fast-check'
import { expect, it } from 'vitest'
import { Failure } from '#core/errors'
import { keyOf, positionAfter } from '#core/positions'

const cursorInvalid = new Failure({ kind: 'cursorInvalid' })

it('a position leads back to its key in its own list, and in no other', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), fc.string(), (list, other, key) => {
      const position = positionAfter(list, key)
      expect(keyOf(list, position)).toBe(key)
      if (other !== list) expect(() => keyOf(other, position)).toThrow(cursorInvalid)
    }),
  )
})

it.each([
  '',
  'nonsense',
  'null',
  '"list"',
  '{"0":"list","1":"key","length":2}',
  '[]',
  '["list"]',
  '["list",1]',
  '["list","key","more"]',
])('%s is no position', (position) => {
  const thrown = () => keyOf('list', position)
  expect(thrown).toThrow(cursorInvalid)
  try {
    thrown()
  } catch (failure) {
    expect(failure).toMatchObject({ problem: { kind: 'cursorInvalid' } })
  }
})
