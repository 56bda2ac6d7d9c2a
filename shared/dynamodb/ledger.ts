import type { Clock, Ledger, Write } from '#sync/ports'
import { transaction } from './conflicts.ts'
import { type Befores, createContactWrites } from './contact-writes.ts'
import { createHistory } from './history.ts'
import { createMirrorLinks } from './mirrors.ts'
import { createOutcomeWrite } from './outcomes.ts'
import type { Tandem } from './table.ts'

/** Most items that one TransactWriteItems takes (API reference). */
const MOST_ITEMS = 100

export function createLedger(tandem: Tandem, clock: Clock): Ledger {
  const contactWrites = createContactWrites(tandem, clock)
  const links = createMirrorLinks(tandem)
  const history = createHistory(tandem)
  const outcomeWrite = createOutcomeWrite(tandem, clock)

  const toTransactions = (workspace: string, write: Write, before: Befores) => {
    switch (write.kind) {
      case 'contact':
        return contactWrites.put(workspace, write, before.get(write.contact.id))
      case 'removeContact':
        return contactWrites.remove(workspace, write, before.get(write.contactId))
      case 'claim':
        return [links.claim(workspace, write)]
      case 'release':
        return [links.release(workspace, write)]
      case 'journal':
        return [history.write(workspace, write.entry)]
      case 'outcome':
        return [outcomeWrite(workspace, write.runId, write.outcome)]
    }
  }

  return {
    commit: async (workspace, writes) => {
      if (writes.length === 0) return 'committed'
      if (new Set(writes.map(targetOf)).size < writes.length) {
        throw new RangeError('Two writes of one commit go to the same record.')
      }
      const before = await contactWrites.before(workspace, writes)
      const items = writes.flatMap((write) =>
        toTransactions(workspace, write, before).map((transaction) => ({ write, transaction })),
      )
      if (items.length > MOST_ITEMS) {
        throw new RangeError(`At most ${MOST_ITEMS} items commit together, not ${items.length}.`)
      }
      const [refused] = await transaction(
        clock,
        tandem.documentClient,
        items.map(({ transaction }) => transaction),
      )
      const conflict = refused === undefined ? undefined : items[refused]?.write
      return conflict === undefined ? 'committed' : { conflict }
    },
  }
}

/** What a write goes to: DynamoDB refuses a transaction that writes one item twice, without saying which. */
function targetOf(write: Write): string {
  switch (write.kind) {
    case 'contact':
      return JSON.stringify(['contact', write.contact.id])
    case 'removeContact':
      return JSON.stringify(['contact', write.contactId])
    case 'claim':
    case 'release':
      return JSON.stringify(['mirror', write.entity, write.recordId])
    case 'journal':
      return JSON.stringify(['journal', write.entry.contactId, write.entry.at, write.entry.id])
    case 'outcome':
      return JSON.stringify(['outcome', write.runId, write.outcome.recordId])
  }
}
