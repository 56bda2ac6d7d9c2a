import fc from 'fast-check'
import {
  ADDRESS_FIELDS,
  type Address,
  SLOTS,
  type Slot,
  type SlotValue,
  type Snapshot,
  TEXT_FIELDS,
} from '#core/records'
import { withSlot } from '#core/slots'
import { withoutEmpty } from '#core/snapshots'

/** Few values, so that independent changes often meet on the same one. */
const text = fc.constantFrom(
  'Ada',
  'ada',
  ' Ada ',
  'Müller & Söhne',
  "O'Brien",
  '日本商事',
  '(555) 010-0199',
  '5550100199',
  'a@b.example',
)
const optionalText = fc.option(text, { nil: undefined })
const address: fc.Arbitrary<Address> = fc
  .record({ line1: optionalText, city: optionalText, postalCode: optionalText }, { requiredKeys: [] })
  .map((parts) => Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== undefined)))

export const snapshots: fc.Arbitrary<Snapshot> = fc
  .record({
    fields: fc
      .record({
        ...Object.fromEntries(TEXT_FIELDS.map((name) => [name, optionalText])),
        ...Object.fromEntries(ADDRESS_FIELDS.map((name) => [name, fc.option(address, { nil: undefined })])),
      })
      .map(withoutEmpty),
    parentRecordId: fc.option(fc.constantFrom('7', '8'), { nil: undefined }),
    active: fc.boolean(),
  })
  .map(({ fields, parentRecordId, active }) => ({
    fields,
    active,
    ...(parentRecordId !== undefined && { parentRecordId }),
  }))

/** One change of one slot, of a kind that fits the slot. */
const edits: fc.Arbitrary<Readonly<{ slot: Slot; value: SlotValue }>> = fc.constantFrom(...SLOTS).chain((slot) => {
  const value: fc.Arbitrary<SlotValue> =
    slot === 'active'
      ? fc.boolean()
      : slot === 'parent'
        ? fc.option(fc.constantFrom('7', '8', '9'), { nil: undefined })
        : slot === 'billAddress' || slot === 'shipAddress'
          ? fc.option(
              address.filter((parts) => Object.keys(parts).length > 0),
              { nil: undefined },
            )
          : optionalText
  return value.map((chosen) => ({ slot, value: chosen }))
})

/** People and companies in few names, so that many of them are what QuickBooks would derive from others. */
const name = fc.option(fc.constantFrom('Ada', 'ada', ' Ada ', 'Ada Bau', 'Bau'), { nil: undefined })
const NAMED = ['givenName', 'familyName', 'companyName', 'displayName', 'printName'] as const
const nameEdits: fc.Arbitrary<Readonly<{ slot: Slot; value: SlotValue }>> = fc.record({
  slot: fc.constantFrom(...NAMED),
  value: name,
})
const named: fc.Arbitrary<Snapshot> = fc
  .record(Object.fromEntries(NAMED.map((field) => [field, name])))
  .map((fields) => ({ fields: withoutEmpty(fields), active: true }))

/** The two sides of a day on which people were renamed. */
export const namedSides = fc
  .tuple(named, fc.array(nameEdits, { maxLength: 4 }), fc.array(nameEdits, { maxLength: 4 }))
  .map(([base, crmEdits, quickbooksEdits]) => ({
    base,
    crm: perturbed(base, crmEdits),
    quickbooks: perturbed(base, quickbooksEdits),
  }))

/** One state, and two states made from it by a few edits each: the two sides of somebody's day. */
export const threeSides = fc
  .tuple(snapshots, fc.array(edits, { maxLength: 6 }), fc.array(edits, { maxLength: 6 }))
  .map(([base, crmEdits, quickbooksEdits]) => ({
    base,
    crm: perturbed(base, crmEdits),
    quickbooks: perturbed(base, quickbooksEdits),
  }))

function perturbed(state: Snapshot, changes: readonly Readonly<{ slot: Slot; value: SlotValue }>[]): Snapshot {
  return changes.reduce((after, { slot, value }) => withSlot(after, slot, value), state)
}
