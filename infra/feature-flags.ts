import recommended from 'aws-cdk-lib/recommended-feature-flags.json' with { type: 'json' }

/**
 * The CDK's behaviour as its authors recommend it for a new application. Read here rather than copied into cdk.json,
 * so that `node infra/app.ts` synthesizes the same template with and without the CDK's command line.
 */
export const featureFlags = {
  ...recommended,
  // The laptop cloud finds each function's folder by it.
  'aws:cdk:enable-asset-metadata': true,
} as const
