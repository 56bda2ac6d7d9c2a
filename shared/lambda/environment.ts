import * as z from 'zod'
import { Misconfigured } from './misconfigured.ts'

const present = z.string('is missing').min(1, 'is empty')
const arn = present.startsWith('arn:', 'is not an ARN')
const address = z.url({ protocol: /^https?$/, error: 'is not an http(s) address' })

/** Every variable that a function may be given, and what its value must be. infra/ sets them. */
const VARIABLES = {
  TABLE_NAME: present,
  DATA_KEY_ARN: arn,
  PULL_QUEUE_URL: address,
  PUSH_QUEUE_URL: address,
  WAKE_QUEUE_URL: address,
  INTUIT_CLIENT_SECRET_ARN: arn,
  WEBHOOK_VERIFIER_SECRET_ARN: arn,
  SIGNING_SECRET_ARN: arn,
  INTUIT_ENVIRONMENT: z.enum(['sandbox', 'production'], 'has to be sandbox or production'),
  /** On a laptop only: replaces every host of Intuit's. */
  INTUIT_SIMULATOR_URL: address.optional(),
  PUBLIC_URL: address,
  /** Where there is a console, its address. */
  CONSOLE_URL: address.optional(),
  STAGE: present,
} as const

export type VariableName = keyof typeof VARIABLES
export type Environment<Name extends VariableName> = { readonly [N in Name]: z.output<(typeof VARIABLES)[N]> }

/**
 * The variables of those names.
 * @throws Misconfigured that names each variable that is missing or wrong, and why; never its value
 */
export function readEnvironment<Name extends VariableName>(
  names: readonly Name[],
  source: Readonly<Record<string, string | undefined>> = process.env,
): Environment<Name> {
  const read: Partial<Record<VariableName, unknown>> = {}
  const faults: string[] = []
  for (const name of names) {
    const parsed = VARIABLES[name].safeParse(source[name])
    if (parsed.success) read[name] = parsed.data
    else faults.push(`${name} ${parsed.error.issues[0]?.message}`)
  }
  if (faults.length > 0)
    throw new Misconfigured(`The environment of this function is not complete: ${faults.join('; ')}.`)
  // Each name was parsed by its own schema above, which the loop's types cannot say.
  return read as Environment<Name>
}
