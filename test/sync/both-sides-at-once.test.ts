import { describe, expect, it } from 'vitest'
import type { ContactEdit } from '#core/contact-edit'
import { updateContact } from '#sync/edit-contact'
import { servePullHint } from '#sync/serve'
import { createTwoSides, type TwoSides } from './two-sides.ts'
import { PERSON, WORKSPACE } from './world.ts'

/** The job that everything happens to; it lies under North (1) and may come under South (2). */
const JOB = '3'
const FREE = '4'

/** Two customers, a job, and a customer that no contact is linked to. */
async function household(isInactive: boolean): Promise<TwoSides> {
  const two = await createTwoSides((book) => {
    book.add('North')
    book.add('South')
    book.add('Kitchen', { parent: '1', fields: { phone: '1', fax: '1' } })
    if (isInactive) book.deactivate(JOB)
  })
  two.book.add('Free', { fields: { website: 'https://free.example' } })
  await two.tell(FREE)
  await two.settle()
  await two.clock.sleep(3_600_000)
  return two
}

async function edit(two: TwoSides, change: ContactEdit | ((two: TwoSides) => Promise<ContactEdit>), id = JOB) {
  const contact = await two.contactOf(id)
  const wanted = typeof change === 'function' ? await change(two) : change
  await updateContact(two.ports, {
    workspace: WORKSPACE,
    person: PERSON,
    id: contact.id,
    version: contact.version,
    edit: wanted,
  })
}

const underSouth = async (two: TwoSides): Promise<ContactEdit> => ({ parentId: (await two.contactOf('2')).id })

/** What both sides hold of the job in the end, each in its own words. */
async function bothSides(two: TwoSides, recordId: string) {
  const { fields, archived, parentId, conflicts, hold, refusal } = await two.contactOf(recordId)
  const { name, active, parent, fields: held } = two.book.get(recordId)
  const parentContact = parentId === undefined ? undefined : await two.contact(parentId)
  expect({ conflicts, hold, refusal }).toEqual({})
  return {
    crm: { name: fields.displayName, active: !archived, parent: parentContact?.link?.recordId, ...numbers(fields) },
    quickbooks: { name, active, parent, ...numbers(held ?? {}) },
  }
}

function numbers({ phone, fax }: Readonly<{ phone?: string; fax?: string }>) {
  return { phone, fax }
}

type Change = Readonly<{
  /** Whether the job is inactive before. */
  isInactive?: true
  crm: ContactEdit | ((two: TwoSides) => Promise<ContactEdit>)
  quickbooks: (book: TwoSides['book']) => void
  after: Readonly<{ name?: string; active?: boolean; parent?: string | undefined }>
}>

const CHANGES: Readonly<Record<string, Change>> = {
  'made inactive': {
    crm: { archived: true },
    quickbooks: (book) => book.deactivate(JOB),
    after: { active: false },
  },
  'made active again': {
    isInactive: true,
    crm: { archived: false },
    quickbooks: (book) => book.activate(JOB),
    after: { active: true },
  },
  renamed: {
    crm: { fields: { displayName: 'Cuisine' } },
    quickbooks: (book) => book.rename(JOB, 'Cuisine'),
    after: { name: 'Cuisine' },
  },
  'moved under another customer': {
    crm: underSouth,
    quickbooks: (book) => book.move(JOB, '2'),
    after: { parent: '2' },
  },
  'moved to the top': {
    crm: { parentId: null },
    quickbooks: (book) => book.moveToTop(JOB),
    after: { parent: undefined },
  },
}

const SIDES = ['QuickBooks', 'the CRM'] as const
const MEANWHILE = [
  { meanwhile: 'while the other side rests', edits: {} },
  { meanwhile: 'while the other side edits a field', edits: { phone: '2' } },
  { meanwhile: 'while both sides edit fields', edits: { phone: '2', fax: '3' } },
] as const

const CASES = Object.entries(CHANGES).flatMap(([change, done]) =>
  SIDES.flatMap((side) => MEANWHILE.map((also) => ({ change, done, side, ...also }))),
)

describe('a customer', () => {
  it.each(CASES)('that is $change in $side, $meanwhile, ends so on both', async ({ done, side, edits }) => {
    const two = await household(done.isInactive === true)
    const { phone, fax } = { phone: undefined, fax: undefined, ...edits }
    if (side === 'QuickBooks') {
      done.quickbooks(two.book)
      if (fax !== undefined) two.book.edit(JOB, { fax })
      if (phone !== undefined) await edit(two, { fields: { phone } })
    } else {
      await edit(two, done.crm)
      if (fax !== undefined) await edit(two, { fields: { fax } })
      if (phone !== undefined) two.book.edit(JOB, { phone })
    }
    await two.tell(JOB)
    await two.settle()
    const expected = {
      name: 'Kitchen',
      active: done.isInactive !== true,
      parent: '1',
      phone: '1',
      fax: '1',
      ...done.after,
      ...edits,
    }
    expect(await bothSides(two, JOB)).toEqual({ crm: expected, quickbooks: expected })
  })

  it.each([undefined, '2'])(
    'that is merged away leaves its contact to the survivor, with an edit of %s',
    async (phone) => {
      const two = await household(false)
      const { id } = await two.contactOf(JOB)
      two.book.merge(JOB)
      if (phone !== undefined) await edit(two, { fields: { phone } })
      await two.tellMerged(JOB, FREE)
      await two.settle()
      const contact = await two.contactOf(FREE)
      expect(contact).toMatchObject({ id, link: { recordId: FREE } })
      const survivor = two.book.get(FREE)
      expect(contact.fields.website).toBe('https://free.example')
      expect(survivor.fields?.website).toBe('https://free.example')
      if (phone !== undefined) expect([contact.fields.phone, survivor.fields?.phone]).toEqual([phone, phone])
      expect(two.book.ids().toSorted()).toEqual(['1', '2', '4'])
    },
  )
})

describe('notifications of changes in QuickBooks', () => {
  it.each([0, 50, 100])('of which %i %% are lost leave nothing out after the next safety net', async (percent) => {
    const two = await createTwoSides((book) => book.addOld(60))
    for (const [index, id] of two.book.ids().entries()) {
      two.book.edit(id, { phone: `new ${id}` })
      if (index % 3 === 0) two.book.rename(id, `Renamed ${id}`)
      const isLost = index % 2 < percent / 50
      if (!isLost) await two.tell(id)
    }
    await two.settle()
    await servePullHint(two.ports, { kind: 'changes', workspace: WORKSPACE })
    await two.settle()
    for (const [index, id] of two.book.ids().entries()) {
      const { fields } = await two.contactOf(id)
      expect(fields.phone).toBe(`new ${id}`)
      if (index % 3 === 0) expect(fields.displayName).toBe(`Renamed ${id}`)
    }
  })
})
