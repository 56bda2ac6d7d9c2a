import type { Change } from '../company/change.ts'

/** A change on its way to one app. The id stays the same through retries and duplicates, so receivers can tell. */
export type WebhookEvent = {
  readonly uuid: string
  readonly change: Change
  /** Six digits beyond the millisecond, and a number in [0, 1) that picks a form where forms vary. */
  readonly nanoseconds: string
  readonly form: number
}
