import type { JsonObject, JsonValue } from '#core/records'

/**
 * Readers for what a use case has stored in its own run. What it finds is what it wrote, so anything else is a fault
 * of ours and is thrown as one.
 */
export function textIn(state: JsonObject, name: string): string {
  const value = state[name]
  if (typeof value !== 'string') throw notStored(name)
  return value
}

export function numberIn(state: JsonObject, name: string): number {
  const value = state[name]
  if (typeof value !== 'number') throw notStored(name)
  return value
}

export function flagIn(state: JsonObject, name: string): boolean {
  const value = state[name]
  if (typeof value !== 'boolean') throw notStored(name)
  return value
}

export function listIn(state: JsonObject, name: string): readonly JsonValue[] {
  const value = state[name]
  if (!isList(value)) throw notStored(name)
  return value
}

export function objectIn(state: JsonObject, name: string): JsonObject {
  const value = state[name]
  if (!isObject(value)) throw notStored(name)
  return value
}

/** One of the words that are allowed there. */
export function wordIn<W extends string>(words: readonly W[], state: JsonObject, name: string): W {
  const value = state[name]
  const word = words.find((one) => one === value)
  if (word === undefined) throw notStored(name)
  return word
}

/** Reads what may be absent. */
export function maybe<T>(read: (state: JsonObject, name: string) => T, state: JsonObject, name: string): T | undefined {
  return state[name] === undefined ? undefined : read(state, name)
}

export function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !isList(value)
}

// Array.isArray does not narrow readonly arrays.
function isList(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value)
}

function notStored(name: string): Error {
  return new Error(`A run's state has no readable "${name}".`)
}
