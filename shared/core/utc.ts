const UTC = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?Z$/

/** Epoch milliseconds of an ISO 8601 time in UTC; NaN for anything else, which is neither before nor after any time. */
export function epochMs(utc: string): number {
  const parts = UTC.exec(utc)
  if (parts === null) return Number.NaN
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts.slice(1, 7).map(Number)
  const days = daysSinceEpoch(year, month, day)
  return ((days * 24 + hour) * 60 + minute) * 60_000 + second * 1_000 + Number(`0.${parts[7] ?? 0}`) * 1_000
}

/** Years are taken from March on, so that a leap day is the last day of one. */
function daysSinceEpoch(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year
  const dayOfYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1
  return 365 * y + Math.floor(y / 4) - Math.floor(y / 100) + Math.floor(y / 400) + dayOfYear - 719_468
}
