/** What of the gateway can be changed while it runs. */
export interface GatewaySettings {
  /** Every answer takes `fixedMs` plus `perRowMs` for each row in it. */
  readonly latency: { readonly fixedMs: number; readonly perRowMs: number }
  /** Everything answers with the maintenance page. */
  readonly maintenance: boolean
  /** Requests allowed (Intuit: "API call limits and throttles"). Infinity turns a limit off. */
  readonly limits: {
    readonly perSecondPerApp: number
    readonly perMinutePerRealm: number
    readonly batchPerMinutePerApp: number
    readonly batchPerMinutePerRealm: number
    readonly concurrentPerApp: number
  }
}

export const DEFAULT_GATEWAY_SETTINGS: GatewaySettings = {
  latency: { fixedMs: 0, perRowMs: 0 },
  maintenance: false,
  limits: {
    perSecondPerApp: 10,
    perMinutePerRealm: 500,
    batchPerMinutePerApp: 40,
    batchPerMinutePerRealm: 120,
    concurrentPerApp: 10,
  },
}

export interface GatewayChanges {
  readonly latency?: Partial<GatewaySettings['latency']>
  readonly maintenance?: boolean
  readonly limits?: Partial<GatewaySettings['limits']>
}

export interface Gateway {
  readonly settings: GatewaySettings
  /** Changes what is named and leaves the rest. */
  change(changes: GatewayChanges): void
}

export function createGatewaySettings(changes: GatewayChanges = {}): Gateway {
  const merge = (settings: GatewaySettings, to: GatewayChanges): GatewaySettings => ({
    latency: { ...settings.latency, ...to.latency },
    maintenance: to.maintenance ?? settings.maintenance,
    limits: { ...settings.limits, ...to.limits },
  })
  let settings = merge(DEFAULT_GATEWAY_SETTINGS, changes)
  return {
    get settings() {
      return settings
    },
    change(to) {
      settings = merge(settings, to)
    },
  }
}
