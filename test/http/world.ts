import * as z from 'zod'
import type { DynamoPorts } from '#dynamodb/ports'
import { adminRoutes } from '#http/admin-routes'
import { connectRoutes } from '#http/connection-routes'
import type { Route } from '#http/declare'
import type { HttpRequest } from '#http/exchange'
import { oauthRoutes } from '#http/oauth-routes'
import { createRouter, type RouterNeeds } from '#http/router'
import type { Addresses, AdminUses, ConnectUses } from '#http/use-cases'
import { faultDetails, problemOfFault } from '#lambda/faults'
import { createSigner } from '#lambda/signer'
import { createMemoryPorts, type MemoryPorts } from '#memory/ports'
import type { Clock, Ports } from '#sync/ports'
import { adminUses, connectUses } from '../../functions/compose.ts'
import { aConnection, aTokenSet } from '../contract/records.ts'
import { scriptedCompany } from '../sync/scripted-company.ts'
import { scriptedConsent } from '../sync/scripted-consent.ts'

/** What a test asks for; the token's claims are ada's of acme, with every scope, unless given. */
export type Asked = Readonly<{
  query?: Readonly<Record<string, string>> | URLSearchParams
  headers?: Readonly<Record<string, string>>
  /** Sent as JSON; a text or bytes are sent as they are. */
  body?: unknown
  claims?: Readonly<Record<string, unknown>> | undefined
}>

export type Answered = Readonly<{
  status: number
  headers: Readonly<Record<string, string>>
  text: string
  /** The body, parsed; empty when it is no JSON. */
  json: z.output<typeof Shown>
}>

// What tests look at by name; everything else is kept as it came.
const text = z.string().optional()
const Row = z.looseObject({ id: text, name: text, dot: text })
const Shown = z.looseObject({
  id: text,
  type: text,
  detail: text,
  instance: text,
  url: text,
  code: text,
  items: z.array(Row).optional(),
  next: text,
  link: z.unknown().optional(),
  errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
})

export type Ask = (method: string, path: string, asked?: Asked) => Promise<Answered>

export const claimsOf = (workspace: string, scope = 'tandem/read tandem/write tandem/admin', sub = 'ada') => ({
  sub,
  scope,
  'custom:workspace': workspace,
})

export const ADDRESSES: Addresses = { publicUrl: 'https://api.example' }

/** Asks a router as the gateway would. */
export function asker<Uses>(
  routes: readonly Route<Uses>[],
  uses: Uses,
  log: Ports['log'],
  admit?: RouterNeeds<Uses>['admit'],
): Ask {
  const router = createRouter(routes, {
    uses: async () => uses,
    log,
    faultDetails,
    problemOfFault,
    ...(admit !== undefined && { admit }),
  })
  return async (method, path, asked = {}) => {
    const { status, headers, body } = await router(requestOf(method, path, asked))
    return {
      status,
      headers,
      text: body,
      json: parsed('content-encoding' in headers ? undefined : headers['content-type'], body),
    }
  }
}

/** The admin function's router over ports in memory. */
export function adminWorld(): Readonly<{ ports: MemoryPorts; ask: Ask }> {
  const ports = createMemoryPorts({ clockMoves: 'whenIdle' })
  return { ports, ask: asker(adminRoutes, adminUses(ports), ports.log) }
}

/** The oauth function's router over ports in memory, a scripted Intuit and a scripted company. */
export function connectWorld(addresses: Addresses = ADDRESSES) {
  const memory = createMemoryPorts({ clockMoves: 'whenIdle' })
  const intuit = scriptedConsent(memory.clock)
  const { quickbooks } = scriptedCompany(memory.clock)
  const ports = { ...memory, consent: intuit.consent, quickbooks }
  return { ports, intuit, ask: asker([...connectRoutes, ...oauthRoutes], connectUses(ports, addresses), ports.log) }
}

/** Every route of both functions over the same ports, with seals as they are made on AWS; stored in memory unless given. */
export function wholeWorld(stored?: (clock: Clock) => DynamoPorts) {
  const { ports: memory, intuit } = connectWorld()
  const ports = {
    ...memory,
    ...stored?.(memory.clock),
    signer: createSigner(async () => 'a secret of more than thirty-two characters'),
  }
  const routes: readonly Route<AdminUses & ConnectUses>[] = [...adminRoutes, ...connectRoutes, ...oauthRoutes]
  return { ports, intuit, ask: asker(routes, { ...adminUses(ports), ...connectUses(ports, ADDRESSES) }, ports.log) }
}

export async function connect(ports: Pick<Ports, 'connections'>, workspace = 'acme', realmId = '9341'): Promise<void> {
  await ports.connections.connect(aConnection(workspace, realmId), aTokenSet(workspace), undefined)
}

function requestOf(method: string, path: string, { query, headers, body, ...asked }: Asked): HttpRequest {
  const claims = 'claims' in asked ? asked.claims : claimsOf('acme')
  return {
    method,
    path,
    query: new URLSearchParams(query),
    headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
    body: bytesOf(body),
    ...(claims !== undefined && { claims }),
    requestId: 'JKJaXmPLvHcESHA=',
  }
}

function bytesOf(body: unknown): Uint8Array {
  if (body instanceof Uint8Array) return body
  if (body === undefined) return new Uint8Array()
  return new TextEncoder().encode(typeof body === 'string' ? body : JSON.stringify(body))
}

function parsed(type: string | undefined, body: string): z.output<typeof Shown> {
  return Shown.parse(type?.endsWith('json') ? JSON.parse(body) : {})
}
