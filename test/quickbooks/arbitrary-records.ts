import * as fc from 'fast-check'
import type { Address, Entity, JsonObject, Snapshot } from '#core/records'
import { withoutEmpty } from '#core/snapshots'

/** Text as people type it, with what has to be escaped somewhere. */
export const someText = fc.oneof(
  fc.string({ minLength: 1, maxLength: 12, unit: 'grapheme' }),
  fc.constantFrom(
    "O'Brien",
    'C:\\',
    'Ünal & Söhne',
    '株式会社 山田',
    ' padded ',
    'X (deleted)',
    'Y (deleted) (2)',
    '" + %27 #?&=',
  ),
)

const sometimes = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined })

/** What QuickBooks may send where a text can be: the text, nothing, or one of its ways to say nothing. */
const sent = sometimes(fc.oneof(someText, fc.constantFrom('', null)))
const unknown = fc.dictionary(
  fc.string({ minLength: 1 }).map((name) => `x-${name}`),
  fc.jsonValue(),
  { maxKeys: 3 },
)
const withUnknown = (model: Record<string, fc.Arbitrary<unknown>>) =>
  sometimes(fc.tuple(unknown, fc.record(model, { requiredKeys: [] })).map(([other, known]) => ({ ...other, ...known })))

const wireAddress = withUnknown({
  Id: fc.nat().map(String),
  Line1: sent,
  Line2: sent,
  Line3: sent,
  Line4: sent,
  Line5: sent,
  City: sent,
  CountrySubDivisionCode: sent,
  PostalCode: sent,
  Country: sent,
  Lat: fc.constant('37.43'),
})
const wirePhone = withUnknown({ FreeFormNumber: sent })
const wireTime = fc
  .date({ min: new Date('2001-01-01T00:00:00Z'), max: new Date('2030-01-01T00:00:00Z'), noInvalidDate: true })
  .map((date) => `${date.toISOString().slice(0, 19)}-07:00`)

/** A record as it comes over the wire, as a JSON parser leaves it: absent properties are absent. */
export const wireRecord = (entity: Entity): fc.Arbitrary<JsonObject> =>
  fc
    .tuple(
      unknown,
      fc.record({
        Id: fc.nat().map(String),
        SyncToken: fc.nat().map(String),
        MetaData: fc.record({ CreateTime: wireTime, LastUpdatedTime: wireTime }),
        DisplayName: someText,
        Active: sometimes(fc.boolean()),
        CompanyName: sent,
        Title: sent,
        GivenName: sent,
        MiddleName: sent,
        FamilyName: sent,
        Suffix: sent,
        PrintOnCheckName: sent,
        PrimaryEmailAddr: withUnknown({ Address: sent }),
        PrimaryPhone: wirePhone,
        AlternatePhone: wirePhone,
        Mobile: wirePhone,
        Fax: wirePhone,
        WebAddr: withUnknown({ URI: sent }),
        BillAddr: wireAddress,
        Balance: sometimes(fc.double({ noNaN: true, noDefaultInfinity: true })),
        ...(entity === 'customer' && {
          ShipAddr: wireAddress,
          Notes: sent,
          ResaleNum: sent,
          CustomerTypeRef: withUnknown({ value: sent, name: sent }),
          ParentRef: sometimes(fc.record({ value: fc.nat().map(String), name: someText })),
        }),
      }),
    )
    // Through JSON, so that it is exactly what an answer's parser would make of it.
    .map(([other, known]): JsonObject => JSON.parse(JSON.stringify({ ...other, ...known })))

const address: fc.Arbitrary<Address | undefined> = sometimes(
  fc.record(
    {
      line1: someText,
      line2: someText,
      line3: someText,
      line4: someText,
      line5: someText,
      city: someText,
      region: someText,
      postalCode: someText,
      country: someText,
    },
    { requiredKeys: [] },
  ),
)

/** Content that a record can have, within what QuickBooks has places for. */
export const content = (entity: Entity): fc.Arbitrary<Snapshot> => {
  const optional = sometimes(someText)
  return fc
    .record({
      fields: fc
        .record({
          displayName: someText,
          companyName: optional,
          title: optional,
          givenName: optional,
          middleName: optional,
          familyName: optional,
          suffix: optional,
          printName: optional,
          email: optional,
          phone: optional,
          alternatePhone: optional,
          mobile: optional,
          fax: optional,
          website: optional,
          billAddress: address,
          ...(entity === 'customer' && {
            notes: optional,
            resaleNumber: optional,
            customerTypeId: optional,
            shipAddress: address,
          }),
        })
        .map(withoutEmpty),
      parentRecordId: entity === 'customer' ? sometimes(fc.nat().map(String)) : fc.constant(undefined),
      active: fc.boolean(),
    })
    .map(({ fields, parentRecordId, active }) => ({
      fields,
      ...(parentRecordId !== undefined && { parentRecordId }),
      active,
    }))
}
