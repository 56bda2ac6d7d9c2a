import { type BusinessError, missingParameter, unreadableProperty, unsupportedOperation } from '../company/errors.ts'
import { isJsonObject, type JsonObject } from '../company/json.ts'
import { bodyText, type RoutedRequest } from '../http.ts'

export type Read<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: BusinessError }

const mediaType = (request: RoutedRequest): string =>
  (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? ''

/** The statement of a posted query. */
export function readStatement(request: RoutedRequest): Read<string> {
  const type = mediaType(request)
  if (type !== '' && type !== 'application/text' && type !== 'text/plain') {
    return { ok: false, error: unsupportedOperation('Cannot consume content type') }
  }
  const text = bodyText(request)
  return text === undefined
    ? { ok: false, error: unsupportedOperation('Invalid UTF-8 in the request') }
    : { ok: true, value: text.trim() }
}

/** The JSON object of a posted entity; not UTF-8 500, not JSON 2010, nothing at all 2020. */
export function readObject(request: RoutedRequest, expected: string): Read<JsonObject> {
  const type = mediaType(request)
  if (type !== '' && type !== 'application/json') {
    return { ok: false, error: unsupportedOperation('Cannot consume content type') }
  }
  const text = bodyText(request)
  if (text === undefined) return { ok: false, error: unsupportedOperation('Invalid UTF-8 in the request') }
  if (text.trim() === '') return { ok: false, error: missingParameter(expected) }
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch {
    return { ok: false, error: unreadableProperty('Unexpected character or end of input in the JSON of the request') }
  }
  if (isJsonObject(parsed)) return { ok: true, value: parsed }
  return {
    ok: false,
    error: unreadableProperty('Can not deserialize instance of the entity out of the JSON of the request'),
  }
}
