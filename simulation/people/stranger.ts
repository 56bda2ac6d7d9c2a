import { type Answered, type Asked, FREE_REALM, LURE, TENANTS, type Tenant, type World } from '../world/world.ts'
import type { Action } from './actions.ts'
import { contactsOf, type Deed, inWords } from './crm.ts'
import { begun } from './runs.ts'

/** One request about what is another workspace's; whoever sends it was told the id, and nothing else. */
type Try = Readonly<{ method: string; path: string; sent?: Asked }>

/**
 * What somebody of one workspace tries with what another workspace was given: ids, cursors, an Idempotency-Key, a link of
 * Intuit's consent and the code that it ends in. Whatever is answered with more than a refusal is a broken promise.
 */
export const STRANGER_DEEDS = {
  'crm.stranger': async (world, tenant, action) => {
    const other = TENANTS.find(({ workspace }) => workspace !== tenant.workspace) ?? tenant
    const ends = [
      await tryIds(world, tenant, other, action),
      await tryCursors(world, tenant, other),
      await tryKey(world, tenant, other, action),
      ...(action.other < 0.6 ? [await tryState(world, tenant, other, action)] : []),
    ]
    const what = `tries what is ${other.workspace}’s`
    return ends.every((end) => end === 'refused') ? `${what}, and is refused it: done` : `${what}: ${ends.join(', ')}`
  },
} satisfies Readonly<Record<string, Deed>>

type Someone = Readonly<{ workspace: string }>
type End = 'refused' | 'no answer' | 'found nothing to try'

async function tryIds(world: World, tenant: Tenant, other: Tenant, action: Action): Promise<End> {
  const tries = [...(await triesOfContact(world, other, action)), ...(await triesOfRun(world, other, action))]
  let end: End = tries.length === 0 ? 'found nothing to try' : 'refused'
  for (const { method, path, sent } of tries) {
    const answer = await world.ask(tenant, method, path, sent)
    if (!isRefusal(world, tenant, other, `${method} ${path}`, answer)) end = 'no answer'
  }
  return end
}

async function triesOfContact(world: World, { workspace }: Tenant, action: Action): Promise<readonly Try[]> {
  const all = await contactsOf(world, workspace)
  const contact = all[Math.floor(action.pick * all.length)]
  if (contact === undefined) return []
  const path = `/contacts/${contact.id}`
  const headers = { 'if-match': `"${contact.version}"` }
  const fields = { displayName: 'Stranger' }
  return [
    { method: 'GET', path },
    { method: 'GET', path: `${path}/history` },
    { method: 'PATCH', path, sent: { headers, body: { fields } } },
    { method: 'POST', path: `${path}/archive`, sent: { headers } },
    { method: 'POST', path: `${path}/unarchive`, sent: { headers } },
    { method: 'POST', path: `${path}/move`, sent: { headers, body: { parentId: null } } },
    { method: 'POST', path: `${path}/jobs`, sent: { body: { fields } } },
    { method: 'POST', path: `${path}/sync` },
    { method: 'POST', path: '/contacts', sent: { body: { kind: 'job', parentId: contact.id, fields } } },
    ...(contact.conflicts ?? []).map(({ slot, crm, quickbooks }) => ({
      method: 'POST',
      path: `/conflicts/${contact.id}~${slot}/resolve`,
      sent: { body: { take: 'crm', seen: { crm, quickbooks } } },
    })),
    {
      method: 'POST',
      path: `/conflicts/${contact.id}~hold/resolve`,
      sent: { body: { take: 'unlink' } },
    },
  ]
}

async function triesOfRun(world: World, { workspace }: Tenant, action: Action): Promise<readonly Try[]> {
  const { rows } = await world.memory.runs.list(workspace, 100)
  const run = rows[Math.floor(action.other * rows.length)]
  const preview = rows.find(({ kind }) => kind === 'preview')
  return [
    ...(run === undefined ? [] : triesOn(`/runs/${run.id}`, ['/outcomes'], ['/cancel', '/undo'])),
    ...(preview === undefined ? [] : triesOn(`/previews/${preview.id}`, [], ['/apply'])),
  ]
}

function triesOn(path: string, lists: readonly string[], deeds: readonly string[]): readonly Try[] {
  return [
    ...['', ...lists].map((list) => ({ method: 'GET', path: `${path}${list}` })),
    ...deeds.map((deed) => ({ method: 'POST', path: `${path}${deed}`, sent: { body: {} } })),
  ]
}

/** Lists that both have something in; the cursor of one is of no use to the other. */
const LISTS = ['/contacts', '/quickbooks/customers', '/runs'] as const

async function tryCursors(world: World, tenant: Tenant, other: Tenant): Promise<End> {
  let end: End = 'found nothing to try'
  for (const path of LISTS) {
    const theirs = await world.ask(other, 'GET', path, { query: { limit: '1' } })
    const cursor = theirs?.json.next
    if (typeof cursor !== 'string') continue
    const answer = await world.ask(tenant, 'GET', path, { query: { limit: '1', cursor } })
    if (!isRefusal(world, tenant, other, `a cursor of ${path}`, answer)) return 'no answer'
    end = 'refused'
  }
  return end
}

/** The same Idempotency-Key in two workspaces is two requests, each with a run of its own. */
async function tryKey(world: World, tenant: Tenant, other: Tenant, action: Action): Promise<End> {
  const asked = { headers: { 'idempotency-key': `key-${action.number}` } }
  const theirs = await begun(world, other, '/previews', asked)
  const own = await world.ask(tenant, 'POST', '/previews', asked)
  if (theirs === undefined || own === undefined) return 'no answer'
  const isTheirs = own.json.id === theirs || own.status === 404 || inWords(own).endsWith('idempotency-mismatch')
  if (isTheirs) world.broken.push(`${tenant.workspace} met the run of ${other.workspace} with its own key`)
  return 'refused'
}

/**
 * Opens a link that somebody else asked for and consents: with a company that nobody has, or with its own, whether it is
 * connected just now or not. That connects nothing. Nor does the code that the browser was shown: it is for the one who
 * asked, who never sees it, and wrong ones are for nobody.
 */
async function tryState(world: World, tenant: Tenant, other: Tenant, action: Action): Promise<End> {
  let end: End = 'refused'
  for (const [owner, realmId] of [
    [LURE, action.pick < 0.5 ? FREE_REALM : tenant.realmId],
    [other, tenant.realmId],
  ] as const) {
    const consented = await world.consent(owner, realmId)
    if (consented === undefined) end = 'no answer'
    const code = consented?.json.code
    const strangers = [tenant, { ...owner, person: 'malcolm' }, { ...LURE, workspace: 'decoy' }]
    for (const stranger of typeof code === 'string' ? strangers : []) {
      if (!isRefusal(world, stranger, other, 'a code of a consent', await world.confirm(stranger, String(code))))
        end = 'no answer'
    }
    if (!isRefusal(world, tenant, other, 'a guessed code', await world.confirm(owner, 'AAAA-AAAA'))) end = 'no answer'
  }
  for (const realm of [FREE_REALM, tenant.realmId]) {
    const holder = await world.memory.connections.holderOf(realm)
    if (holder !== undefined && (realm === FREE_REALM || holder !== tenant.workspace))
      world.broken.push(`${holder} was connected with ${realm} by a consent that nobody confirmed`)
  }
  return end
}

/** A refusal in words, that tells nothing; a failure on the way says nothing either way. */
function isRefusal(world: World, tenant: Someone, other: Someone, what: string, answer: Answered | undefined): boolean {
  if (answer === undefined || answer.status >= 500) return false
  if (answer.status < 400)
    world.broken.push(`${tenant.workspace} was answered ${answer.status} to ${what}, which is ${other.workspace}’s`)
  if (answer.text.includes(other.workspace))
    world.broken.push(`${tenant.workspace} was told something of ${other.workspace} by ${what}`)
  return true
}
