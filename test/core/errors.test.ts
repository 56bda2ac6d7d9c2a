import { expect, it } from 'vitest'
import { Failure, type Problem, problemOf } from '#core/errors'

const problem: Problem = { kind: 'notFound', what: 'contact', id: 'ada@example.com' }

it('a failure carries its problem through a throw', () => {
  expect(problemOf(new Failure(problem))).toEqual(problem)
})

it('a failure shows a log its kind and no value', () => {
  const { name, message } = new Failure(problem)
  expect([name, message]).toEqual(['Failure', 'notFound'])
})

it.each([new Error('ours'), problem, 'text', undefined, null])('%o is a fault of our own', (thrown) => {
  expect(problemOf(thrown)).toBeUndefined()
})
