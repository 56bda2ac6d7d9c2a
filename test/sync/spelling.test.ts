import { describe, expect, it } from 'vitest'
import type { Contact, Fields, Link } from '#core/records'
import { createContact, updateContact } from '#sync/edit-contact'
import { createTwoSides, type TwoSides } from './two-sides.ts'
import { PERSON, WORKSPACE } from './world.ts'

const ADA = '1'

async function ada(fields: Fields = {}): Promise<TwoSides> {
  return createTwoSides((book) => {
    book.add('Ada Ltd', { fields })
  })
}

async function type(two: TwoSides, fields: Fields): Promise<Contact> {
  const { id, version } = await two.contactOf(ADA)
  return updateContact(two.ports, { workspace: WORKSPACE, person: PERSON, id, version, edit: { fields } })
}

async function afterwards(two: TwoSides) {
  await two.tell(ADA)
  await two.settle()
  const { fields, refusal, conflicts, toPushSince, id } = await two.contactOf(ADA)
  expect({ refusal, conflicts, toPushSince }).toEqual({})
  const { name, fields: held } = two.book.get(ADA)
  return { crm: fields, quickbooks: { displayName: name, ...held }, journal: await two.journal(id) }
}

const CORRECTIONS: readonly (readonly [what: string, before: Fields, after: Fields])[] = [
  ['a doubled space', { companyName: 'Ada  Works' }, { companyName: 'Ada Works' }],
  ['a capital in an e-mail address', { email: 'Ada@Example.org' }, { email: 'ada@example.org' }],
  ['the format of a phone number', { phone: '4155550100' }, { phone: '(415) 555-0100' }],
  ['a letter in two parts', { familyName: 'Mu\u0308ller' }, { familyName: 'Müller' }],
  ['the line ends of notes', { notes: 'a\r\nb' }, { notes: 'a\nb' }],
  ['a space in an address', { billAddress: { line1: '1  Main St' } }, { billAddress: { line1: '1 Main St' } }],
]

describe('a correction of spelling', () => {
  it.each(CORRECTIONS)('goes to QuickBooks: %s', async (_what, before, after) => {
    const two = await ada(before)
    await type(two, after)
    const { crm, quickbooks } = await afterwards(two)
    expect(quickbooks).toMatchObject(after)
    expect(crm).toMatchObject(after)
  })

  it.each(CORRECTIONS)('comes from QuickBooks and stands in the history: %s', async (_what, before, after) => {
    const two = await ada(before)
    two.book.edit(ADA, after)
    const { crm, quickbooks, journal } = await afterwards(two)
    expect(crm).toMatchObject(after)
    expect(quickbooks).toMatchObject(after)
    const [field = ''] = Object.keys(after)
    expect(journal.at(-1)).toMatchObject({ because: 'QuickBooks spells it so', changes: [{ field }] })
  })

  it('is never asked about: the later one of two goes to the other side, and the other stays in the history', async () => {
    const two = await ada({ phone: '415' })
    await two.ports.settings.save(
      WORKSPACE,
      { ...(await two.ports.settings.get(WORKSPACE)).settings, conflicts: 'ask' },
      (await two.ports.settings.get(WORKSPACE)).version,
    )
    two.book.edit(ADA, { phone: '415-555-0100' })
    await two.clock.sleep(60_000)
    await type(two, { phone: '(415) 555-0100' })
    const { crm, quickbooks, journal } = await afterwards(two)
    expect([crm.phone, quickbooks.phone]).toEqual(['415-555-0100', '415-555-0100'])
    expect(journal.flatMap(({ changes }) => changes)).toContainEqual({
      field: 'phone',
      from: '(415) 555-0100',
      to: '415-555-0100',
      superseded: true,
    })
  })
})

describe('what QuickBooks makes of a value', () => {
  it('comes back as its own change, once, and is neither an error nor sent again', async () => {
    const two = await ada()
    two.company.makeOf(({ phone, ...fields }) => ({
      ...fields,
      ...(phone !== undefined && { phone: `(${phone.slice(0, 3)}) ${phone.slice(3)}` }),
    }))
    await type(two, { phone: '4155550100' })
    const from = two.company.calls.length
    const { crm, quickbooks } = await afterwards(two)
    expect([crm.phone, quickbooks.phone]).toEqual(['(415) 5550100', '(415) 5550100'])
    expect(two.callsSince(from).filter((method) => method === 'update')).toHaveLength(1)
    const later = two.company.calls.length
    await afterwards(two)
    expect(two.callsSince(later)).not.toContain('update')
  })

  it('does not stand against what a person types while the first value is on its way', async () => {
    const two = await ada()
    two.company.makeOf(({ phone, ...fields }) => ({ ...fields, ...(phone !== undefined && { phone: `${phone} ` }) }))
    let isTyped = false
    two.company.afterCall(async ({ method }) => {
      if (method !== 'update' || isTyped) return
      isTyped = true
      await type(two, { phone: '4155550199' })
    })
    await type(two, { phone: '4155550100' })
    const { crm, quickbooks } = await afterwards(two)
    expect([crm.phone, quickbooks.phone]).toEqual(['4155550199 ', '4155550199 '])
  })
})

describe('a link from before spelling counted', () => {
  /** Both agreed on one number, the contact in its own letters; nothing says by which rule. */
  async function old(own: string, books: string): Promise<TwoSides> {
    const two = await ada({ phone: books })
    const contact = await two.contactOf(ADA)
    const { ownSpelling: _none, ...link } = contact.link as Link
    const before: Contact = { ...contact, link, fields: { ...contact.fields, phone: own } }
    await two.ports.ledger.commit(WORKSPACE, [{ kind: 'contact', contact: before, expectedVersion: contact.version }])
    return two
  }

  it('sends no old spelling over the books when something else is changed', async () => {
    const two = await old('(415) 555-0100', '4155550100')
    await type(two, { email: 'ada@example.org' })
    const { crm, quickbooks } = await afterwards(two)
    expect(quickbooks).toMatchObject({ phone: '4155550100', email: 'ada@example.org' })
    expect(crm.phone).toBe('(415) 555-0100')
    await type(two, { email: 'ada@example.com' })
    expect((await afterwards(two)).quickbooks).toMatchObject({ phone: '4155550100', email: 'ada@example.com' })
  })

  it('still takes over what QuickBooks changes, and sends what a person types', async () => {
    const two = await old('(415) 555-0100', '4155550100')
    two.book.edit(ADA, { phone: '415 555 0100' })
    expect((await afterwards(two)).crm.phone).toBe('415 555 0100')
    await type(two, { phone: '415.555.0100' })
    expect((await afterwards(two)).quickbooks.phone).toBe('415.555.0100')

    const other = await old('(415) 555-0100', '4155550100')
    await type(other, { phone: '415.555.0100' })
    expect((await afterwards(other)).quickbooks.phone).toBe('415.555.0100')
  })
})

describe('blanks that nobody sees', () => {
  it('do not make a second customer: what is typed with them is the name without', async () => {
    const two = await createTwoSides((book) => {
      book.add('Cust')
    })
    const fields = { displayName: 'Cust\u00a0\u200b ', email: ' cust@example.org ' }
    const asked = { workspace: WORKSPACE, person: PERSON, kind: 'client', isCustomer: true, fields } as const
    const { id } = await createContact(two.ports, asked)
    await two.settle()
    const contact = await two.contact(id)
    expect(contact).toMatchObject({ fields: { displayName: 'Cust', email: 'cust@example.org' } })
    expect(contact.link).toBeUndefined()
    expect(contact.refusal).toMatchObject({ code: '6240' })
    expect(two.book.ids()).toHaveLength(1)
  })

  it('that QuickBooks holds come as they are, and stay when something else is edited', async () => {
    const two = await createTwoSides((book) => {
      book.add('Cust ', { fields: { email: ' cust@example.org', billAddress: { line1: '1 Main St ' } } })
    })
    const { fields, id, version } = await two.contactOf(ADA)
    expect(fields).toMatchObject({ displayName: 'Cust ', email: ' cust@example.org' })
    const edit = { fields: { ...fields, phone: '415' } }
    await updateContact(two.ports, { workspace: WORKSPACE, person: PERSON, id, version, edit })
    const { quickbooks } = await afterwards(two)
    expect(quickbooks).toMatchObject({
      displayName: 'Cust ',
      email: ' cust@example.org',
      billAddress: { line1: '1 Main St ' },
      phone: '415',
    })
  })
})
