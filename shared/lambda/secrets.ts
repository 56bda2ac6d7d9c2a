import { SecretsProvider } from '@aws-lambda-powertools/parameters/secrets'
import * as z from 'zod'
import { AWS_CLIENT } from './aws-clients.ts'
import { Misconfigured } from './misconfigured.ts'

/** A rotated secret is noticed within this time. */
const CACHED_SECONDS = 300

const provider = new SecretsProvider({ clientConfig: AWS_CLIENT })

const IntuitClient = z.object({ clientId: z.string().min(1), clientSecret: z.string().min(1) })
const Verifier = z.object({ verifierTokens: z.array(z.string().min(1)) })

/** The credentials of the app at Intuit. @throws Misconfigured that says what to fill in, never what is there */
export async function intuitClientSecret(arn: string): Promise<z.output<typeof IntuitClient>> {
  const parsed = IntuitClient.safeParse(await jsonSecret(arn))
  if (parsed.success) return parsed.data
  throw new Misconfigured(
    'The secret of the Intuit client is not filled in: it has to be {"clientId":"…","clientSecret":"…"}.',
  )
}

/** The verifier tokens of the app's webhooks; several while one replaces another, none until they are filled in. */
export async function webhookVerifierTokens(arn: string): Promise<readonly string[]> {
  const parsed = Verifier.safeParse(await jsonSecret(arn))
  if (parsed.success) return parsed.data.verifierTokens
  throw new Misconfigured('The secret of the webhook verifier has to be {"verifierTokens":["…"]}.')
}

/** The key under which cursors and OAuth states are signed. */
export async function signingSecret(arn: string): Promise<string> {
  const secret = await provider.get(arn, { maxAge: CACHED_SECONDS })
  if (typeof secret === 'string' && secret.length >= 32) return secret
  throw new Misconfigured('The signing secret has to be a text of at least 32 characters.')
}

async function jsonSecret(arn: string): Promise<unknown> {
  const text = await provider.get(arn, { maxAge: CACHED_SECONDS })
  try {
    return typeof text === 'string' ? JSON.parse(text) : undefined
  } catch {
    // A parser's message quotes the text that it could not read.
    return undefined
  }
}
