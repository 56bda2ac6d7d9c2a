import type { SimulatorContext } from './context.ts'
import { createControlModule } from './control/module.ts'
import type { TokenAuthority } from './gateway/authority.ts'
import type { Module } from './module.ts'
import { createOauthModule, type OauthModule } from './oauth/module.ts'
import type { Send } from './webhooks/delivery-queue.ts'
import { createWebhooksModule, type WebhooksModule } from './webhooks/module.ts'

export interface Modules {
  readonly authority: TokenAuthority
  readonly oauth: OauthModule
  readonly webhooks: WebhooksModule
  readonly all: readonly Module[]
}

/** Puts together OAuth, webhooks and the control API. `send` carries the webhooks out. */
export function createModules(context: SimulatorContext, send: Send): Modules {
  const oauth = createOauthModule(context)
  const webhooks = createWebhooksModule(context, send, oauth.isConnected)
  const control = createControlModule(context, { oauth, webhooks })
  return { authority: oauth, oauth, webhooks, all: [oauth, webhooks, control] }
}
