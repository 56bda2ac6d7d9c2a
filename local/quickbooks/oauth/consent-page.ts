import type { AuthorizeRequest } from './authorize.ts'

/** A company that the signed-in person may connect. */
export type SelectableCompany = { readonly realmId: string; readonly name: string }

/** Escapes text for HTML content and for attribute values in double quotes. */
function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`)
}

const STYLE = `
  :root { color-scheme: light }
  body { margin: 0; font: 16px/1.5 system-ui, sans-serif; color: #21262a; background: #f4f5f8 }
  main { max-width: 30rem; margin: 8vh auto; background: #fff; border-radius: 12px; padding: 2rem 2.5rem; box-shadow: 0 2px 12px #0002 }
  h1 { font-size: 1.4rem; margin: 0 0 1rem }
  .brand { color: #108000; font-weight: 700; letter-spacing: .02em; margin-bottom: 1.5rem }
  select, button { font: inherit }
  select { width: 100%; padding: .6rem; border: 1px solid #8d9096; border-radius: 6px; margin: .3rem 0 1.2rem }
  ul { padding-left: 1.2rem } li { margin: .3rem 0 }
  .actions { display: flex; gap: .8rem; justify-content: flex-end; margin-top: 1.5rem }
  button { padding: .6rem 1.6rem; border-radius: 6px; border: 2px solid #108000; cursor: pointer }
  .connect { background: #108000; color: #fff } .refuse { background: #fff; color: #108000 }
  details { margin-top: 1.5rem; color: #5c6166 } footer { color: #5c6166; font-size: .85rem; margin-top: 1.5rem }`

const page = (title: string, content: string): string =>
  `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title><style>${STYLE}</style></head><body><main><div class="brand">QuickBooks (simulated)</div>${content}</main></body></html>`

const WHAT_A_SCOPE_ALLOWS: Readonly<Record<string, string>> = {
  'com.intuit.quickbooks.accounting': "See and change your company's accounting data",
  'com.intuit.quickbooks.payment': 'Take payments for your company',
  openid: 'Know who you are',
  profile: 'See your name',
  email: 'See your e-mail address',
  phone: 'See your phone number',
  address: 'See your address',
}

/** The page on which a person picks a company and says "Connect" or "No thanks". Its form posts to its own URL. */
export function consentPage(request: AuthorizeRequest, companies: readonly SelectableCompany[]): string {
  const hidden = Object.entries({
    client_id: request.app.clientId,
    redirect_uri: request.redirectUri,
    response_type: 'code',
    scope: request.scopes.join(' '),
    state: request.state,
  })
    .map(([name, value]) => `<input type="hidden" name="${name}" value="${escapeHtml(value)}">`)
    .join('')
  const options = companies
    .map(
      ({ realmId, name }) =>
        `<option value="${escapeHtml(realmId)}">${escapeHtml(name)} (${escapeHtml(realmId)})</option>`,
    )
    .join('')
  const selector =
    companies.length === 0 ? '' : `<label>Which company?<select name="realmId">${options}</select></label>`
  const allowed = request.scopes.map((scope) => `<li>${escapeHtml(WHAT_A_SCOPE_ALLOWS[scope] ?? scope)}</li>`).join('')
  const name = escapeHtml(request.app.name)
  return page(
    `Connect ${name} to QuickBooks`,
    `<h1>Connect ${name} to QuickBooks</h1><form method="post" action="/connect/oauth2">${hidden}${selector}
<p>${name} will be able to:</p><ul>${allowed}</ul>
<div class="actions"><button class="refuse" name="decision" value="refuse">No thanks</button><button class="connect" name="decision" value="connect">Connect</button></div></form>
<footer>You can disconnect at any time on QuickBooks' Apps page.</footer>`,
  )
}

/** The page that Intuit shows where it will not redirect. */
export function connectionProblemPage(appName: string, reason: string): string {
  return page(
    'Connection problem',
    `<h1>Uh oh, there’s a connection problem.</h1><p>Sorry, but ${escapeHtml(appName)} didn’t connect. Please try again later, or contact customer support for help.</p><details open><summary>View error details (for Developers)</summary><p>${escapeHtml(reason)}</p></details>`,
  )
}
