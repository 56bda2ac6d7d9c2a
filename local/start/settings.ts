import { parseArgs } from 'node:util'
import type { WeatherName } from '../cloud/weather/weather.ts'

export const help = `Runs all of Tandem on this machine.

  npm start -- [options]

  --fresh            begin anew: deletes what earlier starts stored
  --port N           port of the API (default 3000)
  --simulator-port N port of the QuickBooks simulator (default 9000)
  --data FOLDER      where all is stored (default .tandem)
  --customers N      a generated company of N customers in the simulator, beside the sample company
  --weather bad      what AWS does now and then: an index that lags, throttling, frozen functions, doubled messages,
                     an API that refuses; calm (default) or bad, and set anew at any time (see local/README.md)
  --help             this text

Environment:
  INTUIT_CLIENT_ID, INTUIT_CLIENT_SECRET and INTUIT_ENVIRONMENT=sandbox
                     talk to Intuit's sandbox in place of the simulator
  INTUIT_VERIFIER_TOKEN
                     what Intuit signs webhooks with, where it can reach this machine
  DYNAMODB_ENDPOINT  a DynamoDB that runs already, for platforms other than Linux x64
`

// The other parts take ports above it.
const highestApiPort = 65_000

/** Credentials of an app at Intuit, from the environment. */
export interface IntuitApp {
  readonly clientId: string
  readonly clientSecret: string
  readonly verifierTokens: readonly string[]
}

export interface StartSettings {
  readonly fresh: boolean
  readonly port: number
  readonly simulatorPort: number
  readonly data: string
  readonly customers: number | undefined
  readonly weather: WeatherName
  readonly help: boolean
  /** Undefined: the simulator. */
  readonly intuit: IntuitApp | undefined
  readonly dynamoDbEndpoint: string | undefined
}

/** Reads the command line and environment of `npm start`. Throws an Error that says what is wrong with them. */
export function readStartSettings(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): StartSettings {
  const { values } = parseArgs({
    args: [...args],
    options: {
      fresh: { type: 'boolean', default: false },
      port: { type: 'string', default: '3000' },
      'simulator-port': { type: 'string', default: '9000' },
      data: { type: 'string', default: '.tandem' },
      customers: { type: 'string' },
      weather: { type: 'string', default: 'calm' },
      help: { type: 'boolean', default: false },
    },
  })
  return {
    fresh: values.fresh,
    port: wholeNumber('--port', values.port, highestApiPort),
    simulatorPort: wholeNumber('--simulator-port', values['simulator-port'], 65_535),
    data: values.data,
    customers: values.customers === undefined ? undefined : wholeNumber('--customers', values.customers, 1_000_000),
    weather: weatherName(values.weather),
    help: values.help,
    intuit: readIntuitApp(environment),
    dynamoDbEndpoint: readEndpoint(environment.DYNAMODB_ENDPOINT),
  }
}

function readIntuitApp(environment: Readonly<Record<string, string | undefined>>): IntuitApp | undefined {
  const [clientId, clientSecret, name] = ['INTUIT_CLIENT_ID', 'INTUIT_CLIENT_SECRET', 'INTUIT_ENVIRONMENT'].map(
    (variable) => environment[variable] ?? '',
  )
  if (clientId === '' && clientSecret === '' && name === '') return undefined
  if (name !== 'sandbox') {
    throw new Error("INTUIT_ENVIRONMENT has to be sandbox: a laptop must not work on a real company's books.")
  }
  if (clientId === undefined || clientId === '' || clientSecret === undefined || clientSecret === '') {
    throw new Error(
      'INTUIT_ENVIRONMENT=sandbox needs INTUIT_CLIENT_ID and INTUIT_CLIENT_SECRET: the development keys of the app at Intuit.',
    )
  }
  const verifier = environment.INTUIT_VERIFIER_TOKEN ?? ''
  return { clientId, clientSecret, verifierTokens: verifier === '' ? [] : [verifier] }
}

function readEndpoint(value: string | undefined): string | undefined {
  if (value === undefined || value === '') return undefined
  if (!URL.canParse(value))
    throw new Error(`DYNAMODB_ENDPOINT has to be a URL such as http://127.0.0.1:8000, not ${value}.`)
  return value
}

function weatherName(text: string): WeatherName {
  if (text !== 'calm' && text !== 'bad') throw new Error(`--weather has to be calm or bad, not "${text}".`)
  return text
}

function wholeNumber(option: string, text: string, atMost: number): number {
  const number = Number(text)
  if (!/^\d+$/.test(text) || number > atMost) {
    throw new Error(`${option} has to be a whole number up to ${atMost}, not "${text}".`)
  }
  return number
}
