import { PACIFIC } from '../company/zone.ts'

/** `2016-02-02T16:25:00-0800`: how Intuit's notification server writes a moment (epoch milliseconds). */
export function pacificTime(ms: number): string {
  return PACIFIC.stamp(Math.floor(ms / 1000)).replace(/:(\d{2})$/, '$1')
}
