/** How much may be taken at once, and how fast it fills again. */
export type Rate = Readonly<{ perSecond: number; burst: number }>

/** What is left, and when that was so. */
export type Bucket = Readonly<{ left: number; atMs: number }>

export type Taken = Readonly<{ bucket: Bucket; waitMs: number }>

/** Takes one out of the bucket (none yet: a full one). With `waitMs` above 0 nothing was taken: try again after that. */
export function takeOne(bucket: Bucket | undefined, { perSecond, burst }: Rate, nowMs: number): Taken {
  // A clock that was put back fills nothing and takes nothing away.
  const passedMs = bucket === undefined ? 0 : Math.max(0, nowMs - bucket.atMs)
  const left = bucket === undefined ? burst : Math.min(burst, bucket.left + (passedMs * perSecond) / 1_000)
  if (left >= 1) return { bucket: { left: left - 1, atMs: nowMs }, waitMs: 0 }
  return { bucket: { left, atMs: nowMs }, waitMs: Math.ceil(((1 - left) * 1_000) / perSecond) }
}

/** Whether forgetting the bucket changes nothing. */
export function isFull({ left, atMs }: Bucket, { perSecond, burst }: Rate, nowMs: number): boolean {
  return left + (Math.max(0, nowMs - atMs) * perSecond) / 1_000 >= burst
}
