import { readFile } from 'node:fs/promises'
import { Validator } from '@seriousme/openapi-schema-validator'
import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { declaredRoutes, describeApi, documentText, problemsOf } from '#http/openapi'
import { PROBLEMS, problemType } from '#http/problems'

const Operation = z.looseObject({
  operationId: z.string(),
  summary: z.string(),
  security: z.array(z.record(z.string(), z.array(z.string()))),
  parameters: z.array(z.looseObject({ name: z.string(), in: z.string() })).default([]),
  requestBody: z.unknown().optional(),
  responses: z.record(z.string(), z.looseObject({ content: z.record(z.string(), z.unknown()) })),
})
const Document = z.looseObject({
  openapi: z.string(),
  info: z.looseObject({ description: z.string() }),
  paths: z.record(z.string(), z.record(z.string(), Operation)),
})
const document = Document.parse(describeApi())

describe('the OpenAPI document', () => {
  it('holds to the schema of OpenAPI 3.1', async () => {
    const validator = new Validator()
    expect(await validator.validate(JSON.parse(documentText()))).toEqual({ valid: true })
    expect(validator.version).toBe('3.1')
  })

  it('is the one that is committed', async () => {
    const committed = await readFile(new URL('../../shared/http/openapi.json', import.meta.url), 'utf8')
    expect(committed === documentText(), 'run `npm run openapi`').toBe(true)
  })

  it('names every operation once', () => {
    const ids = declaredRoutes.map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
    expect(new Set(declaredRoutes.map(({ method, path }) => `${method} ${path}`)).size).toBe(ids.length)
  })

  it.each(declaredRoutes)('describes $method $path', (route) => {
    const operation = document.paths[route.path]?.[route.method.toLowerCase()]
    expect(operation).toMatchObject({ operationId: route.id, summary: route.summary })
    expect(operation?.security).toEqual(route.access === 'public' ? [] : [{ token: [route.access] }])
    const names = operation?.parameters.map(({ name }) => name)
    expect(names).toEqual([
      ...Object.keys(route.params.shape),
      ...Object.keys(route.query.shape),
      ...(route.takesIdempotencyKey ? ['Idempotency-Key'] : []),
      ...(route.takesVersion ? ['If-Match'] : []),
    ])
    const inPath = [...route.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)
    expect(operation?.parameters.filter((one) => one.in === 'path').map(({ name }) => name)).toEqual(inPath)
    expect(operation?.requestBody !== undefined).toBe(route.body !== undefined)
    for (const kind of problemsOf(route)) {
      expect(operation?.responses[String(PROBLEMS[kind].status)]?.content).toHaveProperty(['application/problem+json'])
    }
  })

  it.each(declaredRoutes)('gives an example of what $method $path answers that its own schema accepts', (route) => {
    for (const { mediaType, schema, example } of route.success.contents) {
      if (schema === undefined) continue
      expect(mediaType).toBe('application/json')
      expect(schema.parse(example)).toEqual(example)
    }
  })

  it('lists the type of every problem', () => {
    const { description } = document.info
    for (const kind of Object.keys(PROBLEMS)) {
      expect(description).toContain(`\`/problems/${kind.replace(/[A-Z]/g, (capital) => `-${capital.toLowerCase()}`)}\``)
    }
    expect(description).toContain(problemType('unexpected'))
  })

  it('names no host, so that it holds wherever it is served from', () => {
    expect(document).toMatchObject({ servers: [{ url: '/' }] })
  })
})
