import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CONTACT_LISTS, isHeldBy, isListedIn, searchedInContacts, searchedInHeld } from '#core/list-filters'
import type { ContactRow, MirrorRow } from '#core/records'

const mirrorRow = (changes: Partial<MirrorRow> = {}): MirrorRow => ({
  entity: 'customer',
  id: '1',
  name: 'Ada',
  fullName: 'Ada',
  level: 0,
  active: true,
  gone: false,
  ...changes,
})
const contactRow = (changes: Partial<ContactRow> = {}): ContactRow => ({
  id: 'c1',
  name: 'Ada',
  kind: 'client',
  isCustomer: true,
  archived: false,
  dot: 'none',
  ...changes,
})

describe('the holding area', () => {
  it.each<[string, Partial<MirrorRow>, readonly string[]]>([
    ['is new to the CRM', {}, ['notSynced', 'all']],
    ['is linked', { contactId: 'c1' }, ['all']],
    ['is inactive', { active: false }, ['all', 'hidden']],
    ['is inactive and linked', { active: false, contactId: 'c1' }, ['all', 'hidden']],
    ['is gone', { gone: true }, ['all']],
    ['is gone and was inactive', { gone: true, active: false }, ['all']],
  ])('shows what %s under %j, %j', (_what, changes, filters) => {
    const shownBy = (['notSynced', 'all', 'hidden'] as const).filter((filter) => isHeldBy(filter, mirrorRow(changes)))
    expect(shownBy).toEqual(filters)
  })

  it('is searched in names, ways to reach somebody and addresses, and not in ids', () => {
    const row = mirrorRow({
      id: 'id',
      contactId: 'contact',
      name: 'name',
      fullName: 'full',
      companyName: 'company',
      email: 'mail',
      phone: 'phone',
      billLine: 'bill',
      shipLine: 'ship',
    })
    expect(searchedInHeld(row)).toEqual(['name', 'full', 'company', 'mail', 'phone', 'bill', 'ship'])
  })
})

describe('the lists of contacts', () => {
  it('part customers from the others, and all has both', () => {
    fc.assert(
      fc.property(fc.boolean(), fc.boolean(), fc.boolean(), (isCustomer, archived, includeArchived) => {
        const row = contactRow({ isCustomer, archived })
        const listed = CONTACT_LISTS.filter((list) => isListedIn(list, includeArchived, row))
        const visible = [isCustomer ? 'customers' : 'contacts', 'all']
        expect(listed).toEqual(archived && !includeArchived ? [] : visible)
      }),
    )
  })

  it('are searched in names, ways to reach somebody and the billing address', () => {
    const row = contactRow({ name: 'name', phone: 'phone', mobile: 'mobile', email: 'mail', billLine: 'bill' })
    expect(searchedInContacts(row)).toEqual(['name', 'phone', 'mobile', 'mail', 'bill'])
  })
})
