/**
 * A copy of plain data, frozen all through: nobody can change what is stored, neither by the value that was handed
 * in nor by the one that is handed out. Properties that are undefined are left out, as a table would.
 */
export function keep<T>(value: T): T {
  // The copy has the same shape as the value; TypeScript cannot follow a walk over it.
  return frozenCopy(value) as T
}

function frozenCopy(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return Object.freeze(value.map(frozenCopy))
  const copy: Record<string, unknown> = {}
  for (const [key, inner] of Object.entries(value)) {
    // Most of a record are plain values, for which a call each would be most of the work.
    if (typeof inner === 'object') copy[key] = frozenCopy(inner)
    else if (inner !== undefined) copy[key] = inner
  }
  return Object.freeze(copy)
}
