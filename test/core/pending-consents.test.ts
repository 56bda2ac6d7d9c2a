import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CONFIRM_MS, confirmConsent, MOST_WRONG, type PendingConsent, withConsent } from '#core/pending-consents'

const NOW = Date.UTC(2026, 10, 23, 9)
const consent = (name: string) => ({ confirmationHash: `hash of ${name}`, realmId: `company of ${name}`, code: name })

/** What is done one after the other with the consents of one person. */
const deeds = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant('consent' as const), name: fc.constantFrom('a', 'b', 'c') }),
    fc.record({ kind: fc.constant('confirm' as const), name: fc.constantFrom('a', 'b', 'c', 'wrong') }),
    fc.record({ kind: fc.constant('wait' as const), name: fc.constantFrom('1', '3') }),
  ),
  { maxLength: 40 },
)
// Of more than ten the oldest is forgotten, which is told below.
const someDeeds = deeds.filter((all) => all.filter(({ kind }) => kind === 'consent').length <= 10)

describe('consents that wait to be confirmed', () => {
  it('give each code of Intuit’s out once, in time, and before five wrong ones', () => {
    fc.assert(
      fc.property(someDeeds, (all) => {
        let nowMs = NOW
        let list: readonly PendingConsent[] = []
        let made = 0
        // What an honest bookkeeper would write down, by name.
        const open = new Map<string, { name: string; untilMs: number; wrongs: number }>()
        for (const { kind, name } of all) {
          if (kind === 'wait') nowMs += Number(name) * 60_000
          else if (kind === 'consent') {
            const unique = `${name}${made++}`
            list = withConsent(list, consent(unique), nowMs)
            open.set(name, { name: unique, untilMs: nowMs + CONFIRM_MS, wrongs: 0 })
          } else {
            const meant = open.get(name)
            const answer = confirmConsent(list, `hash of ${meant?.name ?? 'nobody'}`, nowMs)
            const isGood = meant !== undefined && nowMs < meant.untilMs && meant.wrongs < MOST_WRONG
            expect(answer.kind).toBe(isGood ? 'right' : 'refused')
            if (answer.kind === 'right') expect(answer.code).toBe(meant?.name)
            if (meant === undefined) for (const one of open.values()) if (one.untilMs > nowMs) one.wrongs++
            if (isGood) open.delete(name)
            list = answer.left ?? list
          }
        }
      }),
    )
  })

  it('say why a code is of no use', () => {
    const one = withConsent([], consent('a'), NOW)
    expect(confirmConsent([], 'hash of a', NOW)).toEqual({ kind: 'refused', why: 'unknown' })
    expect(confirmConsent(one, 'hash of a', NOW + CONFIRM_MS)).toEqual({ kind: 'refused', why: 'expired' })
    const used = confirmConsent(one, 'hash of a', NOW + CONFIRM_MS - 1)
    expect(confirmConsent(used.left ?? [], 'hash of a', NOW)).toEqual({ kind: 'refused', why: 'used' })
    let list = one
    for (let tries = 0; tries < MOST_WRONG; tries++) list = confirmConsent(list, 'wrong', NOW).left ?? list
    expect(confirmConsent(list, 'hash of a', NOW)).toEqual({ kind: 'refused', why: 'tooManyWrong' })
  })

  it('count a wrong code while they wait, and not when they are over or used', () => {
    const one = withConsent([], consent('a'), NOW)
    const wrongsAt = (list: readonly PendingConsent[], nowMs: number) =>
      confirmConsent(list, 'wrong', nowMs).left?.map(({ wrongs }) => wrongs)
    expect(wrongsAt(one, NOW + CONFIRM_MS - 1)).toEqual([1])
    expect(confirmConsent(one, 'wrong', NOW + CONFIRM_MS)).toStrictEqual({ kind: 'refused', why: 'unknown' })
    const used = confirmConsent(one, 'hash of a', NOW).left ?? []
    expect(confirmConsent(used, 'wrong', NOW)).toStrictEqual({ kind: 'refused', why: 'unknown' })
    const later = withConsent(one, consent('b'), NOW + CONFIRM_MS)
    expect(wrongsAt(later, NOW + CONFIRM_MS)).toEqual([0, 1])
    expect(wrongsAt([...used, ...withConsent([], consent('b'), NOW)], NOW)).toEqual([0, 1])
  })

  it('keep no code of Intuit’s once it was given out or given up', () => {
    const both = withConsent(withConsent([], consent('a'), NOW), consent('b'), NOW)
    const left = confirmConsent(both, 'hash of a', NOW).left ?? []
    expect(left.map(({ code }) => code)).toEqual([undefined, 'b'])
    let list = both
    for (let tries = 0; tries < MOST_WRONG; tries++) list = confirmConsent(list, 'wrong', NOW).left ?? list
    expect(list.map(({ code }) => code)).toEqual([undefined, undefined])
  })

  it('are forgotten after an hour, and never more than ten', () => {
    const old = withConsent([], consent('a'), NOW)
    expect(withConsent(old, consent('b'), NOW + CONFIRM_MS + 3_600_000)).toHaveLength(1)
    let list: readonly PendingConsent[] = []
    for (let n = 0; n < 12; n++) list = withConsent(list, consent(`${n}`), NOW)
    expect(list.map(({ code }) => code)).toEqual(['2', '3', '4', '5', '6', '7', '8', '9', '10', '11'])
  })
})
