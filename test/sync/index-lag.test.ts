import { describe, expect, it } from 'vitest'
import { updateContact } from '#sync/edit-contact'
import type { Markers } from '#sync/ports'
import { servePullHint, servePushHint } from '#sync/serve'
import { createTwoSides, type TwoSides } from './two-sides.ts'
import { PERSON, WORKSPACE } from './world.ts'

/** The ports with an index that shows no marker before this moment. */
function lagging({ ports }: TwoSides, untilMs: number) {
  const looks: number[] = []
  const late =
    <Args extends readonly unknown[], Found>(read: (...args: Args) => Promise<readonly Found[]>) =>
    async (...args: Args): Promise<readonly Found[]> => {
      looks.push(ports.clock.now())
      return ports.clock.now() < untilMs ? [] : read(...args)
    }
  const markers: Markers = {
    ...ports.markers,
    toRead: late(ports.markers.toRead),
    toPush: late(ports.markers.toPush),
  }
  return { ports: { ...ports, markers }, looks }
}

const changed = () => createTwoSides((book) => book.addOld(3))

describe('an index that lags behind its table', () => {
  it('shows what was notified when the hint is looked after once more, within a second', async () => {
    const two = await changed()
    two.book.edit('1', { phone: '555 0100' })
    await two.tell('1')
    const sentAtMs = two.clock.now()
    const { ports } = lagging(two, sentAtMs + 900)
    await servePullHint(ports, { kind: 'marked', workspace: WORKSPACE }, sentAtMs)
    expect((await two.contactOf('1')).fields.phone).toBe('555 0100')
    expect(two.clock.now() - sentAtMs).toBeLessThan(2_000)
  })

  it('shows what was edited when the hint is looked after once more', async () => {
    const two = await changed()
    const { id, version } = await two.contactOf('1')
    await updateContact(two.ports, {
      workspace: WORKSPACE,
      person: PERSON,
      id,
      version,
      edit: { fields: { phone: '555 0100' } },
    })
    const sentAtMs = two.clock.now()
    const { ports } = lagging(two, sentAtMs + 900)
    await servePushHint(ports, { kind: 'contacts', workspace: WORKSPACE }, sentAtMs)
    expect(two.book.get('1').fields?.phone).toBe('555 0100')
  })

  it('keeps nobody waiting who was hinted at before that: nothing is left then', async () => {
    const two = await changed()
    const sentAtMs = two.clock.now()
    await two.clock.sleep(1_000)
    const { ports, looks } = lagging(two, Number.POSITIVE_INFINITY)
    for (let hints = 0; hints < 100; hints++) {
      await servePullHint(ports, { kind: 'marked', workspace: WORKSPACE }, sentAtMs)
      await servePushHint(ports, { kind: 'contacts', workspace: WORKSPACE }, sentAtMs)
    }
    expect(two.clock.now() - sentAtMs).toBe(1_000)
    expect(looks).toHaveLength(200)
  })

  it('is waited for no longer than it lags, though the sender’s clock is minutes ahead', async () => {
    const two = await changed()
    const before = two.clock.now()
    const { ports } = lagging(two, Number.POSITIVE_INFINITY)
    await servePullHint(ports, { kind: 'marked', workspace: WORKSPACE }, before + 300_000)
    expect(two.clock.now() - before).toBe(1_000)
  })
})
