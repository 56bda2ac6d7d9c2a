import * as z from 'zod'

// What comes by `-c key=value` is text.
const wholeNumber = z.coerce.number().int()

const Context = z.object({
  stage: z.enum(['dev', 'prod', 'laptop']).default('dev'),
  intuitEnvironment: z.enum(['sandbox', 'production']).optional(),
  issuer: z.url({ protocol: /^https$/ }).optional(),
  audience: z.string().min(1).optional(),
  consoleOrigin: z.url({ protocol: /^https?$/ }).optional(),
  alarmEmail: z.email().optional(),
  logLevel: z.enum(['DEBUG', 'INFO', 'WARN', 'ERROR']).default('INFO'),
  bundles: z.enum(['built', 'empty']).default('built'),
  companiesAtOnce: wholeNumber.min(2, 'Lambda takes no fewer than 2').max(1_000).optional(),
  webhookConcurrency: wholeNumber.min(1).optional(),
  lambdaQuota: wholeNumber.min(10).default(1_000),
  warmReads: wholeNumber.min(12_000, 'a table begins with 12,000').optional(),
  warmWrites: wholeNumber.min(4_000, 'a table begins with 4,000').optional(),
  intuitReads: wholeNumber.min(1).default(500_000),
})

type ContextKey = keyof z.infer<typeof Context>

/** An OpenID Connect issuer whose tokens the API accepts instead of Cognito's. */
export interface ForeignIssuer {
  readonly url: string
  readonly audience: string
}

export interface Settings {
  readonly stage: z.infer<typeof Context>['stage']
  readonly intuitEnvironment: 'sandbox' | 'production'
  /** Absent: a Cognito user pool is made and is the issuer. */
  readonly issuer: ForeignIssuer | undefined
  /** The one origin whose pages may call the API; absent: none. */
  readonly consoleOrigin: string | undefined
  /** Where alarms are mailed; absent: they are published to the topic only. */
  readonly alarmEmail: string | undefined
  readonly logLevel: string
  readonly logRetentionDays: number
  /** Logs of production outlive the stack; elsewhere they go with it. */
  readonly keepLogs: boolean
  /** Companies that are pulled at the same time, and as many that are pushed to; more wait their turn. */
  readonly companiesAtOnce: number
  /** Kept free for the webhook; absent: none, since a new account has only ten in all to share out. */
  readonly webhookConcurrency: number | undefined
  /** What the account may run at once of all its functions. */
  readonly lambdaQuota: number
  /** What table and indexes take at once from the first second on; absent: what a new table takes. */
  readonly warmReads: number | undefined
  readonly warmWrites: number | undefined
  /** Reads that Intuit's plan holds in a month, for all companies of the app together. */
  readonly intuitReads: number
  /** `empty` leaves the functions' code out, for what only looks at the template. */
  readonly bundles: 'built' | 'empty'
}

/** The laptop has no Cognito: its own key pair signs tokens in this issuer's name. */
const laptopIssuer: ForeignIssuer = { url: 'https://issuer.tandem.localhost', audience: 'tandem-laptop' }

/**
 * What `-c key=value` says about this synthesis.
 * @param read looks one context key up, as `app.node.tryGetContext` does
 * @throws Error naming every context value that cannot be used, and why
 */
export function settingsFromContext(read: (key: ContextKey) => unknown): Settings {
  const given = Object.fromEntries(Context.keyof().options.map((key) => [key, read(key)]))
  const parsed = Context.safeParse(given)
  if (!parsed.success) throw new Error(`The context (-c key=value) cannot be used:\n${z.prettifyError(parsed.error)}`)
  const { stage, intuitEnvironment, issuer, audience, ...rest } = parsed.data
  const prod = stage === 'prod'
  if (prod && rest.alarmEmail === undefined) {
    throw new Error('The context (-c key=value) needs alarmEmail for prod: alarms that reach nobody are none.')
  }
  return {
    stage,
    intuitEnvironment: intuitEnvironment ?? (prod ? 'production' : 'sandbox'),
    issuer: foreignIssuer(issuer, audience) ?? (stage === 'laptop' ? laptopIssuer : undefined),
    consoleOrigin: rest.consoleOrigin,
    alarmEmail: rest.alarmEmail,
    logLevel: rest.logLevel,
    logRetentionDays: prod ? 365 : 30,
    keepLogs: prod,
    bundles: rest.bundles,
    companiesAtOnce: rest.companiesAtOnce ?? (prod ? 20 : 5),
    webhookConcurrency: rest.webhookConcurrency,
    lambdaQuota: rest.lambdaQuota,
    warmReads: rest.warmReads,
    warmWrites: rest.warmWrites,
    intuitReads: rest.intuitReads,
  }
}

function foreignIssuer(url: string | undefined, audience: string | undefined): ForeignIssuer | undefined {
  if (url === undefined && audience === undefined) return undefined
  if (url === undefined || audience === undefined) {
    throw new Error(
      'The context (-c key=value) needs issuer and audience together: one without the other checks nothing.',
    )
  }
  return { url, audience }
}
