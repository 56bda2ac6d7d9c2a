import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { DecryptCommand, GenerateDataKeyCommand, type KMSClient } from '@aws-sdk/client-kms'
import * as z from 'zod'

const CIPHER = 'aes-256-gcm'
/** NIST SP 800-38D recommends 96 bits; each data key encrypts once only, so a random one can never meet itself. */
const IV_BYTES = 12

/** A sealed text as the table holds it. */
export type Sealed = Readonly<{
  /** The data key, encrypted by KMS: only KMS can open it, and only for the same context. */
  dataKey: Uint8Array
  iv: Uint8Array
  tag: Uint8Array
  ciphertext: Uint8Array
}>

const bytes = z.instanceof(Uint8Array)
export const sealedSchema: z.ZodType<Sealed> = z.object({ dataKey: bytes, iv: bytes, tag: bytes, ciphertext: bytes })

export type KmsKey = Readonly<{ kms: KMSClient; keyArn: string }>

/** What a sealed text is bound to: it opens with exactly the same. */
export type Bound = Readonly<{
  /** KMS itself refuses any other, and policies can name it. */
  context: Readonly<Record<string, string>>
  /** Whose text it is, in as many words as are needed. */
  owner: string
}>

/**
 * Envelope encryption: KMS gives a new data key for every text, bound to an encryption context, and AES-256-GCM under
 * that key encrypts. The clear data key is wiped before a call ends and never kept: whoever may not ask KMS for that
 * context cannot read the text.
 */
export async function sealText({ kms, keyArn }: KmsKey, { context, owner }: Bound, text: string): Promise<Sealed> {
  const { Plaintext, CiphertextBlob } = await kms.send(
    new GenerateDataKeyCommand({ KeyId: keyArn, KeySpec: 'AES_256', EncryptionContext: context }),
  )
  if (Plaintext === undefined || CiphertextBlob === undefined) throw new Error('KMS answered without a data key.')
  try {
    const iv = randomBytes(IV_BYTES)
    const cipher = createCipheriv(CIPHER, Plaintext, iv).setAAD(Buffer.from(owner))
    const ciphertext = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
    return { dataKey: CiphertextBlob, iv, tag: cipher.getAuthTag(), ciphertext }
  } finally {
    Plaintext.fill(0)
  }
}

/** Throws when it was sealed for another context or owner, under another key, or was changed. */
export async function openText({ kms, keyArn }: KmsKey, { context, owner }: Bound, sealed: Sealed): Promise<string> {
  const { dataKey, iv, tag, ciphertext } = sealed
  const { Plaintext } = await kms.send(
    new DecryptCommand({ KeyId: keyArn, CiphertextBlob: dataKey, EncryptionContext: context }),
  )
  if (Plaintext === undefined) throw new Error('KMS answered without a data key.')
  try {
    const decipher = createDecipheriv(CIPHER, Plaintext, iv).setAAD(Buffer.from(owner)).setAuthTag(tag)
    return Buffer.concat([decipher.update(ciphertext), decipher.final()]).toString('utf8')
  } finally {
    Plaintext.fill(0)
  }
}
