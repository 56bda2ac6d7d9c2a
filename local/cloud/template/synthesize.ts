import { createHash } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import * as z from 'zod'
import { startChild } from '../process/child.ts'
import { isAlive } from '../process/data-folder.ts'

/** What the synthesis reads: the app itself, what it bundles, and the packages of both. */
const sources = ['infra', 'functions', 'shared', 'cdk.json', 'package.json', 'package-lock.json', 'tsconfig.json']
// Longer than any run of the tests: what runs elsewhere still loads its code from an older one.
const oldAfter = 2 * 3600_000
const lockCheckInterval = 50

export interface Synthesis {
  /** The template of the app's stack. */
  readonly template: string
  /** False when the sources are those of an earlier synthesis, whose result is used again. */
  readonly fresh: boolean
}

/**
 * Synthesizes the CDK app of a repository, once for each state of its sources, into a folder of `cdk.out/`. Processes
 * that ask for the same state at the same time share one synthesis.
 * Throws an Error with the app's own words when it fails.
 * @param root the repository
 * @param context CDK context, as `-c key=value` gives it
 */
export async function synthesize(root: string, context: Readonly<Record<string, string>>): Promise<Synthesis> {
  const state = hashSources(root, context)
  const assemblies = join(root, 'cdk.out', 'local')
  const folder = join(assemblies, state)
  const done = (fresh: boolean): Synthesis => ({ template: findTemplate(folder), fresh })
  if (existsSync(folder)) {
    const now = new Date()
    utimesSync(folder, now, now)
    return done(false)
  }

  mkdirSync(assemblies, { recursive: true })
  const unlock = await lock(join(assemblies, `${state}.lock`))
  try {
    if (existsSync(folder)) return done(false)
    const unfinished = `${folder}.unfinished`
    rmSync(unfinished, { recursive: true, force: true })
    await runApp(root, unfinished, context)
    // A bundle on Lambda has no package.json above it; without this one it would be of our own module type.
    writeFileSync(join(unfinished, 'package.json'), '{}')
    renameSync(unfinished, folder)
    forgetOld(assemblies, state)
    return done(true)
  } finally {
    unlock()
  }
}

function hashSources(root: string, context: Readonly<Record<string, string>>): string {
  const hash = createHash('sha256').update(JSON.stringify(context))
  for (const source of sources) {
    const path = join(root, source)
    if (!existsSync(path)) continue
    const files = statSync(path).isDirectory()
      ? readdirSync(path, { recursive: true, encoding: 'utf8' }).toSorted()
      : ['']
    for (const file of files) {
      const full = join(path, file)
      if (statSync(full).isFile()) hash.update(`\0${source}/${file}\0`).update(readFileSync(full))
    }
  }
  return hash.digest('hex').slice(0, 16)
}

async function runApp(root: string, outdir: string, context: Readonly<Record<string, string>>): Promise<void> {
  const cdkJson = z
    .object({ app: z.string(), context: z.record(z.string(), z.unknown()).default({}) })
    .parse(JSON.parse(readFileSync(join(root, 'cdk.json'), 'utf8')))
  const entry = cdkJson.app.replace(/^node /, '')
  const output: string[] = []
  const child = startChild(process.execPath, [entry], {
    folder: root,
    environment: { CDK_OUTDIR: outdir, CDK_CONTEXT_JSON: JSON.stringify({ ...cdkJson.context, ...context }) },
    onLine: (line) => output.push(line),
  })
  const code = await child.ended
  if (code !== 0) throw new Error(`The CDK app cannot be synthesized (node ${entry}):\n${output.join('\n').trim()}`)
}

function findTemplate(folder: string): string {
  const templates = readdirSync(folder).filter((file) => file.endsWith('.template.json'))
  const [template] = templates
  if (template === undefined || templates.length > 1) {
    throw new Error(`The laptop cloud runs one stack; the CDK app has ${templates.join(', ') || 'none'}.`)
  }
  return join(folder, template)
}

/** Holds a file that only one process can create, and answers with what lets go of it. */
async function lock(path: string): Promise<() => void> {
  for (;;) {
    try {
      writeFileSync(path, String(process.pid), { flag: 'wx' })
      return () => rmSync(path, { force: true })
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
    }
    // Whoever held it may have been killed.
    const holder = Number(existsSync(path) ? readFileSync(path, 'utf8') : process.pid)
    if (!isAlive(holder)) rmSync(path, { force: true })
    await pause(lockCheckInterval)
  }
}

function forgetOld(assemblies: string, newest: string): void {
  for (const name of readdirSync(assemblies)) {
    const path = join(assemblies, name)
    const age = Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Date.now())
    if (!name.startsWith(newest) && age > oldAfter) rmSync(path, { recursive: true, force: true })
  }
}
