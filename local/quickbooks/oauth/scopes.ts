/** The scope without which the Accounting API answers 403. It reads and writes; there is no read-only one. */
export const ACCOUNTING_SCOPE = 'com.intuit.quickbooks.accounting'

const PAYMENT_SCOPE = 'com.intuit.quickbooks.payment'

/** The scopes that the authorize page knows. Anything else is `invalid_scope`. */
export const KNOWN_SCOPES: ReadonlySet<string> = new Set([
  ACCOUNTING_SCOPE,
  PAYMENT_SCOPE,
  'openid',
  'profile',
  'email',
  'phone',
  'address',
])

/** Whether a grant for these scopes is bound to a company; one for sign-in alone is not, and has no realmId. */
export function needsCompany(scopes: readonly string[]): boolean {
  return scopes.some((scope) => scope === ACCOUNTING_SCOPE || scope === PAYMENT_SCOPE)
}
