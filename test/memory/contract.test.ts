import type { HintQueue } from '#memory/hints'
import { createMemoryPorts } from '#memory/ports'
import { adminActsContract } from '../contract/admin-acts.ts'
import { connectionsContract } from '../contract/connections.ts'
import { contactIndexContract } from '../contract/contact-index.ts'
import { contactsContract } from '../contract/contacts.ts'
import { digestContract, signerContract } from '../contract/cryptography.ts'
import { dailyProgressContract } from '../contract/daily-progress.ts'
import { hintsContract, type Received } from '../contract/hints.ts'
import { idempotencyContract } from '../contract/idempotency.ts'
import { idsContract } from '../contract/ids.ts'
import { ledgerContract } from '../contract/ledger.ts'
import { markersContract } from '../contract/markers.ts'
import { mirrorsContract } from '../contract/mirrors.ts'
import { pacerContract } from '../contract/pacer.ts'
import { pendingConsentsContract } from '../contract/pending-consents.ts'
import { runsContract } from '../contract/runs.ts'
import { settingsContract } from '../contract/settings.ts'
import { usageContract } from '../contract/usage.ts'

const ports = createMemoryPorts()

connectionsContract(() => ports.connections)
pendingConsentsContract(() => ports.pendingConsents)
mirrorsContract(() => ports, 100)
contactsContract(() => ports, 100)
contactIndexContract(() => ports, 100)
markersContract(() => ports)
settingsContract(() => ports.settings)
adminActsContract(() => ports)
ledgerContract(() => ports)
runsContract(() => ports)
idempotencyContract(() => ports.idempotency)
usageContract(() => ports.usage)
dailyProgressContract(() => createMemoryPorts().dailyProgress)
pacerContract(() => ports.pacer)
idsContract(() => createMemoryPorts().ids)
digestContract(() => ports.digest)
signerContract(
  () => ports.signer,
  () => createMemoryPorts({ seed: 'another' }).signer,
)
hintsContract(async () => {
  const { hints, clock } = createMemoryPorts()
  const take =
    <Hint>(queue: HintQueue<Hint>) =>
    async (): Promise<readonly Received<Hint>[]> => {
      const taken = queue.take()
      return taken === undefined ? [] : [{ hint: taken.hint, done: async () => taken.done() }]
    }
  return {
    hints,
    takePulls: take(hints.pulls),
    takePushes: take(hints.pushes),
    takeWakeUps: async (withinSeconds) => {
      const now = hints.takeWakeUps()
      if (now.length > 0) return now
      await clock.advance(withinSeconds * 1_000)
      return hints.takeWakeUps()
    },
  }
})
