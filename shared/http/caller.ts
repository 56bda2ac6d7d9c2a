import * as z from 'zod'
import type { EdgeProblem } from './problems.ts'

/** Who asks: the tenant from the token's `custom:workspace` and from nowhere else, the person from its `sub`. */
export type Caller = Readonly<{ workspace: string; person: string }>

/** Each scope holds those before it. */
const SCOPES = ['tandem/read', 'tandem/write', 'tandem/admin'] as const
export type Scope = (typeof SCOPES)[number]

const Claims = z.object({
  sub: z.string().min(1).max(256),
  // Part of every storage key of the tenant.
  'custom:workspace': z
    .string()
    .regex(/^[\w-]{1,64}$/)
    .optional()
    .catch(undefined),
  scope: z.string().optional(),
  // Some issuers write `scp` for `scope`; the gateway passes a list on as "[a b]".
  scp: z.union([z.string(), z.array(z.string())]).optional(),
})

/** The caller behind verified claims, if they may do what needs `needed`; else why not. */
export function callerOf(claims: Readonly<Record<string, unknown>> | undefined, needed: Scope): Caller | EdgeProblem {
  const parsed = Claims.safeParse(claims)
  if (!parsed.success) return { kind: 'tokenMissing' }
  const { sub, 'custom:workspace': workspace, scope, scp } = parsed.data
  if (workspace === undefined) return { kind: 'workspaceMissing' }
  const held = [scope ?? '', scp ?? ''].flat().flatMap((list) => list.replace(/^\[|\]$/g, '').split(/[\s,]+/))
  const enough = SCOPES.slice(SCOPES.indexOf(needed))
  return enough.some((one) => held.includes(one)) ? { workspace, person: sub } : { kind: 'scopeMissing', needed }
}
