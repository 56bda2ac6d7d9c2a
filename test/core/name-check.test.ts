import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LONGEST_NAME, nameProblem, namesInstead } from '#core/name-check'

const anyName = fc.string({ unit: fc.constantFrom(...'aZ9 :\t\n\r-()🏗é'), maxLength: 700 })

describe('a name', () => {
  it.each(["O'Brien & Söhne (2)", '株式会社 山田', 'a'.repeat(LONGEST_NAME), 'x'])('may be %j', (displayName) => {
    expect(nameProblem({ displayName })).toBeUndefined()
  })

  it.each([
    ['Smith: Jo', 'Smith - Jo'],
    ['Smith\tJo', 'Smith Jo'],
    ['Smith\r\nJo', 'Smith Jo'],
    [':Smith:', 'Smith'],
  ])('may not be %j, but %j', (displayName, suggestion) => {
    expect(nameProblem({ displayName })).toMatchObject({ code: 'nameCharacters', field: 'displayName', suggestion })
  })

  it('may not be longer than QuickBooks allows', () => {
    expect(nameProblem({ displayName: 'a'.repeat(LONGEST_NAME + 1) })).toMatchObject({
      code: 'nameTooLong',
      field: 'displayName',
      reason: 'Its name has 501 characters, and QuickBooks allows 500.',
      suggestion: 'a'.repeat(LONGEST_NAME),
    })
  })

  it.each([
    [{}, undefined],
    [{ displayName: '  ' }, undefined],
    [{ companyName: 'Acme: East' }, 'Acme - East'],
    [{ givenName: 'Ada', familyName: 'King' }, 'Ada King'],
  ])('is missing in %j, and %j is proposed', (fields, suggestion) => {
    const problem = nameProblem(fields)
    expect(problem).toMatchObject({ code: 'nameMissing', field: 'displayName' })
    expect(problem?.suggestion).toBe(suggestion)
  })

  it.each(['companyName', 'title', 'givenName', 'middleName', 'familyName', 'suffix', 'printName'] as const)(
    'has no colon in the %s either',
    (field) => {
      expect(nameProblem({ displayName: 'Ada', [field]: 'a:b' })).toMatchObject({ field, suggestion: 'a - b' })
    },
  )

  it.each([
    ['displayName', 'name'],
    ['companyName', 'company name'],
    ['title', 'title'],
    ['givenName', 'first name'],
    ['middleName', 'middle name'],
    ['familyName', 'last name'],
    ['suffix', 'suffix'],
    ['printName', 'name to print on checks'],
  ] as const)('says of a sign in the %s that it is in the %s', (field, words) => {
    expect(nameProblem({ displayName: 'Ada', [field]: 'a\tb' })?.reason).toBe(
      `Its ${words} has a colon, a tab or a line break, which QuickBooks does not allow in names.`,
    )
  })

  it('says that it is missing', () => {
    expect(nameProblem({})?.reason).toMatch(/^It has no name.+\.$/)
  })

  it.each(['::', '\n-\n', ' : '])('has nothing to propose for %j', (displayName) => {
    expect(nameProblem({ displayName })).toStrictEqual({
      code: 'nameCharacters',
      field: 'displayName',
      reason: expect.any(String),
    })
    expect(nameProblem({ companyName: displayName })).toStrictEqual({
      code: 'nameMissing',
      field: 'displayName',
      reason: expect.any(String),
    })
  })

  it.each([
    ['Smith:Jo', 'Smith - Jo'],
    ['Smith  :  Jo', 'Smith - Jo'],
    ['Smith\t\n\rJo', 'Smith Jo'],
    ['  - Smith:', 'Smith'],
  ])('becomes of %j %j', (displayName, suggestion) => {
    expect(nameProblem({ displayName })?.suggestion).toBe(suggestion)
  })

  it('is proposed of all parts, in their order', () => {
    const parts = { suffix: 'Sr', familyName: 'King', middleName: 'B', givenName: 'Ada', title: 'Dr' }
    expect(nameProblem(parts)?.suggestion).toBe('Dr Ada B King Sr')
  })

  it('is cut without half a character and without a space at its end', () => {
    const long = (end: string) => nameProblem({ displayName: `${'a'.repeat(LONGEST_NAME - 1)}${end}` })?.suggestion
    expect(long('🏗')).toBe('a'.repeat(LONGEST_NAME - 1))
    expect(long(' b')).toBe('a'.repeat(LONGEST_NAME - 1))
    expect(long('bc')).toBe(`${'a'.repeat(LONGEST_NAME - 1)}b`)
    for (const whole of ['\u{10000}', '\u{10ffff}']) expect(long(whole)).toBe('a'.repeat(LONGEST_NAME - 1))
    // The second half of a character fits with its first.
    expect(nameProblem({ displayName: `${'a'.repeat(LONGEST_NAME - 2)}🏗b` })?.suggestion).toBe(
      `${'a'.repeat(LONGEST_NAME - 2)}🏗`,
    )
  })

  it('may be whatever QuickBooks holds already', () => {
    const held = { displayName: 'Smith: Jo'.repeat(100), suffix: 'a:b' }
    expect(nameProblem(held, held)).toBeUndefined()
    expect(nameProblem({ ...held, title: 'c:d' }, held)).toMatchObject({ field: 'title' })
    expect(nameProblem({ ...held, suffix: 'c:d' }, held)).toMatchObject({ field: 'suffix' })
  })

  it('that is proposed is never refused itself', () => {
    fc.assert(
      fc.property(anyName, (displayName) => {
        const suggestion = nameProblem({ displayName })?.suggestion
        if (suggestion !== undefined) expect(nameProblem({ displayName: suggestion })).toBeUndefined()
      }),
    )
  })
})

describe('names instead of one that is taken', () => {
  it('are numbered from 2', () => {
    expect(namesInstead('Ada').slice(0, 3)).toEqual(['Ada (2)', 'Ada (3)', 'Ada (4)'])
  })

  it('go on where the name is numbered already', () => {
    expect(namesInstead('Ada (2)')[0]).toBe('Ada (3)')
  })

  it.each([
    ['Ada (9)', 'Ada (10)'],
    ['Ada (999)', 'Ada (1000)'],
    ['Ada (1000)', 'Ada (1000) (2)'],
    ['Ada (2) King', 'Ada (2) King (2)'],
    ['Ada(2)', 'Ada(2) (2)'],
    ['(2)', '(2) (2)'],
    [' (2)', ' (2) (2)'],
    ['A\nB (2)', 'A\nB (3)'],
  ])('of %j begin with %j', (name, first) => {
    expect(namesInstead(name)[0]).toBe(first)
  })

  it('are as long as QuickBooks allows where the name is', () => {
    expect(namesInstead('a'.repeat(LONGEST_NAME))[0]).toBe(`${'a'.repeat(LONGEST_NAME - 4)} (2)`)
    expect(namesInstead('a'.repeat(LONGEST_NAME - 4))[0]).toBe(`${'a'.repeat(LONGEST_NAME - 4)} (2)`)
  })

  it('are thirty, one after the other', () => {
    expect(namesInstead('Ada')).toEqual(Array.from({ length: 30 }, (_, n) => `Ada (${n + 2})`))
  })

  it('all differ, and none is too long', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 600, unit: 'grapheme' }), (name) => {
        const names = namesInstead(name)
        expect(new Set([name, ...names]).size).toBe(names.length + 1)
        expect(names.every((each) => each.length <= LONGEST_NAME)).toBe(true)
      }),
    )
  })
})
