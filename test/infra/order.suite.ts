import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { templateFor } from './synthesized.ts'

const Names = z.union([z.string().transform((one) => [one]), z.array(z.string())])

/** The logical ids that a part of a template waits for. */
function waitsFor(part: unknown): string[] {
  if (Array.isArray(part)) return part.flatMap(waitsFor)
  if (typeof part !== 'object' || part === null) return []
  return Object.entries(part).flatMap(([key, value]) => {
    if (key === 'Ref') return Names.parse(value)
    if (key === 'Fn::GetAtt') return Names.parse(value).slice(0, 1)
    if (key === 'DependsOn') return Names.parse(value)
    if (key === 'Fn::Sub') return [...JSON.stringify(value).matchAll(/\$\{(\w+)[.}]/g)].map(([, name]) => name ?? '')
    return waitsFor(value)
  })
}

/** A circle of resources that wait for each other, if there is one: CloudFormation finds it only when it deploys. */
function circleIn(resources: Readonly<Record<string, unknown>>): readonly string[] | undefined {
  const done = new Set<string>()
  const visit = (id: string, path: readonly string[]): readonly string[] | undefined => {
    if (path.includes(id)) return [...path.slice(path.indexOf(id)), id]
    if (done.has(id) || !(id in resources)) return undefined
    for (const next of waitsFor(resources[id])) {
      const circle = visit(next, [...path, id])
      if (circle !== undefined) return circle
    }
    done.add(id)
    return undefined
  }
  for (const id of Object.keys(resources)) {
    const circle = visit(id, [])
    if (circle !== undefined) return circle
  }
  return undefined
}

describe('the order in which CloudFormation makes the resources', () => {
  it.each(['dev', 'prod', 'laptop'])('of stage %s has no circle', (stage) => {
    const { Resources } = z
      .object({ Resources: z.record(z.string(), z.unknown()) })
      .parse(templateFor({ stage }).toJSON())
    expect(circleIn(Resources)).toBeUndefined()
  })

  it('would be found to have one', () => {
    const resources = {
      Topic: {},
      Api: { DependsOn: ['Topic', 'Function'] },
      // biome-ignore lint/suspicious/noTemplateCurlyInString: CloudFormation's own placeholder.
      Function: { Properties: { Url: { 'Fn::Sub': 'https://${Client}/x' } } },
      Client: { Properties: { Home: { 'Fn::GetAtt': ['Api', 'Endpoint'] } } },
    }
    expect(circleIn(resources)).toEqual(['Api', 'Function', 'Client', 'Api'])
  })
})
