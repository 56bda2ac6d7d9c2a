import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { build, type Metafile } from 'esbuild'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bundling, entryPoints } from '../../infra/constructs/bundles.ts'

const names = ['admin', 'docs', 'oauth', 'pull', 'push', 'schedule', 'token', 'webhook']
const folder = mkdtempSync(join(tmpdir(), 'tandem-bundles-'))
let metafile: Metafile

beforeAll(async () => {
  ;({ metafile } = await build({ ...bundling, entryPoints: entryPoints(names), outdir: folder, metafile: true }))
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

function bundleOf(name: string): Metafile['outputs'][string] {
  const output = Object.entries(metafile.outputs).find(([path]) => path.endsWith(`/${name}/index.mjs`))
  if (output === undefined) throw new Error(`${name} has no bundle`)
  return output[1]
}

/** The packages in a function's bundle. */
function packagesIn(name: string): Set<string> {
  const paths = Object.keys(bundleOf(name).inputs)
  return new Set(
    paths.flatMap((path) => /node_modules\/((?:@[^/]+\/)?[^/]+)\/(?!.*node_modules)/.exec(path)?.[1] ?? []),
  )
}

describe('the bundles', () => {
  it('are made of every file in functions/ but the composition', () => {
    const files = readdirSync(join(import.meta.dirname, '../../functions')).filter((file) => file.endsWith('.ts'))
    expect(files.filter((file) => file !== 'compose.ts').map((file) => basename(file, '.ts'))).toEqual(names)
  })

  it.each(['admin', 'docs', 'schedule', 'token', 'webhook'])(
    'of %s contains neither of the QuickBooks packages',
    (name) => {
      const packages = packagesIn(name)
      expect(packages).not.toContain('intuit-oauth')
      expect(packages).not.toContain('node-quickbooks')
      expect(packages).not.toContain('axios')
    },
  )

  it.each(['oauth', 'pull', 'push'])('of %s leaves out what its packages load and never use', (name) => {
    const packages = packagesIn(name)
    for (const one of ['winston', 'jsonwebtoken', 'mime-db', 'supports-color']) expect(packages).not.toContain(one)
  })

  it('of token contains no package at all, as people wait for it when they sign in', () => {
    expect([...packagesIn('token')]).toEqual([])
  })

  it.each(names)('of %s exports its handler and asks for nothing but what Node itself has', (name) => {
    const { exports, imports } = bundleOf(name)
    expect(exports).toContain('handler')
    expect(imports.map(({ path }) => path).filter((path) => !isBuiltin(path))).toEqual([])
  })
})
