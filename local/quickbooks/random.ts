/** A seeded source of chance: the same seed gives the same run. */
export interface Random {
  /** A number in [0, 1). */
  next(): number
  /** A whole number in [0, maxExclusive). */
  integer(maxExclusive: number): number
  /** One entry of a list; throws on an empty one. */
  pick<T>(list: readonly T[]): T
  /** A version 4 UUID. */
  uuid(): string
  /** An independent source named after this one's seed: drawing from it never changes what this one gives next. */
  fork(name: string): Random
}

function hash(text: string): number {
  let h = 0x811c9dc5
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193)
  // FNV alone leaves the seeds of "a1" and "a2" close together.
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}

/** Creates a source from any number or text (mulberry32, which is small and even enough for made-up data). */
export function createRandom(seed: number | string): Random {
  let state = hash(String(seed))
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
  const integer = (maxExclusive: number): number => Math.floor(next() * maxExclusive)
  return {
    next,
    integer,
    pick(list) {
      const entry = list[integer(list.length)]
      if (entry === undefined) throw new Error('cannot pick from an empty list')
      return entry
    },
    uuid() {
      const hex = Array.from({ length: 4 }, () =>
        Math.floor(next() * 4294967296)
          .toString(16)
          .padStart(8, '0'),
      ).join('')
      const variant = '89ab'[Number.parseInt(hex[16] ?? '0', 16) & 3]
      return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`
    },
    fork: (name) => createRandom(`${seed}/${name}`),
  }
}
