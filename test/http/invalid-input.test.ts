import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { fieldErrors } from '#http/invalid-input'

const Body = z.strictObject({
  as: z.enum(['account', 'building']),
  name: z.string().min(2).max(4),
  many: z.array(z.number()).max(2),
  flag: z.boolean(),
  count: z.number().int().min(1).max(9),
  select: z.union([
    z.strictObject({ ids: z.array(z.string()).min(1) }),
    z.strictObject({ filter: z.enum(['all', 'hidden']), search: z.string().optional() }),
  ]),
})
const good = { as: 'account', name: 'abc', many: [], flag: true, count: 1, select: { ids: ['1'] } }

function errorsOf(given: unknown): Record<string, string> {
  const parsed = Body.safeParse(given)
  return Object.fromEntries(fieldErrors(parsed.error?.issues ?? [], 'body').map(({ path, message }) => [path, message]))
}

describe('what is told of wrong input', () => {
  it('is nothing when nothing is wrong', () => {
    expect(errorsOf(good)).toEqual({})
  })

  it('names every field, each with its reason', () => {
    expect(
      errorsOf({ as: 'x', name: 'a', many: [1, '2'], flag: 'yes', count: 1.5, select: { ids: [] }, more: 1 }),
    ).toEqual({
      as: 'has to be account or building',
      name: 'has to hold at least 2 characters',
      'many.1': 'has to be a number',
      flag: 'has to be true or false',
      count: 'has to be a whole number',
      'select.ids': 'has to hold at least 1 entry',
      more: 'is not known here',
    })
  })

  it('says how much there may be', () => {
    expect(errorsOf({ ...good, many: [1, 2, 3], name: 'abcde', count: 10 })).toEqual({
      many: 'may hold 2 entries at most',
      name: 'may hold 4 characters at most',
      count: 'may be 9 at most',
    })
  })

  it('tells what is missing from what is wrong', () => {
    const { name: _name, ...rest } = good
    expect(errorsOf(rest)).toEqual({ name: 'is missing' })
    expect(errorsOf({ ...good, name: null })).toEqual({ name: 'has to be a text' })
  })

  it.each([
    [{ ids: [7] }, { 'select.ids.0': 'has to be a text' }],
    [{ filter: 'some' }, { 'select.filter': 'has to be all or hidden' }],
    [{ filter: 'all', search: 1 }, { 'select.search': 'has to be a text' }],
  ])('speaks of the shape that was meant: %j', (select, errors) => {
    expect(errorsOf({ ...good, select })).toEqual(errors)
  })

  it.each([null, 'text', 7, []])('calls the whole by its name when it is no object: %j', (given) => {
    expect(errorsOf(given)).toEqual({ body: 'has to be an object' })
  })

  it('never repeats what was sent', () => {
    const errors = errorsOf({ ...good, as: 'Ada Lovelace', name: 'Ada Lovelace', count: 'Ada Lovelace' })
    expect(JSON.stringify(errors)).not.toContain('Ada')
  })
})
