/** A contact that is to give its record's name up, and what lists call it. */
export type Mover = Readonly<{ contactId: string; name: string }>

/** How a walk ends that goes from a name to who holds it, from there to the name that they are to have, and so on. */
export type End =
  /** Nobody holds the last name. */
  | Readonly<{ kind: 'free' }>
  /** Who holds the last name is to keep it. */
  | Readonly<{ kind: 'kept' }>
  /** Who holds the last name is to give it up, and may not be sent now. */
  | Readonly<{ kind: 'barred'; name: string; because: string }>
  /** The one that it began with, or one of those on the walk, holds the last name. */
  | Readonly<{ kind: 'back'; to: string }>

/** How a contact comes to the name that it is to have. */
export type Way =
  /** These are sent before it, in this order. */
  | Readonly<{ kind: 'open'; first: readonly string[] }>
  /** `passes` gets a name in between; then all of the ring are sent in this order, itself last. */
  | Readonly<{ kind: 'ring'; passes: string; order: readonly string[] }>
  /** It waits for somebody else to give the name up. */
  | Readonly<{ kind: 'waits'; for: string; because?: string }>
  | Readonly<{ kind: 'taken' }>

/**
 * What a walk from `start` over `path` comes to. A ring opens when one of it steps aside: always the same one, so that
 * a preview and everybody who looks at the ring say the same. Who wants the name that it gave up is sent first, then who
 * wants theirs, and so on around the ring to the one that stepped aside.
 */
export function wayOf(start: Mover, path: readonly Mover[], end: End): Way {
  const [next] = path
  switch (end.kind) {
    case 'free':
      return { kind: 'open', first: path.map(({ contactId }) => contactId).toReversed() }
    case 'kept':
      return next === undefined ? { kind: 'taken' } : { kind: 'waits', for: next.name }
    case 'barred':
      return { kind: 'waits', for: next?.name ?? end.name, because: end.because }
    case 'back': {
      // A ring that it is not in itself ends with somebody else having the name that it wants.
      if (end.to !== start.contactId) return { kind: 'taken' }
      const ring = [start, ...path].map(({ contactId }) => contactId)
      const passes = ring.toSorted()[0] ?? start.contactId
      const at = ring.indexOf(passes)
      const around = [...ring.slice(at + 1), ...ring.slice(0, at + 1)]
      return { kind: 'ring', passes, order: [...around.slice(0, -1).toReversed(), passes] }
    }
  }
}

const LONGEST_NAME = 500

/** Names in between on the way to `name`, the first to be tried first; nobody gives such a name by chance. */
export function passingNames(name: string, most: number): readonly string[] {
  return Array.from({ length: most }, (_, index) => {
    const mark = index === 0 ? ' (changing names)' : ` (changing names ${index + 1})`
    return `${name.slice(0, LONGEST_NAME - mark.length).trimEnd()}${mark}`
  })
}
