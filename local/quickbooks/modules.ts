import type { SimulatorContext } from './context.ts'
import type { TokenAuthority } from './gateway/authority.ts'
import type { Route } from './http.ts'

/** A part of the simulator beside the Accounting API: it brings routes and may have something to stop. */
export interface Module {
  readonly routes: readonly Route[]
  close?(): void
}

export interface Modules {
  readonly authority: TokenAuthority
  readonly all: readonly Module[]
}

/** Puts together OAuth, webhooks and the control API. */
export function createModules(_context: SimulatorContext): Modules {
  return { authority: { authorize: () => ({ ok: false, reason: 'unknown' }) }, all: [] }
}
