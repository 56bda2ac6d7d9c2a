import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { DecryptCommand, GenerateDataKeyCommand, type KMSClient } from '@aws-sdk/client-kms'
import * as z from 'zod'
import type { TokenSet } from '#core/records'
import { tokenSetSchema } from './stored.ts'

const CIPHER = 'aes-256-gcm'
/** NIST SP 800-38D recommends 96 bits; each data key encrypts once only, so a random one can never meet itself. */
const IV_BYTES = 12

/** A token set as the table holds it. */
export type Sealed = Readonly<{
  /** The data key, encrypted by KMS: only KMS can open it, and only for the same workspace. */
  dataKey: Uint8Array
  iv: Uint8Array
  tag: Uint8Array
  ciphertext: Uint8Array
}>

const bytes = z.instanceof(Uint8Array)
export const sealedSchema: z.ZodType<Sealed> = z.object({ dataKey: bytes, iv: bytes, tag: bytes, ciphertext: bytes })

/** Encrypts token sets so that each opens only for the workspace that it was sealed for. */
export interface TokenVault {
  seal(workspace: string, tokens: TokenSet): Promise<Sealed>
  /** Throws when it was sealed for another workspace, under another key, or was changed. */
  open(workspace: string, sealed: Sealed): Promise<TokenSet>
}

/**
 * Envelope encryption: KMS gives a new data key for every token set, bound to the workspace by its encryption
 * context, and AES-256-GCM under that key encrypts. The clear data key is wiped before a call ends and never kept:
 * whoever may not ask KMS for that workspace cannot read its tokens.
 */
export function createTokenVault(options: Readonly<{ kms: KMSClient; keyArn: string }>): TokenVault {
  const { kms, keyArn } = options
  return {
    seal: async (workspace, tokens) => {
      const { Plaintext, CiphertextBlob } = await kms.send(
        new GenerateDataKeyCommand({ KeyId: keyArn, KeySpec: 'AES_256', EncryptionContext: { workspace } }),
      )
      if (Plaintext === undefined || CiphertextBlob === undefined) throw new Error('KMS answered without a data key.')
      try {
        const iv = randomBytes(IV_BYTES)
        const cipher = createCipheriv(CIPHER, Plaintext, iv).setAAD(Buffer.from(workspace))
        const ciphertext = Buffer.concat([cipher.update(JSON.stringify(tokens), 'utf8'), cipher.final()])
        return { dataKey: CiphertextBlob, iv, tag: cipher.getAuthTag(), ciphertext }
      } finally {
        Plaintext.fill(0)
      }
    },
    open: async (workspace, { dataKey, iv, tag, ciphertext }) => {
      const { Plaintext } = await kms.send(
        new DecryptCommand({ KeyId: keyArn, CiphertextBlob: dataKey, EncryptionContext: { workspace } }),
      )
      if (Plaintext === undefined) throw new Error('KMS answered without a data key.')
      try {
        const decipher = createDecipheriv(CIPHER, Plaintext, iv).setAAD(Buffer.from(workspace)).setAuthTag(tag)
        const clear = Buffer.concat([decipher.update(ciphertext), decipher.final()])
        return tokenSetSchema.parse(JSON.parse(clear.toString('utf8')))
      } finally {
        Plaintext.fill(0)
      }
    },
  }
}
