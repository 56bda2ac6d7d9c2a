import type { Route } from './http.ts'

/** A part of the simulator beside the Accounting API: it brings routes and may have something to stop. */
export interface Module {
  readonly routes: readonly Route[]
  close?(): void
}
