import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { drawStory, live, type Story } from '../../simulation/run.ts'

/** Seeds that once failed, with what had gone wrong. */
const SEEDS = {
  '55': 'the mark that QuickBooks left on a name became the contact’s name',
  '180': 'an import moved contacts of which its undo said nothing',
  '230': 'marks piled up on a name with every deactivation',
  '1295': 'a create that was under way was left alone when the workspace chose to send only when asked',
} as const

/** The shortest stories of seeds that once failed. */
const STORIES = {
  'renamed-while-inactive': 'a rename of an inactive customer brought QuickBooks’ mark into the CRM',
  'pin-under-a-left-mark': 'what an undo had put back lost its rest when QuickBooks left its mark on the name',
  'created-twice-once-inactive':
    'a create was repeated though its customer was there, inactive, where QuickBooks forgets request ids',
} as const

describe('stories that once broke a promise', () => {
  it.each(Object.entries(SEEDS))('keeps every promise with seed %s, where %s', async (seed) => {
    expect((await live(drawStory(seed, 50))).violations).toEqual([])
  })

  it.each(Object.entries(STORIES))('keeps every promise in %s, where %s', async (name) => {
    // A file that the simulation itself wrote.
    const story = JSON.parse(readFileSync(join(import.meta.dirname, 'stories', `${name}.json`), 'utf8')) as Story
    expect((await live(story)).violations).toEqual([])
  })
})
