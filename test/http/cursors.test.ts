import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { openCursor, type Place, sealCursor } from '#http/cursors'
import { createSigner } from '#memory/cryptography'

const signer = createSigner('seed')
let nowMs = 0
const clock = { now: () => nowMs }
const ports = { signer, clock }
const places = fc.record<Place>({
  workspace: fc.constantFrom('acme', 'globex'),
  list: fc.constantFrom('runs', 'contacts'),
  filter: fc.dictionary(fc.constantFrom('search', 'list'), fc.oneof(fc.string(), fc.boolean())),
})

const same = (a: Place, b: Place): boolean =>
  a.workspace === b.workspace &&
  a.list === b.list &&
  Object.keys(a.filter).length === Object.keys(b.filter).length &&
  Object.entries(a.filter).every(([key, value]) => b.filter[key] === value)

describe('a cursor', () => {
  it('opens at the place that gave it, and at no other', async () => {
    await fc.assert(
      fc.asyncProperty(places, places, fc.string(), async (here, there, after) => {
        const cursor = await sealCursor(ports, here, after)
        expect(await openCursor(ports, here, cursor)).toBe(after)
        const elsewhere = openCursor(ports, there, cursor)
        if (same(here, there)) expect(await elsewhere).toBe(after)
        else await expect(elsewhere).rejects.toMatchObject({ problem: { kind: 'cursorInvalid' } })
      }),
    )
  })

  it('does not depend on the order in which a filter is written', async () => {
    const cursor = await sealCursor(ports, { workspace: 'a', list: 'l', filter: { x: 'y', z: true } }, '7')
    expect(await openCursor(ports, { workspace: 'a', list: 'l', filter: { z: true, x: 'y' } }, cursor)).toBe('7')
  })

  it.each([
    ['made up', async () => 'eyJhIjoxfQ.c2ln'],
    ['sealed for something else, such as consent', () => signer.seal(JSON.stringify(['state', 'acme', 'ada']))],
    ['sealed and no JSON', () => signer.seal('acme')],
    [
      'sealed by another deployment',
      () => sealCursor({ signer: createSigner('other'), clock }, { workspace: 'acme', list: 'runs', filter: {} }, '7'),
    ],
  ])('is refused when it was %s', async (_what, make) => {
    const opened = openCursor(ports, { workspace: 'acme', list: 'runs', filter: {} }, await make())
    await expect(opened).rejects.toMatchObject({ problem: { kind: 'cursorInvalid' } })
  })

  it('continues its list for a day, and says then that it is too old, with a kind of its own', async () => {
    const place: Place = { workspace: 'acme', list: 'runs', filter: {} }
    const cursor = await sealCursor(ports, place, '7')
    nowMs += 24 * 3_600_000 - 1
    expect(await openCursor(ports, place, cursor)).toBe('7')
    nowMs += 1
    await expect(openCursor(ports, place, cursor)).rejects.toMatchObject({ problem: { kind: 'cursorExpired' } })
    // Of another place it is still simply not this place's.
    const elsewhere = openCursor(ports, { ...place, workspace: 'globex' }, cursor)
    await expect(elsewhere).rejects.toMatchObject({ problem: { kind: 'cursorInvalid' } })
  })
})
