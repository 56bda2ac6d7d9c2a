import { mkdtempSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  DecryptCommand,
  EncryptCommand,
  GenerateDataKeyCommand,
  GenerateDataKeyWithoutPlaintextCommand,
  KMSClient,
} from '@aws-sdk/client-kms'
import { GetSecretValueCommand, PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import fc from 'fast-check'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as z from 'zod'
import { type Cloud, startCloud } from '../../../../local/cloud/cloud.ts'
import { generateSecret } from '../../../../local/cloud/services/secrets.ts'
import { writeFixtureApp } from '../fixture-app.ts'

const template = writeFixtureApp({
  resources: {
    DataKey: { Type: 'AWS::KMS::Key', Properties: {} },
    OtherKey: { Type: 'AWS::KMS::Key', Properties: {} },
    Alias: { Type: 'AWS::KMS::Alias', Properties: { AliasName: 'alias/data', TargetKeyId: { Ref: 'DataKey' } } },
    Fixed: { Type: 'AWS::SecretsManager::Secret', Properties: { Name: 'fixed/name', SecretString: 'as written' } },
    Generated: {
      Type: 'AWS::SecretsManager::Secret',
      Properties: { GenerateSecretString: { SecretStringTemplate: '{"user":"u"}', GenerateStringKey: 'password' } },
    },
    Given: { Type: 'AWS::SecretsManager::Secret', Properties: { GenerateSecretString: {} } },
  },
})
const dataDir = mkdtempSync(join(tmpdir(), 'tandem-data-'))
const start = () => startCloud({ template, dataDir, secrets: { Given: 'from outside' } })
const clientSettings = ({ servicesUrl }: Cloud) => ({
  endpoint: servicesUrl,
  region: 'us-east-1',
  credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  maxAttempts: 1,
})

let cloud: Cloud
let kms: KMSClient
let secrets: SecretsManagerClient
beforeAll(async () => {
  cloud = await start()
  kms = new KMSClient(clientSettings(cloud))
  secrets = new SecretsManagerClient(clientSettings(cloud))
})
afterAll(() => cloud.close())

describe('KMS', () => {
  const KeyId = 'alias/data'
  const EncryptionContext = { workspace: 'w1', purpose: 'tokens' }
  const plaintext = new TextEncoder().encode('a refresh token')
  const encrypt = () => kms.send(new EncryptCommand({ KeyId, Plaintext: plaintext, EncryptionContext }))

  it('decrypts what it encrypted, by the same context in any order', async () => {
    const { CiphertextBlob } = await encrypt()
    const context = { purpose: 'tokens', workspace: 'w1' }
    const { Plaintext } = await kms.send(new DecryptCommand({ CiphertextBlob, EncryptionContext: context }))
    expect(new TextDecoder().decode(Plaintext)).toBe('a refresh token')
  })

  it.each([
    ['another workspace', { workspace: 'w2', purpose: 'tokens' }],
    ['less context', { workspace: 'w1' }],
    ['more context', { workspace: 'w1', purpose: 'tokens', more: '' }],
    ['no context', {}],
  ])('refuses to decrypt for %s', async (_, context) => {
    const { CiphertextBlob } = await encrypt()
    const decrypt = kms.send(new DecryptCommand({ CiphertextBlob, EncryptionContext: context }))
    await expect(decrypt).rejects.toMatchObject({ name: 'InvalidCiphertextException' })
  })

  it('refuses a ciphertext that was changed anywhere', async () => {
    const { CiphertextBlob = new Uint8Array() } = await encrypt()
    for (const at of [0, 40, 60, CiphertextBlob.length - 1]) {
      const changed = CiphertextBlob.with(at, (CiphertextBlob[at] ?? 0) ^ 1)
      const decrypt = kms.send(new DecryptCommand({ CiphertextBlob: changed, EncryptionContext }))
      await expect(decrypt).rejects.toMatchObject({ name: 'InvalidCiphertextException' })
    }
  })

  it('gives data keys of the length asked for, which only it can open', async () => {
    const generate = new GenerateDataKeyCommand({ KeyId, EncryptionContext, KeySpec: 'AES_256' })
    const { CiphertextBlob, Plaintext } = await kms.send(generate)
    expect(Plaintext).toHaveLength(32)
    const opened = await kms.send(new DecryptCommand({ CiphertextBlob, EncryptionContext }))
    expect(opened.Plaintext).toEqual(Plaintext)
    const without = new GenerateDataKeyWithoutPlaintextCommand({ KeyId, EncryptionContext, NumberOfBytes: 16 })
    expect(await kms.send(without)).not.toHaveProperty('Plaintext')
  })

  it('says which key is wrong or not there', async () => {
    const { CiphertextBlob } = await encrypt()
    const otherKey = cloud.resources.key[1]?.arn
    const wrong = kms.send(new DecryptCommand({ CiphertextBlob, EncryptionContext, KeyId: otherKey }))
    await expect(wrong).rejects.toMatchObject({ name: 'IncorrectKeyException' })
    const missing = kms.send(new EncryptCommand({ KeyId: 'nobody', Plaintext: plaintext }))
    await expect(missing).rejects.toMatchObject({ name: 'NotFoundException', message: "Key 'nobody' does not exist" })
  })
})

describe('Secrets Manager', () => {
  const get = async (SecretId: string) => (await secrets.send(new GetSecretValueCommand({ SecretId }))).SecretString
  const arnOf = (logicalId: string) => cloud.resources.secret.find((one) => one.logicalId === logicalId)?.ref ?? ''

  it('has what the template says, by name and by ARN', async () => {
    expect(await get('fixed/name')).toBe('as written')
    expect(await get(arnOf('Fixed'))).toBe('as written')
  })

  it('generates what the template asks for', async () => {
    const { user, password } = JSON.parse((await get(arnOf('Generated'))) ?? '')
    expect([user, password.length]).toEqual(['u', 32])
  })

  it('has a value from outside in place of a generated one', async () => {
    expect(await get(arnOf('Given'))).toBe('from outside')
  })

  it('says that a secret is not there', async () => {
    await expect(get('nobody')).rejects.toMatchObject({ name: 'ResourceNotFoundException' })
  })

  it('refuses by name what it does not do', async () => {
    const put = secrets.send(new PutSecretValueCommand({ SecretId: 'fixed/name', SecretString: 'new' }))
    await expect(put).rejects.toMatchObject({
      name: 'UnknownOperationException',
      message: 'The laptop cloud does not answer secretsmanager.PutSecretValue.',
    })
  })
})

it('keeps keys, secrets and tokens good over a restart, readable by their owner only', async () => {
  const EncryptionContext = { workspace: 'w1' }
  const arn = cloud.resources.secret.find(({ logicalId }) => logicalId === 'Generated')?.ref
  const sealed = await kms.send(
    new EncryptCommand({ KeyId: 'alias/data', Plaintext: new Uint8Array([7]), EncryptionContext }),
  )
  const before = await secrets.send(new GetSecretValueCommand({ SecretId: arn }))
  const token = await cloud.mintToken({ workspace: 'w1' })
  await cloud.close()
  for (const file of ['kms-keys.json', 'secrets.json', 'issuer-key.json']) {
    expect(statSync(join(dataDir, file)).mode & 0o777).toBe(0o600)
  }

  cloud = await start()
  kms = new KMSClient(clientSettings(cloud))
  secrets = new SecretsManagerClient(clientSettings(cloud))
  const opened = await kms.send(new DecryptCommand({ CiphertextBlob: sealed.CiphertextBlob, EncryptionContext }))
  expect(opened.Plaintext).toEqual(new Uint8Array([7]))
  expect((await secrets.send(new GetSecretValueCommand({ SecretId: arn }))).SecretString).toBe(before.SecretString)
  const keys = createRemoteJWKSet(new URL(`${cloud.servicesUrl}/.well-known/jwks.json`))
  expect((await jwtVerify(token, keys)).payload['custom:workspace']).toBe('w1')
})

it('publishes where its keys are, and never the private one', async () => {
  const read = async (url: string): Promise<unknown> => (await fetch(url)).json()
  const configuration = z
    .object({ jwks_uri: z.url() })
    .parse(await read(`${cloud.servicesUrl}/.well-known/openid-configuration`))
  const { keys } = z.object({ keys: z.array(z.looseObject({})) }).parse(await read(configuration.jwks_uri))
  expect(Object.keys(keys[0] ?? {}).toSorted()).toEqual(['alg', 'e', 'kid', 'kty', 'n', 'use'])
})

describe('generateSecret', () => {
  it('keeps to the length and the characters it is allowed', () => {
    const settings = fc.record({
      PasswordLength: fc.integer({ min: 4, max: 100 }),
      ExcludePunctuation: fc.boolean(),
      ExcludeNumbers: fc.boolean(),
      ExcludeUppercase: fc.boolean(),
      ExcludeCharacters: fc.constantFrom('', 'abc', '"\\'),
    })
    fc.assert(
      fc.property(settings, (given) => {
        const secret = generateSecret(given)
        expect(secret).toHaveLength(given.PasswordLength)
        for (const character of given.ExcludeCharacters) expect(secret).not.toContain(character)
        expect(/[^A-Za-z0-9]/.test(secret)).toBe(!given.ExcludePunctuation)
        expect(/[0-9]/.test(secret)).toBe(!given.ExcludeNumbers)
        expect(/[A-Z]/.test(secret)).toBe(!given.ExcludeUppercase)
        expect(/[a-z]/.test(secret)).toBe(true)
      }),
    )
  })
})
