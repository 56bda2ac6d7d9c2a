import type * as z from 'zod'
import type { FieldError } from '#core/errors'

type Issue = z.core.$ZodIssue

/** Every field that is wrong, each with the reason in words. Values that were sent are never repeated. */
export function fieldErrors(issues: readonly Issue[], root: string): readonly FieldError[] {
  return issues.flatMap((issue) => errorsOf(issue, []).map(({ path, message }) => ({ path: path || root, message })))
}

function errorsOf(issue: Issue, above: readonly PropertyKey[]): readonly FieldError[] {
  const path = [...above, ...issue.path]
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ path: written([...path, key]), message: 'is not known here' }))
  }
  const nearest = issue.code === 'invalid_union' ? nearestBranch(issue.errors) : undefined
  if (nearest !== undefined) return nearest.flatMap((inner) => errorsOf(inner, path))
  return [{ path: written(path), message: inWords(issue) }]
}

/** Of the shapes that were possible, the one with least wrong is the one that was meant. */
function nearestBranch(branches: readonly (readonly Issue[])[]): readonly Issue[] | undefined {
  return branches.toSorted((a, b) => weight(a) - weight(b))[0]
}

function weight(issues: readonly Issue[]): number {
  return issues.reduce((sum, issue) => sum + (issue.code === 'unrecognized_keys' ? issue.keys.length : 1), 0)
}

function written(path: readonly PropertyKey[]): string {
  return path.map(String).join('.')
}

const TYPES: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
}

function inWords(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return mustBe(issue.expected, issue.message)
    case 'invalid_value':
      return `has to be ${listed(issue.values.map(String))}`
    case 'too_small':
      return issue.origin === 'string' || issue.origin === 'array'
        ? `has to hold at least ${counted(issue.minimum, issue.origin)}`
        : `has to be at least ${issue.minimum}`
    case 'too_big':
      return issue.origin === 'string' || issue.origin === 'array'
        ? `may hold ${counted(issue.maximum, issue.origin)} at most`
        : `may be ${issue.maximum} at most`
    default:
      return issue.message
  }
}

function mustBe(expected: string, message: string): string {
  // Zod tells a missing field from a wrong one in its message only.
  if (message.endsWith('received undefined')) return 'is missing'
  return `has to be ${TYPES[expected] ?? expected}`
}

function counted(count: number | bigint, origin: string): string {
  const [one, many] = origin === 'string' ? ['character', 'characters'] : ['entry', 'entries']
  return `${count} ${Number(count) === 1 ? one : many}`
}

function listed(values: readonly string[]): string {
  return values.length < 2 ? values.join('') : `${values.slice(0, -1).join(', ')} or ${values.at(-1)}`
}
