import type { Resource } from '../template/resources.ts'

type Cors = NonNullable<Resource<'api'>['properties']['CorsConfiguration']>

/** The headers that an HTTP API with CORS adds to an answer; none for an origin that is not allowed. */
export function corsHeaders(cors: Cors | undefined, origin: string | undefined): Readonly<Record<string, string>> {
  if (cors === undefined || origin === undefined) return {}
  const anyOrigin = cors.AllowOrigins.includes('*')
  if (!anyOrigin && !cors.AllowOrigins.includes(origin)) return {}
  return {
    'access-control-allow-origin': anyOrigin ? '*' : origin,
    ...(cors.AllowCredentials && { 'access-control-allow-credentials': 'true' }),
    ...(cors.ExposeHeaders.length > 0 && { 'access-control-expose-headers': cors.ExposeHeaders.join(',') }),
  }
}

/** What it adds to the answer to a browser's preflight, which never reaches a function. */
export function preflightHeaders(cors: Cors): Readonly<Record<string, string>> {
  return {
    'access-control-allow-methods': cors.AllowMethods.join(','),
    'access-control-allow-headers': cors.AllowHeaders.join(','),
    ...(cors.MaxAge !== undefined && { 'access-control-max-age': String(cors.MaxAge) }),
  }
}
