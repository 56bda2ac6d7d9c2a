/** Writes and reads times as QuickBooks does: local time of a zone with its offset. */
export interface Zone {
  readonly name: string
  /** `2020-09-29T05:58:16-07:00`, from epoch seconds. */
  stamp(epochSeconds: number): string
  /** `2020-09-29T05:58:16.187-07:00`, from epoch milliseconds. */
  stampMs(epochMs: number): string
  /** Minutes east of UTC at a moment. */
  offsetMinutes(epochMs: number): number
}

const two = (n: number): string => (n < 10 ? `0${n}` : String(n))

/** Creates a zone by its IANA name; throws if there is no such. */
export function createZone(name: string): Zone {
  const format = new Intl.DateTimeFormat('en-US', { timeZone: name, timeZoneName: 'longOffset', hour: 'numeric' })
  // Intl takes microseconds for each, and offsets change on quarter hours only.
  const offsets = new Map<number, number>()
  const offsetMinutes = (epochMs: number): number => {
    const quarter = Math.floor(epochMs / 900_000)
    const known = offsets.get(quarter)
    if (known !== undefined) return known
    const part = format.formatToParts(quarter * 900_000).find((each) => each.type === 'timeZoneName')?.value ?? 'GMT'
    const match = /^GMT(?:([+-])(\d{2}):(\d{2}))?/.exec(part)
    const minutes = Number(match?.[2] ?? 0) * 60 + Number(match?.[3] ?? 0)
    const offset = match?.[1] === '-' ? -minutes : minutes
    offsets.set(quarter, offset)
    return offset
  }
  const suffix = (offset: number): string => {
    const size = Math.abs(offset)
    return `${offset < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`
  }
  const local = (epochMs: number, length: number): string => {
    const offset = offsetMinutes(epochMs)
    return new Date(epochMs + offset * 60_000).toISOString().slice(0, length) + suffix(offset)
  }
  return {
    name,
    stamp: (epochSeconds) => local(epochSeconds * 1000, 19),
    stampMs: (epochMs) => local(epochMs, 23),
    offsetMinutes,
  }
}

/** QuickBooks' servers are in California: what has no zone of its own is taken, and written, as Pacific time. */
export const PACIFIC = createZone('America/Los_Angeles')

/**
 * Reads a date or time as queries and CDC take them: with `Z` or an offset, or without, and then Pacific; a date alone
 * is its midnight. Epoch milliseconds, or undefined if it is none.
 */
export function parseTime(text: string): number | undefined {
  const match = /^(\d{4}-\d{2}-\d{2})(?:T(\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)(Z|[+-]\d{2}:?\d{2})?)?$/.exec(
    text.trim(),
  )
  if (match === null) return undefined
  const [, date, time = '00:00:00', offset] = match
  const full = time.length === 5 ? `${time}:00` : time
  if (offset !== undefined) {
    const ms = Date.parse(`${date}T${full}${offset}`)
    return Number.isNaN(ms) ? undefined : ms
  }
  const asUtc = Date.parse(`${date}T${full}Z`)
  if (Number.isNaN(asUtc)) return undefined
  const guess = asUtc - PACIFIC.offsetMinutes(asUtc) * 60_000
  return asUtc - PACIFIC.offsetMinutes(guess) * 60_000
}
