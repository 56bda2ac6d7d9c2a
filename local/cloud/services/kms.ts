import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import * as z from 'zod'
import type { Resource } from '../template/resources.ts'
import { AwsError } from './aws-error.ts'
import { openStoredFile } from './stored-file.ts'

/** Answers one operation of a service. Throws AwsError as the service would. */
export type Operations = Readonly<Record<string, (input: unknown) => object>>

const contextSchema = z.record(z.string(), z.string()).default({})
const keyId = z.string().min(1)
const blob = z.base64().min(1)

const inputs = {
  encrypt: z.object({ KeyId: keyId, Plaintext: blob, EncryptionContext: contextSchema }),
  decrypt: z.object({ KeyId: keyId.optional(), CiphertextBlob: blob, EncryptionContext: contextSchema }),
  generate: z.object({
    KeyId: keyId,
    EncryptionContext: contextSchema,
    KeySpec: z.enum(['AES_128', 'AES_256']).optional(),
    NumberOfBytes: z.number().int().min(1).max(1024).optional(),
  }),
  describe: z.object({ KeyId: keyId }),
}

// A ciphertext names its key, as on AWS, so that Decrypt needs no KeyId: version, key id, nonce, tag, content.
const version = 1
const idLength = 36
const nonceLength = 12
const tagLength = 16
const headLength = 1 + idLength + nonceLength + tagLength
// What Encrypt takes at most with a symmetric key.
const largestPlaintext = 4096

/**
 * KMS for the keys of the template: Encrypt, Decrypt, GenerateDataKey, GenerateDataKeyWithoutPlaintext and DescribeKey
 * with AES-256-GCM. The encryption context is bound to the ciphertext: without the same one there is no decryption.
 * The key material stays in the folder, readable by its owner only.
 */
export function openKms(
  folder: string | undefined,
  keys: readonly Resource<'key'>[],
  aliases: readonly Resource<'alias'>[],
): Operations {
  const stored = openStoredFile(folder, 'kms-keys.json', z.record(z.string(), z.base64()), () => ({}))
  const missing = keys.filter(({ ref }) => stored.read()[ref] === undefined)
  if (missing.length > 0) {
    const added = missing.map(({ ref }) => [ref, randomBytes(32).toString('base64')])
    stored.write({ ...stored.read(), ...Object.fromEntries(added) })
  }

  const keyFor = (given: string): { readonly key: Resource<'key'>; readonly material: Buffer } => {
    const alias = aliases.find(({ properties }) => given.endsWith(properties.AliasName))
    const name = alias?.properties.TargetKeyId ?? given
    const key = keys.find(({ ref, arn }) => ref === name || arn === name)
    const material = key === undefined ? undefined : stored.read()[key.ref]
    if (key === undefined || material === undefined)
      throw new AwsError('NotFoundException', `Key '${given}' does not exist`)
    return { key, material: Buffer.from(material, 'base64') }
  }

  const seal = (given: string, plaintext: Buffer, context: Readonly<Record<string, string>>) => {
    const { key, material } = keyFor(given)
    const nonce = randomBytes(nonceLength)
    const cipher = createCipheriv('aes-256-gcm', material, nonce).setAAD(contextBytes(key.ref, context))
    const content = Buffer.concat([cipher.update(plaintext), cipher.final()])
    const head = Buffer.concat([Buffer.from([version]), Buffer.from(key.ref), nonce, cipher.getAuthTag()])
    return { KeyId: key.arn, CiphertextBlob: Buffer.concat([head, content]).toString('base64') }
  }

  const dataKey = (input: unknown) => {
    const { KeyId, EncryptionContext, KeySpec, NumberOfBytes } = parse(inputs.generate, input)
    if ((KeySpec === undefined) === (NumberOfBytes === undefined)) {
      throw new AwsError('ValidationException', 'Please specify either number of bytes or key spec.')
    }
    const plaintext = randomBytes(NumberOfBytes ?? (KeySpec === 'AES_128' ? 16 : 32))
    return { ...seal(KeyId, plaintext, EncryptionContext), Plaintext: plaintext.toString('base64') }
  }

  return {
    Encrypt: (input) => {
      const { KeyId, Plaintext, EncryptionContext } = parse(inputs.encrypt, input)
      const plaintext = Buffer.from(Plaintext, 'base64')
      if (plaintext.length > largestPlaintext) {
        throw new AwsError('ValidationException', `Plaintext must be at most ${largestPlaintext} bytes long.`)
      }
      return { ...seal(KeyId, plaintext, EncryptionContext), EncryptionAlgorithm: 'SYMMETRIC_DEFAULT' }
    },
    Decrypt: (input) => {
      const { KeyId, CiphertextBlob, EncryptionContext } = parse(inputs.decrypt, input)
      const bytes = Buffer.from(CiphertextBlob, 'base64')
      if (bytes.length < headLength || bytes[0] !== version) throw new AwsError('InvalidCiphertextException', '')
      const sealedBy = bytes.subarray(1, 1 + idLength).toString()
      const { key, material } = keyFor(sealedBy)
      if (KeyId !== undefined && keyFor(KeyId).key !== key) {
        throw new AwsError(
          'IncorrectKeyException',
          'The key ID in the request does not identify a CMK that can perform this operation.',
        )
      }
      const nonce = bytes.subarray(1 + idLength, 1 + idLength + nonceLength)
      const decipher = createDecipheriv('aes-256-gcm', material, nonce)
        .setAAD(contextBytes(key.ref, EncryptionContext))
        .setAuthTag(bytes.subarray(headLength - tagLength, headLength))
      let plaintext: Buffer
      try {
        plaintext = Buffer.concat([decipher.update(bytes.subarray(headLength)), decipher.final()])
      } catch {
        // GCM says only that something doesn't hold: the context, the key or the bytes. AWS says no more either.
        throw new AwsError('InvalidCiphertextException', '')
      }
      return { KeyId: key.arn, Plaintext: plaintext.toString('base64'), EncryptionAlgorithm: 'SYMMETRIC_DEFAULT' }
    },
    GenerateDataKey: dataKey,
    GenerateDataKeyWithoutPlaintext: (input) => {
      const { Plaintext: _, ...rest } = dataKey(input)
      return rest
    },
    DescribeKey: (input) => {
      const { key } = keyFor(parse(inputs.describe, input).KeyId)
      const KeyMetadata = {
        KeyId: key.ref,
        Arn: key.arn,
        Enabled: true,
        KeyState: 'Enabled',
        KeyUsage: 'ENCRYPT_DECRYPT',
      }
      return { KeyMetadata: { ...KeyMetadata, KeySpec: 'SYMMETRIC_DEFAULT', Origin: 'AWS_KMS' } }
    },
  }
}

/** The order in which a context is given has no meaning, so it gets one. */
function contextBytes(keyRef: string, context: Readonly<Record<string, string>>): Buffer {
  const pairs = Object.entries(context).toSorted(([left], [right]) => (left < right ? -1 : 1))
  return Buffer.from(JSON.stringify([keyRef, pairs]))
}

function parse<Output>(schema: z.ZodType<Output>, input: unknown): Output {
  const parsed = schema.safeParse(input)
  if (!parsed.success) throw new AwsError('ValidationException', z.prettifyError(parsed.error))
  return parsed.data
}
