import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { countChanges, type IndexChanges, indexChanges, pushDueAt, questionOf } from '#core/contact-index'
import type { Contact, Hold, OpenConflict } from '#core/records'
import { aContact } from '../contract/records.ts'

const AT = '2026-11-01T08:00:00.000Z'
const LATER = '2026-11-02T08:00:00.000Z'

const aConflict: fc.Arbitrary<OpenConflict> = fc.record({
  slot: fc.constantFrom('phone', 'notes', 'parent'),
  crm: fc.constantFrom('1', '2'),
  openedAt: fc.constantFrom(AT, LATER),
})
const aHold: fc.Arbitrary<Hold> = fc.record({
  code: fc.constantFrom('survivorTaken', 'recordGone'),
  reason: fc.constant('why'),
  at: fc.constantFrom(AT, LATER),
})
const contacts: fc.Arbitrary<Contact> = fc
  .record(
    {
      parentId: fc.constantFrom('p1', 'p2'),
      conflicts: fc.uniqueArray(aConflict, { selector: ({ slot }) => slot }),
      hold: aHold,
      refusal: fc
        .uniqueArray(fc.constantFrom('name#a', 'name#b', 'record#1'))
        .map((waitsFor) => ({ code: '6240', reason: 'Taken.', at: AT, waitsFor })),
    },
    { requiredKeys: [] },
  )
  .chain((changes) => fc.constantFrom('Ada', 'Bob').map((name) => aContact('c1', name, changes)))
const maybe = fc.option(contacts, { nil: undefined })

/** What an index would hold of a contact: the parents that have it as a child, each question with its row, and whom it waits for. */
type Index = Readonly<{
  parents: readonly string[]
  questions: Readonly<Record<string, unknown>>
  awaited: readonly string[]
}>

function indexOf(contact: Contact | undefined): Index {
  if (contact === undefined) return { parents: [], questions: {}, awaited: [] }
  const { parentId, conflicts = [], hold, fields, refusal } = contact
  const who = { contactId: 'c1', contactName: fields.displayName }
  const asked = conflicts.map((conflict) => [conflict.slot, { kind: 'slot', ...who, ...conflict }])
  const held = hold && { kind: 'hold', ...who, openedAt: hold.at, code: hold.code, reason: hold.reason }
  return {
    parents: parentId === undefined ? [] : [parentId],
    questions: Object.fromEntries([...asked, ...(held === undefined ? [] : [['hold', held]])]),
    awaited: [...(refusal?.waitsFor ?? [])].sort(),
  }
}

function applied(
  { parents, questions, awaited }: Index,
  { leaves, joins, opens, closes, awaits, forgets }: IndexChanges,
): Index {
  const left = parents.filter((parent) => parent !== leaves)
  const kept = Object.entries(questions).filter(([question]) => !closes.some((one) => one === question))
  return {
    parents: joins === undefined ? left : [...left, joins],
    questions: Object.fromEntries([...kept, ...opens.map((row) => [questionOf(row), row])]),
    awaited: [...awaited.filter((what) => !forgets.includes(what)), ...awaits].sort(),
  }
}

describe('the changes of the index', () => {
  it('make of what was listed before what is to be listed after', () => {
    fc.assert(
      fc.property(maybe, maybe, (before, after) => {
        expect(applied(indexOf(before), indexChanges(before, after))).toEqual(indexOf(after))
      }),
    )
  })

  it('are none where nothing is listed otherwise than it was', () => {
    fc.assert(
      fc.property(maybe, (contact) => {
        const same = contact && { ...contact, version: contact.version + 1, changedAt: LATER }
        expect(indexChanges(contact, same)).toEqual({ opens: [], closes: [], awaits: [], forgets: [] })
      }),
    )
  })

  it('touch only what differs, and are counted one by one', () => {
    fc.assert(
      fc.property(maybe, maybe, (before, after) => {
        const [from, to] = [indexOf(before), indexOf(after)]
        const changes = indexChanges(before, after)
        const questions = new Set([...Object.keys(from.questions), ...Object.keys(to.questions)])
        const other = [...questions].filter(
          (question) => JSON.stringify(from.questions[question]) !== JSON.stringify(to.questions[question]),
        )
        expect([...changes.opens.map(questionOf), ...changes.closes].sort()).toEqual(other.sort())
        const parents = from.parents[0] === to.parents[0] ? 0 : from.parents.length + to.parents.length
        const waits = [from, to].map(({ awaited }) => awaited)
        const begun = (waits[1] ?? []).filter((what) => waits[0]?.includes(what) !== true)
        const over = (waits[0] ?? []).filter((what) => waits[1]?.includes(what) !== true)
        expect([[...changes.awaits].sort(), [...changes.forgets].sort()]).toEqual([begun, over])
        expect(countChanges(changes)).toBe(parents + other.length + begun.length + over.length)
      }),
    )
  })

  it('list a question anew under the name that its contact has now', () => {
    const asks = { conflicts: [{ slot: 'phone', crm: '1', openedAt: AT } as const] }
    expect(indexChanges(aContact('c1', 'Ada', asks), aContact('c1', 'Ada King', asks))).toEqual({
      opens: [{ kind: 'slot', contactId: 'c1', contactName: 'Ada King', slot: 'phone', crm: '1', openedAt: AT }],
      closes: [],
      awaits: [],
      forgets: [],
    })
  })
})

describe('when a contact that waits may next be sent', () => {
  it('is since it waits, and after a refusal when its next try is due', () => {
    const refusal = { code: '6240', reason: 'Taken.', at: AT }
    expect(pushDueAt({ toPushSince: AT })).toBe(AT)
    expect(pushDueAt({ toPushSince: AT, refusal: { ...refusal, nextTryAt: LATER } })).toBe(LATER)
    expect(pushDueAt({ toPushSince: AT, refusal })).toBe(AT)
  })

  it('is never where nothing waits, whatever was refused', () => {
    expect(pushDueAt({})).toBeUndefined()
    expect(pushDueAt({ refusal: { code: '1', reason: 'No.', at: AT, nextTryAt: LATER } })).toBeUndefined()
  })
})
