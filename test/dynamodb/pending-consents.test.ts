import { DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb'
import { describe, expect, it } from 'vitest'
import { createPendingConsents } from '#dynamodb/pending-consents'
import { openTable } from '#dynamodb/table'
import { createTokenVault } from '#dynamodb/token-vault'
import { aWorkspace } from '../contract/workspaces.ts'
import { startLocalDynamo } from './local-dynamodb.ts'
import { createMemoryKms } from './memory-kms.ts'

const { client, tableName } = await startLocalDynamo()
const documents = DynamoDBDocumentClient.from(client)
const NOW = Date.UTC(2026, 10, 23, 9)
const clock = { now: () => NOW, sleep: async () => undefined }
const key = { kms: createMemoryKms().client, keyArn: 'arn:aws:kms:us-east-1:000000000000:key/tokens' }
const consents = createPendingConsents(openTable({ tableName, client }), clock, key)

const consent = {
  confirmationHash: 'hash-of-the-code',
  realmId: '9341452000000077',
  code: 'AB11-a-code-of-Intuit',
  expiresAtMs: NOW + 240_000,
  wrongs: 0,
}
const keyOf = (workspace: string, person = 'ada') => ({ pk: `W#${workspace}#CONSENTS#${person}`, sk: 'CONSENTS' })
const stored = async (workspace: string) =>
  (await documents.send(new GetCommand({ TableName: tableName, Key: keyOf(workspace) }))).Item

describe('a consent that waits, in the table', () => {
  it('shows neither Intuit’s code nor the code that confirms it, and goes by itself after a day', async () => {
    const workspace = aWorkspace()
    await consents.save(workspace, 'ada', [consent], 0)
    const item = await stored(workspace)
    expect(item?.expiresAt).toBe(NOW / 1_000 + 86_400)
    const bytes = JSON.stringify(item, (_, value) =>
      value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : value,
    )
    for (const text of [consent.code, consent.confirmationHash, consent.realmId]) expect(bytes).not.toContain(text)
  })

  it('opens for nobody else, put where it may be', async () => {
    const [mine, theirs] = [aWorkspace(), aWorkspace()]
    await consents.save(mine, 'ada', [consent], 0)
    const item = await stored(mine)
    for (const [workspace, person] of [
      [theirs, 'ada'],
      [mine, 'eve'],
    ] as const) {
      await documents.send(new PutCommand({ TableName: tableName, Item: { ...item, ...keyOf(workspace, person) } }))
      await expect(consents.get(workspace, person)).rejects.toThrow()
    }
  })

  it('is not opened by what opens tokens', async () => {
    const workspace = aWorkspace()
    await consents.save(workspace, 'ada', [consent], 0)
    await expect(createTokenVault(key).open(workspace, (await stored(workspace))?.sealed)).rejects.toThrow(
      'does not open',
    )
  })
})
