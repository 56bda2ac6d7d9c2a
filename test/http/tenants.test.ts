import { describe } from 'vitest'
import { createDynamoPorts } from '#dynamodb/ports'
import { createTokenVault } from '#dynamodb/token-vault'
import { startLocalDynamo } from '../dynamodb/local-dynamodb.ts'
import { createMemoryKms } from '../dynamodb/memory-kms.ts'
import { tenantsSuite } from './tenants.suite.ts'
import { twoTenants } from './two-tenants.ts'

const { client, newTable } = await startLocalDynamo()
const kms = createMemoryKms().client
const vault = createTokenVault({ kms, keyArn: 'arn:aws:kms:us-east-1:000000000000:key/tokens' })

describe('in memory', () => tenantsSuite(() => twoTenants()))

// Maps of maps keep workspaces apart by themselves; in one table only its keys do.
describe('in DynamoDB', () =>
  tenantsSuite(async () => {
    const tableName = await newTable()
    return twoTenants((clock) => createDynamoPorts({ tableName, client, clock, vault }))
  }))
