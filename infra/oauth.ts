import { HttpMethod } from 'aws-cdk-lib/aws-apigatewayv2'
import type { Construct } from 'constructs'
import { addRoutes, integrationOf } from './api.ts'
import type { Ground } from './capability.ts'
import { TandemFunction } from './constructs/function.ts'
import { consentKeyAccess, everyTableAction, secretAccess, tableAccess, tokenKeyAccess } from './storage.ts'

/** Where Intuit sends people back to, and where it sends those whose grant has ended. */
export const callbackPath = '/oauth/callback'
export const reconnectPath = '/oauth/reconnect'

/** Connect, confirm, reconnect and disconnect a QuickBooks company. */
export function addOauth(scope: Construct, ground: Ground): TandemFunction {
  const { settings, storage, pullQueue, wakeQueue, api, authorizer } = ground
  const oauth = new TandemFunction(scope, 'OauthFunction', {
    settings,
    code: ground.bundles.code('oauth'),
    description: 'Tandem: connects and disconnects QuickBooks companies',
    timeoutSeconds: 29,
    memory: 1024,
    environment: {
      TABLE_NAME: storage.table.tableName,
      DATA_KEY_ARN: storage.dataKey.keyArn,
      INTUIT_CLIENT_SECRET_ARN: storage.intuitClientSecret.secretArn,
      INTUIT_ENVIRONMENT: settings.intuitEnvironment,
      SIGNING_SECRET_ARN: storage.signingSecret.secretArn,
      PUBLIC_URL: api.apiEndpoint,
      ...(settings.consoleOrigin !== undefined && { CONSOLE_URL: settings.consoleOrigin }),
      PULL_QUEUE_URL: pullQueue.queue.queueUrl,
      WAKE_QUEUE_URL: wakeQueue.queue.queueUrl,
    },
    mayDo: [
      ...tableAccess(storage.table, everyTableAction),
      tokenKeyAccess(storage.dataKey),
      consentKeyAccess(storage.dataKey),
      secretAccess(storage.intuitClientSecret),
      secretAccess(storage.signingSecret),
      pullQueue.send(),
      wakeQueue.send(),
    ],
    errorImpact:
      'Someone tried to connect, reconnect or disconnect a QuickBooks company and saw an error. What was connected before still works. Read the log of the oauth function; if Intuit was down, ask them to try again.',
  })
  const integration = integrationOf(oauth)
  for (const verb of ['authorize', 'confirm', 'disconnect']) {
    addRoutes(api, integration, {
      path: `/connection/${verb}`,
      methods: [HttpMethod.POST],
      guard: { authorizer, anyOf: ['admin'] },
    })
  }
  for (const path of [callbackPath, reconnectPath]) {
    addRoutes(api, integration, {
      path,
      methods: [HttpMethod.GET],
      guard: { everyoneBecause: 'Intuit sends a browser here, without a token; the single-use state says who it is.' },
    })
  }
  return oauth
}
