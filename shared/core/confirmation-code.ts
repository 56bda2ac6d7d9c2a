/** Crockford's digits: none looks like another, so that a code can be read off one screen and typed on another. */
const DIGITS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const BASE64URL = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
const LENGTH = 8

/** A short code for people, as `4F7K-92QD`: 40 of the random bits of `secret` (base64url). */
export function confirmationCode(secret: string): string {
  // 64 signs fall evenly on 32 digits.
  const digits = Array.from(secret.slice(0, LENGTH), (sign) => DIGITS.charAt(BASE64URL.indexOf(sign) % DIGITS.length))
  return `${digits.slice(0, LENGTH / 2).join('')}-${digits.slice(LENGTH / 2).join('')}`
}

/** What was typed, as the code was meant: without case, spaces and hyphens, and with look-alikes as their digit. */
export function meantCode(typed: string): string {
  const digits = typed.toUpperCase().replaceAll(/[\s-]/g, '').replaceAll('O', '0').replaceAll(/[IL]/g, '1')
  return digits.length === LENGTH ? `${digits.slice(0, LENGTH / 2)}-${digits.slice(LENGTH / 2)}` : digits
}
