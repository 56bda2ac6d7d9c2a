import type { JsonObject } from './json.ts'
import type { NameEntity } from './record.ts'

/** What a writable property may hold. Lengths are characters. */
export type FieldRule =
  /** Text without `:`, tab and newline. */
  | { readonly kind: 'name'; readonly max: number }
  | { readonly kind: 'text'; readonly max: number }
  | { readonly kind: 'phone' }
  | { readonly kind: 'email' }
  | { readonly kind: 'web' }
  | { readonly kind: 'address' }
  /** `{ value, name }`; `list` is what the value must be in, if that is checked. */
  | { readonly kind: 'reference'; readonly list?: ReferenceList }
  | { readonly kind: 'boolean'; readonly byDefault?: boolean }
  | { readonly kind: 'number' }
  | { readonly kind: 'date' }
  | { readonly kind: 'choice'; readonly of: readonly string[]; readonly byDefault?: string }
  /** Text that comes back with all but its last four characters hidden. */
  | { readonly kind: 'masked'; readonly max: number }

export type ReferenceList = 'CustomerType' | 'Term' | 'PaymentMethod' | 'Currency'

export interface EntityFields {
  /** Properties that are kept as they were written, and their rules. */
  readonly writable: ReadonlyMap<string, FieldRule>
  /** Properties that QuickBooks knows and that a request cannot set here: silently ignored. */
  readonly ignored: ReadonlySet<string>
  /** Properties with their own handling: identity, names, hierarchy, activity, balance. */
  readonly special: ReadonlySet<string>
  /** The order in which an answer has its properties, as recorded. */
  readonly order: readonly string[]
}

/** Stands for whatever Intuit adds next: properties come without a new minor version (Intuit, January 2025). */
export const UNKNOWN_PROPERTY = 'RelationshipInfo'
export const unknownValue = (id: number): JsonObject => ({ value: `rel-${id}` })

const name = (max: number): FieldRule => ({ kind: 'name', max })
const text = (max: number): FieldRule => ({ kind: 'text', max })

const PERSON: readonly (readonly [string, FieldRule])[] = [
  ['Title', name(16)],
  ['GivenName', name(100)],
  ['MiddleName', name(100)],
  ['FamilyName', name(100)],
  ['Suffix', name(16)],
  ['CompanyName', name(100)],
  ['PrintOnCheckName', name(110)],
  ['PrimaryPhone', { kind: 'phone' }],
  ['AlternatePhone', { kind: 'phone' }],
  ['Mobile', { kind: 'phone' }],
  ['Fax', { kind: 'phone' }],
  ['PrimaryEmailAddr', { kind: 'email' }],
  ['WebAddr', { kind: 'web' }],
]

const CUSTOMER_WRITABLE: readonly (readonly [string, FieldRule])[] = [
  ['Taxable', { kind: 'boolean', byDefault: true }],
  ['BillAddr', { kind: 'address' }],
  ['ShipAddr', { kind: 'address' }],
  ['Notes', text(2000)],
  ['BillWithParent', { kind: 'boolean', byDefault: false }],
  ['CustomerTypeRef', { kind: 'reference', list: 'CustomerType' }],
  ['SalesTermRef', { kind: 'reference', list: 'Term' }],
  ['PaymentMethodRef', { kind: 'reference', list: 'PaymentMethod' }],
  ['OpenBalanceDate', { kind: 'date' }],
  ['CurrencyRef', { kind: 'reference', list: 'Currency' }],
  ['PreferredDeliveryMethod', { kind: 'choice', of: ['Print', 'Email', 'None'], byDefault: 'Print' }],
  ['ResaleNum', text(16)],
  ['SecondaryTaxIdentifier', { kind: 'masked', max: 20 }],
  ['ARAccountRef', { kind: 'reference' }],
  ['PrimaryTaxIdentifier', { kind: 'masked', max: 20 }],
  ['TaxExemptionReasonId', { kind: 'choice', of: Array.from({ length: 15 }, (_, i) => String(i + 1)) }],
  ['BusinessNumber', text(10)],
  ['GSTIN', text(15)],
  ['GSTRegistrationType', text(15)],
  ...PERSON,
  ['DefaultTaxCodeRef', { kind: 'reference' }],
]

const VENDOR_WRITABLE: readonly (readonly [string, FieldRule])[] = [
  ['BillAddr', { kind: 'address' }],
  ['TaxIdentifier', { kind: 'masked', max: 20 }],
  ['OtherContactInfo', { kind: 'phone' }],
  ['TermRef', { kind: 'reference', list: 'Term' }],
  ['AcctNum', text(100)],
  ['Vendor1099', { kind: 'boolean', byDefault: false }],
  ['BillRate', { kind: 'number' }],
  ['CostRate', { kind: 'number' }],
  ['CurrencyRef', { kind: 'reference', list: 'Currency' }],
  ['APAccountRef', { kind: 'reference' }],
  ['BusinessNumber', text(10)],
  ['GSTIN', text(15)],
  ['GSTRegistrationType', text(15)],
  ['HasTPAR', { kind: 'boolean' }],
  ...PERSON,
]

const EMPLOYEE_WRITABLE: readonly (readonly [string, FieldRule])[] = [
  ['SSN', { kind: 'masked', max: 100 }],
  ['PrimaryAddr', { kind: 'address' }],
  ['BillableTime', { kind: 'boolean', byDefault: false }],
  ['BillRate', { kind: 'number' }],
  ['CostRate', { kind: 'number' }],
  ['EmployeeNumber', text(100)],
  ['Gender', { kind: 'choice', of: ['Male', 'Female'] }],
  ['BirthDate', { kind: 'date' }],
  ['HiredDate', { kind: 'date' }],
  ['ReleasedDate', { kind: 'date' }],
  ...PERSON.filter(([field]) => field !== 'CompanyName'),
]

const BASE = ['domain', 'sparse', 'Id', 'SyncToken', 'MetaData'] as const
const PERSON_NAMES = ['Title', 'GivenName', 'MiddleName', 'FamilyName', 'Suffix'] as const
const CONTACT = ['PrimaryPhone', 'AlternatePhone', 'Mobile', 'Fax', 'PrimaryEmailAddr', 'WebAddr'] as const
const READ_ONLY = ['domain', 'sparse', 'MetaData', 'V4IDPseudonym', 'ClientEntityId', 'status', 'Source', 'CustomField']

/** Customer (Accounting API, "Customer"). The order is that of recorded answers and of IntuitNamesTypes.xsd. */
const CUSTOMER: EntityFields = {
  writable: new Map(CUSTOMER_WRITABLE),
  special: new Set(['Id', 'SyncToken', 'DisplayName', 'Active', 'Job', 'ParentRef', 'Balance']),
  ignored: new Set([
    ...READ_ONLY,
    'Level',
    'FullyQualifiedName',
    'BalanceWithJobs',
    'IsProject',
    'RootCustomerRef',
    // Known to the schema, but Desktop only.
    'OtherAddr',
    'ContactName',
    'AltContactName',
    'SalesRepRef',
    'PriceLevelRef',
    'CreditLimit',
    'AcctNum',
    'JobInfo',
    'OtherContactInfo',
    'Organization',
    'OverDueBalance',
    'TotalRevenue',
    'TotalExpense',
    'CCDetail',
    'SalesTaxCodeRef',
    'TaxExemptionReasonRef',
    'UserId',
    'AttachableRef',
    'NameAndId',
    'AltPrimaryPhone',
    UNKNOWN_PROPERTY,
  ]),
  order: [
    'Taxable',
    'BillAddr',
    'ShipAddr',
    'Notes',
    'Job',
    'BillWithParent',
    'ParentRef',
    'Level',
    'CustomerTypeRef',
    'SalesTermRef',
    'PaymentMethodRef',
    'Balance',
    'OpenBalanceDate',
    'BalanceWithJobs',
    'CurrencyRef',
    'PreferredDeliveryMethod',
    'ResaleNum',
    'SecondaryTaxIdentifier',
    'ARAccountRef',
    'PrimaryTaxIdentifier',
    'TaxExemptionReasonId',
    'BusinessNumber',
    'GSTIN',
    'GSTRegistrationType',
    'IsProject',
    'ClientEntityId',
    ...BASE,
    ...PERSON_NAMES,
    'FullyQualifiedName',
    'CompanyName',
    'DisplayName',
    'PrintOnCheckName',
    'Active',
    'V4IDPseudonym',
    ...CONTACT,
    'DefaultTaxCodeRef',
    UNKNOWN_PROPERTY,
  ],
}

/** Vendor (Accounting API, "Vendor"): no hierarchy, no notes, no shipping address. */
const VENDOR: EntityFields = {
  writable: new Map(VENDOR_WRITABLE),
  special: new Set(['Id', 'SyncToken', 'DisplayName', 'Active']),
  ignored: new Set([
    ...READ_ONLY,
    'Balance',
    'Organization',
    'FullyQualifiedName',
    'VendorPaymentBankDetail',
    'T4AEligible',
    'T5018Eligible',
    'OtherAddr',
    'ContactName',
    'AltContactName',
    'Notes',
    'VendorTypeRef',
    'CreditLimit',
    'TaxReportingBasis',
    'PurchaseTaxCodeRef',
    'DefaultTaxCodeRef',
    'UserId',
    'AttachableRef',
  ]),
  order: [
    'BillAddr',
    'TaxIdentifier',
    'OtherContactInfo',
    'TermRef',
    'Balance',
    'BillRate',
    'AcctNum',
    'Vendor1099',
    'CurrencyRef',
    'CostRate',
    'APAccountRef',
    'BusinessNumber',
    'GSTIN',
    'GSTRegistrationType',
    'HasTPAR',
    ...BASE,
    ...PERSON_NAMES,
    'CompanyName',
    'DisplayName',
    'PrintOnCheckName',
    'Active',
    'V4IDPseudonym',
    ...CONTACT,
  ],
}

/** Employee (Accounting API, "Employee"). */
const EMPLOYEE: EntityFields = {
  writable: new Map(EMPLOYEE_WRITABLE),
  special: new Set(['Id', 'SyncToken', 'DisplayName', 'Active']),
  ignored: new Set([...READ_ONLY, 'Organization', 'UserId', 'AttachableRef', 'OtherContactInfo']),
  order: [
    'SSN',
    'PrimaryAddr',
    'BillableTime',
    'BillRate',
    'CostRate',
    'EmployeeNumber',
    'Gender',
    'BirthDate',
    'HiredDate',
    'ReleasedDate',
    ...BASE,
    ...PERSON_NAMES,
    'DisplayName',
    'PrintOnCheckName',
    'Active',
    'V4IDPseudonym',
    ...CONTACT,
  ],
}

export const FIELDS: Readonly<Record<NameEntity, EntityFields>> = {
  Customer: CUSTOMER,
  Vendor: VENDOR,
  Employee: EMPLOYEE,
}

/** The parts of an address in their order; the lines together hold at most 2,000 characters. */
export const ADDRESS_PARTS: ReadonlyMap<string, number> = new Map([
  ['Line1', 500],
  ['Line2', 500],
  ['Line3', 500],
  ['Line4', 500],
  ['Line5', 500],
  ['City', 255],
  ['Country', 255],
  ['CountrySubDivisionCode', 255],
  ['PostalCode', 30],
])
export const ADDRESS_IGNORED: ReadonlySet<string> = new Set([
  'Id',
  'Lat',
  'Long',
  'CountryCode',
  'County',
  'PostalCodeSuffix',
  'Tag',
  'Note',
])
export const LONGEST_ADDRESS_LINES = 2000
export const LONGEST_DISPLAY_NAME = 500

export const propertiesOf = (entity: NameEntity): readonly string[] => {
  const { writable, special, ignored } = FIELDS[entity]
  return [...special, ...writable.keys(), ...ignored]
}
