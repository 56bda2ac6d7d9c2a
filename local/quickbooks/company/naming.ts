import type { WriteMode } from './assemble.ts'
import { type BusinessError, invalidCharacters, missingParameter, NAME_MISSING, NAME_TAKEN } from './errors.ts'
import { LONGEST_DISPLAY_NAME } from './fields.ts'
import type { Json, JsonObject } from './json.ts'
import { readName } from './read-fields.ts'
import { DELETED_SUFFIX, type NameRecord, pathOf, plainName, withoutOddSpaces } from './record.ts'
import type { CompanyState } from './state.ts'

export type Named = { readonly ok: true; readonly name: string } | { readonly ok: false; readonly error: BusinessError }

const NAME_PARTS = ['Title', 'GivenName', 'MiddleName', 'FamilyName', 'Suffix'] as const

/** The display name that QuickBooks builds when none is given: the parts of the person's name. */
function builtName(fields: JsonObject): string | undefined {
  const built = NAME_PARTS.map((part) => fields[part])
    .filter((part) => typeof part === 'string')
    .join(' ')
  return built === '' ? undefined : built
}

/** The display name that a write asks for, before any mark of deactivation. */
export function wantedName(
  given: Json | undefined,
  mode: WriteMode,
  fields: JsonObject,
  record: NameRecord | undefined,
): Named {
  // What deactivation made longer than the limit may be sent back as it is.
  if (record !== undefined && given === record.displayName) return { ok: true, name: record.displayName }
  if (given !== undefined) {
    const read = readName(given, LONGEST_DISPLAY_NAME, 'DisplayName')
    if (!read.ok) return read
    if (typeof read.value === 'string') return { ok: true, name: read.value }
    if (mode === 'sparse') return { ok: false, error: missingParameter('DisplayName') }
  } else if (mode === 'sparse' && record !== undefined) return { ok: true, name: record.displayName }
  const built = builtName(fields)
  return built === undefined ? { ok: false, error: NAME_MISSING } : { ok: true, name: built }
}

function deletedName(state: CompanyState, plain: string, parent: NameRecord | undefined, record?: NameRecord): Named {
  const name = plain + DELETED_SUFFIX
  if (state.store.holderOf(pathOf(parent, name), record) === undefined) return { ok: true, name }
  switch (state.switches.get('second-deactivation-name')) {
    case 'same':
      return { ok: true, name }
    case 'refused':
      return { ok: false, error: NAME_TAKEN }
    case 'dashed':
      return { ok: true, name: firstFree(state, 1, (n) => `${plain} (deleted-${n})`, parent, record) }
    case 'numbered':
      return { ok: true, name: firstFree(state, 2, (n) => `${name} (${n})`, parent, record) }
  }
}

function firstFree(
  state: CompanyState,
  from: number,
  nameOf: (n: number) => string,
  parent: NameRecord | undefined,
  record: NameRecord | undefined,
): string {
  let n = from
  while (state.store.holderOf(pathOf(parent, nameOf(n)), record) !== undefined) n++
  return nameOf(n)
}

/** Why a name with outer or doubled spaces cannot be given, if so. A name that a record has already may stay. */
function spacesRefusal(
  state: CompanyState,
  wanted: string,
  parent: NameRecord | undefined,
  record: NameRecord | undefined,
): BusinessError | undefined {
  const position = state.switches.get('spaces-in-names')
  if (position === 'taken' || wanted === record?.displayName) return undefined
  if (position === 'refused') {
    return wanted === withoutOddSpaces(wanted) ? undefined : invalidCharacters(wanted, 'DisplayName')
  }
  const isAlike = state.store.isAlikeHeld(pathOf(parent, wanted), record)
  return isAlike ? NAME_TAKEN : undefined
}

/**
 * The name that a record gets: deactivation appends its mark, reactivation takes it off (by switch), and no two
 * records share a full path, whatever their entity and case. An inactive record keeps its mark under any name.
 */
export function settleName(
  state: CompanyState,
  wanted: string,
  active: boolean,
  parent: NameRecord | undefined,
  record?: NameRecord,
): Named {
  if (!active) {
    const stays = record !== undefined && !record.active && record.parent === parent && wanted === record.displayName
    const plain = record === undefined || record.active ? wanted : plainName(wanted)
    return stays ? { ok: true, name: wanted } : deletedName(state, plain, parent, record)
  }
  const spaced = spacesRefusal(state, wanted, parent, record)
  if (spaced !== undefined) return { ok: false, error: spaced }
  const comesBack = record !== undefined && !record.active
  const name = comesBack && state.switches.get('reactivate-suffix') === 'removed' ? plainName(wanted) : wanted
  const path = pathOf(parent, name)
  const keepsPath = record !== undefined && record.path.toLowerCase() === path.toLowerCase()
  if (!keepsPath && state.store.holderOf(path, record) !== undefined) return { ok: false, error: NAME_TAKEN }
  return { ok: true, name }
}
