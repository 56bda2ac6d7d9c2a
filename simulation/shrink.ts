import type { Action } from './people/actions.ts'
import { live, type Story, type Told } from './run.ts'
import type { Watching } from './world/world.ts'

/** A story that fails, as short as it was found, with what it tells. */
export type Shortest = Readonly<{ story: Story; told: Told; lives: number }>

/**
 * The shortest story that still breaks the same promise: actions are left out by halves, quarters and so on (delta
 * debugging), then kinds of faults and positions of switches, one by one.
 * `mostLives`: how many stories may be tried.
 */
export async function shrink(
  story: Story,
  told: Told,
  { mostLives = 300, ...watching }: Watching & Readonly<{ mostLives?: number }> = {},
): Promise<Shortest> {
  const wanted = new Set(told.violations.map(kindOf))
  let best: Shortest = { story, told, lives: 0 }
  let lives = 0

  const tryOut = async (candidate: Story): Promise<boolean> => {
    if (lives >= mostLives) return false
    lives += 1
    const outcome = await live(candidate, watching)
    if (!outcome.violations.some((violation) => wanted.has(kindOf(violation)))) return false
    best = { story: candidate, told: outcome, lives }
    return true
  }
  const withActions = (actions: readonly Action[]): Story => ({ ...best.story, actions })

  for (let pieces = 2; best.story.actions.length > 1 && lives < mostLives; ) {
    const { actions } = best.story
    const size = Math.ceil(actions.length / pieces)
    let isShorter = false
    for (let from = 0; from < actions.length && !isShorter; from += size) {
      isShorter = await tryOut(withActions([...actions.slice(0, from), ...actions.slice(from + size)]))
    }
    if (isShorter) pieces = Math.max(2, pieces - 1)
    else if (size > 1) pieces = Math.min(actions.length, pieces * 2)
    else break
  }
  for (const simpler of simplifications(best.story)) await tryOut({ ...best.story, settings: simpler(best.story) })
  return { ...best, lives }
}

/** The settings with one thing fewer that can go wrong. */
function simplifications({ settings }: Story): readonly ((story: Story) => Story['settings'])[] {
  const switches = Object.keys(settings.switches)
  return [
    (now) => ({ ...now.settings, process: { ...now.settings.process, dies: 0, diesRefreshing: 0 } }),
    (now) => ({ ...now.settings, process: { ...now.settings.process, fails: 0 } }),
    (now) => ({ ...now.settings, queue: { lost: 0, twice: 0, late: 0, lateMs: 0 } }),
    (now) => ({ ...now.settings, webhooks: { lossShare: 0, duplicateShare: 0, reorderShare: 0 } }),
    (now) => ({ ...now.settings, intuit: 0 }),
    (now) => ({ ...now.settings, sentTwice: 0 }),
    (now) => ({ ...now.settings, skewMs: 0 }),
    (now) => ({ ...now.settings, latencyMs: 0 }),
    (now) => ({ ...now.settings, quietMs: 0 }),
    ({ settings: { mostRows: _few, ...rest } }) => rest,
    ({ settings: { newer: _beside, ...rest } }) => rest,
    (now) => ({ ...now.settings, customers: 2 }),
    ...switches.map((name) => (now: Story) => {
      const left = Object.entries(now.settings.switches).filter(([other]) => other !== name)
      return { ...now.settings, switches: Object.fromEntries(left) }
    }),
  ]
}

/** What kind of promise was broken, whoever it was broken to. */
function kindOf(violation: string): string {
  return violation
    .replace(/“[^”]*”/g, '“”')
    .replace(/\b[0-9A-Z]{20,}\b/g, 'id')
    .replace(/\d+/g, 'n')
    .replace(/^\w+: /, '')
    .replace(/(differ in|shows|:) \w+/, '$1')
}
