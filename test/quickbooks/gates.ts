import type { CallGate, CallKind } from '#sync/ports'

export type RecordingGate = CallGate &
  Readonly<{ entered: CallKind[]; calls: { kind: CallKind; succeeded: boolean }[]; renewed: string[] }>

/** A gate that lets every call through at once and remembers what passed. */
export function openGate(token: string, renewed = `${token}-renewed`): RecordingGate {
  const gate: RecordingGate = {
    entered: [],
    calls: [],
    renewed: [],
    token: async () => token,
    renew: async (refused) => {
      gate.renewed.push(refused)
      return renewed
    },
    enter: async (kind) => {
      gate.entered.push(kind)
    },
    sent: (kind, succeeded) => {
      gate.calls.push({ kind, succeeded })
    },
  }
  return gate
}
