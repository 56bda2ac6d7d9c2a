import { isMarked, PLAIN_MARK } from '#core/deactivation-mark'
import type { Address, Birth, Entity, Fields, JsonObject, JsonValue, Snapshot, TaxStatus } from '#core/records'
import { snapshotOf } from './wire.ts'
import { ADDRESS_LINES, ADDRESS_PLACES, objectAt, TEXT_PLACES } from './wire-fields.ts'

/**
 * The body that creates a record with this content. Fields that QuickBooks has no place for are left out (see `holds`).
 * An inactive record is created active: QuickBooks makes inactive only by an update.
 */
export function recordToCreate(entity: Entity, snapshot: Snapshot, { currency, tax }: Birth = {}): JsonObject {
  const { Active: _, ...body } = overlay(entity, {}, { ...snapshot, active: true })
  return {
    ...body,
    ...(currency !== undefined && { CurrencyRef: { value: currency } }),
    ...(entity === 'customer' && taxProperties(tax)),
  }
}

/**
 * A default tax code is for those who are taxed, a reason for those who are not (Accounting API reference: Customer,
 * DefaultTaxCodeRef, Taxable, TaxExemptionReasonId). Where sales tax is automated, QuickBooks sets the code itself.
 */
function taxProperties({ taxable, codeId, exemptionReasonId }: TaxStatus = {}): JsonObject {
  return {
    ...(taxable !== undefined && { Taxable: taxable }),
    ...(taxable === true && codeId !== undefined && { DefaultTaxCodeRef: { value: codeId } }),
    ...(taxable === false && exemptionReasonId !== undefined && { TaxExemptionReasonId: exemptionReasonId }),
  }
}

/**
 * The body that brings a record from how QuickBooks last sent it to `target`; undefined when nothing differs.
 * Sparse wherever it can be: only top-level properties that change, each of them whole, since QuickBooks replaces a
 * nested object whole (Accounting API: "Sparse update"). A job becomes a top-level customer only by a full update,
 * which carries everything that QuickBooks sent. A name cannot be removed, so that a missing one changes nothing.
 */
export function changesToUpdate(entity: Entity, raw: JsonObject, target: Snapshot): JsonObject | undefined {
  const wanted = overlay(entity, raw, target)
  const changed = Object.entries(wanted).filter(([property, value]) => value !== raw[property])
  if (changed.length === 0) return undefined
  if (wanted.ParentRef === null) {
    const { ParentRef: _, ...full } = wanted
    return { ...full, sparse: false }
  }
  return { ...Object.fromEntries(changed), Id: raw.Id, SyncToken: raw.SyncToken, sparse: true }
}

/**
 * `raw` with the content of `target` written over it. What does not differ is the very value of `raw`, and what
 * Tandem does not know stays as it is. A text that goes is '', since an absent one would be left as it was.
 */
export function overlay(entity: Entity, raw: JsonObject, target: Snapshot): JsonObject {
  const current = snapshotOf(entity, raw)
  return {
    ...raw,
    ...names(raw, current, target),
    ...texts(entity, raw, current.fields, target.fields),
    ...addresses(entity, raw, current.fields, target.fields),
    ...(entity === 'customer' && parent(current, target)),
    ...(target.active !== current.active && { Active: target.active }),
  }
}

type Properties = Readonly<Record<string, JsonValue>>

function names(raw: JsonObject, current: Snapshot, target: Snapshot): Properties {
  const name = target.fields.displayName
  if (name === undefined) return {}
  // Whether the mark comes off by itself is not documented, so the plain name is sent when a record becomes active.
  if (target.active) return name === raw.DisplayName ? {} : { DisplayName: name }
  if (name === current.fields.displayName) return {}
  const wasMarked = !current.active && typeof raw.DisplayName === 'string' && isMarked(raw.DisplayName)
  return { DisplayName: wasMarked || isMarked(name) ? name + PLAIN_MARK : name }
}

function texts(entity: Entity, raw: JsonObject, current: Fields, target: Fields): Properties {
  const changed: Record<string, JsonValue> = {}
  for (const [field, [property, member]] of TEXT_PLACES[entity]) {
    if (field === 'displayName' || current[field] === target[field]) continue
    const value = target[field] ?? ''
    if (member === undefined) changed[property] = value
    // The rest of a reference names what it pointed at before.
    else if (property.endsWith('Ref')) changed[property] = value === '' ? null : { [member]: value }
    else changed[property] = { ...objectAt(raw, property), [member]: value }
  }
  return changed
}

function addresses(entity: Entity, raw: JsonObject, current: Fields, target: Fields): Properties {
  const changed: Record<string, JsonValue> = {}
  for (const [field, property] of ADDRESS_PLACES[entity]) {
    const lines = changedLines(current[field], target[field])
    if (Object.keys(lines).length > 0) changed[property] = { ...objectAt(raw, property), ...lines }
  }
  return changed
}

function changedLines(current: Address | undefined, target: Address | undefined): Properties {
  return Object.fromEntries(
    ADDRESS_LINES.filter(([line]) => current?.[line] !== target?.[line]).map(([line, name]) => [
      name,
      target?.[line] ?? '',
    ]),
  )
}

function parent(current: Snapshot, target: Snapshot): Properties {
  if (current.parentRecordId === target.parentRecordId) return {}
  return target.parentRecordId === undefined
    ? { Job: false, ParentRef: null }
    : { Job: true, ParentRef: { value: target.parentRecordId } }
}
