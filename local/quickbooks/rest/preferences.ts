import type { Company } from '../company/company.ts'
import { hasMulticurrency } from '../company/currencies.ts'
import type { JsonObject } from '../company/json.ts'

/**
 * The company's preferences, as far as they say something about customers; keys in the order of a recorded answer of
 * 2018. Whether it has multicurrency stands here (Intuit: "Multicurrency is enabled for the company if
 * Preferences.MultiCurrencyEnabled is set to true"), and whether it has projects ("Develop with the Project API").
 */
export function preferences(company: Company): JsonObject {
  const { zone, homeCurrency, currencies } = company.state
  const time = zone.stamp(company.created)
  return {
    domain: 'QBO',
    SyncToken: '1',
    TaxPrefs: { UsingSalesTax: true, TaxGroupCodeRef: { value: '2' } },
    OtherPrefs: { NameValue: [{ Name: 'ProjectsEnabled', Value: 'true' }] },
    sparse: false,
    CurrencyPrefs: {
      HomeCurrency: { value: homeCurrency },
      MultiCurrencyEnabled: hasMulticurrency(currencies),
    },
    Id: '1',
    MetaData: { CreateTime: time, LastUpdatedTime: time },
  }
}
