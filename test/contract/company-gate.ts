import type { CallGate, CallKind } from '#sync/ports'

export type WatchingGate = CallGate & { readonly entered: CallKind[]; readonly counted: boolean[]; renewals: number }

/** A gate that lets every call through at once and remembers what passed. */
export function watchingGate(token: string): WatchingGate {
  const gate: WatchingGate = {
    entered: [],
    counted: [],
    renewals: 0,
    token: async () => token,
    renew: async () => {
      gate.renewals++
      return token
    },
    enter: async (kind) => {
      gate.entered.push(kind)
    },
    sent: (_kind, succeeded) => {
      gate.counted.push(succeeded)
    },
  }
  return gate
}
