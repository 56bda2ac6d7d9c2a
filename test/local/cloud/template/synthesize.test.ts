import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, it } from 'vitest'
import { synthesize } from '../../../../local/cloud/template/synthesize.ts'

/** A repository whose app counts how often it ran and writes the context it got into its template. */
function newRepository(): string {
  const root = mkdtempSync(join(tmpdir(), 'tandem-repository-'))
  mkdirSync(join(root, 'infra'))
  writeFileSync(join(root, 'package.json'), '{"type":"module"}')
  writeFileSync(join(root, 'cdk.json'), '{"app":"node infra/app.ts","context":{"own":"kept"}}')
  writeFileSync(
    join(root, 'infra', 'app.ts'),
    `import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs'
    const outdir = process.env.CDK_OUTDIR ?? ''
    appendFileSync(${JSON.stringify(join(root, 'runs'))}, 'x')
    if (process.env.CDK_CONTEXT_JSON?.includes('"bad"')) { console.error('this stage is unknown'); process.exit(1) }
    mkdirSync(outdir, { recursive: true })
    writeFileSync(outdir + '/App.template.json', process.env.CDK_CONTEXT_JSON ?? '')`,
  )
  return root
}

const runsOf = (root: string): number => readFileSync(join(root, 'runs'), 'utf8').length

it('synthesizes once for each state of the sources, also when several ask at the same time', async () => {
  const root = newRepository()
  const all = await Promise.all([1, 2, 3].map(() => synthesize(root, { stage: 'laptop' })))
  expect(new Set(all.map(({ template }) => template)).size).toBe(1)
  expect(all.filter(({ fresh }) => fresh)).toHaveLength(1)
  expect(runsOf(root)).toBe(1)
  expect(JSON.parse(readFileSync(all[0]?.template ?? '', 'utf8'))).toEqual({ own: 'kept', stage: 'laptop' })

  mkdirSync(join(root, 'shared'))
  writeFileSync(join(root, 'shared', 'new.ts'), 'export {}')
  expect((await synthesize(root, { stage: 'laptop' })).fresh).toBe(true)
  expect((await synthesize(root, { stage: 'dev' })).fresh).toBe(true)
  expect(runsOf(root)).toBe(3)
})

it("fails in the app's own words, and leaves nothing that the next one would take for done", async () => {
  const root = newRepository()
  await expect(synthesize(root, { stage: 'bad' })).rejects.toThrow('this stage is unknown')
  await expect(synthesize(root, { stage: 'bad' })).rejects.toThrow('this stage is unknown')
  expect(runsOf(root)).toBe(2)
  expect(readdirSync(join(root, 'cdk.out', 'local')).filter((name) => name.endsWith('.lock'))).toEqual([])
})

it('does not wait for one who was killed while synthesizing', async () => {
  const root = newRepository()
  const { template } = await synthesize(root, { stage: 'laptop' })
  const folder = dirname(template)
  rmSync(folder, { recursive: true })
  writeFileSync(`${folder}.lock`, '999999999')
  expect(await synthesize(root, { stage: 'laptop' })).toEqual({ template, fresh: true })
})
