import { DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb'
import { describe, expect, it } from 'vitest'
import { createDynamoPorts } from '#dynamodb/ports'
import { createTokenVault } from '#dynamodb/token-vault'
import { aConnection, aTokenSet } from '../contract/records.ts'
import { aWorkspace } from '../contract/workspaces.ts'
import { startLocalDynamo } from './local-dynamodb.ts'
import { createMemoryKms } from './memory-kms.ts'

const KEY = 'arn:aws:kms:us-east-1:000000000000:key/tokens'
const { client, tableName } = await startLocalDynamo()

const aVault = () => {
  const kms = createMemoryKms()
  return { kms, vault: createTokenVault({ kms: kms.client, keyArn: KEY }) }
}

describe('the token vault', () => {
  it('opens what it sealed', async () => {
    const { vault } = aVault()
    const tokens = { ...aTokenSet('ü'), hardExpiresAt: '2031-11-01T08:00:00.000Z' }
    expect(await vault.open('w', await vault.seal('w', tokens))).toEqual(tokens)
  })

  it('seals with a new data key each time, and asks KMS each time that it opens', async () => {
    const { vault, kms } = aVault()
    const [one, two] = [await vault.seal('w', aTokenSet('x')), await vault.seal('w', aTokenSet('x'))]
    expect(one.dataKey).not.toEqual(two.dataKey)
    expect(one.ciphertext).not.toEqual(two.ciphertext)
    await vault.open('w', one)
    await vault.open('w', one)
    expect(kms.calls()).toEqual([
      'GenerateDataKeyCommand',
      'GenerateDataKeyCommand',
      'DecryptCommand',
      'DecryptCommand',
    ])
  })

  it('opens nothing for another workspace', async () => {
    const { vault } = aVault()
    const sealed = await vault.seal('mine', aTokenSet('x'))
    await expect(vault.open('theirs', sealed)).rejects.toThrow('does not open')
  })

  it('opens nothing that was changed or put together from two', async () => {
    const { vault } = aVault()
    const sealed = await vault.seal('w', aTokenSet('x'))
    const other = await vault.seal('w', aTokenSet('y'))
    const flipped = Uint8Array.from(sealed.ciphertext, (byte, place) => (place === 0 ? byte ^ 1 : byte))
    for (const broken of [
      { ...sealed, ciphertext: flipped },
      { ...sealed, ciphertext: other.ciphertext },
      { ...sealed, iv: other.iv },
      { ...sealed, tag: other.tag },
      { ...sealed, dataKey: other.dataKey },
    ]) {
      await expect(vault.open('w', broken)).rejects.toThrow()
    }
  })

  it('lets no token reach the table in clear', async () => {
    const { vault } = aVault()
    const clock = { now: () => 0, sleep: async () => undefined }
    const { connections } = createDynamoPorts({ tableName, client, clock, vault })
    const workspace = aWorkspace()
    await connections.connect(aConnection(workspace, workspace), aTokenSet('secret'), undefined)
    await connections.takeRefreshLease(workspace, 'owner', 0, 1)
    await connections.storeRefreshed(workspace, 'owner', aTokenSet('secret'))
    const documents = DynamoDBDocumentClient.from(client)
    const items = await Promise.all(
      ['CONNECTION', 'TOKENS'].map(async (sk) => {
        const { Item } = await documents.send(
          new GetCommand({ TableName: tableName, Key: { pk: `W#${workspace}`, sk } }),
        )
        expect(Item).toBeDefined()
        return Item
      }),
    )
    const bytes = Buffer.from(JSON.stringify(items, (_, value) => asText(value)))
    expect(bytes.includes('owner')).toBe(false)
    expect(bytes.includes(workspace)).toBe(true)
    expect(bytes.includes('access-secret')).toBe(false)
    expect(bytes.includes('refresh-secret')).toBe(false)
  })
})

/** Bytes as the text that they would be, so that a token in clear would show. */
function asText(value: unknown): unknown {
  return value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : value
}
