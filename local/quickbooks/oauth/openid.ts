import type { JSONWebKeySet } from 'jose'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { ISSUER } from './discovery.ts'
import type { Grant } from './grants.ts'
import { ACCESS_TOKEN_SECONDS } from './lives.ts'

/** The person who signs in at this simulated Intuit: always the same one. */
const PERSON = {
  sub: '1182d6ec-2a1f-4aa3-af3f-bb3b95db45af',
  email: 'john@doe.com',
  emailVerified: true,
  givenName: 'John',
  familyName: 'Doe',
  phoneNumber: '+1 6505550100',
  phoneNumberVerified: true,
  address: {
    streetAddress: '2007 San Antonio Rd',
    locality: 'Mountain View',
    region: 'CA',
    postalCode: '94043',
    country: 'US',
  },
} as const

const KEY_ID = 'r4p5SbL2qaFehFzhj8gI'

export type Openid = {
  /** An id_token for the grant, signed RS256 by the key that `jwks` shows. `now` in epoch milliseconds. */
  readonly idToken: (grant: Grant, now: number) => Promise<string>
  readonly jwks: () => Promise<JSONWebKeySet>
}

/** Signs id_tokens with a key that is made when it is first needed; only sign-in scopes ever need it. */
export function createOpenid(): Openid {
  let key: ReturnType<typeof generateKeyPair> | undefined
  const keyPair = (): ReturnType<typeof generateKeyPair> => {
    key ??= generateKeyPair('RS256', { extractable: true })
    return key
  }
  return {
    async idToken(grant, now) {
      const { privateKey } = await keyPair()
      const seconds = Math.floor(now / 1000)
      return new SignJWT({
        sub: PERSON.sub,
        // An array even for one audience: Intuit's own client library calls find() on it.
        aud: [grant.clientId],
        ...(grant.realmId === undefined ? {} : { realmid: grant.realmId }),
        auth_time: seconds,
        iss: ISSUER,
        exp: seconds + ACCESS_TOKEN_SECONDS,
        iat: seconds,
      })
        .setProtectedHeader({ kid: KEY_ID, alg: 'RS256' })
        .sign(privateKey)
    },
    async jwks() {
      const { publicKey } = await keyPair()
      return { keys: [{ ...(await exportJWK(publicKey)), kid: KEY_ID, use: 'sig', alg: 'RS256' }] }
    },
  }
}

/** What the userinfo endpoint tells for these scopes. */
export function userInfo(scopes: readonly string[]): Readonly<Record<string, unknown>> {
  const has = (scope: string): boolean => scopes.includes(scope)
  return {
    sub: PERSON.sub,
    ...(has('email') ? { email: PERSON.email, emailVerified: PERSON.emailVerified } : {}),
    ...(has('profile') ? { givenName: PERSON.givenName, familyName: PERSON.familyName } : {}),
    ...(has('phone') ? { phoneNumber: PERSON.phoneNumber, phoneNumberVerified: PERSON.phoneNumberVerified } : {}),
    ...(has('address') ? { address: PERSON.address } : {}),
  }
}
