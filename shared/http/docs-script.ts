/**
 * The script of the docs page, as the browser runs it: reads /openapi.json and builds a form for each operation.
 * Whatever it shows is set as text, never as markup. The token stays in this tab.
 */
export const DOCS_SCRIPT = String.raw`'use strict'
const make = (tag, properties = {}, ...children) => {
  const element = Object.assign(document.createElement(tag), properties)
  element.append(...children)
  return element
}
const tokenField = document.getElementById('token')
tokenField.value = sessionStorage.getItem('tandem-token') ?? ''
tokenField.addEventListener('input', () => sessionStorage.setItem('tandem-token', tokenField.value.trim()))

const resolve = (spec, schema) => {
  const name = schema?.$ref?.split('/').at(-1)
  return name === undefined ? schema : spec.components.schemas[name]
}

// A body to begin with: examples where there are some, else the first choice, else what is empty of that type.
const sample = (spec, given) => {
  const schema = resolve(spec, given) ?? {}
  const example = schema.example ?? schema.examples?.[0] ?? schema.default ?? schema.const ?? schema.enum?.[0]
  if (example !== undefined) return example
  const choice = schema.oneOf?.[0] ?? schema.anyOf?.[0]
  if (choice !== undefined) return sample(spec, choice)
  if (schema.type === 'object') {
    const entries = Object.entries(schema.properties ?? {}).map(([key, value]) => [key, sample(spec, value)])
    return Object.fromEntries(entries)
  }
  if (schema.type === 'array') return [sample(spec, schema.items)]
  return { string: '', number: 0, integer: 0, boolean: false }[schema.type] ?? null
}

const fieldFor = (spec, parameter) => {
  const schema = resolve(spec, parameter.schema) ?? {}
  const field = schema.enum
    ? make('select', {}, ...['', ...schema.enum].map((value) => make('option', { value, textContent: value })))
    : make('input', { placeholder: String(schema.default ?? parameter.example ?? schema.example ?? '') })
  field.required = parameter.required === true
  const hint = parameter.description ?? schema.description ?? ''
  const label = make('label', {}, make('code', { textContent: parameter.name }), field, make('small', { textContent: hint }))
  return { parameter, field, label }
}

const addressOf = (path, fields) => {
  const filled = fields.filter(({ field }) => field.value !== '')
  const inPath = filled.filter(({ parameter }) => parameter.in === 'path')
  const query = filled.filter(({ parameter }) => parameter.in === 'query')
  const pathname = inPath.reduce((rest, one) => rest.replace('{' + one.parameter.name + '}', encodeURIComponent(one.field.value)), path)
  const search = new URLSearchParams(query.map((one) => [one.parameter.name, one.field.value])).toString()
  return search === '' ? pathname : pathname + '?' + search
}

const send = async (method, path, operation, fields, body, result) => {
  const token = tokenField.value.trim()
  const headers = { accept: 'application/json' }
  if (token !== '' && operation.security?.length) headers.authorization = 'Bearer ' + token
  if (body !== undefined) headers['content-type'] = 'application/json'
  for (const { parameter, field } of fields) {
    if (parameter.in === 'header' && field.value !== '') headers[parameter.name] = field.value
  }
  const address = addressOf(path, fields)
  const shown = method.toUpperCase() + ' ' + address
  result.textContent = shown + '\n…'
  try {
    const began = performance.now()
    const answer = await fetch(address, { method: method.toUpperCase(), headers, ...(body === undefined ? {} : { body: body.value }) })
    const text = await answer.text()
    const took = Math.round(performance.now() - began)
    let pretty = text
    try { pretty = JSON.stringify(JSON.parse(text), null, 2) } catch {}
    result.textContent = shown + '\n' + answer.status + ' ' + answer.statusText + ' (' + took + ' ms)\n\n' + pretty
    const next = answer.ok ? JSON.parse(text).next : undefined
    const cursor = fields.find(({ parameter }) => parameter.name === 'cursor')
    if (cursor !== undefined) cursor.field.value = next ?? ''
  } catch (error) {
    result.textContent = shown + '\n' + error
  }
}

const operationFor = (spec, path, method, operation) => {
  const fields = (operation.parameters ?? []).map((parameter) => fieldFor(spec, parameter))
  const schema = operation.requestBody?.content?.['application/json']?.schema
  const body = schema && make('textarea', { rows: 10, spellcheck: false, value: JSON.stringify(sample(spec, schema), null, 2) })
  const result = make('output')
  const form = make('form', {}, ...fields.map(({ label }) => label))
  if (body !== undefined) form.append(make('label', {}, make('code', { textContent: 'body' }), body))
  form.append(make('button', { textContent: 'Send' }))
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    void send(method, path, operation, fields, body, result)
  })
  const answers = Object.entries(operation.responses).map(([status, response]) =>
    make('li', {}, make('b', { textContent: status }), ' ' + (response.description ?? '')))
  const scope = operation.security?.flatMap((one) => Object.values(one).flat()).join(', ')
  return make('details', { id: operation.operationId },
    make('summary', {}, make('b', { className: method, textContent: method.toUpperCase() }), make('code', { textContent: path }), make('span', { textContent: operation.summary })),
    make('p', { textContent: operation.description ?? '' }),
    make('p', {}, make('small', { textContent: scope ? 'Needs ' + scope : 'Needs no token' })),
    form, result,
    make('details', {}, make('summary', { textContent: 'Answers' }), make('ul', {}, ...answers)))
}

const show = async () => {
  const spec = await (await fetch('openapi.json')).json()
  document.getElementById('about').textContent = spec.info.description.split('\n')[0]
  const operations = Object.entries(spec.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ tag: operation.tags?.[0] ?? '', element: operationFor(spec, path, method, operation) })))
  const main = document.getElementById('operations')
  for (const tag of new Set(operations.map((one) => one.tag))) {
    main.append(make('section', {}, make('h2', { textContent: tag }), ...operations.filter((one) => one.tag === tag).map((one) => one.element)))
  }
  if (location.hash !== '') document.getElementById(location.hash.slice(1))?.setAttribute('open', '')
}
show().catch((error) => { document.getElementById('about').textContent = 'The document could not be read: ' + error })
`
