/**
 * What somebody consented to at Intuit and nobody has confirmed in Tandem yet. Whoever has a link can open it, so a
 * consent alone says nothing of who gave it: only the person who asked for the link, signed in, with the code that the
 * consenting browser was shown, connects (RFC 9700, section 4.7).
 */
export type PendingConsent = Readonly<{
  /** SHA-256 of the confirmation code. */
  confirmationHash: string
  realmId: string
  /** Intuit's authorization code; absent once it was used up or given up. */
  code?: string
  expiresAtMs: number
  /** How many wrong codes were tried while this one waited. */
  wrongs: number
}>

/** A code of Intuit's lives for five minutes (Intuit: "Set up OAuth 2.0"); one is left for the exchange. */
export const CONFIRM_MS = 4 * 60_000
/** So many wrong codes end a consent. */
export const MOST_WRONG = 5
/** One that is over is still known this long, so that a late person is told "too late" and not "unknown". */
const KNOWN_MS = 60 * 60_000
/** A person has no use for more at once. */
const MOST_KEPT = 10

/** The list with a new consent in it. */
export function withConsent(
  consents: readonly PendingConsent[],
  consent: Omit<PendingConsent, 'wrongs' | 'expiresAtMs'>,
  nowMs: number,
): readonly PendingConsent[] {
  return [...known(consents, nowMs), { ...consent, expiresAtMs: nowMs + CONFIRM_MS, wrongs: 0 }].slice(-MOST_KEPT)
}

export type Confirmed =
  /** `left`: the list with this consent used up. */
  | Readonly<{ kind: 'right'; realmId: string; code: string; left: readonly PendingConsent[] }>
  /** `left`: the list with the wrong code counted, where one waited. */
  | Readonly<{
      kind: 'refused'
      why: 'unknown' | 'expired' | 'used' | 'tooManyWrong'
      left?: readonly PendingConsent[]
    }>

/** What a code means for the consents that wait for it. */
export function confirmConsent(
  consents: readonly PendingConsent[],
  confirmationHash: string,
  nowMs: number,
): Confirmed {
  const meant = consents.find((one) => one.confirmationHash === confirmationHash)
  if (meant === undefined) {
    const left = known(consents, nowMs).map((one) => (isWaiting(one, nowMs) ? withWrong(one) : one))
    return { kind: 'refused', why: 'unknown', ...(consents.some((one) => isWaiting(one, nowMs)) && { left }) }
  }
  const { code, wrongs, expiresAtMs, realmId } = meant
  if (code === undefined) return { kind: 'refused', why: wrongs >= MOST_WRONG ? 'tooManyWrong' : 'used' }
  if (expiresAtMs <= nowMs) return { kind: 'refused', why: 'expired' }
  const left = known(consents, nowMs).map((one) => (one === meant ? withoutCode(one) : one))
  return { kind: 'right', realmId, code, left }
}

function isWaiting({ code, expiresAtMs }: PendingConsent, nowMs: number): boolean {
  return code !== undefined && expiresAtMs > nowMs
}

function withWrong(consent: PendingConsent): PendingConsent {
  const counted = { ...consent, wrongs: consent.wrongs + 1 }
  return counted.wrongs < MOST_WRONG ? counted : withoutCode(counted)
}

function withoutCode({ code: _, ...rest }: PendingConsent): PendingConsent {
  return rest
}

function known(consents: readonly PendingConsent[], nowMs: number): readonly PendingConsent[] {
  return consents.filter(({ expiresAtMs }) => expiresAtMs + KNOWN_MS > nowMs)
}
