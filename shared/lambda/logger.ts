import { Logger } from '@aws-lambda-powertools/logger'
import type { JsonObject, JsonValue } from '#core/records'
import type { Log } from '#sync/ports'
import { faultDetails } from './faults.ts'

export const REDACTED = '[redacted]'

/** Words of a key whose value is a secret or tells who a person is. Keys are split at capitals, `_` and `-`. */
const CLOSED_WORDS = new Set(
  `access address authorization body company cookie email family fax fields given header headers mobile name nonce notes
  password phone query raw refresh search secret signature state title token tokens url website`.split(/\s+/),
)

/** What looks like a secret or like a person wherever it stands: bearer and web tokens, Intuit's tokens, e-mails. */
const CLOSED_TEXTS = [
  /\b(?:Bearer|Basic)\s+[\w+/=.~-]+/gi,
  /\beyJ[\w-]+\.[\w-]*\.?[\w-]*(?:\.[\w-]*)*/g,
  /\b(?:AB|RT1-)\d{2}[\w-]{16,}/g,
  /[^\s@"'<>(),;:]+@[^\s@"'<>(),;:]+\.[^\s@"'<>(),;:]+/g,
]

/** A Powertools logger that writes JSON and lets neither messages of errors nor what looks like a secret through. */
export function createLogger(): Logger {
  return new Logger({
    jsonReplacerFn: (_key, value) => {
      if (value instanceof Error) return faultDetails(value)
      return typeof value === 'string' ? withoutSecrets(value) : value
    },
  })
}

/** The use cases' log: events with details, whose closed keys are redacted at every depth. */
export function createLog(logger: Pick<Logger, 'info' | 'warn' | 'error'>): Log {
  const detailsOf = (details: JsonObject | undefined) => ({ details: details === undefined ? {} : redacted(details) })
  return {
    info: (event, details) => logger.info(event, detailsOf(details)),
    warn: (event, details) => logger.warn(event, detailsOf(details)),
    error: (event, details) => logger.error(event, detailsOf(details)),
  }
}

function redacted(details: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(details).map(([key, value]) => [key, isClosed(key) ? REDACTED : redactedValue(value)]),
  )
}

function redactedValue(value: JsonValue | undefined): JsonValue | undefined {
  if (isList(value)) return value.map((one) => redactedValue(one) ?? null)
  return typeof value === 'object' && value !== null ? redacted(value) : value
}

// Array.isArray does not narrow a readonly array out of a union.
function isList(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value)
}

function isClosed(key: string): boolean {
  return key.split(/(?=[A-Z])|[_-]/).some((word) => CLOSED_WORDS.has(word.toLowerCase()))
}

function withoutSecrets(text: string): string {
  return CLOSED_TEXTS.reduce((rest, pattern) => rest.replace(pattern, REDACTED), text)
}
