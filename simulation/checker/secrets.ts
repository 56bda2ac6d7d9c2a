import type { World } from '../world/world.ts'
import { TENANTS } from '../world/world.ts'
import type { Evidence } from './evidence.ts'

/** Promise 10: no token, no secret and nothing personal in a log; nothing of one workspace in another. */
export function* leaks({ memory, simulator, app, confirmations }: World, all: readonly Evidence[]): Iterable<string> {
  const log = JSON.stringify(memory.log.lines())
  const secrets = [app.clientSecret, app.verifierToken, ...confirmations]
  for (const grant of simulator.modules.oauth.grants())
    secrets.push(...textsIn(grant).filter((text) => text.length >= 30))
  for (const secret of new Set(secrets))
    if (log.includes(secret) && secret !== app.clientId) yield 'a secret is in the log'
  for (const [pattern, what] of [
    [/example\.test/, 'an e-mail address or a website'],
    [/\+1 \(555\)/, 'a phone number'],
    [/ Street/, 'an address'],
    [/ Ltd/, 'a name'],
    [/Books of/, 'a company’s name'],
  ] as const) {
    const found = pattern.exec(log)
    if (found !== null) yield `${what} is in the log: …${log.slice(Math.max(0, found.index - 150), found.index + 30)}…`
  }
  for (const { tenant, contacts, mirrors, journal } of all) {
    const others = TENANTS.filter(({ workspace }) => workspace !== tenant.workspace)
    const stored = JSON.stringify([[...contacts.values()], [...mirrors.values()], [...journal.values()]], withoutHashes)
    for (const { workspace } of others) {
      if (stored.includes(`${workspace}`)) yield `${tenant.workspace} holds something of ${workspace}`
    }
  }
}

/** What nobody typed and is made of any letters at all, so that one run in thousands spells a workspace's name in it. */
const MADE_OF_ANY_LETTERS = new Set(['contentHash', 'rawHash', 'requestId', 'V4IDPseudonym'])

function withoutHashes(key: string, value: unknown): unknown {
  return MADE_OF_ANY_LETTERS.has(key) ? undefined : value
}

function textsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : []
}
