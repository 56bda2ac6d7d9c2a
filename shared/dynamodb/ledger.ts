import type { Clock, Ledger, Write } from '#sync/ports'
import { transaction } from './conflicts.ts'
import { createContactWrite } from './contacts.ts'
import { createHistory } from './history.ts'
import { createMirrorLinks } from './mirrors.ts'
import { createOutcomeWrite } from './outcomes.ts'
import type { Tandem } from './table.ts'

/** Most items that one TransactWriteItems takes (API reference). */
const MOST_WRITES = 100

export function createLedger(tandem: Tandem, clock: Clock): Ledger {
  const contactWrite = createContactWrite(tandem)
  const links = createMirrorLinks(tandem)
  const history = createHistory(tandem)
  const outcomeWrite = createOutcomeWrite(tandem)

  const toTransaction = (workspace: string, write: Write) => {
    switch (write.kind) {
      case 'contact':
        return contactWrite(workspace, write.contact, write.expectedVersion)
      case 'claim':
        return links.claim(workspace, write)
      case 'release':
        return links.release(workspace, write)
      case 'journal':
        return history.write(workspace, write.entry)
      case 'outcome':
        return outcomeWrite(workspace, write.runId, write.outcome)
    }
  }

  return {
    commit: async (workspace, writes) => {
      if (writes.length === 0) return 'committed'
      if (writes.length > MOST_WRITES) throw new RangeError(`At most ${MOST_WRITES} writes commit together.`)
      if (new Set(writes.map(targetOf)).size < writes.length) {
        throw new RangeError('Two writes of one commit go to the same record.')
      }
      const transactions = writes.map((write) => toTransaction(workspace, write))
      const [refused] = await transaction(clock, tandem.documentClient, transactions)
      const conflict = refused === undefined ? undefined : writes[refused]
      return conflict === undefined ? 'committed' : { conflict }
    },
  }
}

/** What a write goes to: DynamoDB refuses a transaction that writes one item twice, without saying which. */
function targetOf(write: Write): string {
  switch (write.kind) {
    case 'contact':
      return JSON.stringify(['contact', write.contact.id])
    case 'claim':
    case 'release':
      return JSON.stringify(['mirror', write.entity, write.recordId])
    case 'journal':
      return JSON.stringify(['journal', write.entry.contactId, write.entry.at, write.entry.id])
    case 'outcome':
      return JSON.stringify(['outcome', write.runId, write.outcome.recordId])
  }
}
