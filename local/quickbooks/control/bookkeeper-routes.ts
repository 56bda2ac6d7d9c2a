import * as z from 'zod'
import type { CurrencyOutcome, CustomerTypeOutcome, Outcome } from '../company/bookkeeper.ts'
import type { CompanySeed } from '../company/companies.ts'
import type { Company } from '../company/company.ts'
import { hasMulticurrency } from '../company/currencies.ts'
import { isJsonObject, type Json, type JsonObject } from '../company/json.ts'
import type { CompanyCurrency, CustomerType } from '../company/lists.ts'
import type { NameEntity } from '../company/record.ts'
import type { SimulatorContext } from '../context.ts'
import type { Route } from '../http.ts'
import { type ControlRequest, controlRoute, param, Refusal, wholeNumber } from './json-route.ts'

const ENTITIES: Readonly<Record<string, NameEntity>> = {
  customers: 'Customer',
  vendors: 'Vendor',
  employees: 'Employee',
}

const fieldsSchema = z.custom<JsonObject>(isJsonObject, 'must be an object of QuickBooks fields')

const seedSchema: z.ZodType<CompanySeed> = z.strictObject({
  realmId: z.string().regex(/^\d{1,20}$/, 'must be digits'),
  kind: z.enum(['sample', 'generated', 'empty']),
  customers: z.int().min(0).max(1_000_000).exactOptional(),
  name: z.string().min(1).exactOptional(),
  zone: z.string().min(1).exactOptional(),
  country: z.string().length(2).exactOptional(),
  environment: z.enum(['sandbox', 'production']).exactOptional(),
  currencies: z.array(z.string().length(3)).exactOptional(),
})

/** A company in short, for a list. */
function inShort(company: Company): Readonly<Record<string, Json>> {
  const counts = (entity: NameEntity): Json => ({
    active: company.count(entity, true),
    inactive: company.count(entity, false),
  })
  return {
    realmId: company.realmId,
    name: company.name,
    zone: company.zone,
    environment: company.environment,
    customers: counts('Customer'),
    vendors: counts('Vendor'),
    employees: counts('Employee'),
  }
}

function done(outcome: Outcome): JsonObject {
  if (outcome.ok) return outcome.record
  const reasons = outcome.errors.map((error) => error.Detail ?? error.Message).join(' ')
  throw new Refusal(409, reasons, outcome.errors)
}

function doneCurrency(outcome: CurrencyOutcome): CompanyCurrency {
  if (outcome.ok) return outcome.currency
  const reasons = outcome.errors.map((error) => error.Detail ?? error.Message).join(' ')
  throw new Refusal(409, reasons, outcome.errors)
}

function doneType(outcome: CustomerTypeOutcome): CustomerType {
  if (outcome.ok) return outcome.customerType
  const reasons = outcome.errors.map((error) => error.Detail ?? error.Message).join(' ')
  throw new Refusal(409, reasons, outcome.errors)
}

const activeOf = (query: URLSearchParams): { active?: boolean } => {
  const active = query.get('active')
  return active === null || active === '' || active === 'all' ? {} : { active: active === 'true' }
}

/** What a person does in QuickBooks' own screens: no app, no token, no limits. */
export function bookkeeperRoutes(context: SimulatorContext): readonly Route[] {
  const companyOf = (request: ControlRequest): Company => {
    const realmId = param(request, 'realm')
    const company = context.companies.find(realmId)
    if (company === undefined) throw new Refusal(404, `There is no company "${realmId}".`)
    return company
  }
  const entityOf = (request: ControlRequest): NameEntity => {
    const list = param(request, 'list')
    const entity = ENTITIES[list]
    if (entity === undefined)
      throw new Refusal(404, `There is no list "${list}"; there are: ${Object.keys(ENTITIES).join(', ')}.`)
    return entity
  }
  const recordOf = (request: ControlRequest): JsonObject => {
    const record = companyOf(request).read(entityOf(request), param(request, 'id'))
    if (record === undefined) throw new Refusal(404, `There is no ${entityOf(request)} ${param(request, 'id')}.`)
    return record
  }
  const base = '/control/companies'
  const one = `${base}/:realm/:list/:id`

  return [
    controlRoute('GET', base, () => ({ items: context.companies.list().map(inShort) })),
    controlRoute('POST', base, (request) => {
      const seed = request.body(seedSchema)
      if (context.companies.find(seed.realmId)) throw new Refusal(409, `There is a company "${seed.realmId}" already.`)
      return inShort(context.companies.add(seed))
    }),
    controlRoute('GET', `${base}/:realm`, (request) => inShort(companyOf(request))),
    controlRoute('GET', `${base}/:realm/invoices`, (request) => ({
      items: companyOf(request).bookkeeper.invoices(request.query.get('customer') ?? undefined),
    })),
    controlRoute('POST', `${base}/:realm/invoices`, (request) => {
      const { customer, amount } = request.body(z.strictObject({ customer: z.string(), amount: z.number().positive() }))
      const outcome = companyOf(request).bookkeeper.createInvoice(customer, amount)
      return { customer: done(outcome), invoice: outcome.invoice ?? null }
    }),
    controlRoute('POST', `${base}/:realm/invoices/:id/pay`, (request) =>
      done(companyOf(request).bookkeeper.payInvoice(param(request, 'id'))),
    ),
    controlRoute('DELETE', `${base}/:realm/invoices/:id`, (request) =>
      done(companyOf(request).bookkeeper.deleteInvoice(param(request, 'id'))),
    ),
    controlRoute('GET', `${base}/:realm/customer-types`, (request) => ({
      items: [...companyOf(request).customerTypes.values()],
    })),
    controlRoute('POST', `${base}/:realm/customer-types`, (request) => {
      const { name } = request.body(z.strictObject({ name: z.string() }))
      return doneType(companyOf(request).bookkeeper.createCustomerType(name))
    }),
    controlRoute('PATCH', `${base}/:realm/customer-types/:id`, (request) => {
      const to = request.body(z.strictObject({ name: z.string().exactOptional(), active: z.boolean().exactOptional() }))
      return doneType(companyOf(request).bookkeeper.editCustomerType(param(request, 'id'), to))
    }),
    controlRoute('GET', `${base}/:realm/currencies`, (request) => {
      const { homeCurrency, currencies } = companyOf(request).state
      return { homeCurrency, multicurrency: hasMulticurrency(currencies), items: [...currencies.values()] }
    }),
    controlRoute('POST', `${base}/:realm/currencies`, (request) => {
      const { code } = request.body(z.strictObject({ code: z.string() }))
      return doneCurrency(companyOf(request).bookkeeper.addCurrency(code))
    }),
    controlRoute('PATCH', `${base}/:realm/currencies/:id`, (request) =>
      doneCurrency(
        companyOf(request).bookkeeper.editCurrency(
          param(request, 'id'),
          request.body(z.strictObject({ active: z.boolean() })),
        ),
      ),
    ),
    controlRoute('POST', `${base}/:realm/projects`, (request) => {
      const { parent, name } = request.body(z.strictObject({ parent: z.string(), name: z.string() }))
      return done(companyOf(request).bookkeeper.createProject(parent, name))
    }),
    controlRoute('GET', `${base}/:realm/:list`, (request) => {
      const { total, rows } = companyOf(request).list({
        entity: entityOf(request),
        search: request.query.get('search') ?? '',
        offset: wholeNumber(request.query, 'offset', 0),
        limit: wholeNumber(request.query, 'limit', 50),
        ...activeOf(request.query),
      })
      return { total, items: rows }
    }),
    controlRoute('POST', `${base}/:realm/:list`, (request) =>
      done(companyOf(request).bookkeeper.create(entityOf(request), request.body(fieldsSchema))),
    ),
    controlRoute('GET', one, recordOf),
    controlRoute('PATCH', one, (request) =>
      done(companyOf(request).bookkeeper.edit(entityOf(request), param(request, 'id'), request.body(fieldsSchema))),
    ),
    controlRoute('POST', `${one}/deactivate`, (request) =>
      done(companyOf(request).bookkeeper.deactivate(entityOf(request), param(request, 'id'))),
    ),
    controlRoute('POST', `${one}/reactivate`, (request) =>
      done(companyOf(request).bookkeeper.reactivate(entityOf(request), param(request, 'id'))),
    ),
    controlRoute('POST', `${one}/merge`, (request) => {
      const { loser } = request.body(z.strictObject({ loser: z.string() }))
      return done(companyOf(request).bookkeeper.merge(entityOf(request), param(request, 'id'), loser))
    }),
  ]
}
