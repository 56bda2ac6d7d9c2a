import { expect, it } from 'vitest'
import { redirectUriRefusal } from '../../../../local/quickbooks/oauth/redirect-uri.ts'

it('takes localhost and https for sandbox keys', () => {
  for (const uri of ['http://localhost:3000/cb', 'http://127.0.0.1:3000/cb', 'https://app.example.com/cb']) {
    expect(redirectUriRefusal(uri, 'sandbox')).toBeUndefined()
  }
})

it('takes https with a name for production keys, and nothing else', () => {
  expect(redirectUriRefusal('https://app.example.com/cb', 'production')).toBeUndefined()
  for (const uri of [
    'http://localhost:3000/cb',
    'http://app.example.com/cb',
    'https://10.0.0.1/cb',
    'https://[::1]/cb',
  ]) {
    expect(redirectUriRefusal(uri, 'production')).toMatch(/must/)
  }
})

it('takes none with a query or fragment, plain http elsewhere, or that is no URL', () => {
  for (const uri of ['https://a.example.com/cb?x=1', 'https://a.example.com/cb#x', 'http://a.example.com/cb', 'cb']) {
    expect(redirectUriRefusal(uri, 'sandbox')).toBeDefined()
  }
})
