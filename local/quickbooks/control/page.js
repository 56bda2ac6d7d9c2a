const $ = (id) => document.getElementById(id)
const FIELDS = {
  customers: [
    'DisplayName',
    'Title',
    'GivenName',
    'MiddleName',
    'FamilyName',
    'Suffix',
    'CompanyName',
    'PrintOnCheckName',
    'PrimaryEmailAddr.Address',
    'PrimaryPhone.FreeFormNumber',
    'Mobile.FreeFormNumber',
    'WebAddr.URI',
    'BillAddr.Line1',
    'BillAddr.Line2',
    'BillAddr.City',
    'BillAddr.CountrySubDivisionCode',
    'BillAddr.PostalCode',
    'BillAddr.Country',
    'ShipAddr.Line1',
    'ShipAddr.City',
    'ShipAddr.CountrySubDivisionCode',
    'ShipAddr.PostalCode',
    'Notes',
    'ParentRef.value',
    'CustomerTypeRef.value',
  ],
  vendors: [
    'DisplayName',
    'GivenName',
    'FamilyName',
    'CompanyName',
    'PrintOnCheckName',
    'AcctNum',
    'PrimaryEmailAddr.Address',
    'PrimaryPhone.FreeFormNumber',
    'WebAddr.URI',
    'BillAddr.Line1',
    'BillAddr.City',
    'BillAddr.CountrySubDivisionCode',
    'BillAddr.PostalCode',
  ],
  employees: ['DisplayName', 'GivenName', 'FamilyName', 'PrimaryEmailAddr.Address', 'PrimaryPhone.FreeFormNumber'],
}
const FAULTS = {
  status: 'status',
  html: 'status',
  'fault-in-200': '',
  unauthorized: '',
  forbidden: '',
  throttled: '',
  reset: '',
  'response-lost': '',
  'timeout-after': '',
  truncated: '',
  'slow-body': 'overMs',
  delay: 'ms',
}
const PAGE = 25
let offset = 0,
  clockOffset = 0

async function api(method, path, body) {
  const answer = await fetch(`/control/${path}`, {
    method,
    body: body === undefined ? undefined : JSON.stringify(body),
  })
  const json = answer.status === 204 ? undefined : await answer.json()
  if (!answer.ok) throw new Error(json.error)
  return json
}
function note(text, isError = false) {
  $('note').textContent = text
  $('note').className = isError ? 'on error' : 'on'
  clearTimeout(note.timer)
  note.timer = setTimeout(
    () => {
      $('note').className = ''
    },
    isError ? 6000 : 2000,
  )
}
const attempt =
  (run) =>
  async (...args) => {
    try {
      await run(...args)
    } catch (error) {
      note(error.message, true)
    }
  }
/** Makes an element; text is always text, never markup. */
function make(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties)
  element.append(...children.filter((child) => child !== undefined && child !== null))
  return element
}
const cell = (text, className = '') => make('td', { className }, String(text ?? ''))
const at = (object, path) => path.split('.').reduce((value, key) => value?.[key], object)
const clockTime = (ms) => new Date(ms).toLocaleString()
const records = () => `companies/${$('company').value}/${$('list').value}`

async function showRows() {
  const query = new URLSearchParams({ search: $('search').value, active: $('active').value, offset, limit: PAGE })
  const { total, items } = await api('GET', `${records()}?${query}`)
  $('total').textContent = total === 0 ? 'none' : `${offset + 1}–${offset + items.length} of ${total}`
  $('previous').disabled = offset === 0
  $('next').disabled = offset + PAGE >= total
  $('rows').replaceChildren(
    ...items.map((record) =>
      make(
        'tr',
        { className: record.Active === false ? 'pick inactive' : 'pick', onclick: attempt(() => showCard(record.Id)) },
        make(
          'td',
          { className: 'text', title: record.FullyQualifiedName ?? record.DisplayName },
          make('span', { style: `padding-left:${(record.Level ?? 0) * 1.4}rem` }, record.DisplayName),
        ),
        cell(record.CompanyName, 'text'),
        cell(record.PrimaryEmailAddr?.Address, 'text'),
        cell(record.PrimaryPhone?.FreeFormNumber, 'text'),
        cell(record.Balance?.toFixed(2), 'number'),
        cell(record.MetaData?.LastUpdatedTime?.replace('T', ' ').slice(0, 19), 'time'),
        cell(record.SyncToken, 'number'),
        cell(record.Id, 'number'),
      ),
    ),
  )
}
function fieldInputs(record) {
  $('card-fields').replaceChildren(
    ...FIELDS[$('list').value].flatMap((path) => [
      make(
        'label',
        { htmlFor: path },
        path
          .replace('.Address', '')
          .replace('.FreeFormNumber', '')
          .replace('.URI', '')
          .replace('.value', '')
          .replace('.', ' '),
      ),
      make('input', { id: path, value: at(record, path) ?? '' }),
    ]),
  )
}
/** Only what was changed; a nested object goes whole, as QuickBooks' own screens send it. */
function changedFields(record) {
  const changes = {}
  for (const path of FIELDS[$('list').value]) {
    const value = $(path).value
    if (value === String(at(record, path) ?? '')) continue
    const [top, nested] = path.split('.')
    if (nested === undefined) changes[top] = value
    else changes[top] = { ...(changes[top] ?? record[top]), [nested]: value }
  }
  if (changes.ParentRef !== undefined) {
    changes.Job = changes.ParentRef.value !== ''
    changes.ParentRef = changes.Job ? { value: changes.ParentRef.value } : null
  }
  return changes
}
const button = (text, run, className = '') => make('button', { className, onclick: attempt(run) }, text)
async function act(run, done) {
  await run()
  $('card').close()
  note(done)
  await showRows()
}
async function showCard(id) {
  const path = `${records()}/${id}`
  const record = await api('GET', path)
  $('card-title').textContent = record.DisplayName
  fieldInputs(record)
  const isCustomer = $('list').value === 'customers'
  $('card-actions').replaceChildren(
    button('Save', () => act(() => api('PATCH', path, changedFields(record)), 'Saved'), 'main'),
    record.Active === false
      ? button('Make active', () => act(() => api('POST', `${path}/reactivate`), 'Active again'))
      : button('Make inactive', () => act(() => api('POST', `${path}/deactivate`), 'Inactive')),
    button('Merge…', () => {
      const loser = prompt(`Id of the one that goes into ${record.DisplayName} and is gone for good`)
      if (loser) return act(() => api('POST', `${path}/merge`, { loser }), 'Merged')
    }),
    ...(isCustomer
      ? [
          button('Invoice…', () => {
            const amount = Number(prompt('Amount', '100'))
            if (amount > 0)
              return act(
                () => api('POST', `companies/${$('company').value}/invoices`, { customer: id, amount }),
                'Invoiced',
              )
          }),
        ]
      : []),
    make('span', { className: 'gap' }),
    button('Close', () => $('card').close()),
  )
  $('card').showModal()
}
function showNew() {
  $('card-title').textContent = 'New'
  fieldInputs({})
  $('card-actions').replaceChildren(
    button('Create', () => act(() => api('POST', records(), changedFields({})), 'Created'), 'main'),
    make('span', { className: 'gap' }),
    button('Close', () => $('card').close()),
  )
  $('card').showModal()
}
async function showCompanies() {
  const { items } = await api('GET', 'companies')
  const chosen = $('company').value
  $('company').replaceChildren(
    ...items.map(({ realmId, name }) => make('option', { value: realmId }, `${name} (${realmId})`)),
  )
  if (items.some(({ realmId }) => realmId === chosen)) $('company').value = chosen
}
/** A path as a person reads it; one that is encoded wrongly stays as it came. */
function readable(path) {
  try {
    return decodeURIComponent(path.replace(/\+/g, ' '))
  } catch {
    return path
  }
}
async function showCalls() {
  const [{ totals, items }, { apps }] = await Promise.all([api('GET', 'calls?limit=200'), api('GET', 'usage')])
  const names = new Map(apps.map(({ clientId, name }) => [clientId, name]))
  const tile = (label, value) => make('div', { className: 'tile' }, make('b', {}, String(value)), label)
  $('totals').replaceChildren(
    tile('calls', totals.calls),
    tile('metered reads', totals.meteredReads),
    tile('rows', totals.rows),
    ...Object.entries(totals.byKind)
      .filter(([, n]) => n > 0)
      .map(([kind, n]) => tile(kind, n)),
    ...apps.map(({ name, monthlyReads, monthlyLimit }) =>
      tile(`${name}, this month${monthlyLimit === null ? '' : ` of ${monthlyLimit}`}`, monthlyReads),
    ),
  )
  $('calls').replaceChildren(
    ...items
      .toReversed()
      .map((call) =>
        make(
          'tr',
          {},
          cell(call.number, 'number'),
          cell(new Date(call.at).toLocaleTimeString()),
          cell(`${call.method} ${readable(call.path)}`, 'path'),
          cell(call.kind),
          cell(
            call.error ? `${call.status} (${call.error})` : call.status,
            call.status >= 400 || call.status === 0 ? 'number bad' : 'number',
          ),
          cell(call.rows, 'number'),
          cell(call.meteredReads, 'number'),
          cell(Math.round(call.latencyMs), 'number'),
          cell(names.get(call.clientId) ?? ''),
          cell(call.fault, 'bad'),
        ),
      ),
  )
}
const travelFields = (settings) => ({
  'first delivery after, ms, at least': ['min', settings.delayMs.min],
  'at most': ['max', settings.delayMs.max],
  'gathered for, ms': ['gatherMs', settings.gatherMs],
  'share lost': ['lossShare', settings.lossShare],
  'share sent twice': ['duplicateShare', settings.duplicateShare],
  'share overtaken': ['reorderShare', settings.reorderShare],
  'held back up to, ms': ['reorderMs', settings.reorderMs],
})
/** The companies that the app is connected to, as on QuickBooks' Apps page. */
function connectedCompanies(grants, clientId) {
  const living = grants.filter((grant) => grant.clientId === clientId && grant.end === undefined && grant.realmId)
  const realmIds = [...new Set(living.map(({ realmId }) => realmId))]
  if (realmIds.length === 0) return [make('p', {}, 'Connected to no company, so nothing is sent.')]
  return realmIds.map((realmId) =>
    make(
      'div',
      { className: 'bar' },
      `Connected to ${realmId}`,
      button('Disconnect', async () => {
        await api('POST', `companies/${realmId}/disconnect`, { clientId })
        note('Disconnected')
        await show()
      }),
    ),
  )
}
async function showWebhooks() {
  const [{ settings, waiting }, { items }, apps, grants] = await Promise.all([
    api('GET', 'webhooks'),
    api('GET', 'webhooks/deliveries?limit=50'),
    api('GET', 'apps'),
    api('GET', 'grants'),
  ])
  if (!$('travel').contains(document.activeElement)) {
    $('travel').replaceChildren(
      ...Object.entries(travelFields(settings)).flatMap(([label, [id, value]]) => [
        make('label', { htmlFor: `travel-${id}` }, label),
        make('input', { id: `travel-${id}`, type: 'number', min: 0, step: 'any', value }),
      ]),
    )
  }
  if (!$('apps').contains(document.activeElement)) {
    $('apps').replaceChildren(
      ...apps.items.map((app) => {
        const url = make('input', {
          value: app.webhookUrl ?? '',
          placeholder: 'no webhooks',
          size: 44,
        })
        const token = make('input', { value: app.verifierToken, size: 44, ariaLabel: 'Verifier token' })
        return make(
          'div',
          {},
          make('p', {}, `${app.name} · ${app.environment} · ${app.clientId}`),
          make('label', {}, 'Webhook URL', make('div', { className: 'bar' }, url)),
          make('span', {}, 'Verifier token'),
          make(
            'div',
            { className: 'bar' },
            token,
            button(
              'Save',
              async () => {
                await api('PATCH', `apps/${encodeURIComponent(app.clientId)}`, {
                  webhookUrl: url.value === '' ? null : url.value,
                  verifierToken: token.value,
                })
                note('Saved')
              },
              'main',
            ),
          ),
          ...connectedCompanies(grants.items, app.clientId),
        )
      }),
    )
  }
  $('waiting').textContent = `${waiting.events} events and ${waiting.deliveries} deliveries wait`
  $('deliveries').replaceChildren(
    ...items
      .toReversed()
      .map((delivery) =>
        make(
          'tr',
          {},
          make(
            'td',
            {},
            make(
              'details',
              {},
              make('summary', {}, delivery.id),
              make('pre', { style: 'white-space:pre-wrap;max-width:34rem' }, delivery.notification.body),
            ),
          ),
          cell(clockTime(delivery.createdAt)),
          cell(delivery.notification.url, 'path'),
          cell(delivery.events, 'number'),
          cell(
            delivery.nextAttemptAt ? `${delivery.state} until ${clockTime(delivery.nextAttemptAt)}` : delivery.state,
            delivery.state === 'delivered' ? '' : 'bad',
          ),
          cell(delivery.attempts.map(({ outcome, tookMs }) => `${outcome} (${tookMs} ms)`).join(', ')),
        ),
      ),
  )
}
async function showWeather() {
  const [gateway, { items }, clock] = await Promise.all([
    api('GET', 'gateway'),
    api('GET', 'faults'),
    api('GET', 'clock'),
  ])
  clockOffset = clock.now - Date.now()
  $('clock').textContent = `${clock.time}${clock.movable ? '' : ' (it cannot be moved here)'}`
  $('fixed').value = gateway.latency.fixedMs
  $('per-row').value = gateway.latency.perRowMs
  $('maintenance').checked = gateway.maintenance
  $('faults').replaceChildren(
    ...items.map(({ id, seen, struck, fault, ...when }) =>
      make(
        'div',
        { className: 'bar' },
        make(
          'span',
          {},
          make('b', {}, fault.kind),
          ` ${JSON.stringify({ ...fault, kind: undefined, ...when })} · seen ${seen}, struck ${struck}`,
        ),
        button(
          'Remove',
          async () => {
            await api('DELETE', `faults/${id}`)
            await showWeather()
          },
          'small',
        ),
      ),
    ),
  )
}
async function showSwitches() {
  const { items } = await api('GET', 'switches')
  $('switches').replaceChildren(
    ...items.map(({ name, question, positions, current, default: usual }) => {
      const select = make(
        'select',
        {
          ariaLabel: name,
          onchange: attempt(async () => {
            await api('PATCH', 'switches', { [name]: select.value })
            await showSwitches()
          }),
        },
        ...positions.map((position) =>
          make(
            'option',
            { value: position, selected: position === current },
            position === usual ? `${position} (default)` : position,
          ),
        ),
      )
      return make(
        'div',
        { className: current === usual ? 'switch' : 'switch moved' },
        make('div', {}, question, make('br'), make('code', {}, name)),
        select,
      )
    }),
  )
}
const SHOW = { Books: showRows, Calls: showCalls, Webhooks: showWebhooks, Weather: showWeather, Switches: showSwitches }
let tab = 'Books'
const show = attempt(() => SHOW[tab]())
function openTab(name) {
  tab = name in SHOW ? name : 'Books'
  for (const section of document.querySelectorAll('section')) section.hidden = section.dataset.tab !== tab
  for (const each of $('tabs').children) each.setAttribute('aria-current', String(each.textContent === tab))
  location.hash = tab
  void show()
}
$('tabs').append(...Object.keys(SHOW).map((name) => make('button', { onclick: () => openTab(name) }, name)))
const fromStart = () => {
  offset = 0
  void show()
}
$('company').onchange = $('list').onchange = $('active').onchange = fromStart
let typing
$('search').oninput = () => {
  clearTimeout(typing)
  typing = setTimeout(fromStart, 200)
}
$('previous').onclick = () => {
  offset = Math.max(0, offset - PAGE)
  void show()
}
$('next').onclick = () => {
  offset += PAGE
  void show()
}
$('new').onclick = showNew
for (const each of document.querySelectorAll('[data-refresh]')) each.onclick = show
$('clear-calls').onclick = attempt(async () => {
  await api('DELETE', 'calls')
  await show()
})
$('retry').onclick = attempt(async () => {
  await api('POST', 'webhooks/retry')
  await show()
})
$('drop').onclick = attempt(async () => {
  await api('DELETE', 'webhooks/deliveries')
  await show()
})
$('save-travel').onclick = attempt(async () => {
  const value = (id) => Number($(`travel-${id}`).value)
  const names = ['gatherMs', 'lossShare', 'duplicateShare', 'reorderShare', 'reorderMs']
  await api('PATCH', 'webhooks', {
    delayMs: { min: value('min'), max: value('max') },
    ...Object.fromEntries(names.map((name) => [name, value(name)])),
  })
  note('Saved')
})
for (const [label, ms] of [
  ['+10 s', 1e4],
  ['+1 min', 6e4],
  ['+1 h', 36e5],
  ['+1 day', 864e5],
  ['+30 days', 2592e6],
  ['+100 days', 864e7],
]) {
  $('advance').append(
    button(label, async () => {
      await api('PATCH', 'clock', { advanceMs: ms })
      await show()
    }),
  )
}
$('save-latency').onclick = attempt(async () => {
  await api('PATCH', 'gateway', {
    latency: { fixedMs: Number($('fixed').value), perRowMs: Number($('per-row').value) },
  })
  note('Saved')
})
$('maintenance').onchange = attempt(() => api('PATCH', 'gateway', { maintenance: $('maintenance').checked }))
$('fault-kind').append(...Object.keys(FAULTS).map((kind) => make('option', {}, kind)))
$('add-fault').onclick = attempt(async () => {
  const kind = $('fault-kind').value
  const number = FAULTS[kind]
  const rule = { fault: { kind, ...(number === '' ? {} : { [number]: Number($('fault-number').value || 500) }) } }
  for (const [field, isText] of [['nth'], ['share'], ['path', true], ['times']]) {
    const value = $(`fault-${field}`).value
    if (value !== '') rule[field] = isText ? value : Number(value)
  }
  await api('POST', 'faults', rule)
  await show()
})
$('clear-faults').onclick = attempt(async () => {
  await api('DELETE', 'faults')
  await show()
})
$('default-switches').onclick = attempt(async () => {
  await api('DELETE', 'switches')
  await show()
})
setInterval(() => {
  $('time').textContent = clockTime(Date.now() + clockOffset)
  // Someone who has opened a delivery is reading it.
  const isReading = document.querySelector('#deliveries details[open]') !== null
  const isFollowed = (tab === 'Calls' && $('follow').checked) || (tab === 'Webhooks' && !isReading)
  if (document.visibilityState === 'visible' && isFollowed) void show()
}, 1000)
attempt(async () => {
  await showCompanies()
  await showWeather()
  openTab(decodeURIComponent(location.hash.slice(1)) || 'Books')
})()
