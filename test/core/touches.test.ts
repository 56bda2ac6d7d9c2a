import { describe, expect, it } from 'vitest'
import { ONLY_QUICKBOOKS } from '#core/plan'
import type { JournalChange, JournalEntry } from '#core/records'
import { ofRun, touchesSince, touchInWords } from '#core/touches'
import { anEntry } from '../contract/records.ts'

const phone: JournalChange = { field: 'phone', from: '1', to: '2' }
const notes: JournalChange = { field: 'notes', from: 'a', to: 'b' }
const echo: JournalChange = { field: 'phone', from: '2', to: '(2)', echo: true }

/** Each entry has changes of its own, as those that are read from the journal have. */
const crm = (id: string, changes: readonly JournalChange[], more: Partial<JournalEntry> = {}) =>
  anEntry(id, 'c', { changes: changes.map((change) => ({ ...change })), actor: 'bea', because: 'edited', ...more })
const books = (id: string, changes: readonly JournalChange[], more: Partial<JournalEntry> = {}) =>
  crm(id, changes, { side: 'quickbooks', ...more })
const wrote = books('wrote', [phone], { runId: 'run' })

const undoing = { runId: 'run', undoRunId: 'undo' }
const touchesOf = (entries: readonly JournalEntry[], slot?: Parameters<typeof touchesSince>[2]) =>
  touchesSince(entries, undoing, slot).map(({ entry, change }) => [entry.id, change.field])

describe('what is a run’s', () => {
  it('is what it wrote on either side', () => {
    const stored = crm('stored', [notes], { runId: 'run' })
    const others = [crm('bea', [phone]), crm('later', [phone], { runId: 'another' })]
    expect(ofRun([stored, ...others, wrote], 'run')).toEqual([stored, wrote])
  })

  it('is what QuickBooks made of its write, and nothing else that came in with that', () => {
    expect(ofRun([wrote, crm('came', [notes, echo])], 'run')).toEqual([wrote, crm('came', [echo])])
    expect(ofRun([wrote, crm('came', [notes])], 'run')).toEqual([wrote])
  })

  it('is not what QuickBooks made of another write', () => {
    const came = crm('came', [echo])
    expect(ofRun([came, wrote], 'run')).toEqual([wrote])
    expect(ofRun([wrote, books('other', [notes], { runId: 'another' }), came], 'run')).toEqual([wrote])
    expect(ofRun([wrote, books('person', [notes]), came], 'run')).toEqual([wrote])
  })

  it('is also what QuickBooks made of it where the CRM changed in between', () => {
    const between = crm('between', [notes], { runId: 'another' })
    expect(ofRun([wrote, between, crm('came', [echo])], 'run')).toEqual([wrote, crm('came', [echo])])
  })
})

describe('what touched a contact since a run', () => {
  it('is what came after the last that the run did to it', () => {
    expect(touchesOf([crm('before', [notes]), wrote])).toEqual([])
    expect(touchesOf([wrote, crm('after', [phone, notes])])).toEqual([
      ['after', 'phone'],
      ['after', 'notes'],
    ])
    expect(touchesOf([wrote, crm('between', [notes]), { ...wrote, id: 'again' }])).toEqual([])
  })

  it('is asked of one slot alone: what the run did to another one later hides nothing', () => {
    const entries = [wrote, crm('touched', [phone, notes]), crm('other', [notes], { runId: 'run' })]
    expect(touchesOf(entries, 'phone')).toEqual([['touched', 'phone']])
    expect(touchesOf(entries, 'notes')).toEqual([])
    expect(touchesOf(entries, 'fax')).toEqual([])
    const both = books('both', [phone, notes], { runId: 'run' })
    expect(touchesOf([crm('before', [phone]), both], 'phone')).toEqual([])
  })

  it('is a move or an archiving in the words of the CRM, too', () => {
    const moved = { field: 'parentId', to: 'p' }
    const archived = { field: 'archived', from: false, to: true }
    const entries = [crm('run', [moved, archived], { runId: 'run' }), crm('after', [moved, archived])]
    expect(touchesOf(entries, 'parent')).toEqual([['after', 'parentId']])
    expect(touchesOf(entries, 'active')).toEqual([['after', 'archived']])
  })

  it('is a change that was taken back, too: somebody was there', () => {
    const back = { field: 'phone', from: '3', to: '2' }
    const entries = [wrote, crm('made', [{ ...phone, from: '2', to: '3' }]), crm('taken back', [back])]
    expect(touchesOf(entries, 'phone').map(([id]) => id)).toEqual(['made', 'taken back'])
  })

  it('is not the undo itself, and no name in between', () => {
    const passing = { field: 'displayName', from: 'Ada', to: 'Ada (changing names)', passing: true }
    expect(touchesOf([wrote, crm('undo', [phone], { runId: 'undo' }), books('passes', [passing, notes])])).toEqual([
      ['passes', 'notes'],
    ])
  })

  it('is not what QuickBooks made of what the run wrote, but is all else, before and after that', () => {
    const entries = [wrote, crm('bea', [phone]), crm('came', [echo, notes]), crm('then', [phone])]
    expect(touchesOf(entries)).toEqual([
      ['bea', 'phone'],
      ['came', 'notes'],
      ['then', 'phone'],
    ])
    const ofAnother = [wrote, books('another', [notes], { runId: 'another' }), crm('came', [echo])]
    expect(touchesOf(ofAnother, 'phone')).toEqual([['came', 'phone']])
  })

  it('counts from the first that QuickBooks made, where the run wrote nothing of the slot itself', () => {
    const name = books('name', [{ field: 'displayName', to: 'Ada' }], { runId: 'run' })
    const print = { field: 'printName', from: 'Bea', to: 'Ada' }
    const made = { ...print, echo: true }
    const entries = [crm('before', [print]), name, crm('came', [made]), crm('bea', [print]), crm('again', [made])]
    expect(touchesOf(entries, 'printName')).toEqual([['bea', 'printName']])
  })

  it('is all there is where the run did nothing', () => {
    expect(touchesOf([crm('one', [phone]), crm('two', [notes])])).toHaveLength(2)
    expect(touchesOf([crm('one', [phone]), wrote, crm('two', [notes])], 'notes')).toEqual([['two', 'notes']])
  })
})

describe('a touch in words', () => {
  const said = (entry: JournalEntry) => entry.changes.map((change) => touchInWords({ entry, change }))
  const at = '2026-11-02T09:00:00.000Z'

  it('says who, when and on which side', () => {
    expect(said(crm('1', [phone], { at }))).toEqual([`It was changed in the CRM on ${at} by bea: edited`])
    expect(said(books('1', [phone], { at }))).toEqual([`It was written to QuickBooks again on ${at}: edited`])
    expect(said(crm('1', [phone], { at, because: ONLY_QUICKBOOKS }))).toEqual([
      `It was changed in QuickBooks, which was seen on ${at}`,
    ])
  })

  it('says of a link what became of it', () => {
    const link = { field: 'link', from: 'customer/1' }
    expect(said(crm('1', [link, { ...link, to: 'customer/2' }], { at }))).toEqual([
      `It was unlinked on ${at}: edited`,
      `It was linked to another record of QuickBooks on ${at}: edited`,
    ])
  })
})
