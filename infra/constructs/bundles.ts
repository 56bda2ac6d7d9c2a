import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Stage } from 'aws-cdk-lib'
import { Code } from 'aws-cdk-lib/aws-lambda'
import { Construct } from 'constructs'
import { type BuildOptions, buildSync } from 'esbuild'

const root = join(import.meta.dirname, '..', '..')

/**
 * Packages that intuit-oauth and axios load and Tandem never lets them use, a fifth of a bundle: logs into files and
 * checks of id_tokens (intuit-oauth), file types of uploads and colours of debug output (axios).
 */
const leftOut = ['winston', 'jsonwebtoken', 'mime-db', 'supports-color'] as const

/**
 * How the functions are bundled.
 *
 * Nothing is external, the AWS SDK neither: loading it from the runtime's folder costs a cold start hundreds of
 * small file reads, and would run another version than the one that was tested.
 * Source maps stay out of the bundles, since Node reads a map as long as its bundle at every cold start that throws;
 * the same commit builds the same bundle, so the maps in cdk.out explain a stack trace later. `keepNames` keeps
 * errors and functions readable without them.
 */
export const bundling = {
  bundle: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  outExtension: { '.js': '.mjs' },
  mainFields: ['module', 'main'],
  minify: true,
  keepNames: true,
  legalComments: 'none',
  alias: Object.fromEntries(leftOut.map((name) => [name, join(import.meta.dirname, 'left-out.cjs')])),
  sourcemap: 'external',
  sourcesContent: false,
  // CommonJS packages ask for Node's own modules by `require`, which an ES module does not have.
  banner: {
    js: "import { createRequire as createTandemRequire } from 'node:module'; const require = createTandemRequire(import.meta.url);",
  },
  absWorkingDir: root,
  logLevel: 'warning',
} as const satisfies BuildOptions

/** Entry points as esbuild takes them: each function's file becomes `index.mjs` in a folder of its own. */
export function entryPoints(names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [`${name}/index`, `functions/${name}.ts`]))
}

interface BundlesProps<Name extends string> {
  readonly functions: readonly Name[]
  readonly content: 'built' | 'empty'
}

/**
 * The code of all functions, built by one run of esbuild: six runs, or a container, take longer than
 * everything else that a synthesis does.
 */
export class Bundles<Name extends string> extends Construct {
  readonly #folder: string

  constructor(scope: Construct, id: string, { functions, content }: BundlesProps<Name>) {
    super(scope, id)
    const stage = Stage.of(this)
    if (stage === undefined) throw new Error('Bundles are written beside the template, so they need an App above them.')
    this.#folder = join(stage.outdir, 'bundles')
    if (content === 'built') {
      buildSync({ ...bundling, entryPoints: entryPoints(functions), outdir: this.#folder })
    } else {
      for (const name of functions) writeEmpty(join(this.#folder, name))
    }
  }

  /** The code of one function, for Lambda. */
  code(name: Name): Code {
    return Code.fromAsset(join(this.#folder, name), { exclude: ['*.map'] })
  }
}

function writeEmpty(folder: string): void {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'index.mjs'), 'export {}\n')
}
