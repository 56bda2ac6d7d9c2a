import type { JsonObject } from './json.ts'
import type { NameRecord } from './record.ts'
import { type SeedRecord, seedRecord } from './seed-record.ts'

const DAY = 86_400

const phone = (FreeFormNumber: string): JsonObject => ({ FreeFormNumber })
const email = (Address: string): JsonObject => ({ Address })
const address = (Line1: string, City: string, CountrySubDivisionCode: string, PostalCode: string): JsonObject => ({
  Line1,
  City,
  CountrySubDivisionCode,
  PostalCode,
})
const filled = (text: string, length: number): string => text.repeat(Math.ceil(length / text.length)).slice(0, length)

/** Every property at the most that QuickBooks takes. */
const AT_FULL_LENGTH: JsonObject = {
  Title: filled('Title', 16),
  GivenName: filled('Given', 100),
  MiddleName: filled('Middle', 100),
  FamilyName: filled('Family', 100),
  Suffix: filled('Suffix', 16),
  CompanyName: filled('Company ', 99).concat('y'),
  PrintOnCheckName: filled('Check', 110),
  PrimaryPhone: phone(filled('555-0100 x', 30)),
  AlternatePhone: phone(filled('555-0101 x', 30)),
  Mobile: phone(filled('555-0102 x', 30)),
  Fax: phone(filled('555-0103 x', 30)),
  PrimaryEmailAddr: email(`${filled('long', 88)}@example.com`),
  WebAddr: { URI: `https://example.com/${filled('path', 980)}` },
  Notes: filled('Every word counts. ', 1999).concat('!'),
  BillAddr: {
    Line1: filled('Line one ', 499).concat('.'),
    Line2: filled('Line two ', 499).concat('.'),
    Line3: filled('Line three ', 499).concat('.'),
    Line4: filled('Line four ', 499).concat('.'),
    City: filled('City', 255),
    Country: filled('Country', 255),
    CountrySubDivisionCode: filled('State', 255),
    PostalCode: filled('9', 30),
  },
  ShipAddr: {
    Line1: filled('A', 400),
    Line2: filled('B', 400),
    Line3: filled('C', 400),
    Line4: filled('D', 400),
    Line5: filled('E', 400),
    City: filled('Town', 255),
    Country: filled('Land', 255),
    CountrySubDivisionCode: filled('Province', 255),
    PostalCode: filled('0', 30),
  },
  ResaleNum: filled('R', 16),
  CustomerTypeRef: { value: '1' },
  SalesTermRef: { value: '3', name: 'Net 30' },
  PaymentMethodRef: { value: '2', name: 'Check' },
}

interface Entry extends Omit<SeedRecord, 'parent' | 'created' | 'updated'> {
  readonly under?: number
  /** Days before today. */
  readonly createdDaysAgo?: number
  readonly updatedDaysAgo?: number
}

const BIRDS = address('4581 Finch St.', 'Bayshore', 'CA', '94326')
const FREEMAN = address('370 Easy St.', 'Middlefield', 'CA', '94482')

const customer = (id: number, displayName: string, fields: JsonObject = {}, more: Partial<Entry> = {}): Entry => ({
  entity: 'Customer',
  id,
  displayName,
  fields,
  ...more,
})
const vendor = (id: number, displayName: string, fields: JsonObject = {}, more: Partial<Entry> = {}): Entry => ({
  entity: 'Vendor',
  id,
  displayName,
  fields,
  ...more,
})

/** Parents stand before their sub-customers. Ids run over customers, vendors and employees, with gaps between. */
const ENTRIES: readonly Entry[] = [
  customer(
    1,
    "Amy's Bird Sanctuary",
    {
      BillAddr: BIRDS,
      ShipAddr: BIRDS,
      GivenName: 'Amy',
      FamilyName: 'Lauterbach',
      CompanyName: "Amy's Bird Sanctuary",
      PrimaryPhone: phone('(650) 555-3311'),
      PrimaryEmailAddr: email('Birds@Intuit.example.com'),
      CustomerTypeRef: { value: '1' },
    },
    { balance: 239 },
  ),
  customer(2, "Bill's Windsurf Shop", {
    BillAddr: address('12 Ocean Dr.', 'Half Moon Bay', 'CA', '94213'),
    GivenName: 'Bill',
    FamilyName: 'Lucchini',
    CompanyName: "Bill's Windsurf Shop",
    PrimaryPhone: phone('(415) 444-6538'),
    PrimaryEmailAddr: email('Surf@Intuit.example.com'),
  }),
  customer(
    3,
    'Cool Cars',
    {
      BillAddr: address('65 Ocean Dr.', 'Half Moon Bay', 'CA', '94213'),
      ShipAddr: address('65 Ocean Dr., Dock 2', 'Half Moon Bay', 'CA', '94213'),
      GivenName: 'Grace',
      FamilyName: 'Pariente',
      CompanyName: 'Cool Cars',
      PrimaryPhone: phone('(415) 555-9933'),
      Mobile: phone('(415) 555-0160'),
      PrimaryEmailAddr: email('Cool_Cars@intuit.example.com'),
      WebAddr: { URI: 'http://www.coolcars.example.com' },
      SalesTermRef: { value: '3', name: 'Net 30' },
    },
    { syncToken: 2, updatedDaysAgo: 12 },
  ),
  customer(4, 'Diego Rodriguez', {
    BillAddr: address('321 Channing', 'Palo Alto', 'CA', '94303'),
    GivenName: 'Diego',
    FamilyName: 'Rodriguez',
    PrimaryPhone: phone('(650) 555-4477'),
    PrimaryEmailAddr: email('Diego@Rodriguez.example.com'),
  }),
  customer(5, 'Dukes Basketball Camp', {
    GivenName: 'Peter',
    FamilyName: 'Dukes',
    CompanyName: 'Dukes Basketball Camp',
    PrimaryPhone: phone('(520) 420-5638'),
    PrimaryEmailAddr: email('Dukes_bball@intuit.example.com'),
    Notes: 'Prefers to be called after three.\nGate code on file.',
  }),
  customer(6, 'Dylan Sollfrank', { GivenName: 'Dylan', FamilyName: 'Sollfrank' }),
  customer(
    7,
    'Freeman Sporting Goods',
    {
      BillAddr: FREEMAN,
      ShipAddr: FREEMAN,
      GivenName: 'Sasha',
      FamilyName: 'Tillou',
      CompanyName: 'Freeman Sporting Goods',
      PrimaryPhone: phone('(650) 555-0987'),
      PrimaryEmailAddr: email('Sporting_goods@intuit.example.com'),
      CustomerTypeRef: { value: '2' },
    },
    { balance: 325 },
  ),
  customer(
    8,
    '0969 Ocean View Road',
    { ShipAddr: address('0969 Ocean View Road', 'Middlefield', 'CA', '94482') },
    { under: 7, balance: 477.5 },
  ),
  customer(
    9,
    '55 Twin Lane',
    { ShipAddr: address('55 Twin Lane', 'Middlefield', 'CA', '94482'), BillWithParent: true },
    { under: 7 },
  ),
  customer(
    10,
    'Geeta Kalapatapu',
    {
      GivenName: 'Geeta',
      FamilyName: 'Kalapatapu',
      PreferredDeliveryMethod: 'Email',
      PrimaryEmailAddr: email('Geeta@Kalapatapu.example.com'),
    },
    { balance: 629.1 },
  ),
  customer(11, 'Kookies by Kathy', {
    GivenName: 'Kathy',
    FamilyName: 'Kuplis',
    CompanyName: 'Kookies by Kathy',
    PrimaryEmailAddr: email('qbwebsamplecompany@yahoo.example.com'),
  }),
  customer(12, 'Harbor Tower Holdings', {
    CompanyName: 'Harbor Tower Holdings, LLC',
    PrimaryPhone: phone('(415) 555-0111'),
    CustomerTypeRef: { value: '2' },
  }),
  customer(13, 'North Wing', {}, { under: 12 }),
  customer(14, 'Floor 3', {}, { under: 13 }),
  customer(15, 'Suite 310', {}, { under: 14 }),
  customer(16, 'Sprinkler retrofit', { Notes: 'Fifth level: nothing goes below this.' }, { under: 15, balance: 1200 }),
  customer(17, 'South Wing', {}, { under: 12, active: false }),
  customer(18, "Mark O'Neil & Sons", { GivenName: 'Mark', FamilyName: "O'Neil", CompanyName: "Mark O'Neil & Sons" }),
  customer(19, 'C\\D Recovery', {
    CompanyName: 'C\\D Recovery',
    Notes: 'Backslashes \\ stay as they are: \\\\server\\share',
  }),
  customer(20, 'Müller & Söhne GmbH', {
    GivenName: 'Jörg',
    FamilyName: 'Müller',
    CompanyName: 'Müller & Söhne GmbH',
    BillAddr: { Line1: 'Königstraße 12', City: 'Köln', Country: 'Germany', PostalCode: '50667' },
  }),
  customer(21, '山田建設株式会社', {
    GivenName: '太郎',
    FamilyName: '山田',
    CompanyName: '山田建設株式会社',
    BillAddr: { Line1: '千代田1-1', City: '東京', Country: 'Japan', PostalCode: '100-0001' },
  }),
  customer(22, '한빛 건설', { CompanyName: '한빛 건설' }),
  customer(23, 'Pam Seitz', { GivenName: 'Pam', FamilyName: 'Seitz' }),
  customer(24, 'PG&E Field Office', { CompanyName: 'PG&E' }),
  customer(25, 'Émile Zola “Bâtiments”', {
    GivenName: 'Émile',
    FamilyName: 'Zola',
    PrimaryEmailAddr: email('emile@zola.example.com, office@zola.example.com'),
  }),
  customer(
    26,
    'Rondonuwu Fruit and Vegi',
    { CompanyName: 'Rondonuwu Fruit and Vegi' },
    { active: false, syncToken: 1 },
  ),
  customer(27, 'Shara Barnett', { GivenName: 'Shara', FamilyName: 'Barnett', Fax: phone('(650) 555-4563') }),
  customer(28, 'Barnett Design', { CompanyName: 'Barnett Design' }, { under: 27, balance: 274.5 }),
  customer(
    29,
    'Weiskopf Consulting',
    {
      Title: 'Ms.',
      GivenName: 'Nicola',
      FamilyName: 'Weiskopf',
      CompanyName: 'Weiskopf Consulting',
      AlternatePhone: phone('(650) 555-1423 ext. 12'),
    },
    { balance: 375 },
  ),
  vendor(30, 'Bob’s Burger Joint'),
  vendor(31, 'Books by Bessie', {
    GivenName: 'Bessie',
    FamilyName: 'Williams',
    CompanyName: 'Books by Bessie',
    PrimaryEmailAddr: email('Books@Intuit.example.com'),
    AcctNum: '1345',
    Vendor1099: true,
    TaxIdentifier: '123456789',
  }),
  vendor(32, 'Brosnahan Insurance Agency', {
    BillAddr: address('P.O. Box 5', 'Middlefield', 'CA', '94482'),
    TermRef: { value: '3', name: 'Net 30' },
  }),
  vendor(33, 'Norton Lumber and Building Materials', { CompanyName: 'Norton Lumber and Building Materials' }),
  vendor(34, 'Old Supplier', {}, { active: false }),
  {
    entity: 'Employee',
    id: 54,
    displayName: 'Emily Platt',
    fields: {
      GivenName: 'Emily',
      FamilyName: 'Platt',
      PrimaryAddr: address('1 Main St.', 'Middlefield', 'CA', '94482'),
    },
  },
  {
    entity: 'Employee',
    id: 55,
    displayName: 'John Johnson',
    fields: { GivenName: 'John', FamilyName: 'Johnson' },
    active: false,
    syncToken: 1,
  },
  customer(56, 'Office kitchen', {}, { under: 29, project: true }),
  customer(58, 'Doe, J.', { GivenName: 'J.', FamilyName: 'Doe' }),
  customer(60, 'J. Doe', { GivenName: 'J.', FamilyName: 'Doe' }),
  customer(64, 'J. Doe', { GivenName: 'J.', FamilyName: 'Doe' }, { under: 58 }),
  customer(65, 'Nothing but a name'),
  customer(
    66,
    filled('Every field at its maximum length, to see what breaks; ', 500).replace(/ $/, '.'),
    AT_FULL_LENGTH,
  ),
  customer(67, '🏗️ Crane & Co.', { CompanyName: 'Crane & Co.' }),
  customer(68, 'Wright, Video "Games" <Store>', { CompanyName: 'Video Games by Dan' }),
  customer(69, 'zz lower case 100% _sure_', { Taxable: false, PreferredDeliveryMethod: 'None' }),
  customer(
    70,
    'Tiefbau Weiß',
    { CompanyName: 'Tiefbau Weiß', CurrencyRef: { value: 'USD', name: 'United States Dollar' } },
    { active: false },
  ),
  vendor(71, 'Tania’s Nursery', { CompanyName: 'Tania’s Nursery', CostRate: 42.5 }),
]

/** The sample company's customers, vendors and employees: some 40 customers with everything that is awkward. */
export function sampleRecords(
  nowSeconds: number,
  currency: JsonObject,
  takeAddressId: () => string,
): readonly NameRecord[] {
  const midnight = nowSeconds - (nowSeconds % DAY)
  const byId = new Map<number, NameRecord>()
  for (const entry of ENTRIES) {
    const created = midnight - (entry.createdDaysAgo ?? 400 - entry.id) * DAY + entry.id * 61
    const record = seedRecord(
      {
        ...entry,
        parent: entry.under === undefined ? undefined : byId.get(entry.under),
        created,
        updated: entry.updatedDaysAgo === undefined ? created : midnight - entry.updatedDaysAgo * DAY,
      },
      currency,
      takeAddressId,
    )
    byId.set(record.id, record)
  }
  return [...byId.values()]
}
