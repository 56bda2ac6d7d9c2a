import { isDueBetween, SLOTS_A_DAY, slotAt } from '#core/daily-slots'
import type { DailyDone, Named, Ports, PullHint, PushHint } from './ports.ts'

/** It ends itself before its function's time is over; the next one goes on. */
const DAILY_MS = 35_000
/** Pages of workspaces that are looked through between two notes of how far it came. */
const PAGES_A_NOTE = 10

type DailyPorts = Pick<Ports, 'clock' | 'connections' | 'dailyProgress' | 'hints'>

/**
 * Every quarter of an hour: hints the upkeep and the changes of each connection whose slot of the day has come since
 * the last time, and what waits to be pushed, for a write that had begun when the workspace chose to send only when
 * asked. It goes on where it stopped, so that all have their turn however many they are; what was missed is made up
 * for, a day of it at most, since more would be the same work again.
 */
export async function daily(ports: DailyPorts): Promise<Readonly<{ hinted: number }>> {
  const { clock, dailyProgress } = ports
  const endMs = clock.now() + DAILY_MS
  const now = slotAt(clock.now())
  let done = await dailyProgress.get()
  let hinted = 0
  while (done === undefined || done.slot < now) {
    const to: number = done?.under?.to ?? now
    const turn = await workThrough(ports, done, to, endMs)
    hinted += turn.hinted
    done = turn.done
    await dailyProgress.save(done)
    if (done.under !== undefined) break
  }
  return { hinted }
}

type Turn = Readonly<{ hinted: number; done: DailyDone }>

/** All workspaces of the slots up to `to`, from where it stopped, until they are done or time is over. */
async function workThrough(ports: DailyPorts, before: DailyDone | undefined, to: number, endMs: number): Promise<Turn> {
  const { clock, connections, dailyProgress } = ports
  // Where nothing is known to be done, a whole day is due.
  const slot = before?.slot ?? to - SLOTS_A_DAY
  let hinted = 0
  let after = before?.under?.after
  for (let pages = 1; ; pages++) {
    const { workspaces, next } = await connections.connectedWorkspaces(after)
    const due = workspaces.filter((workspace) => isDueBetween(workspace, slot, to))
    await hintAll(ports, due, to)
    hinted += due.length
    if (next === undefined) return { hinted, done: { slot: to } }
    after = next
    const done: DailyDone = { slot, under: { to, after } }
    if (clock.now() >= endMs) return { hinted, done }
    if (pages % PAGES_A_NOTE === 0) await dailyProgress.save(done)
  }
}

/** The names carry the slot, so that what is done again after a stop is dropped by the queue. */
async function hintAll({ hints }: DailyPorts, workspaces: readonly string[], slot: number): Promise<void> {
  const pulls = workspaces.flatMap((workspace): readonly Named<PullHint>[] => [
    { hint: { kind: 'upkeep', workspace }, dedupe: `upkeep-${workspace}-${slot}` },
    { hint: { kind: 'changes', workspace }, dedupe: `changes-${workspace}-${slot}` },
  ])
  const pushes = workspaces.map(
    (workspace): Named<PushHint> => ({ hint: { kind: 'contacts', workspace }, dedupe: `push-${workspace}-${slot}` }),
  )
  await Promise.all([hints.pullMany(pulls), hints.pushMany(pushes)])
}
