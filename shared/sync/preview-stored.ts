import { storedValue } from '#core/journalled'
import { type Conflict, type JsonObject, type Outcome, SLOTS } from '#core/records'
import type { PreviewChange, PreviewItem } from './preview-item.ts'
import { flagIn, isObject, listIn, maybe, textIn, wordIn } from './stored-state.ts'

/** Reads back the item that a preview has stored as an outcome. */
export function itemOfOutcome({ recordId, name, kind, code, reason, details = {} }: Outcome): PreviewItem {
  const fingerprint = maybe(textIn, details, 'fingerprint')
  const passing = maybe(textIn, details, 'passing')
  return {
    contactId: recordId,
    name,
    kind,
    ...(code !== undefined && { code }),
    ...(reason !== undefined && { reason }),
    crm: objectsIn(details, 'crm').map(changeOf),
    quickbooks: objectsIn(details, 'quickbooks').map(changeOf),
    asks: objectsIn(details, 'asks').map(conflictOf),
    underNewParent: flagIn(details, 'underNewParent'),
    ...(passing !== undefined && { passing }),
    ...(fingerprint !== undefined && { fingerprint }),
  }
}

function changeOf(stored: JsonObject): PreviewChange {
  const [from, to] = [storedValue(stored.from), storedValue(stored.to)]
  return {
    slot: wordIn(SLOTS, stored, 'slot'),
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to }),
    because: textIn(stored, 'because'),
    ...(stored.superseded === true && { superseded: true }),
  }
}

function conflictOf(stored: JsonObject): Conflict {
  const [base, crm, quickbooks] = [stored.base, stored.crm, stored.quickbooks].map(storedValue)
  return {
    slot: wordIn(SLOTS, stored, 'slot'),
    ...(base !== undefined && { base }),
    ...(crm !== undefined && { crm }),
    ...(quickbooks !== undefined && { quickbooks }),
  }
}

function objectsIn(details: JsonObject, name: string): readonly JsonObject[] {
  return listIn(details, name).filter(isObject)
}
