import { randomBytes } from 'node:crypto'
import type { KMSClient } from '@aws-sdk/client-kms'
import * as z from 'zod'

const contextSchema = z.record(z.string(), z.string())
const generateInput = z.object({
  KeyId: z.string(),
  KeySpec: z.literal('AES_256'),
  EncryptionContext: contextSchema.default({}),
})
const decryptInput = z.object({
  KeyId: z.string(),
  CiphertextBlob: z.instanceof(Uint8Array),
  EncryptionContext: contextSchema.default({}),
})

type Issued = Readonly<{ keyId: string; context: string; plaintext: Uint8Array }>

/**
 * The two calls of KMS that the vault makes, as the API reference describes them: a data key opens only under the
 * key and the exact encryption context for which it was generated.
 */
export function createMemoryKms(): Readonly<{ client: KMSClient; calls(): readonly string[] }> {
  const issued = new Map<string, Issued>()
  const calls: string[] = []
  const contextOf = (context: Readonly<Record<string, string>>) => JSON.stringify(Object.entries(context).sort())

  const answer = (name: string, input: unknown) => {
    calls.push(name)
    if (name === 'GenerateDataKeyCommand') {
      const { KeyId, EncryptionContext } = generateInput.parse(input)
      const blob = randomBytes(64)
      const plaintext = randomBytes(32)
      issued.set(blob.toString('hex'), { keyId: KeyId, context: contextOf(EncryptionContext), plaintext })
      return { KeyId, CiphertextBlob: new Uint8Array(blob), Plaintext: new Uint8Array(plaintext) }
    }
    if (name === 'DecryptCommand') {
      const { KeyId, CiphertextBlob, EncryptionContext } = decryptInput.parse(input)
      const key = issued.get(Buffer.from(CiphertextBlob).toString('hex'))
      if (key === undefined || key.keyId !== KeyId || key.context !== contextOf(EncryptionContext)) {
        throw Object.assign(new Error('The ciphertext does not open.'), { name: 'InvalidCiphertextException' })
      }
      return { KeyId, Plaintext: new Uint8Array(key.plaintext) }
    }
    throw new Error(`${name} is not among the calls that the functions may make.`)
  }

  const send = async (command: Readonly<{ constructor: { name: string }; input: unknown }>) =>
    answer(command.constructor.name, command.input)
  // The vault calls nothing but `send`; the rest of the client's surface is the network.
  return { client: { send } as unknown as KMSClient, calls: () => [...calls] }
}
