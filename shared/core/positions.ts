import { Failure } from './errors.ts'

/** A place in a list: the list's name and the key of the last row handed out. */
export function positionAfter(list: string, key: string): string {
  return JSON.stringify([list, key])
}

/** The key that `positionAfter` wrote for this list. Throws cursorInvalid for another list's position or nonsense. */
export function keyOf(list: string, position: string): string {
  const [writtenFor, key, ...rest] = parts(position)
  if (writtenFor !== list || typeof key !== 'string' || rest.length > 0) throw new Failure({ kind: 'cursorInvalid' })
  return key
}

function parts(position: string): readonly unknown[] {
  try {
    const parsed: unknown = JSON.parse(position)
    return Array.isArray(parsed) ? parsed : []
  } catch {
    return []
  }
}
