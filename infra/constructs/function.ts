import { Duration, RemovalPolicy } from 'aws-cdk-lib'
import { Policy, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { Architecture, type Code, Function as LambdaFunction, RecursiveLoop, Runtime } from 'aws-cdk-lib/aws-lambda'
import { LogGroup } from 'aws-cdk-lib/aws-logs'
import { Construct } from 'constructs'
import type { Settings } from '../settings.ts'

interface TandemFunctionProps {
  readonly settings: Settings
  readonly code: Code
  readonly description: string
  readonly timeoutSeconds: number
  /** Megabytes; Lambda gives CPU in proportion (1,769 MB are one core). */
  readonly memory: number
  readonly environment: Readonly<Record<string, string>>
  /** All that this function may do, besides writing its log. */
  readonly mayDo: readonly PolicyStatement[]
  /** It puts its own continuations on the queue that feeds it. */
  readonly continuesItself?: boolean
  /** So many at once are kept free for it, and it never runs more often than that. Left out: it shares with all others. */
  readonly reservedConcurrency?: number | undefined
  /** What people notice when this function fails, and what to do: the text of its alarm. */
  readonly errorImpact: string
}

/**
 * A Lambda function with a role, a log group and a policy of its own. The role has no AWS-managed policy,
 * as the usual one may write to every log group of the account.
 */
export class TandemFunction extends Construct {
  readonly lambda: LambdaFunction
  readonly errorImpact: string
  readonly timeout: Duration

  constructor(scope: Construct, id: string, props: TandemFunctionProps) {
    super(scope, id)
    const { settings } = props
    this.errorImpact = props.errorImpact
    this.timeout = Duration.seconds(props.timeoutSeconds)
    const logGroup = new LogGroup(this, 'Logs', {
      retention: settings.logRetentionDays,
      removalPolicy: settings.keepLogs ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    })
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') })
    const policy = new Policy(this, 'Policy', {
      roles: [role],
      statements: [
        new PolicyStatement({
          actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
          resources: [logGroup.logGroupArn],
        }),
        ...props.mayDo,
      ],
    })
    this.lambda = new LambdaFunction(this, 'Resource', {
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      handler: 'index.handler',
      code: props.code,
      description: props.description,
      timeout: this.timeout,
      memorySize: props.memory,
      role,
      logGroup,
      // Lambda takes some sixteen continuations in a row for a runaway loop and drops the next; a long pull has hundreds.
      ...(props.reservedConcurrency !== undefined && { reservedConcurrentExecutions: props.reservedConcurrency }),
      recursiveLoop: props.continuesItself === true ? RecursiveLoop.ALLOW : RecursiveLoop.TERMINATE,
      environment: {
        STAGE: settings.stage,
        LOG_LEVEL: settings.logLevel,
        // The service is a dimension of every metric: without the stage in it, two stages would share their alarms.
        POWERTOOLS_SERVICE_NAME: `tandem-${settings.stage}`,
        POWERTOOLS_METRICS_NAMESPACE: 'Tandem',
        ...props.environment,
      },
    })
    // A function that is called before its rights have arrived fails: at the first deployment its schedule would.
    this.lambda.node.addDependency(policy)
  }
}
