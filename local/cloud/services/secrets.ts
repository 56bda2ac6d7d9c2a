import { randomInt, randomUUID } from 'node:crypto'
import * as z from 'zod'
import type { Resource } from '../template/resources.ts'
import { AwsError } from './aws-error.ts'
import type { Operations } from './kms.ts'
import { openStoredFile } from './stored-file.ts'

const lowercase = 'abcdefghijklmnopqrstuvwxyz'
const digits = '0123456789'
const punctuation = '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~'

type Generate = NonNullable<Resource<'secret'>['properties']['GenerateSecretString']>

const inputSchema = z.object({ SecretId: z.string().min(1), VersionStage: z.literal('AWSCURRENT').optional() })
const storedSchema = z.record(z.string(), z.object({ value: z.string(), versionId: z.string(), createdAt: z.number() }))

/**
 * Secrets Manager for the secrets of the template: GetSecretValue and DescribeSecret. A generated value is made once and
 * kept in the folder. `given` has values, by ARN, that come from outside and win over what the template says.
 */
export function openSecrets(
  folder: string | undefined,
  secrets: readonly Resource<'secret'>[],
  given: ReadonlyMap<string, string>,
  now: () => number,
): Operations {
  const stored = openStoredFile(folder, 'secrets.json', storedSchema, () => ({}))
  for (const secret of secrets) {
    const existing = stored.read()[secret.ref]
    const { SecretString, GenerateSecretString } = secret.properties
    const value = given.get(secret.ref) ?? SecretString ?? existing?.value ?? generateSecret(GenerateSecretString)
    if (existing?.value === value) continue
    stored.write({ ...stored.read(), [secret.ref]: { value, versionId: randomUUID(), createdAt: now() } })
  }

  const find = (input: unknown) => {
    const parsed = inputSchema.safeParse(input)
    if (!parsed.success) throw new AwsError('InvalidParameterException', z.prettifyError(parsed.error))
    const { SecretId } = parsed.data
    const secret = secrets.find((one) => one.ref === SecretId || nameOf(one) === SecretId)
    const entry = secret === undefined ? undefined : stored.read()[secret.ref]
    if (secret === undefined || entry === undefined) {
      throw new AwsError('ResourceNotFoundException', "Secrets Manager can't find the specified secret.")
    }
    return { secret, ...entry }
  }

  return {
    GetSecretValue: (input) => {
      const { secret, value, versionId, createdAt } = find(input)
      return {
        ARN: secret.ref,
        Name: nameOf(secret),
        VersionId: versionId,
        SecretString: value,
        VersionStages: ['AWSCURRENT'],
        CreatedDate: createdAt / 1000,
      }
    },
    DescribeSecret: (input) => {
      const { secret, versionId } = find(input)
      return { ARN: secret.ref, Name: nameOf(secret), VersionIdsToStages: { [versionId]: ['AWSCURRENT'] } }
    },
  }
}

function nameOf(secret: Resource<'secret'>): string {
  // The ARN ends in the name and six characters after a hyphen.
  return secret.properties.Name ?? secret.ref.slice(secret.ref.lastIndexOf(':') + 1, -7)
}

/** Makes a value by the rules of `GenerateSecretString`; without any it is 32 characters of every kind. */
export function generateSecret(settings: Partial<Generate> = {}): string {
  const { PasswordLength = 32, ExcludeCharacters = '', SecretStringTemplate, GenerateStringKey } = settings
  const kinds = [
    settings.ExcludeLowercase === true ? '' : lowercase,
    settings.ExcludeUppercase === true ? '' : lowercase.toUpperCase(),
    settings.ExcludeNumbers === true ? '' : digits,
    settings.ExcludePunctuation === true ? '' : punctuation,
    settings.IncludeSpace === true ? ' ' : '',
  ]
    .map((kind) => [...kind].filter((character) => !ExcludeCharacters.includes(character)))
    .filter((kind) => kind.length > 0)
  const pick = (from: readonly string[]): string => from[randomInt(from.length)] ?? ''
  const required = settings.RequireEachIncludedType === false ? [] : kinds.map(pick)
  const all = kinds.flat()
  const characters = [...required, ...Array.from({ length: PasswordLength - required.length }, () => pick(all))]
  for (let at = characters.length - 1; at > 0; at -= 1) {
    const other = randomInt(at + 1)
    const moved = characters[at] ?? ''
    characters[at] = characters[other] ?? ''
    characters[other] = moved
  }
  const password = characters.join('')
  if (GenerateStringKey === undefined) return password
  const template = z.record(z.string(), z.unknown()).parse(JSON.parse(SecretStringTemplate ?? '{}'))
  return JSON.stringify({ ...template, [GenerateStringKey]: password })
}
