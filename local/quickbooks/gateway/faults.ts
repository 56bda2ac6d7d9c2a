import type { FaultType } from '../company/errors.ts'
import type { Random } from '../random.ts'

/** What goes wrong. `before`: nothing was written. `after`: it was written, and only the answer suffers. */
export type FaultKind =
  /** HTTP status with QuickBooks' SystemFault (5xx), before anything is done. */
  | { readonly kind: 'status'; readonly status: number }
  /** HTTP 200 carrying a SystemFault 10000, before anything is done. */
  | { readonly kind: 'fault-in-200' }
  /** Any error of the Accounting API (6190: subscription ended, 140: company locked …), before anything is done. */
  | {
      readonly kind: 'error'
      /** Default 400. */
      readonly status?: number
      readonly code: string
      readonly message: string
      readonly detail?: string
      /** Default ValidationFault. */
      readonly type?: FaultType
    }
  /** The gateway's 401, 403 or 429, before anything is done. */
  | { readonly kind: 'unauthorized' }
  | { readonly kind: 'forbidden' }
  | { readonly kind: 'throttled' }
  /** An HTML page with this status instead of an answer, before anything is done. */
  | { readonly kind: 'html'; readonly status: number }
  /** The connection is reset before anything is done. */
  | { readonly kind: 'reset' }
  /** The request is carried out, and the connection reset instead of an answer. */
  | { readonly kind: 'response-lost' }
  /** The request is carried out, and the answer is a 504 of the gateway. */
  | { readonly kind: 'timeout-after' }
  /** The body takes this many milliseconds to come. */
  | { readonly kind: 'slow-body'; readonly overMs: number }
  /** The body ends in the middle. */
  | { readonly kind: 'truncated' }
  /** The answer takes this many milliseconds longer. */
  | { readonly kind: 'delay'; readonly ms: number }

/** When it goes wrong. All that are given must hold. */
export interface FaultRule {
  readonly fault: FaultKind
  /** Only the n-th call that fits (from 1, counted from when the rule was added). */
  readonly nth?: number
  /** This share of the calls that fit (0…1), drawn from the seed. */
  readonly share?: number
  /** Only where method and path together (`POST /v3/company/1/customer?…`) match this regular expression. */
  readonly path?: string
  readonly realmId?: string
  readonly clientId?: string
  /** Gone after it struck this often. */
  readonly times?: number
}

export interface ActiveFault extends FaultRule {
  readonly id: string
  readonly seen: number
  readonly struck: number
}

export interface FaultedCall {
  readonly method: string
  readonly url: string
  readonly realmId?: string | undefined
  readonly clientId?: string | undefined
}

export interface Faults {
  /** Adds a rule and returns its id. Throws if the rule's path is no regular expression or its share not in 0…1. */
  add(rule: FaultRule): string
  remove(id: string): boolean
  clear(): void
  list(): readonly ActiveFault[]
  /** The fault that strikes this call, if any; counts the call. The first rule that strikes wins. */
  strike(call: FaultedCall): FaultKind | undefined
}

interface Rule {
  readonly id: string
  readonly rule: FaultRule
  readonly path: RegExp | undefined
  seen: number
  struck: number
}

export function createFaults(random: Random): Faults {
  let rules: Rule[] = []
  let count = 0
  return {
    add(rule) {
      if (rule.share !== undefined && !(rule.share >= 0 && rule.share <= 1))
        throw new Error('A fault’s share lies between 0 and 1.')
      if (rule.nth !== undefined && !(Number.isInteger(rule.nth) && rule.nth >= 1))
        throw new Error('A fault’s nth is a whole number from 1.')
      const id = `fault-${++count}`
      rules.push({
        id,
        rule,
        path: rule.path === undefined ? undefined : new RegExp(rule.path, 'i'),
        seen: 0,
        struck: 0,
      })
      return id
    },
    remove(id) {
      const before = rules.length
      rules = rules.filter((each) => each.id !== id)
      return rules.length < before
    },
    clear() {
      rules = []
    },
    list: () => rules.map(({ id, rule, seen, struck }) => ({ ...rule, id, seen, struck })),
    strike(call) {
      let struck: FaultKind | undefined
      for (const each of rules) {
        const { rule } = each
        if (rule.realmId !== undefined && rule.realmId !== call.realmId) continue
        if (rule.clientId !== undefined && rule.clientId !== call.clientId) continue
        if (each.path !== undefined && !each.path.test(`${call.method} ${call.url}`)) continue
        each.seen++
        if (struck !== undefined) continue
        if (rule.nth !== undefined && each.seen !== rule.nth) continue
        if (rule.share !== undefined && random.next() >= rule.share) continue
        each.struck++
        struck = rule.fault
      }
      rules = rules.filter(({ rule, struck: n }) => rule.times === undefined || n < rule.times)
      return struck
    },
  }
}
