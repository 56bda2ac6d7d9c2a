import { expect, it } from 'vitest'
import type { Change, Evidence, SeenContact, SeenCustomer } from './edge-evidence.ts'
import type { Told, Written } from './edge-people.ts'
import { brokenPromises } from './edge-promises.ts'

const written: Written = { side: 'crm', id: 'c', slot: 'notes', value: 'ours', acknowledged: true }

/** A contact and its customer with these notes. */
function world(crm: string, quickbooks: string, contact: Partial<SeenContact> = {}): Evidence {
  const values = { active: 'true', displayName: 'A' }
  const seen: SeenContact = {
    id: 'c',
    archived: false,
    fields: {},
    link: { recordId: '1' },
    dot: 'green',
    values: { ...values, notes: crm },
    history: [],
    conflicts: [],
    isHeld: false,
    ...contact,
  }
  const held = { ...values, notes: quickbooks }
  const customer: SeenCustomer = { id: '1', fullName: 'A', values: held, mirror: held }
  return { contacts: [seen], customers: [customer] }
}

function broken(after: Evidence, told: Partial<Told> = {}): readonly string[] {
  const nothing = { written: [written], typed: ['theirs'], made: [], merged: [], runs: [], killed: new Map() }
  return [...brokenPromises(world('before', 'before'), after, { ...nothing, ...told })]
}

const change = (more: Partial<Change>): Change => ({
  side: 'crm',
  slot: 'notes',
  from: undefined,
  to: undefined,
  superseded: false,
  ...more,
})
const nowhere = [expect.stringContaining('“ours”, which is nowhere')]

it('is content with a value on both sides, in a conflict, with a contact that is held, or superseded in the history', () => {
  const conflicts = [{ slot: 'notes', crm: 'ours', quickbooks: 'theirs' }]
  const superseded = [change({ from: 'ours', to: 'theirs', superseded: true })]
  expect(broken(world('ours', 'ours'))).toEqual([])
  expect(broken(world('ours', 'theirs', { conflicts }))).toEqual([])
  expect(broken(world('ours', 'theirs', { isHeld: true }))).toEqual([])
  expect(broken(world('theirs', 'theirs', { history: superseded }))).toEqual([])
})

it('finds a value that is nowhere, or in a conflict or a history that names another', () => {
  const conflicts = [{ slot: 'notes', crm: 'other', quickbooks: 'theirs' }]
  const ofTheOtherSide = [change({ side: 'quickbooks', from: 'ours', to: 'theirs', superseded: true })]
  const plain = [change({ from: 'ours', to: 'theirs' })]
  expect(broken(world('theirs', 'theirs'))).toEqual(nowhere)
  expect(broken(world('theirs', 'theirs', { conflicts }))).toEqual(nowhere)
  expect(broken(world('theirs', 'theirs', { history: ofTheOtherSide }))).toEqual(nowhere)
  expect(broken(world('theirs', 'theirs', { history: plain }))).toEqual(nowhere)
})

it('lets a value give way to what somebody wrote over it, where it had come to the other side', () => {
  const theirs: Written = { side: 'quickbooks', id: '1', slot: 'notes', value: 'theirs', acknowledged: true }
  const history = [change({ side: 'quickbooks', to: 'ours' }), change({ from: 'ours', to: 'theirs' })]
  expect(broken(world('theirs', 'theirs', { history }), { written: [written, theirs] })).toEqual([])
  expect(broken(world('theirs', 'theirs', { history }))).toEqual(nowhere)
})

it('takes a write of which nobody was told for what it may be: done, or not', () => {
  const unclear = { ...written, value: 'later', acknowledged: false }
  for (const value of ['ours', 'later'])
    expect(broken(world(value, value), { written: [written, unclear] })).toEqual([])
  expect(broken(world('before', 'before'), { written: [unclear] })).toEqual([])
})

it('finds sides that differ without a reason, what nobody wrote, and what is there twice or not at all', () => {
  expect(broken(world('ours', 'ours', { dot: 'red' }))).toEqual([])
  expect(broken(world('ours', 'theirs'), { written: [] })).toEqual([
    'notes of contact c is “ours”, of customer 1 “theirs”',
    'nobody wrote notes “ours”',
  ])
  const twice = world('ours', 'ours')
  expect(broken({ ...twice, customers: [...twice.customers, ...twice.customers] })).toEqual([
    'there are two customers “A”',
  ])
  expect(broken(twice, { made: [{ side: 'quickbooks', id: '2' }] })).toEqual([
    'quickbooks 2 was said to be made, and is not there',
  ])
  const merged = [{ loserId: '1', survivorId: '2', acknowledged: true }]
  expect(broken(twice, { merged })).toEqual(['customer 1 was merged, and is there'])
})
