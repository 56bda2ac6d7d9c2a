import {
  ConditionalCheckFailedException,
  DynamoDBClient,
  TransactionCanceledException,
  TransactionConflictException,
} from '@aws-sdk/client-dynamodb'
import { describe, expect, it } from 'vitest'
import { conditional } from '#dynamodb/conflicts'
import { createDynamoPorts } from '#dynamodb/ports'
import { createTokenVault } from '#dynamodb/token-vault'
import { createVirtualClock } from '#memory/clock'
import { aContact, anEntry } from '../contract/records.ts'
import { createMemoryKms } from './memory-kms.ts'

const $metadata = {}
const collision = () => new TransactionConflictException({ message: 'busy', $metadata })
const cancelled = (...codes: string[]) =>
  new TransactionCanceledException({
    message: 'cancelled',
    $metadata,
    CancellationReasons: codes.map((Code) => ({ Code })),
  })

/** Throws each in turn, then answers. */
const throwing = (...thrown: Error[]) => {
  let calls = 0
  const write = async () => {
    const error = thrown[calls++]
    if (error !== undefined) throw error
  }
  return { write, calls: () => calls }
}

describe('a write under a condition', () => {
  it('waits and tries again while somebody’s transaction has the item', async () => {
    const clock = createVirtualClock(0, 'whenIdle')
    const { write, calls } = throwing(collision(), collision(), collision())
    expect(await conditional(clock, write)).toBe('written')
    expect(calls()).toBe(4)
    expect(clock.now()).toBeGreaterThan(0)
  })

  it('is refused at once when its condition fails', async () => {
    const { write, calls } = throwing(new ConditionalCheckFailedException({ message: 'no', $metadata }))
    expect(await conditional(createVirtualClock(0, 'whenIdle'), write)).toBe('refused')
    expect(calls()).toBe(1)
  })

  it('gives up when the item never comes free', async () => {
    const { write, calls } = throwing(...Array.from({ length: 50 }, collision))
    await expect(conditional(createVirtualClock(0, 'whenIdle'), write)).rejects.toThrow('busy')
    expect(calls()).toBe(10)
  })

  it('passes on what is no conflict', async () => {
    const { write } = throwing(new Error('no such table'))
    await expect(conditional(createVirtualClock(0, 'whenIdle'), write)).rejects.toThrow('no such table')
  })
})

describe('a commit', () => {
  const commitAfter = async (...thrown: Error[]) => {
    const clock = createVirtualClock(0, 'whenIdle')
    const client = new DynamoDBClient({ region: 'us-east-1', credentials: { accessKeyId: 'x', secretAccessKey: 'x' } })
    const { write, calls } = throwing(...thrown)
    // Answers in the network's place: the outermost step of what every command of this client goes through.
    client.middlewareStack.add(
      () => async () => {
        await write()
        return { output: { $metadata }, response: {} }
      },
      { step: 'initialize', priority: 'high' },
    )
    const vault = createTokenVault({ kms: createMemoryKms().client, keyArn: 'key' })
    const { ledger } = createDynamoPorts({ tableName: 'tandem', client, clock, vault })
    const writes = [
      { kind: 'contact', contact: aContact('c1', 'One'), expectedVersion: undefined },
      { kind: 'journal', entry: anEntry('j1', 'c1') },
    ] as const
    return { writes, calls, answer: ledger.commit('w', writes) }
  }

  it('is tried again when it only met another transaction or was throttled', async () => {
    const { answer, calls } = await commitAfter(
      cancelled('None', 'TransactionConflict'),
      cancelled('ThrottlingError', 'None'),
    )
    expect(await answer).toBe('committed')
    expect(calls()).toBe(3)
  })

  it('names the write whose condition failed, also where another one met a transaction', async () => {
    const { answer, writes, calls } = await commitAfter(cancelled('TransactionConflict', 'ConditionalCheckFailed'))
    expect(await answer).toEqual({ conflict: writes[1] })
    expect(calls()).toBe(1)
  })

  it('passes on what is wrong with the request itself', async () => {
    const { answer } = await commitAfter(cancelled('ValidationError', 'None'))
    await expect(answer).rejects.toThrow('cancelled')
  })
})
