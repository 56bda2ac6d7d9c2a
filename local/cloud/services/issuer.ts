import { generateKeyPairSync, randomUUID } from 'node:crypto'
import { importJWK, type JSONWebKeySet, type JWK, SignJWT } from 'jose'
import * as z from 'zod'
import type { Clock } from '../clock.ts'
import { openStoredFile } from './stored-file.ts'

/** Who a token is for and what it may do. */
export interface TokenRequest {
  /** The tenant, as the claim `custom:workspace`; left out, the token is for no workspace. */
  readonly workspace?: string
  /** For example `tandem/read`. */
  readonly scopes?: readonly string[]
  /** The subject: who acts. */
  readonly person?: string
  /** Seconds until it expires; negative for one that has expired. One hour when left out. */
  readonly expiresIn?: number
  /** Further claims, which win over those above. */
  readonly claims?: Readonly<Record<string, unknown>>
}

/** Stands in for the identity provider: signs tokens and publishes the key to check them with. */
export interface Issuer {
  /** What tokens name as their `iss`. */
  readonly name: string
  /** Where the key is served. */
  readonly keysUrl: string
  readonly jwks: () => JSONWebKeySet
  readonly mint: (request: TokenRequest, audience: string | undefined) => Promise<string>
}

const algorithm = 'RS256'
const keySchema = z.looseObject({ kty: z.literal('RSA'), kid: z.string(), n: z.string(), e: z.string(), d: z.string() })

/**
 * Opens the issuer of a folder, with a new key when it has none. `name` is that of the issuer it stands in for, `url`
 * where its own documents are served.
 */
export async function openIssuer(folder: string | undefined, name: string, url: string, clock: Clock): Promise<Issuer> {
  const stored = openStoredFile(folder, 'issuer-key.json', keySchema, newKey)
  const jwk: JWK = stored.read()
  const key = await importJWK(jwk, algorithm)
  const { kty, kid = '', n = '', e = '' } = jwk
  return {
    name,
    keysUrl: `${url}/.well-known/jwks.json`,
    jwks: () => ({ keys: [{ kty: kty ?? 'RSA', kid, n, e, alg: algorithm, use: 'sig' }] }),
    mint: ({ workspace, scopes = [], person = 'newcomer', expiresIn = 3600, claims = {} }, audience) => {
      const now = Math.floor(clock.now() / 1000)
      return new SignJWT({
        iss: name,
        sub: person,
        // A Cognito access token names its client here and has no audience.
        client_id: audience,
        token_use: 'access',
        scope: scopes.join(' '),
        ...(workspace !== undefined && { 'custom:workspace': workspace }),
        iat: Math.min(now, now + expiresIn),
        exp: now + expiresIn,
        jti: randomUUID(),
        ...claims,
      })
        .setProtectedHeader({ alg: algorithm, kid })
        .sign(key)
    },
  }
}

function newKey(): z.infer<typeof keySchema> {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  return keySchema.parse({ ...privateKey.export({ format: 'jwk' }), kid: randomUUID() })
}
