import { afterEach, expect, it } from 'vitest'
import { gather } from './edge-evidence.ts'
import { live } from './edge-people.ts'
import { brokenPromises } from './edge-promises.ts'
import { makeUp } from './edge-story.ts'
import { recover, startOnFiles } from './real-edges.ts'

/** Ten times what a story takes on a quiet machine. */
const LONGEST_MS = 150_000

/** `EDGE_SEEDS=5,6 npx vitest run test/e2e/real-edges.test.ts` lives others besides. */
const SEEDS = ['1', '2', '3', ...(process.env.EDGE_SEEDS?.split(',') ?? [])]

let close: (() => Promise<void>) | undefined
afterEach(async () => {
  await close?.()
  close = undefined
})

it.each(SEEDS)(
  'nothing acknowledged is missing after all that Tandem stands on was killed (seed %s)',
  { timeout: LONGEST_MS },
  async (seed) => {
    const story = makeUp(seed)
    const edges = await startOnFiles(story.conflicts)
    close = edges.close
    const before = await gather(edges)
    const told = await live(edges, story)
    await recover(edges)

    expect([...brokenPromises(before, await gather(edges), told)], JSON.stringify(told)).toEqual([])
    for (const id of told.runs) {
      const { body } = await edges.call(`GET /runs/${id}`)
      expect(['done', 'failed', 'cancelled'], JSON.stringify(body)).toContain(body.status)
    }

    // The story was none in which nothing happened.
    expect([...told.killed.values()]).toEqual(Array(7).fill(2))
    expect(told.written.filter(({ acknowledged }) => acknowledged).length).toBeGreaterThan(10)
  },
)

it('kills, edits, creates, deactivates, reactivates and merges in these seeds, under more than one policy', () => {
  const stories = SEEDS.map(makeUp)
  const deeds = stories.flatMap(({ steps }) =>
    steps.flatMap(({ crm, books }) => [`crm ${crm.kind}`, `books ${books.kind}`]),
  )
  const people = ['crm create', 'crm edit', 'crm pull', 'crm sync']
  const books = ['create', 'edit', 'deactivate', 'reactivate', 'merge'].map((kind) => `books ${kind}`)
  expect([...new Set(deeds)].toSorted()).toEqual([...people, ...books].toSorted())
  expect(new Set(stories.map(({ conflicts }) => conflicts)).size).toBeGreaterThan(1)
  expect(makeUp('1')).toEqual(makeUp('1'))
})
