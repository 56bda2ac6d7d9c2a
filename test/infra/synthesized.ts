import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { App } from 'aws-cdk-lib'
import { Template } from 'aws-cdk-lib/assertions'
import { afterAll } from 'vitest'
import { featureFlags } from '../../infra/feature-flags.ts'
import { settingsFromContext } from '../../infra/settings.ts'
import { TandemStack } from '../../infra/stack.ts'

const folder = mkdtempSync(join(tmpdir(), 'tandem-synth-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Nothing is synthesized for prod with nobody to tell. */
const someone = { alarmEmail: 'on-call@example.com' }

interface Synthesis {
  readonly app: App
  readonly stack: TandemStack
}

/**
 * Builds the stack as `infra/app.ts` does, in a folder of its own that goes when the tests end.
 * Bundles are left empty unless the context asks for them.
 */
export function build(context: Readonly<Record<string, string>>): Synthesis {
  const outdir = mkdtempSync(join(folder, 'cdk.out-'))
  const app = new App({
    context: { ...featureFlags, bundles: 'empty', ...(context.stage === 'prod' && someone), ...context },
    analyticsReporting: false,
    builtinCloudFormationValidation: false,
    outdir,
  })
  const settings = settingsFromContext((key) => app.node.tryGetContext(key))
  return { app, stack: new TandemStack(app, `Tandem-${settings.stage}`, settings) }
}

const templates = new Map<string, Template>()

/** The template that a context synthesizes to. */
export function templateFor(context: Readonly<Record<string, string>>): Template {
  const key = JSON.stringify(context)
  const template = templates.get(key) ?? Template.fromStack(build(context).stack)
  templates.set(key, template)
  return template
}
