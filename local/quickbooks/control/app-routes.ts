import * as z from 'zod'
import type { App } from '../apps.ts'
import type { SimulatorContext } from '../context.ts'
import type { Route } from '../http.ts'
import type { OauthModule } from '../oauth/module.ts'
import { redirectUriRefusal } from '../oauth/redirect-uri.ts'
import { type ControlRequest, controlRoute, param, Refusal } from './json-route.ts'

const fields = {
  clientSecret: z.string().min(1),
  name: z.string().min(1),
  environment: z.enum(['sandbox', 'production']),
  redirectUris: z.array(z.string()),
  verifierToken: z.string().min(1),
}
const optionalFields = {
  webhookUrl: z.url().exactOptional(),
  webhookEntities: z.array(z.enum(['Customer', 'Vendor', 'Employee'])).exactOptional(),
  monthlyReads: z.int().min(0).exactOptional(),
}
const appSchema = z.strictObject({ clientId: z.string().min(1), ...fields, ...optionalFields })
// null takes a setting away; a field that is not sent stays.
const changesSchema = z.strictObject({
  ...z.object(fields).partial().shape,
  webhookUrl: z.url().nullish(),
  webhookEntities: z.array(z.enum(['Customer', 'Vendor', 'Employee'])).nullish(),
  monthlyReads: z.int().min(0).nullish(),
})

function register(context: SimulatorContext, app: App): App {
  for (const uri of app.redirectUris) {
    const refusal = redirectUriRefusal(uri, app.environment)
    if (refusal !== undefined) throw new Refusal(400, `Redirect URI refused: ${refusal}`)
  }
  context.apps.register(app)
  return app
}

function changed(app: App, to: z.infer<typeof changesSchema>): App {
  const sent = Object.entries(to).filter(([, value]) => value !== undefined)
  const merged = Object.entries({ ...app, ...Object.fromEntries(sent) }).filter(([, value]) => value !== null)
  return appSchema.parse(Object.fromEntries(merged))
}

/** What a developer sets up in Intuit's portal, and what a person sees on QuickBooks' Apps page. */
export function appRoutes(context: SimulatorContext, oauth: OauthModule): readonly Route[] {
  const appOf = (request: ControlRequest): App => {
    const clientId = param(request, 'clientId')
    const app = context.apps.find(clientId)
    if (app === undefined) throw new Refusal(404, `There is no app with client id "${clientId}".`)
    return app
  }
  const clientIdSchema = z.strictObject({ clientId: z.string().exactOptional() })
  const clientIdOf = (request: ControlRequest): string => {
    const clientId = request.body(clientIdSchema).clientId ?? context.apps.list()[0]?.clientId
    if (clientId === undefined || context.apps.find(clientId) === undefined) {
      throw new Refusal(404, `There is no app with client id "${clientId}".`)
    }
    return clientId
  }
  return [
    controlRoute('GET', '/control/apps', () => ({ items: context.apps.list() })),
    controlRoute('POST', '/control/apps', (request) => register(context, request.body(appSchema))),
    controlRoute('PATCH', '/control/apps/:clientId', (request) =>
      register(context, changed(appOf(request), request.body(changesSchema))),
    ),
    // Without the tokens: whoever needs one asks for a grant of his own.
    controlRoute('GET', '/control/grants', () => ({
      items: oauth
        .grants()
        .map(({ id, clientId, realmId, scopes, grantedAt, hardExpiresAt, refreshExpiresAt, end }) => ({
          id,
          clientId,
          realmId,
          scopes,
          grantedAt,
          hardExpiresAt,
          refreshExpiresAt,
          end,
        })),
    })),
    controlRoute('POST', '/control/companies/:realm/grant', (request) => {
      const tokens = oauth.grant(clientIdOf(request), param(request, 'realm'))
      return {
        realmId: tokens.grant.realmId,
        access_token: tokens.accessToken,
        refresh_token: tokens.grant.refreshToken,
        expires_in: tokens.expiresIn,
        x_refresh_token_expires_in: tokens.refreshExpiresIn,
      }
    }),
    controlRoute('POST', '/control/companies/:realm/disconnect', (request) => ({
      ended: oauth.disconnect(clientIdOf(request), param(request, 'realm')),
    })),
  ]
}
