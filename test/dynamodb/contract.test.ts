import { setTimeout as sleep } from 'node:timers/promises'
import { createPendingConsents } from '#dynamodb/pending-consents'
import { createDynamoPorts } from '#dynamodb/ports'
import { openTable } from '#dynamodb/table'
import { createTokenVault } from '#dynamodb/token-vault'
import { adminActsContract } from '../contract/admin-acts.ts'
import { connectionsContract } from '../contract/connections.ts'
import { contactIndexContract } from '../contract/contact-index.ts'
import { contactsContract } from '../contract/contacts.ts'
import { dailyProgressContract } from '../contract/daily-progress.ts'
import { idempotencyContract } from '../contract/idempotency.ts'
import { ledgerContract } from '../contract/ledger.ts'
import { markersContract } from '../contract/markers.ts'
import { mirrorsContract } from '../contract/mirrors.ts'
import { pacerContract } from '../contract/pacer.ts'
import { pendingConsentsContract } from '../contract/pending-consents.ts'
import { runsContract } from '../contract/runs.ts'
import { settingsContract } from '../contract/settings.ts'
import { usageContract } from '../contract/usage.ts'
import { startLocalDynamo } from './local-dynamodb.ts'
import { createMemoryKms } from './memory-kms.ts'

const { client, tableName } = await startLocalDynamo()
const key = { kms: createMemoryKms().client, keyArn: 'arn:aws:kms:us-east-1:000000000000:key/tokens' }
const vault = createTokenVault(key)
const clock = { now: () => Date.now(), sleep: async (ms: number) => void (await sleep(ms)) }
/** Ports of another worker on the same table. */
const open = () => createDynamoPorts({ tableName, client, clock, vault })
const ports = open()

connectionsContract(() => ports.connections)
pendingConsentsContract(() => createPendingConsents(openTable({ tableName, client }), clock, key))
mirrorsContract(() => ports, 10)
contactsContract(() => ports, 10)
contactIndexContract(() => ports, 15)
markersContract(() => ports)
settingsContract(() => ports.settings)
adminActsContract(() => ports)
ledgerContract(() => ports)
runsContract(() => ports)
idempotencyContract(() => ports.idempotency)
usageContract(() => ports.usage)
dailyProgressContract(() => ports.dailyProgress)
pacerContract(() => open().pacer)
