// axios ships no types for the path that names its CommonJS build, and node-quickbooks' own describe an
// `export default` that its `module.exports = QuickBooks` does not have. Only what Tandem uses is declared.

declare module 'axios/dist/node/axios.cjs' {
  import type { AxiosStatic } from 'axios'

  const axios: AxiosStatic
  export default axios
}

declare module 'node-quickbooks' {
  type Callback = (error: unknown, answer?: unknown) => void

  export default class QuickBooks {
    constructor(
      consumerKey: string,
      consumerSecret: string,
      accessToken: string,
      tokenSecret: false,
      realmId: string,
      useSandbox: boolean,
      debug: boolean,
      minorVersion: number,
      oauthVersion: '2.0',
    )

    getCompanyInfo(id: string, callback: Callback): void
    getCustomer(id: string, callback: Callback): void
    getVendor(id: string, callback: Callback): void
    findCustomers(criteria: string, callback: Callback): void
    findVendors(criteria: string, callback: Callback): void
    findCustomerTypes(criteria: string, callback: Callback): void
    changeDataCapture(entities: readonly string[], since: string, callback: Callback): void
    createCustomer(body: object, callback: Callback): void
    createVendor(body: object, callback: Callback): void
    updateCustomer(body: object, callback: Callback): void
    updateVendor(body: object, callback: Callback): void
  }
}
