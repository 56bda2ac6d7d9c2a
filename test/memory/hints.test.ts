import { describe, expect, it } from 'vitest'
import { createMemoryPorts } from '#memory/ports'

const hint = (workspace: string, runId: string) => ({ kind: 'run', workspace, runId }) as const

describe('the queue in memory', () => {
  it('shows what waits, and hands out again what was put back', async () => {
    const { hints } = createMemoryPorts()
    await hints.pull(hint('w', 'r1'), '1')
    await hints.pull(hint('w', 'r2'), '2')
    const first = hints.pulls.take()
    expect(hints.pulls.take()).toBeUndefined()
    first?.putBack()
    expect(hints.pulls.all()).toEqual([hint('w', 'r1'), hint('w', 'r2')])
    hints.pulls.take()?.done()
    expect(hints.pulls.all()).toEqual([hint('w', 'r2')])
  })

  it('takes a hint of the same name again after five minutes, and counts those that it dropped', async () => {
    const { hints, clock } = createMemoryPorts()
    await hints.pull(hint('w', 'r1'), 'name')
    await clock.advance(5 * 60_000 - 1)
    await hints.pull(hint('w', 'r1'), 'name')
    expect(hints.pulls.dropped()).toBe(1)
    await clock.advance(1)
    await hints.pull(hint('w', 'r1'), 'name')
    expect(hints.pulls.all()).toHaveLength(2)
  })
})

describe('what is kept in memory', () => {
  it('cannot be changed by whoever reads it', async () => {
    const { usage, runs, log } = createMemoryPorts()
    await runs.putIds('w', 'r', 'seen', 0, ['1'])
    const ids = await runs.getIds('w', 'r', 'seen', 0)
    expect(() => Object.assign(ids ?? [], { 0: '2' })).toThrow(TypeError)
    log.info('said', { inner: { id: '1' } })
    expect(Object.isFrozen(log.lines()[0]?.details)).toBe(true)
    expect(await usage.get('w', '2026-11')).toEqual({ reads: 0, writes: 0 })
  })

  it('is the same in every run', () => {
    const [one, two] = [createMemoryPorts(), createMemoryPorts()]
    expect(one.ids.next()).toBe(two.ids.next())
    expect(one.ids.secret()).toBe(two.ids.secret())
    expect(createMemoryPorts({ seed: 'another' }).ids.secret()).not.toBe(createMemoryPorts().ids.secret())
  })
})
