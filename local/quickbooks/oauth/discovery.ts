/** The issuer that id_tokens name. It stays Intuit's own, because client libraries compare it literally. */
export const ISSUER = 'https://oauth.platform.intuit.com/op/v1'

/** The two paths of the discovery document, production's and the sandbox's. */
export const DISCOVERY_PATHS = [
  '/.well-known/openid_configuration',
  '/.well-known/openid_sandbox_configuration',
] as const

/**
 * The OpenID discovery document, with every endpoint on `baseUrl` (no trailing slash). As at Intuit,
 * `scopes_supported` names the OpenID scopes alone and no data scope.
 */
export function discoveryDocument(baseUrl: string): Readonly<Record<string, unknown>> {
  return {
    issuer: ISSUER,
    authorization_endpoint: `${baseUrl}/connect/oauth2`,
    token_endpoint: `${baseUrl}/oauth2/v1/tokens/bearer`,
    userinfo_endpoint: `${baseUrl}/v1/openid_connect/userinfo`,
    revocation_endpoint: `${baseUrl}/v2/oauth2/tokens/revoke`,
    jwks_uri: `${baseUrl}/op/v1/jwks`,
    response_types_supported: ['code'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
    scopes_supported: ['openid', 'email', 'profile', 'address', 'phone'],
    token_endpoint_auth_methods_supported: ['client_secret_post', 'client_secret_basic'],
    claims_supported: ['aud', 'exp', 'iat', 'iss', 'realmid', 'sub'],
  }
}
