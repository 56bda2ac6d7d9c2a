import { describe, expect, it } from 'vitest'
import type { Hints, PullHint, PushHint, WakeUp } from '#sync/ports'
import { aWorkspace } from './workspaces.ts'

/** Hints of one queue as a worker gets them: it takes what is to be had now, and is done with some of it. */
export type Received<Hint> = Readonly<{ hint: Hint; done(): Promise<void> }>

export type HintQueues = Readonly<{
  hints: Hints
  takePulls(): Promise<readonly Received<PullHint>[]>
  takePushes(): Promise<readonly Received<PushHint>[]>
  /** Takes out the wake-ups that can be had now, or else the first that come within so many seconds. */
  takeWakeUps(withinSeconds: number): Promise<readonly WakeUp[]>
}>

/** What every pair of queues does. Each `open` answers with empty queues. */
export function hintsContract(open: () => Promise<HintQueues>): void {
  const run = (workspace: string, runId: string): PullHint => ({ kind: 'run', workspace, runId })

  /** Everything in the queue, in the order in which it can be had. */
  const drain = async <Hint>(take: () => Promise<readonly Received<Hint>[]>) => {
    const hints: Hint[] = []
    for (let received = await take(); received.length > 0; received = await take()) {
      for (const { hint, done } of received) {
        hints.push(hint)
        await done()
      }
    }
    return hints
  }

  describe('hints', () => {
    it('come out as they went in, pulls and pushes apart', async () => {
      const { hints, takePulls, takePushes } = await open()
      const workspace = aWorkspace()
      await hints.pull(run(workspace, 'r1'), 'a')
      await hints.pull({ kind: 'upkeep', workspace }, 'b')
      await hints.push({ kind: 'contacts', workspace }, 'c')
      expect(await drain(takePulls)).toEqual([run(workspace, 'r1'), { kind: 'upkeep', workspace }])
      expect(await drain(takePushes)).toEqual([{ kind: 'contacts', workspace }])
    })

    it('of one workspace keep their order, and no more are had while some are out', async () => {
      const { hints, takePulls } = await open()
      const workspace = aWorkspace()
      const all = ['r1', 'r2', 'r3'].map((runId) => run(workspace, runId))
      for (const hint of all) await hints.pull(hint, JSON.stringify(hint))
      // A queue may hand out several of a workspace together, in order.
      const out = await takePulls()
      expect(out.map(({ hint }) => hint)).toEqual(all.slice(0, Math.max(1, out.length)))
      expect(await takePulls()).toEqual([])
      for (const { done } of out) await done()
      expect(await drain(takePulls)).toEqual(all.slice(out.length))
    })

    it('of another workspace do not wait', async () => {
      const { hints, takePulls } = await open()
      const [busy, other] = [aWorkspace(), aWorkspace()]
      await hints.pull(run(busy, 'r1'), '1')
      await takePulls()
      await hints.pull(run(busy, 'r2'), '2')
      await hints.pull(run(other, 'r3'), '3')
      expect((await takePulls()).map(({ hint }) => hint)).toEqual([run(other, 'r3')])
    })

    it('of the same name are sent once, in each queue', async () => {
      const { hints, takePulls, takePushes } = await open()
      const workspace = aWorkspace()
      const name = `${workspace}#r1#${'long '.repeat(40)}ü`
      await hints.pull(run(workspace, 'r1'), name)
      await hints.pull(run(workspace, 'r1'), name)
      await hints.pull(run(workspace, 'r1'), `${name}!`)
      await hints.push({ kind: 'contacts', workspace }, name)
      expect(await drain(takePulls)).toHaveLength(2)
      expect(await drain(takePushes)).toHaveLength(1)
    })

    it('can be sent many at once, to many workspaces, each in its order and each name once', async () => {
      const { hints, takePulls, takePushes } = await open()
      const workspaces = Array.from({ length: 13 }, aWorkspace)
      const named = workspaces.flatMap((workspace) =>
        ['r1', 'r2'].map((runId) => ({ hint: run(workspace, runId), dedupe: `${workspace}-${runId}` })),
      )
      const [first] = named
      if (first !== undefined) await hints.pull(first.hint, first.dedupe)
      await hints.pullMany(named)
      await hints.pushMany(
        workspaces.map((workspace) => ({ hint: { kind: 'contacts', workspace }, dedupe: workspace })),
      )
      await hints.pushMany([])
      const pulled = await drain(takePulls)
      expect(pulled).toHaveLength(26)
      for (const workspace of workspaces) {
        expect(pulled.filter((hint) => hint.workspace === workspace)).toEqual([
          run(workspace, 'r1'),
          run(workspace, 'r2'),
        ])
      }
      expect(await drain(takePushes)).toHaveLength(13)
    })

    it('wake when their time has come and not before, whatever was asked for first', async () => {
      const { hints, takeWakeUps } = await open()
      const [late, soon] = [aWorkspace(), aWorkspace()]
      await hints.wake({ queue: 'pull', workspace: late }, 900)
      await hints.wake({ queue: 'push', workspace: soon }, 1)
      expect(await takeWakeUps(0)).toEqual([])
      expect(await takeWakeUps(5)).toEqual([{ queue: 'push', workspace: soon }])
      expect(await takeWakeUps(0)).toEqual([])
    })

    it('wake at once after no time, a workspace of any name, and as often as they were asked to', async () => {
      const { hints, takeWakeUps } = await open()
      const wakeUp: WakeUp = { queue: 'pull', workspace: `${'w'.repeat(300)} 東京 #` }
      await hints.wake(wakeUp, 0)
      await hints.wake(wakeUp, 0)
      const woken = [...(await takeWakeUps(0)), ...(await takeWakeUps(0))]
      expect(woken).toEqual([wakeUp, wakeUp])
    })

    it('go to a workspace of any name', async () => {
      const { hints, takePulls } = await open()
      const workspaces = ['ü ö', '#', 'w'.repeat(300), '東京']
      for (const workspace of workspaces) await hints.pull({ kind: 'upkeep', workspace }, workspace)
      const found = await drain(takePulls)
      expect(found.map(({ workspace }) => workspace).sort()).toEqual([...workspaces].sort())
    })
  })
}
