import { App } from 'aws-cdk-lib'
import { featureFlags } from './feature-flags.ts'
import { settingsFromContext } from './settings.ts'
import { TandemStack } from './stack.ts'

// CloudFormation's own rules are among the practices below.
const app = new App({ context: featureFlags, analyticsReporting: false, builtinCloudFormationValidation: false })
const settings = settingsFromContext((key) => app.node.tryGetContext(key))
new TandemStack(app, `Tandem-${settings.stage}`, settings)
// Checking takes longer than all the rest. The laptop must start fast, and the tests check its template too.
if (settings.stage !== 'laptop') (await import('./practices.ts')).checkPractices(app)
app.synth()
