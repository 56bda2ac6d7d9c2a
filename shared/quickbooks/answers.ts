import * as z from 'zod'
import { Failure, type Problem } from '#core/errors'
import type { Answer } from './transport.ts'

/** "Wait 60 seconds before retrying" (Intuit: "API call limits and throttles"); no Retry-After is promised. */
export const THROTTLE_REST_MS = 60_000

// QuickBooks' own envelope: `Fault`, with `element` and `time` only sometimes.
const businessFault = z.object({
  Fault: z.object({
    Error: z
      .array(z.object({ Message: lenientText(), Detail: lenientText(), code: lenientText(), element: lenientText() }))
      .min(1),
    type: lenientText(),
  }),
})

// The gateway's, in lower case, around everything that QuickBooks could have answered.
const gatewayFault = z.object({
  fault: z.object({
    error: z
      .array(z.object({ message: lenientText(), detail: lenientText(), code: lenientText(), element: lenientText() }))
      .min(1),
    type: lenientText(),
  }),
})

function lenientText() {
  return z
    .union([z.string(), z.number(), z.null()])
    .optional()
    .transform((value) => (value === undefined || value === null ? '' : String(value)))
}

type Fault = Readonly<{ code: string; message: string; detail: string; element: string; type: string }>

/**
 * The JSON of a good answer. Throws Failure for every other: by its Fault, in either envelope and whatever the HTTP
 * status (QuickBooks sends Faults with 200, too), else by its status. quickbooksAuthExpired asks for another token.
 */
export function readAnswer(answer: Answer): unknown {
  const json = parsed(answer.text)
  const fault = json === undefined ? undefined : faultIn(json)
  const problem = problemIn(answer.status, fault)
  if (problem !== undefined) throw new Failure(problem)
  if (json === undefined) throw unreadable(notJson(answer.text))
  if (answer.status < 200 || answer.status > 299) throw unreadable(`HTTP ${answer.status} without a reason`)
  return json
}

/** `what` completes "QuickBooks sent …"; it names no values. */
export function unreadable(what: string): Failure {
  return new Failure({ kind: 'quickbooksUnreadable', reason: `QuickBooks sent ${what}.` })
}

function problemIn(status: number, fault: Fault | undefined): Problem | undefined {
  const code = fault?.code
  // The block for the rest of a month whose reads are spent is a 429 as well, with nothing to tell them apart by.
  if (status === 429 || code === '3001') return { kind: 'quickbooksThrottled', restMs: THROTTLE_REST_MS }
  if (status === 401 || isOneOf(TOKEN_CODES, code)) return { kind: 'quickbooksAuthExpired' }
  if (status === 403 || isOneOf(FORBIDDEN_CODES, code))
    return {
      kind: 'quickbooksForbidden',
      reason: `QuickBooks does not let this app into the company (${code ?? `HTTP ${status}`}).`,
    }
  if (status >= 500 || status === 408 || fault?.type.toLowerCase() === 'systemfault' || isOneOf(LATER_CODES, code))
    return { kind: 'quickbooksDown', reason: `QuickBooks failed (HTTP ${status}${code ? `, code ${code}` : ''}).` }
  if (fault === undefined) return undefined
  const { message, detail, element } = fault
  return { kind: 'quickbooksRefused', code: fault.code, message, detail, ...(element !== '' && { element }) }
}

// Codes as in Intuit's table of error codes; the gateway pads some of them with zeros.
const TOKEN_CODES = ['100', '110', '3200', '3202'] as const
const FORBIDDEN_CODES = ['120', '3100'] as const
/** Wrong cluster, company locked, maintenance, system failure, company being reset. */
const LATER_CODES = ['130', '140', '150', '10000', '10200'] as const

function isOneOf(codes: readonly string[], code: string | undefined): boolean {
  return code !== undefined && codes.includes(code)
}

function faultIn(json: unknown): Fault | undefined {
  const business = businessFault.safeParse(json)
  if (business.success) {
    const { Error: errors, type } = business.data.Fault
    return joined(
      errors.map((each) => ({ ...each, message: each.Message, detail: each.Detail })),
      type,
    )
  }
  const gateway = gatewayFault.safeParse(json)
  return gateway.success ? joined(gateway.data.fault.error, gateway.data.fault.type) : undefined
}

/** A Fault can hold several errors: the first one's code decides, and a person reads the words of all. */
function joined(errors: readonly Omit<Fault, 'type'>[], type: string): Fault | undefined {
  const [first] = errors
  if (first === undefined) return undefined
  return {
    code: first.code.replace(/^0+(?=\d)/, ''),
    message: first.message,
    detail: errors.map((each) => each.detail || each.message).join(' · '),
    element: first.element,
    type,
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(wholeCharacters(text))
  } catch {
    return undefined
  }
}

function notJson(text: string): string {
  if (text.trim() === '') return 'nothing'
  return text.trimStart().startsWith('<') ? 'a page instead of data' : 'data that is cut off or damaged'
}

/** An escaped backslash, both halves of a character; and, caught, one half alone. */
const HALVES = /\\\\|\\u[dD][89abAB][\da-fA-F]{2}\\u[dD][c-fC-F][\da-fA-F]{2}|(\\u[dD][89a-fA-F][\da-fA-F]{2})/g

/**
 * JSON without halves of characters, each of which becomes the sign for one that nobody knows. Whoever cuts a text by
 * its UTF-16 units leaves one, JSON can say it with an escape, and no store takes it: one such name would stop a pull.
 */
function wholeCharacters(json: string): string {
  return json.replace(HALVES, (found, half?: string) => (half === undefined ? found : '\\ufffd'))
}
