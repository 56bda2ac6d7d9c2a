import { accountId, type Identity } from './identity.ts'
import type { Template } from './template.ts'

export interface Evaluator {
  /** Works out every intrinsic function within `value`. */
  readonly evaluate: (value: unknown) => unknown
  /** Whether a resource is created, by its `Condition`. */
  readonly isCreated: (logicalId: string) => boolean
}

/** What `AWS::NoValue` leaves behind: the property isn't there. */
const absent = Symbol('AWS::NoValue')

/**
 * Works out CloudFormation's intrinsic functions in a template. `localise` gets every text that was put together, to
 * turn AWS' own addresses into local ones. `identityOf` answers for the template's resources. Whatever cannot be worked out throws an Error that says which.
 */
export function createEvaluator(
  template: Template,
  region: string,
  identityOf: (logicalId: string) => Identity | undefined,
  localise: (text: string) => string,
): Evaluator {
  const pseudo: Readonly<Record<string, string>> = {
    'AWS::Region': region,
    'AWS::AccountId': accountId,
    'AWS::Partition': 'aws',
    'AWS::URLSuffix': 'amazonaws.com',
    'AWS::StackName': template.stackName,
    'AWS::StackId': `arn:aws:cloudformation:${region}:${accountId}:stack/${template.stackName}/local`,
  }

  const ref = (name: string): unknown => {
    if (name === 'AWS::NoValue') return absent
    const known = pseudo[name] ?? identityOf(name)?.ref
    if (known !== undefined) return known
    const parameter = template.Parameters[name]
    if (parameter?.Default !== undefined) return parameter.Default
    throw new Error(`The template refers to ${name}, which is neither a resource nor a parameter with a default.`)
  }

  const getAtt = (argument: unknown): string => {
    const [logicalId, attribute] =
      typeof argument === 'string' ? splitOnce(argument, '.') : [text(list(argument)[0]), text(list(argument)[1])]
    const identity = identityOf(logicalId)
    const value = identity?.attributes[attribute]
    if (value !== undefined) return value
    const type = template.Resources[logicalId]?.Type ?? 'nothing in the template'
    throw new Error(`The laptop cloud knows no attribute ${attribute} of ${logicalId} (${type}).`)
  }

  const substitute = (argument: unknown): string => {
    const [pattern, variables] = Array.isArray(argument)
      ? [text(argument[0]), record(evaluate(argument[1]))]
      : [text(argument), {}]
    return pattern.replace(/\$\{([^}]+)\}/g, (_, name: string) => {
      if (name.startsWith('!')) return `\${${name.slice(1)}}`
      const given = variables[name]
      if (given !== undefined) return text(given)
      return name.includes('.') ? getAtt(name) : text(ref(name))
    })
  }

  const condition = (argument: unknown): boolean => {
    if (typeof argument === 'string') return condition(template.Conditions[argument])
    const [name, value] = Object.entries(record(argument))[0] ?? []
    if (name === 'Condition') return condition(text(value))
    if (name === 'Fn::Equals') return evaluate(list(value)[0]) === evaluate(list(value)[1])
    if (name === 'Fn::Not') return !condition(list(value)[0])
    if (name === 'Fn::And') return list(value).every(condition)
    if (name === 'Fn::Or') return list(value).some(condition)
    throw new Error(`The laptop cloud knows no condition ${name}.`)
  }

  const intrinsics: Readonly<Record<string, (argument: unknown) => unknown>> = {
    Ref: (argument) => ref(text(argument)),
    'Fn::GetAtt': getAtt,
    'Fn::Join': (argument) => {
      const [separator, parts] = list(argument)
      return localise(list(evaluate(parts)).map(text).join(text(separator)))
    },
    'Fn::Sub': (argument) => localise(substitute(argument)),
    'Fn::Select': (argument) => list(evaluate(list(argument)[1]))[Number(evaluate(list(argument)[0]))],
    'Fn::Split': (argument) => text(evaluate(list(argument)[1])).split(text(list(argument)[0])),
    'Fn::Base64': (argument) => Buffer.from(text(evaluate(argument))).toString('base64'),
    'Fn::FindInMap': (argument) => {
      const [map, top, second] = list(argument).map((key) => text(evaluate(key)))
      return template.Mappings[map ?? '']?.[top ?? '']?.[second ?? '']
    },
    'Fn::If': (argument) => {
      const [name, whenTrue, whenFalse] = list(argument)
      return evaluate(condition(name) ? whenTrue : whenFalse)
    },
  }

  const evaluate = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(evaluate).filter((item) => item !== absent)
    if (typeof value !== 'object' || value === null) return value
    const entries = Object.entries(value)
    const [only] = entries
    if (entries.length === 1 && only !== undefined) {
      const intrinsic = intrinsics[only[0]]
      if (intrinsic !== undefined) return intrinsic(only[1])
      if (only[0].startsWith('Fn::')) throw new Error(`The laptop cloud does not know ${only[0]}.`)
    }
    return Object.fromEntries(
      entries.map(([name, item]) => [name, evaluate(item)]).filter(([, item]) => item !== absent),
    )
  }

  const isCreated = (logicalId: string): boolean => {
    const name = template.Resources[logicalId]?.Condition
    return name === undefined || condition(name)
  }
  return { evaluate, isCreated }
}

function splitOnce(value: string, separator: string): readonly [string, string] {
  const at = value.indexOf(separator)
  return [value.slice(0, at), value.slice(at + separator.length)]
}

function text(value: unknown): string {
  if (typeof value === 'string') return value
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  throw new Error(`The template has ${JSON.stringify(value)} where a text has to be.`)
}

function list(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value
  throw new Error(`The template has ${JSON.stringify(value)} where a list has to be.`)
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null) return Object.fromEntries(Object.entries(value))
  throw new Error(`The template has ${JSON.stringify(value)} where an object has to be.`)
}
