import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import * as z from 'zod'
import { isJsonObject, type JsonObject } from './company/json.ts'
import type { CompanySnapshot } from './company/snapshot.ts'
import type { GrantsSnapshot } from './oauth/grants.ts'
import type { KeptAnswer } from './rest/request-ids.ts'
import type { Simulator, SimulatorSnapshot } from './simulator.ts'

const entity = z.enum(['Customer', 'Vendor', 'Employee'])
const fields = z.custom<JsonObject>(isJsonObject, 'must be an object')

const companySchema: z.ZodType<CompanySnapshot> = z.object({
  realmId: z.string(),
  name: z.string(),
  zone: z.string(),
  country: z.string(),
  environment: z.enum(['sandbox', 'production']),
  created: z.number(),
  homeCurrency: z.string(),
  customerTypes: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      active: z.boolean(),
      syncToken: z.number(),
      created: z.number(),
      updated: z.number(),
    }),
  ),
  currencies: z
    .array(
      z.object({
        id: z.string(),
        code: z.string(),
        active: z.boolean(),
        syncToken: z.number(),
        created: z.number(),
        updated: z.number(),
      }),
    )
    .exactOptional(),
  records: z.array(
    z.object({
      entity,
      id: z.number(),
      syncToken: z.number(),
      active: z.boolean(),
      created: z.number(),
      updated: z.number(),
      edited: z.number(),
      displayName: z.string(),
      path: z.string(),
      balance: z.number(),
      unbilled: z.boolean(),
      project: z.boolean().exactOptional(),
      fields,
      parentId: z.number().nullable(),
    }),
  ),
  tombstones: z.array(z.object({ entity, id: z.number(), at: z.number() })),
  invoices: z.array(z.object({ id: z.string(), customerId: z.string(), amount: z.number(), paid: z.boolean() })),
})

const consent = { clientId: z.string(), realmId: z.string().optional(), scopes: z.array(z.string()) }
const oauthSchema = z.object({
  codes: z.array(
    z.object({
      ...consent,
      value: z.string(),
      redirectUri: z.string(),
      issuedAt: z.number(),
      grantId: z.string().optional(),
    }),
  ),
  grants: z.array(
    z.object({
      ...consent,
      id: z.string(),
      grantedAt: z.number(),
      hardExpiresAt: z.number(),
      refreshToken: z.string(),
      refreshTokenBornAt: z.number(),
      refreshExpiresAt: z.number(),
      lastRefresh: z.object({ value: z.string(), underWayUntil: z.number() }).optional(),
      rotatedAway: z.array(z.object({ value: z.string(), at: z.number() })),
      end: z
        .object({
          at: z.number(),
          because: z.enum(['revoked', 'disconnected', 'code used twice', 'refresh token reused', 'connected anew']),
        })
        .optional(),
    }),
  ),
  accessTokens: z.array(
    z.object({ value: z.string(), grantId: z.string(), expiresAt: z.number(), name: z.string().exactOptional() }),
  ),
})

const answerSchema: z.ZodType<KeptAnswer> = z.object({
  key: z.string(),
  at: z.number(),
  fingerprint: z.string(),
  result: z.object({
    status: z.number(),
    kind: z.enum(['oauth', 'read', 'query', 'cdc', 'batch', 'create', 'update', 'other']),
    body: fields,
    timed: z.boolean(),
    rows: z.number(),
    reads: z.number(),
    error: z.string().exactOptional(),
  }),
})

const fileSchema = z.object({
  version: z.literal(1),
  now: z.number(),
  companies: z.array(companySchema),
  oauth: oauthSchema,
  // Not in the files of earlier versions.
  answers: z.array(answerSchema).default([]),
})

// JSON leaves out what is undefined; grants name every one of their fields.
function toGrants({ codes, grants, accessTokens }: z.infer<typeof oauthSchema>): GrantsSnapshot {
  return {
    codes: codes.map((code) => ({ ...code, realmId: code.realmId, grantId: code.grantId })),
    grants: grants.map((grant) => ({
      ...grant,
      realmId: grant.realmId,
      lastRefresh: grant.lastRefresh,
      end: grant.end,
    })),
    accessTokens,
  }
}

/** Reads what an earlier run kept, or undefined if there is no file. Throws with the reason if it cannot be read. */
export function readStateFile(path: string): SimulatorSnapshot | undefined {
  if (!existsSync(path)) return undefined
  let json: unknown
  try {
    json = JSON.parse(readFileSync(path, 'utf8'))
  } catch (error) {
    throw new Error(`The state in ${path} is not JSON: ${error instanceof Error ? error.message : String(error)}`)
  }
  const parsed = fileSchema.safeParse(json)
  if (!parsed.success) throw new Error(`The state in ${path} is not a simulator's: ${z.prettifyError(parsed.error)}`)
  const { oauth, version: _, ...rest } = parsed.data
  return { ...rest, oauth: toGrants(oauth) }
}

const SHORTEST_WAIT_MS = 500

/**
 * Keeps the simulator's state in a file. `beforeAnswer`: now, and after each write before it is answered, so that a kill
 * loses nothing that anybody was told; who is not told because it could not be kept gets a 500. `soon`: soon after each
 * write; a large company takes a while to write down, so the waits grow with that and saving stays below a tenth of the
 * time. Either way when the result is called, at the end.
 */
export function keepStateFile(path: string, simulator: Simulator, when: 'beforeAnswer' | 'soon' = 'soon'): () => void {
  const save = (): void => {
    // Written beside and moved, so that a crash in the middle leaves the file before it.
    writeFileSync(`${path}.new`, JSON.stringify({ version: 1, ...simulator.snapshot() }))
    renameSync(`${path}.new`, path)
  }
  if (when === 'beforeAnswer') save()
  const saving = when === 'beforeAnswer' ? { onWrite: save, cancel: () => {} } : saveSoon(save, simulator.log)
  const stop = simulator.onWrite(saving.onWrite)
  return () => {
    stop()
    saving.cancel()
    save()
  }
}

function saveSoon(
  save: () => void,
  log: Simulator['log'],
): { readonly onWrite: () => void; readonly cancel: () => void } {
  let timer: NodeJS.Timeout | undefined
  let waitMs = SHORTEST_WAIT_MS
  const saveOrSay = (): void => {
    timer = undefined
    const startedAt = performance.now()
    try {
      save()
      waitMs = Math.max(SHORTEST_WAIT_MS, 10 * (performance.now() - startedAt))
    } catch (error) {
      log(`The state was not kept: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
  return {
    onWrite: () => {
      timer ??= setTimeout(saveOrSay, waitMs)
    },
    cancel: () => clearTimeout(timer),
  }
}
