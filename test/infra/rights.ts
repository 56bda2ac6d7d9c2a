import type { Template } from 'aws-cdk-lib/assertions'
import * as z from 'zod'

const Many = z.union([z.string().transform((one) => [one]), z.array(z.string())])
const Reference = z.union([
  z.string(),
  z.object({ Ref: z.string() }).transform(({ Ref }) => Ref),
  z.object({ 'Fn::GetAtt': z.tuple([z.string(), z.string()]) }).transform((get) => get['Fn::GetAtt'][0]),
  z
    .object({
      'Fn::Join': z.tuple([z.literal(''), z.tuple([z.object({ 'Fn::GetAtt': z.array(z.string()) }), z.string()])]),
    })
    .transform(({ 'Fn::Join': [, [get, rest]] }) => `${get['Fn::GetAtt'][0]}${rest}`),
])
const Statement = z.object({
  Effect: z.literal('Allow'),
  Action: Many,
  Resource: z.union([z.array(Reference), Reference.transform((one) => [one])]),
  Condition: z.unknown().optional(),
})
const PolicyResource = z.object({
  Properties: z.object({
    PolicyDocument: z.object({ Statement: z.array(Statement) }),
    Roles: z.tuple([z.object({ Ref: z.string() })]),
  }),
})

export type Right = z.output<typeof Statement>

/**
 * What each role may do, by the logical id of the role; resources by theirs (`Table`, `Table/index/gsi1`).
 * A statement of any other form, a `Deny` or `NotAction` say, is an error: it would need to be understood first.
 */
export function rightsByRole(template: Template): ReadonlyMap<string, readonly Right[]> {
  const rights = new Map<string, readonly Right[]>()
  for (const policy of Object.values(template.findResources('AWS::IAM::Policy'))) {
    const { PolicyDocument, Roles } = PolicyResource.parse(policy).Properties
    const role = Roles[0].Ref
    rights.set(role, [...(rights.get(role) ?? []), ...PolicyDocument.Statement])
  }
  return rights
}
