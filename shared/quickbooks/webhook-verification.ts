import { createHmac, timingSafeEqual } from 'node:crypto'

/**
 * Whether a delivery was signed by Intuit: base64 of HMAC-SHA256 over the raw body, keyed with the app's verifier
 * token (Intuit: "Webhooks", "Validating the notification"). Compared in constant time, with every token, so that the
 * time tells neither how much matched nor which token did.
 * @param body the bytes as they arrived: the signature is over these, not over what they parse to
 * @param signature the header intuit-signature
 * @param verifierTokens several while one token replaces another; with none, nothing passes
 */
export function isSignedByIntuit(
  body: Uint8Array,
  signature: string | undefined,
  verifierTokens: readonly string[],
): boolean {
  // As text: base64 reads several texts as the same bytes, and only one of them is what Intuit wrote.
  const given = Buffer.from(signature ?? '')
  const matches = verifierTokens.map((token) => {
    const expected = Buffer.from(createHmac('sha256', token).update(body).digest('base64'))
    return given.length === expected.length && timingSafeEqual(given, expected)
  })
  return matches.includes(true)
}
