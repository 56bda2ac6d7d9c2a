import { readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import * as z from 'zod'

const resourceSchema = z.object({
  Type: z.string(),
  Properties: z.record(z.string(), z.unknown()).default({}),
  Condition: z.string().optional(),
})

const templateSchema = z.object({
  Parameters: z.record(z.string(), z.object({ Default: z.unknown().optional() })).default({}),
  Conditions: z.record(z.string(), z.unknown()).default({}),
  Mappings: z.record(z.string(), z.record(z.string(), z.record(z.string(), z.unknown()))).default({}),
  Resources: z.record(z.string(), resourceSchema),
  Outputs: z.record(z.string(), z.object({ Value: z.unknown() })).default({}),
})

const assetsSchema = z.object({
  files: z.record(
    z.string(),
    z.object({
      source: z.object({ path: z.string().optional() }),
      destinations: z.record(z.string(), z.object({ objectKey: z.string() })),
    }),
  ),
})

export type TemplateResource = z.infer<typeof resourceSchema>

/** A synthesized CloudFormation template and where the assets it names lie on this disk. */
export interface Template extends z.infer<typeof templateSchema> {
  readonly stackName: string
  /** S3 object key of an asset → its path on this disk. */
  readonly assets: ReadonlyMap<string, string>
}

/**
 * Reads `X.template.json` and the `X.assets.json` beside it, as the CDK writes them.
 * Throws an Error that names the file when either is missing or not of that form.
 */
export function readTemplate(path: string): Template {
  const stackName = basename(path).replace(/\.template\.json$/, '')
  const template = parseFile(path, templateSchema)
  const manifest = parseFile(join(dirname(path), `${stackName}.assets.json`), assetsSchema)
  const assets = new Map<string, string>()
  for (const { source, destinations } of Object.values(manifest.files)) {
    if (source.path === undefined) continue
    for (const { objectKey } of Object.values(destinations)) assets.set(objectKey, join(dirname(path), source.path))
  }
  return { ...template, stackName, assets }
}

function parseFile<Output>(path: string, schema: z.ZodType<Output>): Output {
  let content: unknown
  try {
    content = JSON.parse(readFileSync(path, 'utf8'))
  } catch (cause) {
    throw new Error(`Cannot read ${path}: the CDK app has to be synthesized first.`, { cause })
  }
  const parsed = schema.safeParse(content)
  if (!parsed.success) throw new Error(`${path} is not what the CDK writes: ${z.prettifyError(parsed.error)}`)
  return parsed.data
}
