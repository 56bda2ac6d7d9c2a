import { type App, Validations } from 'aws-cdk-lib'
import { AwsSolutionsChecks } from 'cdk-nag'

/** Has cdk-nag check the stacks of an app as it is synthesized; a finding that nobody gave a reason for fails it. */
export function checkPractices(app: App): void {
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app))
}
