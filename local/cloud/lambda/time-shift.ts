import type { Clock } from '../clock.ts'

/** How far the cloud's time is ahead of the clock on the wall, in seconds, in memory that its threads share. */
export type TimeShift = Int32Array<SharedArrayBuffer>

export const createTimeShift = (): TimeShift => new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT))

/** Lets time pass, in whole seconds; part of one counts as one. */
export function passTime(shift: TimeShift, milliseconds: number): void {
  Atomics.add(shift, 0, Math.ceil(milliseconds / 1000))
}

const millisecondsAhead = (shift: TimeShift): number => Atomics.load(shift, 0) * 1000

/** The clock, ahead by the shift. What waits for `after` waits as long as before. */
export const clockAhead = (clock: Clock, shift: TimeShift): Clock => ({
  now: () => clock.now() + millisecondsAhead(shift),
  after: clock.after,
})

/** Puts the Date of this thread ahead by the shift, as it is at each moment. */
export function shiftDate(shift: TimeShift): void {
  const wall = Date
  const now = (): number => wall.now() + millisecondsAhead(shift)
  globalThis.Date = new Proxy(wall, {
    apply: () => new wall(now()).toString(),
    construct: (target, args, newTarget) => Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget),
    get: (target, name) => (name === 'now' ? now : Reflect.get(target, name)),
  })
}
