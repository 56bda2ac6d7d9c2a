import { describe, expect, it } from 'vitest'
import { templateFor } from './synthesized.ts'

/** A bundle's hash changes with every line of code; that is no change of the infrastructure. */
function withoutBundleHashes(template: unknown): string {
  return `${JSON.stringify(template, null, 2).replaceAll(/\b[0-9a-f]{64}\b/g, '<bundle>')}\n`
}

describe('the template', () => {
  it.each(['dev', 'prod', 'laptop'])('of stage %s is the one that was reviewed', async (stage) => {
    await expect(withoutBundleHashes(templateFor({ stage }).toJSON())).toMatchFileSnapshot(
      `__snapshots__/${stage}.template.json`,
    )
  })
})
