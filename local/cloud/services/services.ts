import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import * as z from 'zod'
import { readBody } from '../read-body.ts'
import { type Sky, WEATHERS, weatherSchema } from '../weather/weather.ts'
import { AwsError } from './aws-error.ts'
import type { Issuer } from './issuer.ts'
import type { Operations } from './kms.ts'

/** What the services server answers with; it is there before the template is read, because that needs its address. */
export interface Services {
  readonly issuer: Issuer
  readonly kms: Operations
  readonly secretsManager: Operations
  /** The weather, where it may be changed. */
  readonly sky: Sky | undefined
}

const largestBody = 1024 * 1024

/**
 * One server for what the functions and clients ask of AWS besides DynamoDB and SQS: KMS and Secrets Manager (JSON 1.1
 * over POST, told apart by `X-Amz-Target`) and the identity provider's documents. Anything else is refused by name.
 */
export function createServicesServer(services: () => Services | undefined): Server {
  return createServer((request, response) => {
    answer(services(), request).then(
      (body) =>
        send(response, 200, request.method === 'POST' ? 'application/x-amz-json-1.1' : 'application/json', body),
      (error: unknown) => {
        const known = error instanceof AwsError ? error : new AwsError('InternalFailure', String(error), 500)
        response.setHeader('x-amzn-errortype', known.code)
        send(response, known.status, 'application/x-amz-json-1.1', { __type: known.code, message: known.message })
      },
    )
  })
}

async function answer(services: Services | undefined, request: IncomingMessage): Promise<object> {
  if (services === undefined) throw new AwsError('ServiceUnavailable', 'The laptop cloud is starting.', 503)
  const { pathname } = new URL(request.url ?? '/', 'http://services')
  if (request.method === 'GET' && pathname === '/.well-known/jwks.json') return services.issuer.jwks()
  if (request.method === 'GET' && pathname === '/.well-known/openid-configuration') {
    return {
      issuer: services.issuer.name,
      jwks_uri: services.issuer.keysUrl,
      response_types_supported: ['token'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256'],
    }
  }
  if (pathname === '/weather' && services.sky !== undefined) return weather(services.sky, request)
  const [service = '', operation = ''] = String(request.headers['x-amz-target'] ?? '').split('.')
  const operations: Readonly<Record<string, Operations>> = {
    TrentService: services.kms,
    secretsmanager: services.secretsManager,
  }
  const run = request.method === 'POST' ? operations[service]?.[operation] : undefined
  if (run === undefined) {
    const asked = service === '' ? `${request.method} ${pathname}` : `${service}.${operation}`
    throw new AwsError('UnknownOperationException', `The laptop cloud does not answer ${asked}.`, 400)
  }
  const body = await readBody(request, largestBody)
  if (body === undefined) throw new AwsError('RequestEntityTooLarge', 'The request is too large.', 413)
  return run(parsed(body))
}

/** `GET` says what the weather is; `PUT` changes it: a name, in quotes, or the switches that are to be different. */
async function weather(sky: Sky, request: IncomingMessage): Promise<object> {
  if (request.method === 'GET') return sky.now()
  const body = request.method === 'PUT' ? await readBody(request, largestBody) : undefined
  if (body === undefined) throw new AwsError('ValidationException', 'The weather is read by GET and set by PUT.')
  const given = parsed(body)
  const switches = z.record(z.string(), z.unknown()).safeParse(given)
  const asked = z
    .union([z.enum(['calm', 'bad']).transform((name) => WEATHERS[name]), weatherSchema])
    .safeParse(switches.success ? { ...sky.now(), ...switches.data } : given)
  if (!asked.success) throw new AwsError('ValidationException', z.prettifyError(asked.error))
  sky.set(asked.data)
  return sky.now()
}

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    throw new AwsError('SerializationException', 'The body is not JSON.')
  }
}

function send(response: ServerResponse, status: number, type: string, body: object): void {
  response.writeHead(status, { 'content-type': type }).end(JSON.stringify(body))
}
