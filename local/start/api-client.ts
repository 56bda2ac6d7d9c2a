import { setTimeout as pause } from 'node:timers/promises'
import * as z from 'zod'
import { fillInConsent } from './consent.ts'

const connectionSchema = z.object({
  status: z.string(),
  companyName: z.string().optional(),
  reason: z.string().optional(),
})
const runSchema = z.object({
  id: z.string(),
  status: z.enum(['queued', 'running', 'waiting', 'done', 'failed', 'cancelled']),
  reason: z.string().optional(),
  progress: z.object({ rows: z.number(), rowsTotal: z.number().optional(), pages: z.number(), calls: z.number() }),
  counts: z.record(z.string(), z.number()),
})
const customerSchema = z.object({
  name: z.string(),
  fullName: z.string(),
  level: z.number().default(0),
  companyName: z.string().optional(),
  email: z.string().optional(),
  phone: z.string().optional(),
  billLine: z.string().optional(),
  balance: z.number().optional(),
  active: z.boolean(),
})
const codeSchema = z.object({ code: z.string() })
const problemSchema = z.object({ title: z.string(), detail: z.string().optional(), runId: z.string().optional() })

export type Run = z.infer<typeof runSchema>
export type HeldCustomer = z.infer<typeof customerSchema>
export type Connection = z.infer<typeof connectionSchema>

/** An answer of the API that is a problem, in its own words. */
export class ApiProblem extends Error {
  readonly status: number
  /** The run that is in the way, where one is. */
  readonly runId: string | undefined

  constructor(request: string, status: number, body: string) {
    const problem = problemSchema.safeParse(tryJson(body)).data
    const words = problem === undefined ? body.slice(0, 200) : [problem.title, problem.detail].join(': ')
    super(`${request} answered ${status}: ${words}`)
    this.name = 'ApiProblem'
    this.status = status
    this.runId = problem?.runId
  }
}

/** The few things that the first steps do with Tandem's API, by plain requests as any client would. */
export interface ApiClient {
  readonly connection: () => Promise<Connection>
  /** The link on which a person consents, good once and for ten minutes. */
  readonly authorize: () => Promise<string>
  /** Walks that link to its end as a person would on the simulated pages, and confirms. */
  readonly consent: (url: string, company: 'first' | 'last') => Promise<void>
  /** Starts a pull, or answers with the one that is under way. */
  readonly startPull: () => Promise<Run>
  /** Waits for a run's end; `onProgress` hears of each step. */
  readonly waitForRun: (id: string, onProgress: (run: Run) => void) => Promise<Run>
  readonly heldCustomers: (atMost: number) => Promise<readonly HeldCustomer[]>
}

const progressInterval = 150

/** A client for an API with a token that may do everything. */
export function createApiClient(apiUrl: string, token: string): ApiClient {
  const call = async <Output>(
    schema: z.ZodType<Output>,
    method: string,
    path: string,
    json?: object,
  ): Promise<Output> => {
    const response = await fetch(`${apiUrl}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, ...(json !== undefined && { 'content-type': 'application/json' }) },
      ...(json !== undefined && { body: JSON.stringify(json) }),
    })
    const body = await response.text()
    if (!response.ok) throw new ApiProblem(`${method} ${path}`, response.status, body)
    return schema.parse(tryJson(body))
  }
  const getRun = (id: string): Promise<Run> => call(runSchema, 'GET', `/runs/${id}`)

  return {
    connection: () => call(connectionSchema, 'GET', '/connection'),
    authorize: async () => (await call(z.object({ url: z.url() }), 'POST', '/connection/authorize')).url,
    consent: async (url, company) => {
      const page = await fetch(url)
      const { action, fields } = fillInConsent(await page.text(), url, company)
      const decided = await fetch(action, { method: 'POST', body: fields, redirect: 'manual' })
      const callback = decided.headers.get('location')
      if (callback === null) throw new Error(`The consent page answered ${decided.status} and led nowhere.`)
      const returned = await fetch(callback, { headers: { accept: 'application/json' } })
      const text = await returned.text()
      if (!returned.ok) throw new ApiProblem('GET /oauth/callback', returned.status, text)
      await call(z.object({}), 'POST', '/connection/confirm', codeSchema.parse(tryJson(text)))
    },
    startPull: async () => {
      try {
        return await call(runSchema, 'POST', '/pulls')
      } catch (error) {
        if (error instanceof ApiProblem && error.runId !== undefined) return getRun(error.runId)
        throw error
      }
    },
    waitForRun: async (id, onProgress) => {
      for (;;) {
        const run = await getRun(id)
        onProgress(run)
        if (run.status === 'done' || run.status === 'failed' || run.status === 'cancelled') return run
        await pause(progressInterval)
      }
    },
    heldCustomers: async (atMost) => {
      const listSchema = z.object({ items: z.array(customerSchema), next: z.string().optional() })
      const customers: HeldCustomer[] = []
      let cursor: string | undefined
      do {
        const query = new URLSearchParams({ filter: 'all', limit: '200', ...(cursor !== undefined && { cursor }) })
        const { items, next } = await call(listSchema, 'GET', `/quickbooks/customers?${query}`)
        customers.push(...items)
        cursor = next
      } while (cursor !== undefined && customers.length < atMost)
      return customers.slice(0, atMost)
    },
  }
}

function tryJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
