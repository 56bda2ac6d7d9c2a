import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { live, type Story } from '../../simulation/run.ts'

/** Stories that once failed, whole or as short as they still did, with what had gone wrong. What a seed draws changes. */
const STORIES = {
  'seed-55': 'the mark that QuickBooks left on a name became the contact’s name',
  'seed-180': 'an import moved contacts of which its undo said nothing',
  'seed-230': 'marks piled up on a name with every deactivation',
  'seed-1295': 'a create that was under way was left alone when the workspace chose to send only when asked',
  'renamed-while-inactive': 'a rename of an inactive customer brought QuickBooks’ mark into the CRM',
  'pin-under-a-left-mark': 'what an undo had put back lost its rest when QuickBooks left its mark on the name',
  'created-twice-once-inactive':
    'a create was repeated though its customer was there, inactive, where QuickBooks forgets request ids',
  'merged-before-its-create-was-answered':
    'the old answer to a repeated create brought back a customer that was merged into another',
  'told-to-be-deleted-and-never-seen': 'a customer was never read because all that was told of it was a tombstone',
  'mark-left-beside-a-pin': 'QuickBooks’ mark became the contact’s name where an undo had put another one back',
  'merged-into-a-marked-one': 'the checker took the name of a survivor for one that Tandem had made up',
  'address-half-sent-when-asking': 'the checker took half an address, the rest of which waits for a person, for an end',
  'renamed-before-its-answer-was-kept':
    'a create was repeated though its customer was there, renamed, where QuickBooks forgets request ids',
  'renamed-while-inactive-unseen':
    'a mark was taken for a part of the name where nobody had seen the customer inactive',
  'nobody-waited-for-what-was-selected':
    'a failure of the store while a preview was applied was left alone, and ended the process',
  'merged-away-between-two-addresses':
    'half of an address was held against Tandem though its customer was merged away before the rest could follow',
  'changes-cut-at-the-oldest': 'changes were lost where change data capture leaves out the oldest of them',
  'merged-away-with-jobs-in-another-currency':
    'the simulator left a job below a customer that had gone into one of another currency, and could not bill it',
  'parent-came-in-by-a-merge': 'a job waited for ever for a parent that came into the CRM by a merge',
  'imported-below-one-that-was-moved':
    'an import put a job on a sixth level, below a customer that had been moved in the CRM',
  'gone-in-a-pull-that-was-cancelled':
    'nobody told a contact that its customer is gone, since the pull that found it was cancelled',
  'died-before-the-family-of-a-survivor':
    'those below the survivor of a merge waited for ever where the process died right after its link was stored',
  'edited-and-moved-before-its-answer-was-kept':
    'a create was repeated though its customer was there, edited and moved, where QuickBooks forgets request ids',
  'found-gone-by-an-undo':
    'nobody told a contact that its customer is gone, since an undo had found that out and left it at that',
  'imported-with-a-mark-and-renamed':
    'the checker held against Tandem that a person had renamed a contact whose name came with QuickBooks’ mark',
  'moved-below-one-not-linked-yet':
    'a contact never followed its customer below one that a create had made and that was linked late',
  'address-half-taken-and-answer-lost':
    'what QuickBooks had made of an address that was sent was taken for a change of its own, where the answer was lost',
  'merged-away-before-anything-knew-of-it':
    'the checker asked for a link to what a lost create had made, which was merged away where QuickBooks forgets request ids',
  'so-much-gone-that-a-person-is-asked':
    'nobody in the simulation said that so many customers are really gone, as the guard asks',
  'ended-while-it-was-sending': 'an undo said nothing of a contact that its run had been sending when it was cancelled',
  'grant-over-and-seen-late':
    'nobody in the simulation connected again when it was found the next day that the grant is over',
  'old-answer-of-one-never-read':
    'the old answer to a repeated create was taken for the truth where its customer was merged away unread',
  'name-in-between-typed-by-a-person':
    'a person in the simulation typed the name in between that a record had, since the grant was over in the middle of a ring',
  'a-name-on-checks-waits-for-a-question-about-the-name':
    'the checker held it against Tandem that a name on checks waits while a person is asked about the name',
  'named-and-moved-where-it-may-not-go':
    'a name that was free only below a parent of another currency was sent to the top again and again, where it is taken',
} as const

describe('stories that once broke a promise', () => {
  it.each(Object.entries(STORIES))('keeps every promise in %s, where %s', async (name) => {
    // A file that the simulation itself wrote.
    const story = JSON.parse(readFileSync(join(import.meta.dirname, 'stories', `${name}.json`), 'utf8')) as Story
    expect((await live(story)).violations).toEqual([])
  })
})
