import { type CfnElement, CfnOutput, Stack } from 'aws-cdk-lib'
import type { Construct } from 'constructs'
import { addAdmin } from './admin.ts'
import { addAlarms } from './alarms.ts'
import { addApi, throttleOpenRoutes } from './api.ts'
import type { FunctionName, Ground } from './capability.ts'
import { Bundles } from './constructs/bundles.ts'
import { addDocs } from './docs.ts'
import { addIntake, webhookPath } from './intake.ts'
import { addOauth, callbackPath, reconnectPath } from './oauth.ts'
import { addPull, addPullQueue } from './pull.ts'
import { addPush, addPushQueue } from './push.ts'
import { addSchedule, addWakeQueue } from './schedule.ts'
import type { Settings } from './settings.ts'
import { addSignIn } from './sign-in.ts'
import { addStorage } from './storage.ts'

const everywhere = [
  'admin',
  'docs',
  'oauth',
  'pull',
  'push',
  'schedule',
  'webhook',
] as const satisfies readonly FunctionName[]

/** All of Tandem for one stage. */
export class TandemStack extends Stack {
  constructor(scope: Construct, id: string, settings: Settings) {
    super(scope, id, { description: `Tandem (${settings.stage}): contacts and QuickBooks in step` })
    const bundles = new Bundles<FunctionName>(this, 'Bundles', {
      functions: settings.issuer === undefined ? [...everywhere, 'token'] : everywhere,
      content: settings.bundles,
    })
    const storage = addStorage(this, settings)
    const { api, stage } = addApi(this, settings)
    const signIn = addSignIn(this, { settings, api, tokenCode: () => bundles.code('token') })
    const ground: Ground = {
      settings,
      bundles,
      storage,
      pullQueue: addPullQueue(this),
      pushQueue: addPushQueue(this),
      wakeQueue: addWakeQueue(this),
      api,
      stage,
      authorizer: signIn.authorizer,
    }
    const functions = [
      addOauth(this, ground),
      addIntake(this, ground),
      addSchedule(this, ground),
      addPull(this, ground),
      addPush(this, ground),
      addAdmin(this, ground),
      addDocs(this, ground),
    ]
    throttleOpenRoutes(this)
    addAlarms(this, ground, [...functions, ...signIn.functions])
    this.#addOutputs(ground)
  }

  /** What a person must copy somewhere after the first deployment. */
  #addOutputs({ api, storage }: Ground): void {
    const values = {
      ApiUrl: api.apiEndpoint,
      RedirectUri: `${api.apiEndpoint}${callbackPath}`,
      ReconnectUrl: `${api.apiEndpoint}${reconnectPath}`,
      WebhookUrl: `${api.apiEndpoint}${webhookPath}`,
      IntuitClientSecretArn: storage.intuitClientSecret.secretArn,
      WebhookVerifierSecretArn: storage.webhookVerifierSecret.secretArn,
      TableName: storage.table.tableName,
    }
    for (const [name, value] of Object.entries(values)) new CfnOutput(this, name, { value })
  }

  /**
   * Logical ids without the CDK's hash (`Table`, `PullQueue`, `OauthFunction`): there is one stack with a flat tree,
   * so the path alone is unique, and a snapshot or a console can be read.
   */
  protected override allocateLogicalId(element: CfnElement): string {
    const path = element.node.path.slice(this.node.path.length + 1).split('/')
    return path
      .filter((part) => part !== 'Resource' && part !== 'Default')
      .join('')
      .replaceAll(/[^A-Za-z0-9]/g, '')
  }
}
