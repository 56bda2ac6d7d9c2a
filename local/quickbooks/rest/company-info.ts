import type { Company } from '../company/company.ts'
import type { JsonObject } from '../company/json.ts'

/** CompanyInfo as QuickBooks sends it; addresses have an ISO-3 country since the change of 13 August 2025. */
export function companyInfo(company: Company): JsonObject {
  const { zone } = company.state
  const time = zone.stamp(company.created)
  const address: JsonObject = {
    Id: '1',
    Line1: '123 Sierra Way',
    City: 'San Pablo',
    Country: company.country === 'US' ? 'USA' : company.country,
    CountrySubDivisionCode: 'CA',
    PostalCode: '87999',
  }
  return {
    CompanyName: company.name,
    LegalName: company.name,
    CompanyAddr: address,
    CustomerCommunicationAddr: address,
    LegalAddr: address,
    CustomerCommunicationEmailAddr: { Address: 'noreply@quickbooks.example.com' },
    PrimaryPhone: {},
    CompanyStartDate: time.slice(0, 10),
    FiscalYearStartMonth: 'January',
    Country: company.country,
    Email: { Address: 'noreply@quickbooks.example.com' },
    WebAddr: {},
    SupportedLanguages: 'en',
    NameValue: [
      { Name: 'NeoEnabled', Value: 'true' },
      { Name: 'IndustryType', Value: 'Landscaping Services' },
      { Name: 'SubscriptionStatus', Value: 'SUBSCRIBED' },
      { Name: 'OfferingSku', Value: 'QuickBooks Online Plus' },
    ],
    domain: 'QBO',
    sparse: false,
    Id: '1',
    SyncToken: '4',
    MetaData: { CreateTime: time, LastUpdatedTime: time },
  }
}
