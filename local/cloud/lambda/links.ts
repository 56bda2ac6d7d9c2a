import type { Resource, Resources } from '../template/resources.ts'
import type { Template } from '../template/template.ts'
import type { LambdaFunction } from './function.ts'

/** Where a function's code lies on this disk. */
export function assetOf(template: Template, lambda: Resource<'function'>): string {
  const path = template.assets.get(lambda.properties.Code.S3Key)
  if (path === undefined) throw new Error(`The code of ${lambda.logicalId} is not among the template's assets.`)
  return path
}

/** A queue's name; `Ref` answers with its URL. */
export function nameOf(queue: Resource<'queue'>): string {
  return queue.ref.slice(queue.ref.lastIndexOf('/') + 1)
}

/** The queue that a mapping takes from. */
export function queueOf(resources: Resources, mapping: Resource<'mapping'>): Resource<'queue'> {
  const queue = resources.queue.find(({ arn }) => arn === mapping.properties.EventSourceArn)
  if (queue === undefined) throw new Error(`${mapping.logicalId} takes from a queue that is not in the template.`)
  return queue
}

/** A function by its name, ARN, or the longer form with the ARN in it that an integration may have. */
export function functionOf(functions: readonly LambdaFunction[], reference: string): LambdaFunction {
  const found = functions.find(({ settings }) => settings.name === reference || reference.includes(settings.arn))
  if (found === undefined) throw new Error(`The template leads to ${reference}, which is no function of it.`)
  return found
}

/** The integration that a route leads to. */
export function integrationOf(resources: Resources, route: Resource<'route'>): Resource<'integration'> {
  const found = resources.integration.find(({ ref }) => route.properties.Target === `integrations/${ref}`)
  if (found === undefined) throw new Error(`The route ${route.properties.RouteKey} leads nowhere.`)
  return found
}
