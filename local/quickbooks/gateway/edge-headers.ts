import type { Random } from '../random.ts'

/** Intuit's trace id as its edge makes it since 2020: `1-5f732f68-d4d3…`. */
export function drawTid(random: Random, now: number): string {
  const hex = (length: number): string => Array.from({ length }, () => random.integer(16).toString(16)).join('')
  return `1-${Math.floor(now / 1000).toString(16)}-${hex(24)}`
}

/** What Intuit's edge puts on every answer, good or bad, as recorded. */
export function edgeHeaders(tid: string, tookMs: number): Readonly<Record<string, string>> {
  return {
    intuit_tid: tid,
    'x-request-id': tid,
    'x-envoy-upstream-service-time': String(20 + Math.round(tookMs)),
    'strict-transport-security': 'max-age=31536000',
    expires: '0',
  }
}
