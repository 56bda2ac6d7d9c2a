import { HttpMethod } from 'aws-cdk-lib/aws-apigatewayv2'
import type { Construct } from 'constructs'
import { addRoutes, integrationOf } from './api.ts'
import type { Ground } from './capability.ts'
import { TandemFunction } from './constructs/function.ts'

/**
 * What the API tells of itself to everyone, in a function of its own: it has no rights, and the function that works
 * with data is reached by nobody without a token.
 */
export function addDocs(scope: Construct, { settings, bundles, api }: Ground): TandemFunction {
  const docs = new TandemFunction(scope, 'DocsFunction', {
    settings,
    code: bundles.code('docs'),
    description: 'Tandem: what the API tells of itself',
    timeoutSeconds: 10,
    memory: 256,
    environment: {},
    mayDo: [],
    errorImpact:
      'The page that describes the API, and the check that it answers, show errors; nothing else is touched. Read the log of the docs function; what changed last is the likely cause.',
  })
  const integration = integrationOf(docs)
  for (const path of ['/health', '/openapi.json', '/docs']) {
    addRoutes(api, integration, {
      path,
      methods: [HttpMethod.GET],
      guard: { everyoneBecause: 'Says only that it runs, or what the API looks like: the same to everyone.' },
    })
  }
  return docs
}
