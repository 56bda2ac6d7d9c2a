import { App } from 'aws-cdk-lib'
import { featureFlags } from './feature-flags.ts'
import { checkPractices } from './practices.ts'
import { settingsFromContext } from './settings.ts'
import { TandemStack } from './stack.ts'

const app = new App({ context: featureFlags, analyticsReporting: false })
const settings = settingsFromContext((key) => app.node.tryGetContext(key))
new TandemStack(app, `Tandem-${settings.stage}`, settings)
checkPractices(app)
app.synth()
