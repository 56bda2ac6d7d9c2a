import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Mover, passingNames, wayOf } from '#core/name-way'

const mover = (contactId: string): Mover => ({ contactId, name: `“${contactId}”` })

describe('the way to a name', () => {
  it('is open where whoever holds it moves on to a free one: the last is sent first', () => {
    expect(wayOf(mover('a'), [], { kind: 'free' })).toEqual({ kind: 'open', first: [] })
    expect(wayOf(mover('a'), ['b', 'c'].map(mover), { kind: 'free' })).toEqual({ kind: 'open', first: ['c', 'b'] })
  })

  it('is taken where the holder stays, and waits for the next one where somebody further on does', () => {
    expect(wayOf(mover('a'), [], { kind: 'kept' })).toEqual({ kind: 'taken' })
    expect(wayOf(mover('a'), ['b', 'c'].map(mover), { kind: 'kept' })).toEqual({ kind: 'waits', for: '“b”' })
    const barred = { kind: 'barred', name: 'B', because: 'it is held' } as const
    expect(wayOf(mover('a'), [], barred)).toEqual({ kind: 'waits', for: 'B', because: 'it is held' })
  })

  it('that leads into a ring of others is taken: when that has turned, one of them has the name', () => {
    expect(wayOf(mover('a'), ['c', 'b'].map(mover), { kind: 'back', to: 'c' })).toEqual({ kind: 'taken' })
  })

  it('around a ring of any length gives everybody the name that they want, with one name in between', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.string({ minLength: 1, maxLength: 3 }), { minLength: 2, maxLength: 12 }), (ids) => {
        const [start = '', ...path] = ids
        const way = wayOf(mover(start), path.map(mover), { kind: 'back', to: start })
        if (way.kind !== 'ring') throw new Error('It is a ring.')
        // Each holds its own name, and wants that of the next one.
        const holds = new Map(ids.map((id) => [id, id]))
        const wants = (id: string) => ids[ids.indexOf(id) + 1] ?? start
        holds.set(way.passes, '(in between)')
        expect([...way.order].sort()).toEqual([...ids].sort())
        for (const id of way.order) {
          const name = wants(id)
          expect([...holds.values()]).not.toContain(name)
          holds.set(id, name)
        }
      }),
    )
  })

  it('is the same from wherever one looks at the ring', () => {
    const ring = ['d', 'a', 'c', 'b']
    const passes = ring.map((start, at) => {
      const [, ...path] = [...ring.slice(at), ...ring.slice(0, at)]
      const way = wayOf(mover(start), path.map(mover), { kind: 'back', to: start })
      return way.kind === 'ring' && way.passes
    })
    expect(new Set(passes)).toEqual(new Set(['a']))
  })
})

describe('a name in between', () => {
  it('fits into QuickBooks, and there are several', () => {
    expect(passingNames('Ada', 2)).toEqual(['Ada (changing names)', 'Ada (changing names 2)'])
    for (const name of passingNames('x'.repeat(500), 3)) expect(name.length).toBe(500)
    // Cut behind a blank, it has one blank there and not two.
    const cut = `${'x'.repeat(482)} ${'y'.repeat(17)}`
    expect(passingNames(cut, 1)).toEqual([`${'x'.repeat(482)} (changing names)`])
  })
})
