import { describe, expect, it } from 'vitest'
import type { ContactEdit } from '#core/contact-edit'
import type { ConflictPolicy } from '#core/policies'
import { newJob, updateContact } from '#sync/edit-contact'
import { startImport } from '#sync/import'
import { reconcile } from '#sync/reconcile'
import { servePullHint } from '#sync/serve'
import { createTwoSides, type TwoSides } from './two-sides.ts'
import { PERSON, WORKSPACE } from './world.ts'

/** Edits the contact of a record in the CRM. */
async function edit(two: TwoSides, recordId: string, change: ContactEdit) {
  const { id, version } = await two.contactOf(recordId)
  return updateContact(two.ports, { workspace: WORKSPACE, person: PERSON, id, version, edit: change })
}

/** Both sides change while nobody looks: the CRM first, unless told otherwise. */
async function bothEdit(two: TwoSides, crm: ContactEdit, quickbooks: () => void, crmIsNewer = false) {
  if (!crmIsNewer) await edit(two, '1', crm)
  await two.clock.sleep(60_000)
  quickbooks()
  await two.clock.sleep(60_000)
  if (crmIsNewer) await edit(two, '1', crm)
  await two.tell('1')
  await two.settle()
}

describe('an edit in the CRM', () => {
  it('reaches QuickBooks by itself, and comes back as nothing', async () => {
    const two = await createTwoSides((book) => book.add('Ada', { fields: { phone: '1' } }))
    const edited = await edit(two, '1', { fields: { phone: '2', email: 'ada@x.example' } })
    expect(edited.toPushSince).toBeDefined()
    await two.settle()
    expect(two.book.get('1').fields).toEqual({ phone: '2', email: 'ada@x.example' })
    const { version } = await two.contactOf('1')
    await two.tell('1')
    await two.settle()
    const contact = await two.contactOf('1')
    expect(contact.version).toBe(version)
    expect(contact.toPushSince).toBeUndefined()
  })

  it('of another field than the one that QuickBooks changed ends on both sides, like the other', async () => {
    const two = await createTwoSides((book) => book.add('Ada'))
    await bothEdit(two, { fields: { email: 'ada@x.example' } }, () => two.book.edit('1', { phone: '7' }))
    expect((await two.contactOf('1')).fields).toMatchObject({ email: 'ada@x.example', phone: '7' })
    expect(two.book.get('1').fields).toEqual({ email: 'ada@x.example', phone: '7' })
  })
})

describe('a field that both sides changed', () => {
  it.each<[ConflictPolicy, boolean, string]>([
    ['newest', true, 'crm'],
    ['newest', false, 'quickbooks'],
    ['crm', false, 'crm'],
    ['quickbooks', true, 'quickbooks'],
  ])(
    'goes by the policy %s (CRM newer: %s): %s wins, and the other value is in the history',
    async (policy, crmIsNewer, winner) => {
      const two = await createTwoSides((book) => book.add('Ada', { fields: { phone: '1' } }), { conflicts: policy })
      await bothEdit(two, { fields: { phone: 'crm' } }, () => two.book.edit('1', { phone: 'quickbooks' }), crmIsNewer)
      const contact = await two.contactOf('1')
      expect(contact.fields.phone).toBe(winner)
      expect(two.book.get('1').fields?.phone).toBe(winner)
      const superseded = (await two.journal(contact.id)).flatMap(({ changes }) =>
        changes.filter((change) => change.superseded === true),
      )
      const loser = winner === 'crm' ? 'quickbooks' : 'crm'
      expect(superseded).toEqual([{ field: 'phone', from: loser, to: winner, superseded: true }])
    },
  )

  it('waits for a person under the policy ask, while the other fields go on', async () => {
    const two = await createTwoSides((book) => book.add('Ada', { fields: { phone: '1' } }), { conflicts: 'ask' })
    await bothEdit(two, { fields: { phone: 'crm', fax: '9' } }, () => two.book.edit('1', { phone: 'qb', mobile: '8' }))
    expect(await two.contactOf('1')).toMatchObject({
      fields: { phone: 'crm', mobile: '8', fax: '9' },
      conflicts: [{ slot: 'phone', base: '1', crm: 'crm', quickbooks: 'qb' }],
    })
    expect(two.book.get('1').fields).toEqual({ phone: 'qb', mobile: '8', fax: '9' })
  })

  it('asks about the newer values when either moves, and no more once both are the same', async () => {
    const two = await createTwoSides((book) => book.add('Ada', { fields: { phone: '1' } }), { conflicts: 'ask' })
    await bothEdit(two, { fields: { phone: 'crm' } }, () => two.book.edit('1', { phone: 'qb' }))
    two.book.edit('1', { phone: 'qb 2' })
    await two.tell('1')
    await two.settle()
    expect((await two.contactOf('1')).conflicts).toMatchObject([{ crm: 'crm', quickbooks: 'qb 2' }])
    const solved = await edit(two, '1', { fields: { phone: 'QB2' } })
    expect(solved.conflicts).toBeUndefined()
    await two.settle()
    expect((await two.contactOf('1')).toPushSince).toBeUndefined()
    expect((await two.ports.conflicts.list(WORKSPACE, 10)).rows).toEqual([])
  })
})

describe('being active', () => {
  it('follows from QuickBooks to the archive and back, without the mark in the name', async () => {
    const two = await createTwoSides((book) => book.add('Ada'))
    two.book.deactivate('1')
    await two.tell('1')
    await two.settle()
    expect(await two.contactOf('1')).toMatchObject({ archived: true, fields: { displayName: 'Ada' } })
    two.book.activate('1')
    await two.tell('1')
    await two.settle()
    const contact = await two.contactOf('1')
    expect(contact).toMatchObject({ archived: false, fields: { displayName: 'Ada' } })
    expect((await two.journal(contact.id)).at(-1)).toMatchObject({
      changes: [{ field: 'archived', from: true, to: false }],
    })
  })

  it('follows from the CRM to QuickBooks and back', async () => {
    const two = await createTwoSides((book) => book.add('Ada'))
    await edit(two, '1', { archived: true })
    await two.settle()
    expect(two.book.get('1').active).toBe(false)
    await edit(two, '1', { archived: false })
    await two.settle()
    expect(two.book.get('1')).toMatchObject({ active: true, name: 'Ada' })
  })

  it('and a rename at the same moment both count', async () => {
    const two = await createTwoSides((book) => book.add('Ada'))
    await bothEdit(two, { fields: { displayName: 'Ada King' } }, () => two.book.deactivate('1'))
    expect(await two.contactOf('1')).toMatchObject({ archived: true, fields: { displayName: 'Ada King' } })
    expect(two.book.get('1')).toMatchObject({ active: false, name: 'Ada King' })
  })
})

describe('a place in the hierarchy', () => {
  const family = (book: TwoSides['book']) => {
    book.add('North')
    book.add('South')
    book.add('Kitchen', { parent: '1' })
  }

  it('follows from QuickBooks', async () => {
    const two = await createTwoSides(family)
    two.book.move('3', '2')
    await two.tell('3')
    await two.settle()
    expect((await two.contactOf('3')).parentId).toBe((await two.contactOf('2')).id)
    two.book.moveToTop('3')
    await two.tell('3')
    await two.settle()
    const top = await two.contactOf('3')
    expect(top.kind).toBe('client')
    expect(top.parentId).toBeUndefined()
  })

  it('follows from the CRM', async () => {
    const two = await createTwoSides(family)
    await edit(two, '3', { parentId: (await two.contactOf('2')).id })
    await two.settle()
    expect(two.book.get('3').parent).toBe('2')
    await edit(two, '3', { parentId: null })
    await two.settle()
    expect(two.book.get('3').parent).toBeUndefined()
  })

  it('that both sides changed goes by the policy', async () => {
    const two = await createTwoSides(
      (book) => {
        family(book)
        book.add('West')
      },
      { conflicts: 'ask' },
    )
    await edit(two, '3', { parentId: (await two.contactOf('2')).id })
    two.book.move('3', '4')
    await two.tell('3')
    await two.settle()
    expect((await two.contactOf('3')).conflicts).toMatchObject([
      { slot: 'parent', base: '1', crm: '2', quickbooks: '4' },
    ])
  })

  it('below a parent that is not in the CRM waits until that is imported', async () => {
    const two = await createTwoSides(family)
    const west = two.book.add('West')
    two.book.move('3', west)
    await two.tell('3', west)
    await two.settle()
    expect((await two.contactOf('3')).parentId).toBe((await two.contactOf('1')).id)
    const run = await startImport(two.ports, {
      workspace: WORKSPACE,
      person: PERSON,
      as: 'account',
      select: { ids: [west] },
      sameName: 'ask',
    })
    await two.finish(run)
    expect((await two.contactOf('3')).parentId).toBe((await two.contactOf(west)).id)
  })

  it('below a parent that is not in the CRM is taken once a merge brings that in', async () => {
    const two = await createTwoSides(family)
    const west = two.book.add('West')
    two.book.move('3', west)
    await two.tell('3', west)
    await two.settle()
    const { id: south } = await two.contactOf('2')
    two.book.merge('2')
    await two.tellMerged('2', west)
    await two.settle()
    expect((await two.contactOf(west)).id).toBe(south)
    expect((await two.contactOf('3')).parentId).toBe(south)
  })

  it('waits no longer for a parent that a merge brought in, though the worker died right after', async () => {
    const two = await createTwoSides(family)
    const west = two.book.add('West')
    two.book.move('3', west)
    await two.tell('3', west)
    await two.settle()
    const { id: south } = await two.contactOf('2')
    two.book.merge('2')
    await two.tellMerged('2', west)
    const ledger = {
      commit: async (...asked: Parameters<typeof two.ports.ledger.commit>) => {
        const end = await two.ports.ledger.commit(...asked)
        if (asked[1].some((write) => write.kind === 'claim')) throw new Error('died')
        return end
      },
    }
    const pull = two.ports.hints.pulls.take()
    if (pull === undefined) throw new Error('There is no hint.')
    await expect(servePullHint({ ...two.ports, ledger }, pull.hint)).rejects.toThrow('died')
    pull.done()
    expect((await two.contactOf(west)).id).toBe(south)
    await two.settle()
    expect((await two.contactOf('3')).parentId).toBe(south)
  })

  it('that an import would bring to a sixth level in the CRM is refused, with the reason', async () => {
    const two = await createTwoSides((book) => {
      for (let level = 0; level < 4; level++) book.add(`L${level}`, level === 0 ? {} : { parent: String(level) })
      book.add('Shed')
    })
    const shed = '5'
    const tool = two.book.add('Tool', { parent: shed })
    await two.tell(tool)
    await two.settle()
    two.company.trouble(({ method }) => (method === 'update' ? { kind: 'quickbooksDown', reason: '503' } : undefined))
    await edit(two, shed, { parentId: (await two.contactOf('4')).id })
    const select = { ids: [tool] }
    const run = await startImport(two.ports, {
      workspace: WORKSPACE,
      person: PERSON,
      as: 'account',
      select,
      sameName: 'ask',
    })
    expect(await two.finish(run)).toMatchObject({ counts: { imported: 0, failed: 1 } })
    const [outcome] = (await two.ports.runs.outcomes(WORKSPACE, run.id, 10)).rows
    expect(outcome).toMatchObject({ code: 'tooDeep', reason: expect.stringContaining('five levels') })
  })

  it('that would be a cycle in the CRM is asked about, and taken as soon as it is none', async () => {
    const two = await createTwoSides((book) => {
      book.add('North')
      book.add('South')
    })
    const [north, south] = [await two.contactOf('1'), await two.contactOf('2')]
    two.company.trouble(({ method }) => (method === 'update' ? { kind: 'quickbooksDown', reason: '503' } : undefined))
    await edit(two, '2', { parentId: north.id })
    two.book.move('1', '2')
    await two.tell('1')
    const pull = two.ports.hints.pulls.take()
    if (pull === undefined) throw new Error('There is no hint.')
    await servePullHint(two.ports, pull.hint)
    pull.done()
    expect((await two.contact(north.id)).parentId).toBeUndefined()
    expect((await two.contact(north.id)).conflicts).toMatchObject([{ slot: 'parent', quickbooks: '2' }])
    two.company.settle()
    await edit(two, '2', { parentId: null })
    await two.settle()
    expect(await two.contact(north.id)).toMatchObject({ parentId: south.id })
    expect((await two.contact(north.id)).conflicts).toBeUndefined()
    expect(two.book.get('2').parent).toBeUndefined()
  })

  it('is created parents first, whatever was edited first', async () => {
    const two = await createTwoSides((book) => book.add('North'))
    const north = await two.contactOf('1')
    const job = await newJob(two.ports, {
      workspace: WORKSPACE,
      person: PERSON,
      parentId: north.id,
      fields: { displayName: 'Kitchen' },
    })
    const below = await newJob(two.ports, {
      workspace: WORKSPACE,
      person: PERSON,
      parentId: job.id,
      fields: { displayName: 'Sink' },
    })
    await two.settle()
    const [kitchen, sink] = [await two.contact(job.id), await two.contact(below.id)]
    expect(two.book.get(kitchen.link?.recordId ?? '')).toMatchObject({ name: 'Kitchen', parent: '1' })
    expect(two.book.get(sink.link?.recordId ?? '')).toMatchObject({ name: 'Sink', parent: kitchen.link?.recordId })
  })
})

describe('reconciling', () => {
  it('stores nothing when there is nothing to do, and knows no contact that is not there', async () => {
    const two = await createTwoSides((book) => book.add('Ada'))
    const { id, version } = await two.contactOf('1')
    const done = await reconcile(two.ports, WORKSPACE, id, { actor: 'test' })
    expect(done).toMatchObject({ changed: false, toPush: [], plan: { actions: [], because: 'both sides agree' } })
    expect((await two.contact(id)).version).toBe(version)
    expect(await reconcile(two.ports, WORKSPACE, 'none', { actor: 'test' })).toBeUndefined()
  })

  it('plans again from the truth when a side moves in the same moment', async () => {
    const two = await createTwoSides((book) => book.add('Ada'))
    const { id } = await two.contactOf('1')
    two.book.edit('1', { phone: '2' })
    await two.tell('1')
    let meddle = true
    const ledger: TwoSides['ports']['ledger'] = {
      commit: async (workspace, writes) => {
        if (meddle && writes.some((write) => write.kind === 'contact' && write.contact.fields.phone === '2')) {
          meddle = false
          await edit(two, '1', { fields: { email: 'ada@x.example' } })
        }
        return two.ports.ledger.commit(workspace, writes)
      },
    }
    const pull = two.ports.hints.pulls.take()
    if (pull === undefined) throw new Error('There is no hint.')
    await servePullHint({ ...two.ports, ledger }, pull.hint)
    pull.done()
    await two.settle()
    expect(meddle).toBe(false)
    expect((await two.contact(id)).fields).toMatchObject({ phone: '2', email: 'ada@x.example' })
    expect(two.book.get('1').fields).toMatchObject({ phone: '2', email: 'ada@x.example' })
  })
})
