import { describe, expect, it } from 'vitest'
import { problemOf } from '#core/errors'
import { archiveContact, createContact, moveContact, newJob, updateContact } from '#sync/edit-contact'
import { createTwoSides, type TwoSides } from './two-sides.ts'
import { PERSON, WORKSPACE } from './world.ts'

const asker = { workspace: WORKSPACE, person: PERSON }
const problemIn = (work: Promise<unknown>) => work.then(() => undefined, problemOf)

const empty = () => createTwoSides(() => undefined)
const client = (two: TwoSides, displayName: string, isCustomer = false) =>
  createContact(two.ports, { ...asker, kind: 'client', isCustomer, fields: { displayName } })

/** A client with as many jobs below each other. */
async function chain(two: TwoSides, levels: number) {
  const contacts = [await client(two, 'Level 1')]
  for (let level = 2; level <= levels; level++) {
    const parentId = contacts.at(-1)?.id ?? ''
    contacts.push(await newJob(two.ports, { ...asker, parentId, fields: { displayName: `Level ${level}` } }))
  }
  return contacts
}

describe('a new contact', () => {
  it('that is a customer is created in QuickBooks; another one stays in the CRM', async () => {
    const two = await createTwoSides((book) => book.add('Zoe'))
    const ada = await client(two, 'Ada', true)
    const bea = await client(two, 'Bea')
    await two.settle()
    const { link } = await two.contact(ada.id)
    expect(two.book.get(link?.recordId ?? '')).toMatchObject({ name: 'Ada', active: true })
    expect((await two.contact(bea.id)).link).toBeUndefined()
    expect(two.book.ids()).toHaveLength(2)
    expect((await two.journal(bea.id))[0]).toMatchObject({
      actor: PERSON,
      because: 'created in the CRM',
      changes: [
        { field: 'kind', to: 'client' },
        { field: 'displayName', to: 'Bea' },
      ],
    })
  })

  it('is refused with every field that is wrong, and nothing is stored', async () => {
    const two = await empty()
    const problem = await problemIn(
      createContact(two.ports, {
        ...asker,
        kind: 'job',
        fields: {
          displayName: 'A:B',
          title: 'x'.repeat(17),
          phone: '1'.repeat(31),
          email: 'nobody',
          website: 'no where',
          notes: 'n'.repeat(2_001),
          billAddress: {
            line1: 'a'.repeat(501),
            line2: 'b'.repeat(500),
            line3: 'c'.repeat(500),
            line4: 'd'.repeat(500),
          },
        },
      }),
    )
    if (problem?.kind !== 'invalidInput') throw new Error(`It was ${problem?.kind}.`)
    expect(problem.fields.map(({ path }) => path)).toEqual([
      'fields.displayName',
      'fields.title',
      'fields.email',
      'fields.phone',
      'fields.website',
      'fields.notes',
      'fields.billAddress.line1',
      'fields.billAddress',
      'parentId',
    ])
    expect((await two.ports.contacts.listByName(WORKSPACE, 10)).rows).toEqual([])
  })

  it('needs a name, and a parent that is there', async () => {
    const two = await empty()
    expect(
      await problemIn(
        createContact(two.ports, { ...asker, kind: 'job', parentId: 'none', fields: { displayName: ' ' } }),
      ),
    ).toMatchObject({ kind: 'invalidInput', fields: [{ path: 'fields.displayName' }, { path: 'parentId' }] })
    expect(
      await problemIn(newJob(two.ports, { ...asker, parentId: 'none', fields: { displayName: 'Kitchen' } })),
    ).toMatchObject({ kind: 'notFound' })
  })
})

describe('an edit', () => {
  it('under an old version is refused, and changes nothing', async () => {
    const two = await createTwoSides((book) => book.add('Ada'))
    const { id, version } = await two.contactOf('1')
    const request = { ...asker, id, version, edit: { fields: { phone: '1' } } }
    await updateContact(two.ports, request)
    expect(await problemIn(updateContact(two.ports, { ...request, edit: { fields: { phone: '2' } } }))).toMatchObject({
      kind: 'versionMoved',
      id,
    })
    expect((await two.contact(id)).fields.phone).toBe('1')
    expect(await problemIn(updateContact(two.ports, { ...request, id: 'none' }))).toMatchObject({ kind: 'notFound' })
  })

  it('that changes nothing stores nothing, and one that is taken back leaves nothing to send', async () => {
    const two = await createTwoSides((book) => book.add('Ada', { fields: { phone: '1' } }))
    const before = await two.contactOf('1')
    const same = { ...asker, id: before.id, version: before.version, edit: { fields: { phone: '1', email: null } } }
    expect(await updateContact(two.ports, same)).toEqual(before)
    const there = await updateContact(two.ports, { ...same, edit: { fields: { phone: '2' } } })
    expect(there.toPushSince).toBeDefined()
    const back = await updateContact(two.ports, { ...same, version: there.version, edit: { fields: { phone: '1' } } })
    expect(back.toPushSince).toBeUndefined()
    expect((await two.journal(before.id)).slice(-2).map(({ changes }) => changes)).toEqual([
      [{ field: 'phone', from: '1', to: '2' }],
      [{ field: 'phone', from: '2', to: '1' }],
    ])
  })

  it('empties a field with null or nothing, and leaves alone what it does not name', async () => {
    const two = await createTwoSides((book) =>
      book.add('Ada', { fields: { phone: '1', email: 'a@x.example', billAddress: { line1: 'Road 1', city: 'Bern' } } }),
    )
    const { id, version } = await two.contactOf('1')
    const edit = { fields: { phone: null, email: '', billAddress: { line1: 'Road 2', city: '' } } }
    expect((await updateContact(two.ports, { ...asker, id, version, edit })).fields).toEqual({
      displayName: 'Ada',
      billAddress: { line1: 'Road 2' },
    })
    await two.settle()
    expect(two.book.get('1').fields).toEqual({ billAddress: { line1: 'Road 2' } })
  })

  it('does not complain of what QuickBooks itself let in', async () => {
    const two = await createTwoSides((book) => book.add('Ada', { fields: { email: 'odd' } }))
    const { id, version } = await two.contactOf('1')
    const edit = { fields: { phone: '1' } }
    expect((await updateContact(two.ports, { ...asker, id, version, edit })).fields.email).toBe('odd')
  })

  it('tries again at once what QuickBooks refused', async () => {
    const two = await createTwoSides((book) => book.add('Ada'))
    const before = await two.contactOf('1')
    const at = new Date(two.clock.now()).toISOString()
    const nextTryAt = new Date(two.clock.now() + 3_600_000).toISOString()
    const refusal = { code: '6240', reason: 'The name is taken.', at, nextTryAt }
    await two.ports.ledger.commit(WORKSPACE, [
      { kind: 'contact', contact: { ...before, refusal, toPushSince: at }, expectedVersion: before.version },
    ])
    const edit = { fields: { displayName: 'Ada (2)' } }
    const edited = await updateContact(two.ports, { ...asker, id: before.id, version: before.version + 1, edit })
    expect(edited.refusal).toEqual({ code: '6240', reason: 'The name is taken.', at })
    await two.settle()
    expect((await two.contact(before.id)).refusal).toBeUndefined()
    expect(two.book.get('1').name).toBe('Ada (2)')
  })

  it('that makes someone a customer creates them in QuickBooks, and no more when it is taken back in time', async () => {
    const two = await createTwoSides((book) => book.add('Zoe'))
    const bea = await client(two, 'Bea')
    const now = await updateContact(two.ports, { ...asker, id: bea.id, version: 1, edit: { isCustomer: true } })
    expect(now.toPushSince).toBeDefined()
    const not = { ...asker, id: bea.id, version: now.version, edit: { isCustomer: false } }
    expect((await updateContact(two.ports, not)).toPushSince).toBeUndefined()
    await two.settle()
    expect(two.book.ids()).toEqual(['1'])
  })
})

describe('archiving', () => {
  it('is journalled, marks what is to be sent, and can be taken back', async () => {
    const two = await createTwoSides((book) => book.add('Ada'))
    const { id, version } = await two.contactOf('1')
    const archived = await archiveContact(two.ports, { ...asker, id, version, archived: true })
    expect(archived).toMatchObject({ archived: true, toPushSince: expect.any(String) })
    expect((await two.journal(id)).at(-1)).toMatchObject({
      because: 'archived in the CRM',
      changes: [{ field: 'archived', from: false, to: true }],
    })
    const back = await archiveContact(two.ports, { ...asker, id, version: archived.version, archived: false })
    expect(back.toPushSince).toBeUndefined()
  })
})

describe('moving', () => {
  it('keeps to five levels, with all that lies below', async () => {
    const two = await empty()
    const levels = await chain(two, 5)
    const deepest = levels[4]?.id ?? ''
    expect(
      await problemIn(newJob(two.ports, { ...asker, parentId: deepest, fields: { displayName: 'Level 6' } })),
    ).toMatchObject({ kind: 'invalidInput', fields: [{ path: 'parentId' }] })
    const other = await chain(two, 2)
    const [top] = other
    if (top === undefined) throw new Error('It is not there.')
    const under = (parentId = '') => moveContact(two.ports, { ...asker, id: top.id, version: top.version, parentId })
    expect(await problemIn(under(levels[3]?.id))).toMatchObject({ kind: 'invalidInput' })
    expect(await under(levels[2]?.id)).toMatchObject({ kind: 'job', parentId: levels[2]?.id })
  })

  it('makes no cycle', async () => {
    const two = await empty()
    const levels = await chain(two, 3)
    const [top] = levels
    if (top === undefined) throw new Error('It is not there.')
    for (const { id } of levels) {
      const request = { ...asker, id: top.id, version: top.version, parentId: id }
      expect(await problemIn(moveContact(two.ports, request))).toMatchObject({
        kind: 'invalidInput',
        fields: [{ path: 'parentId', message: expect.stringContaining('itself') }],
      })
    }
  })

  it('makes no cycle either when two people move two contacts under each other at once', async () => {
    const two = await empty()
    const [ada, bea] = [await client(two, 'Ada'), await client(two, 'Bea')]
    const ends = await Promise.all([
      problemIn(moveContact(two.ports, { ...asker, id: ada.id, version: 1, parentId: bea.id })),
      problemIn(moveContact(two.ports, { ...asker, id: bea.id, version: 1, parentId: ada.id })),
    ])
    expect(ends.filter((problem) => problem === undefined)).toHaveLength(1)
    const parents = [(await two.contact(ada.id)).parentId, (await two.contact(bea.id)).parentId]
    expect(parents.filter((parent) => parent === undefined)).toHaveLength(1)
  })

  it('to the top makes a job a client', async () => {
    const two = await empty()
    const [, job] = await chain(two, 2)
    if (job === undefined) throw new Error('It is not there.')
    const moved = await moveContact(two.ports, { ...asker, id: job.id, version: job.version, parentId: null })
    expect(moved.kind).toBe('client')
    expect(moved.parentId).toBeUndefined()
  })
})
