import { describe, expect, it } from 'vitest'
import { adviceOn, dotOf, whyOf } from '#core/dots'
import { type Contact, HOLD_CODES } from '#core/records'
import { aLink } from '../contract/records.ts'

const at = '2026-11-01T08:00:00.000Z'
const link = aLink('customer', '1')
const refusal = { code: '6240', reason: 'The name is taken.', at }
const conflicts = [{ slot: 'phone', openedAt: at } as const, { slot: 'notes', openedAt: at } as const]
const hold = { code: 'recordGone', reason: 'It is gone.', at } as const

type Shown = Pick<Contact, 'link' | 'refusal' | 'conflicts' | 'hold' | 'toPushSince'>

describe('the dot of a contact', () => {
  it.each<[string, Shown, string]>([
    ['was never linked', {}, 'none'],
    ['was never linked and waits to be', { toPushSince: at }, 'none'],
    ['agrees with its record', { link }, 'green'],
    ['asks nothing any more', { link, conflicts: [] }, 'green'],
    ['changed since it was last sent', { link, toPushSince: at }, 'orange'],
    ['was refused', { link, refusal, toPushSince: at }, 'red'],
    ['was refused at its first sending', { refusal }, 'red'],
    ['asks a person, refused or not', { link, refusal, conflicts, toPushSince: at }, 'conflict'],
    ['is held, refused or not', { link, refusal, hold, toPushSince: at }, 'conflict'],
    ['is held and asks nothing else', { hold, conflicts: [] }, 'conflict'],
  ])('that %s', (_what, contact, dot) => {
    expect(dotOf(contact)).toBe(dot)
  })
})

describe('why a contact needs somebody', () => {
  it('is empty where it needs nobody', () => {
    expect(whyOf({})).toEqual({})
    expect(whyOf({ conflicts: [] })).toEqual({})
  })

  it('is what QuickBooks refused, and the advice where there is one', () => {
    expect(whyOf({ refusal })).toStrictEqual({ reason: refusal.reason })
    expect(whyOf({ refusal: { ...refusal, advice: 'Take another.' } })).toEqual({
      reason: refusal.reason,
      advice: 'Take another.',
    })
  })

  it('names what both sides changed, before what was refused', () => {
    const { reason, advice } = whyOf({ refusal, conflicts })
    expect(reason).toBe('Both sides changed it since they last agreed: phone, notes')
    expect(advice).toMatch(/^Decide .+\.$/)
  })

  it('is why it is held, before everything else', () => {
    expect(whyOf({ hold, refusal, conflicts })).toEqual({ reason: hold.reason, advice: adviceOn(hold) })
  })

  it('comes with an advice for every reason to hold it', () => {
    for (const code of HOLD_CODES) expect(adviceOn({ code })).toMatch(/^[A-Z].+\.$/)
    expect(adviceOn({ code: 'survivorTaken' })).toBe(adviceOn({ code: 'createdTaken' }))
    expect(adviceOn({ code: 'recordGone' })).not.toBe(adviceOn({ code: 'createdTaken' }))
  })
})
