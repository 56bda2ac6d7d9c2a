import { type App, CloudFormationValidatePlugin, type IPolicyValidationPlugin, Validations } from 'aws-cdk-lib'
import { AwsSolutionsChecks } from 'cdk-nag'

// One for all apps of a process: it compiles its rules for a second.
// The cast is needed as the CDK's own types do not hold under exactOptionalPropertyTypes.
const cloudFormationRules = new CloudFormationValidatePlugin() as IPolicyValidationPlugin

/**
 * Has an app checked as it is synthesized, against CloudFormation's rules and cdk-nag's AwsSolutions.
 * A finding that nobody gave a reason for fails the synthesis.
 */
export function checkPractices(app: App): void {
  Validations.of(app).addPlugins(cloudFormationRules, new AwsSolutionsChecks(app))
}
