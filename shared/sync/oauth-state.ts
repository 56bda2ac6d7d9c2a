import { Failure } from '#core/errors'
import type { JsonObject } from '#core/records'
import type { Ports } from './ports.ts'
import { isObject, numberIn, textIn } from './stored-state.ts'

/** How long a person has for Intuit's consent page. */
const VALID_MS = 10 * 60_000

type Bound = Readonly<{ workspace: string; person: string }>

/**
 * Makes the `state` of an authorization request: signed, bound to workspace and person, and good for one answer.
 * The callback is open to the world, so this is all that says whose consent it brings; no library of Intuit's checks
 * it (Intuit: "Set up OAuth 2.0").
 */
export async function makeState(
  { clock, ids, digest, signer, connections }: Pick<Ports, 'clock' | 'ids' | 'digest' | 'signer' | 'connections'>,
  { workspace, person }: Bound,
): Promise<Readonly<{ state: string; expiresAtMs: number }>> {
  const nonce = ids.secret()
  const expiresAtMs = clock.now() + VALID_MS
  await connections.putState({ nonceHash: digest.sha256(nonce), workspace, person, expiresAtMs })
  return { state: await signer.seal(JSON.stringify({ nonce, workspace, person, expiresAtMs })), expiresAtMs }
}

/** Whom a state is bound to; it is used up by this. Throws stateInvalid: missing, forged, expired, used. */
export async function openState(
  { clock, digest, signer, connections }: Pick<Ports, 'clock' | 'digest' | 'signer' | 'connections'>,
  state: string | undefined,
): Promise<Bound> {
  if (state === undefined || state === '') throw new Failure({ kind: 'stateInvalid', why: 'missing' })
  const payload = await signer.open(state)
  const sealed = payload === undefined ? undefined : parsed(payload)
  if (sealed === undefined) throw new Failure({ kind: 'stateInvalid', why: 'forged' })
  if (sealed.expiresAtMs <= clock.now()) throw new Failure({ kind: 'stateInvalid', why: 'expired' })
  const taken = await connections.takeState(digest.sha256(sealed.nonce))
  if (taken === undefined) throw new Failure({ kind: 'stateInvalid', why: 'used' })
  // A second lock: whoever came by the secret of the seals would still need a state that was stored for their victim.
  const isSame = taken.workspace === sealed.workspace && taken.person === sealed.person
  if (!isSame) throw new Failure({ kind: 'stateInvalid', why: 'forged' })
  return { workspace: taken.workspace, person: taken.person }
}

/** The payload as `makeState` wrote it. The signer also signs other things, cursors for one: those are not states. */
function parsed(payload: string): (Bound & Readonly<{ nonce: string; expiresAtMs: number }>) | undefined {
  try {
    const value: JsonObject = JSON.parse(payload)
    if (!isObject(value)) return undefined
    return {
      nonce: textIn(value, 'nonce'),
      workspace: textIn(value, 'workspace'),
      person: textIn(value, 'person'),
      expiresAtMs: numberIn(value, 'expiresAtMs'),
    }
  } catch {
    return undefined
  }
}
