import type { WriteMode } from './assemble.ts'
import { type BusinessError, NOT_FOUND, PARENT_INVALID, PARENT_IS_CHILD, PARENT_REQUIRED, TOO_DEEP } from './errors.ts'
import type { JsonObject } from './json.ts'
import { readBoolean, readReference } from './read-fields.ts'
import { DEEPEST_LEVEL, heightOf, isWithin, levelOf, type NameRecord } from './record.ts'
import type { CompanyState } from './state.ts'

export type Parented =
  | { readonly ok: true; readonly parent: NameRecord | undefined }
  | { readonly ok: false; readonly error: BusinessError }

const refuse = (error: BusinessError): Parented => ({ ok: false, error })

/**
 * The parent that a write asks for. ParentRef is required if and only if Job is true (6150); the parent must be an
 * active customer (700, 610), not below the record itself (900), and leave no more than five levels (6180).
 */
export function settleParent(
  state: CompanyState,
  body: JsonObject,
  mode: WriteMode,
  record: NameRecord | undefined,
): Parented {
  const isSparse = mode === 'sparse'
  const job = readBoolean(body.Job ?? null)
  if (!job.ok) return job
  const reference = readReference(body.ParentRef ?? null)
  if (!reference.ok) return reference
  const current = isSparse ? record?.parent : undefined
  const isJob = job.value === null ? current !== undefined : job.value === true
  const isUnparenting = isSparse && job.value === false && body.ParentRef === null && current !== undefined
  if (isUnparenting) {
    return state.switches.get('sparse-unparent') === 'works' ? { ok: true, parent: undefined } : refuse(PARENT_REQUIRED)
  }
  const wantsParent = body.ParentRef === undefined ? current !== undefined : reference.value !== null
  if (isJob !== wantsParent) return refuse(PARENT_REQUIRED)
  if (!wantsParent) return { ok: true, parent: undefined }
  if (body.ParentRef === undefined) return { ok: true, parent: current }

  const parent = state.store.find('Customer', Number(reference.value))
  if (parent === undefined) return refuse(PARENT_INVALID)
  if (parent === record?.parent) return { ok: true, parent }
  if (!parent.active) return refuse(NOT_FOUND)
  if (record !== undefined && isWithin(parent, record)) return refuse(PARENT_IS_CHILD)
  const lowest = levelOf(parent) + 1 + (record === undefined ? 0 : heightOf(record))
  return lowest > DEEPEST_LEVEL ? refuse(TOO_DEEP) : { ok: true, parent }
}
