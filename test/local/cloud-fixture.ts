import { join } from 'node:path'
import { type Cloud, type CloudSettings, startCloud } from '../../local/cloud/cloud.ts'
import { synthesize } from '../../local/cloud/synthesize.ts'

const root = join(import.meta.dirname, '..', '..')

/**
 * Starts the laptop cloud with this repository's own stack, in memory and on free ports. The stack is synthesized once
 * for each state of the sources, whichever test asks first. Schedules run only when asked to (`runSchedule`), unless
 * the test gives a clock. Whoever starts it closes it.
 */
export async function startTestCloud(settings: Partial<CloudSettings> = {}): Promise<Cloud> {
  const { template } = await synthesize(root, { stage: 'laptop' })
  return startCloud({ template, schedules: settings.clock !== undefined, ...settings })
}
