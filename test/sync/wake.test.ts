import { beforeEach, describe, expect, it } from 'vitest'
import type { Problem } from '#core/errors'
import { updateContact } from '#sync/edit-contact'
import { startPull } from '#sync/pull'
import { getRun } from '#sync/runs'
import { servePullHint, servePushHint } from '#sync/serve'
import { sweep } from '#sync/sweep'
import { wake } from '#sync/wake'
import { createTwoSides, type TwoSides } from './two-sides.ts'
import { PERSON, WORKSPACE } from './world.ts'

const MINUTE_MS = 60_000
const REST: Problem = { kind: 'quickbooksThrottled', restMs: 0 }

const asker = { workspace: WORKSPACE, person: PERSON }

let two: TwoSides

beforeEach(async () => {
  two = await createTwoSides((book) => book.addOld(3))
  two.ports.hints.takeWakeUps()
})

/** Serves the hints that are there; without the sweep, nothing that waits is found but by its wake-up. */
async function serveHints(): Promise<void> {
  const { pulls, pushes } = two.ports.hints
  for (;;) {
    const [pull, push] = [pulls.take(), pushes.take()]
    if (pull === undefined && push === undefined) return
    if (pull !== undefined) await servePullHint(two.ports, pull.hint)
    pull?.done()
    if (push !== undefined) await servePushHint(two.ports, push.hint)
    push?.done()
  }
}

/** Second after second, everybody does what comes up, but the sweep never does. */
async function withoutSweep(seconds: number): Promise<void> {
  for (let second = 0; second < seconds; second++) {
    for (const wakeUp of two.ports.hints.takeWakeUps()) await wake(two.ports, wakeUp)
    await serveHints()
    await two.clock.sleep(1_000)
  }
}

/** A person edits the first contact. */
async function editHere(phone: string): Promise<void> {
  const { id, version } = await two.contactOf('1')
  await updateContact(two.ports, { ...asker, id, version, edit: { fields: { phone } } })
}

describe('a rest that is over', () => {
  it('lets what was notified meanwhile come in within seconds', async () => {
    two.company.trouble(() => REST)
    two.book.edit('1', { phone: '555 0100' })
    await two.tell('1')
    await serveHints()
    two.company.settle()
    await withoutSweep(58)
    expect((await two.contactOf('1')).fields).not.toHaveProperty('phone')
    await withoutSweep(5)
    expect((await two.contactOf('1')).fields.phone).toBe('555 0100')
  })

  it('lets what was edited meanwhile go out within seconds', async () => {
    two.company.trouble(() => REST)
    await editHere('555 0100')
    await serveHints()
    two.company.settle()
    await withoutSweep(63)
    expect(two.book.get('1').fields?.phone).toBe('555 0100')
  })

  it('lets what was edited go out within seconds after an outage too', async () => {
    two.company.trouble(() => ({ kind: 'quickbooksDown', reason: 'No answer.' }))
    await editHere('555 0100')
    await serveHints()
    two.company.settle()
    await withoutSweep(33)
    expect(two.book.get('1').fields?.phone).toBe('555 0100')
  })

  it('lets a run that waited for it go on within seconds', async () => {
    const run = await startPull(two.ports, asker)
    two.company.trouble(() => REST)
    await serveHints()
    expect(await getRun(two.ports, WORKSPACE, run.id)).toMatchObject({ status: 'waiting' })
    two.company.settle()
    await withoutSweep(63)
    expect(await getRun(two.ports, WORKSPACE, run.id)).toMatchObject({ status: 'done' })
  })

  it('is found by the sweep where the wake-up was lost, or could not be sent', async () => {
    const hints = { ...two.ports.hints, wake: () => Promise.reject(new Error('The queue is not there.')) }
    two.company.trouble(() => REST)
    await editHere('555 0100')
    for (let push = two.ports.hints.pushes.take(); push !== undefined; push = two.ports.hints.pushes.take()) {
      await servePushHint({ ...two.ports, hints }, push.hint)
      push.done()
    }
    expect(two.ports.log.lines().filter(({ event }) => event === 'wakeUp.notSent')).toHaveLength(2)
    two.company.settle()
    await withoutSweep(65)
    expect(two.book.get('1').fields?.phone).toBeUndefined()
    await sweep(two.ports)
    await serveHints()
    expect(two.book.get('1').fields?.phone).toBe('555 0100')
  })

  it('wakes nobody who has nothing to do', async () => {
    await wake(two.ports, { queue: 'pull', workspace: WORKSPACE })
    await wake(two.ports, { queue: 'push', workspace: WORKSPACE })
    const run = await startPull(two.ports, asker)
    two.ports.hints.pulls.take()?.done()
    // It stands still for another reason than a time that has not come.
    await wake(two.ports, { queue: 'pull', workspace: WORKSPACE })
    expect(await getRun(two.ports, WORKSPACE, run.id)).toMatchObject({ status: 'queued' })
    expect([two.ports.hints.pulls.all(), two.ports.hints.pushes.all()]).toEqual([[], []])
  })
})

describe('a wake-up', () => {
  it('is left to the sweep where it would have to wait for more than a quarter of an hour', async () => {
    two.company.trouble(() => ({ kind: 'quickbooksThrottled', restMs: 16 * MINUTE_MS }))
    await two.tell('1')
    await serveHints()
    await two.clock.sleep(17 * MINUTE_MS)
    expect(two.ports.hints.takeWakeUps()).toEqual([])
  })

  it('that comes ten times in a second hints once', async () => {
    two.company.trouble(() => REST)
    await two.tell('1')
    await serveHints()
    two.company.settle()
    await two.clock.sleep(62_000)
    for (let times = 0; times < 10; times++) await wake(two.ports, { queue: 'pull', workspace: WORKSPACE })
    expect(two.ports.hints.pulls.all()).toEqual([{ kind: 'marked', workspace: WORKSPACE }])
  })
})

describe('a contact that QuickBooks refused', () => {
  it('is tried again when its quarter of an hour is over, and all that were refused with it by one wake-up', async () => {
    const refused: Problem = {
      kind: 'quickbooksRefused',
      code: '6000',
      message: 'Business Validation Error',
      detail: '',
    }
    two.company.trouble(({ method }) => (method === 'update' ? refused : undefined))
    await editHere('555 0100')
    await serveHints()
    expect((await two.contactOf('1')).refusal).toMatchObject({ code: '6000' })
    two.company.settle()
    await withoutSweep(895)
    expect(two.book.get('1').fields?.phone).toBeUndefined()
    await withoutSweep(10)
    expect(two.book.get('1').fields?.phone).toBe('555 0100')
  })
})
