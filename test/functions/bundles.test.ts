import { build, type Metafile } from 'esbuild'
import { beforeAll, describe, expect, it } from 'vitest'
import { bundling, entryPoints } from '../../infra/constructs/bundles.ts'

const NAMES = ['admin', 'docs', 'oauth', 'pull', 'push', 'schedule', 'token', 'webhook'] as const
const QUICKBOOKS_PACKAGES = ['node-quickbooks', 'intuit-oauth', 'axios'] as const

/** Kilobytes that a bundle may grow to: each one costs every cold start. */
const MOST_KB = {
  admin: 900,
  docs: 500,
  oauth: 1_800,
  pull: 1_800,
  push: 1_800,
  schedule: 900,
  token: 10,
  webhook: 900,
} as const

const bundles = new Map<string, Metafile['outputs'][string]>()

beforeAll(async () => {
  const { metafile } = await build({
    ...bundling,
    sourcemap: false,
    write: false,
    metafile: true,
    entryPoints: entryPoints(NAMES),
    outdir: 'dist',
  })
  for (const [file, output] of Object.entries(metafile.outputs)) {
    const name = NAMES.find((one) => file.endsWith(`${one}/index.mjs`))
    if (name !== undefined) bundles.set(name, output)
  }
  console.table(Object.fromEntries(NAMES.map((name) => [name, { KB: kilobytes(name) }])))
})

const kilobytes = (name: string): number => Math.round((bundles.get(name)?.bytes ?? Number.NaN) / 1024)

/** The packages whose code is in a bundle. */
function packagesIn(name: string): ReadonlySet<string> {
  const inputs = Object.entries(bundles.get(name)?.inputs ?? {})
  const found = inputs.flatMap(([file, { bytesInOutput }]) => {
    const path = bytesInOutput > 0 ? file.split('node_modules/').at(-1)?.split('/') : undefined
    return path === undefined || !file.includes('node_modules/')
      ? []
      : [path.slice(0, path[0]?.startsWith('@') ? 2 : 1).join('/')]
  })
  return new Set(found)
}

describe('the bundles', () => {
  it.each(['oauth', 'pull'])('%s holds the packages that speak with QuickBooks', (name) => {
    expect([...packagesIn(name)]).toEqual(expect.arrayContaining(['intuit-oauth', 'axios']))
  })

  it.each(['admin', 'docs', 'schedule', 'token', 'webhook'])('%s holds none of them', (name) => {
    expect(QUICKBOOKS_PACKAGES.filter((one) => packagesIn(name).has(one))).toEqual([])
  })

  it.each(['admin', 'schedule', 'webhook'])('%s cannot decrypt tokens', (name) => {
    expect(packagesIn(name)).not.toContain('@aws-sdk/client-kms')
  })

  it.each(NAMES)('%s holds what makes the OpenAPI document in no way', (name) => {
    expect(packagesIn(name)).not.toContain('zod-openapi')
  })

  it.each(NAMES)('%s is small enough', (name) => {
    expect(kilobytes(name)).toBeLessThan(MOST_KB[name])
  })
})
