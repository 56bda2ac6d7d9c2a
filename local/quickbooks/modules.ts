import type { SimulatorContext } from './context.ts'
import type { TokenAuthority } from './gateway/authority.ts'
import type { Route } from './http.ts'
import { createOauthModule, type OauthModule } from './oauth/module.ts'

/** A part of the simulator beside the Accounting API: it brings routes and may have something to stop. */
export interface Module {
  readonly routes: readonly Route[]
  close?(): void
}

export interface Modules {
  readonly authority: TokenAuthority
  readonly oauth: OauthModule
  readonly all: readonly Module[]
}

/** Puts together OAuth, webhooks and the control API. */
export function createModules(context: SimulatorContext): Modules {
  const oauth = createOauthModule(context)
  return { authority: oauth, oauth, all: [oauth] }
}
