import type { Birth, Currencies, Mirror, SourceRecord } from './records.ts'
import type { RefusalWords } from './refusals.ts'

type Refused = RefusalWords & Readonly<{ code: string }>

/**
 * What a customer is created with beside its content. A job has its parent's currency, which QuickBooks never changes
 * again (Accounting API reference: Customer, CurrencyRef: "Once set, it cannot be changed"), and begins with its parent's
 * tax status. The home currency is what QuickBooks gives by itself, and some companies without multicurrency refuse
 * to be told it.
 */
export function birthOf(
  chosen: string | undefined,
  parent: Pick<SourceRecord, 'currency' | 'tax' | 'isProject'> | undefined,
  { home, isMulti, active }: Currencies,
): Readonly<{ birth: Birth } | { refused: Refused }> {
  if (parent?.isProject === true) return { refused: BELOW_PROJECT }
  if (parent?.currency !== undefined && chosen !== undefined && chosen !== parent.currency)
    return { refused: otherCurrency(chosen, parent.currency) }
  const currency = parent === undefined ? chosen : parent.currency
  if (currency !== undefined && currency !== home && !(isMulti && active.includes(currency)))
    return { refused: parent === undefined ? notAmong(currency, isMulti) : parentsNotActive(currency) }
  return {
    birth: {
      ...(currency !== undefined && currency !== home && { currency }),
      ...(parent?.tax !== undefined && { tax: parent.tax }),
    },
  }
}

/** Why QuickBooks would not have a record under this parent, as far as their currencies are known. */
export function placeRefusal(
  record: Pick<Mirror, 'currency'>,
  parent: Pick<Mirror, 'currency' | 'isProject'> | undefined,
): Refused | undefined {
  if (parent?.isProject === true) return BELOW_PROJECT
  return record.currency === undefined || parent?.currency === undefined || record.currency === parent.currency
    ? undefined
    : otherCurrency(record.currency, parent.currency)
}

/** The codes of a currency that the company does not have, as far as its currencies are known. */
export const CURRENCIES_LACKING: ReadonlySet<string> = new Set(['currencyNotActive', 'noMulticurrency'])

/** The codes of a place that QuickBooks would not have a record in. */
export const PLACES: ReadonlySet<string> = new Set(['parentIsProject', 'otherCurrency'])

/**
 * Intuit's help ("Change sub-customers into projects"): what becomes a project must have no sub-customers of its own.
 */
const BELOW_PROJECT: Refused = {
  code: 'parentIsProject',
  reason: 'Its parent is a project in QuickBooks, and a project has no jobs of its own.',
  advice: 'Put it under the project’s customer, beside the project.',
}

function otherCurrency(own: string, parents: string): Refused {
  return {
    code: 'otherCurrency',
    reason: `It is in ${own} and its parent in ${parents}: a job has its parent’s currency, and QuickBooks never changes a currency.`,
    advice: `Put it under a parent in ${own}, or make a new job under this one.`,
  }
}

/** A customer keeps its currency when that is made inactive, but nothing new is created in it. */
function parentsNotActive(currency: string): Refused {
  return {
    code: 'currencyNotActive',
    reason: `Its parent is in ${currency}, which is not among the active currencies of the QuickBooks company, and a job has its parent’s currency.`,
    advice: `Make ${currency} active again in QuickBooks under Currencies, or put the job under another parent.`,
  }
}

export function notAmong(currency: string, isMulti: boolean): Refused {
  return isMulti
    ? {
        code: 'currencyNotActive',
        reason: `${currency} is not among the currencies of the QuickBooks company.`,
        advice: 'Add it in QuickBooks under Currencies, or choose another one.',
      }
    : {
        code: 'noMulticurrency',
        reason: 'The QuickBooks company works with one currency only: multicurrency is not switched on.',
        advice: 'Switch it on in QuickBooks, or choose no currency here. It cannot be switched off again.',
      }
}
