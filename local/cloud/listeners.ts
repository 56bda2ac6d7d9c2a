import { createServer, type Server } from 'node:http'
import { closeServer, host, listenOn, type OnTaken, withFreePort } from './process/port.ts'
import { createServicesServer, type Services } from './services/services.ts'
import { type Sqs, startSqs } from './sqs/sqs.ts'

/** The parts that listen. */
export type Part = 'api' | 'services' | 'sqs' | 'dynamodb'

export interface ListenersSettings {
  readonly dataDir: string | undefined
  readonly ports: Partial<Record<Part, number>>
  readonly apiHost: string
  readonly region: string
  readonly onTaken: (part: Part) => OnTaken
  /** Hears of a part that died, and of what becomes of it. */
  readonly onEnded: (line: string) => void
  /** Takes what ends a listener, as soon as it listens. */
  readonly onOpen: (close: () => Promise<void>) => void
}

export interface Listeners {
  /** Answers nothing until it is given a request listener. */
  readonly apiServer: Server
  readonly apiUrl: string
  readonly servicesUrl: string
  /** Gives the services server what it answers with; until then it says that it is starting. */
  readonly setServices: (services: Services) => void
  readonly sqs: Sqs
}

/**
 * Listens, before anything of the template has been read: its references resolve to these addresses.
 */
export async function openListeners(settings: ListenersSettings): Promise<Listeners> {
  const { dataDir, ports, apiHost, region, onTaken, onEnded, onOpen } = settings
  let services: Services | undefined
  const servicesServer = createServicesServer(() => services)
  const servicesPort = await withFreePort(
    ports.services ?? 0,
    (port) => listenOn(servicesServer, port),
    onTaken('services'),
  )
  onOpen(() => closeServer(servicesServer))

  const folder = dataDir === undefined ? undefined : `${dataDir}/sqs`
  const sqs = await startSqs({ folder, port: ports.sqs ?? 0, region, onTaken: onTaken('sqs'), onEnded })
  onOpen(sqs.close)

  const apiServer = createServer()
  const apiPort = await withFreePort(ports.api ?? 0, (port) => listenOn(apiServer, port), onTaken('api'))
  onOpen(() => closeServer(apiServer))

  return {
    apiServer,
    apiUrl: `http://${apiHost}:${apiPort}`,
    servicesUrl: `http://${host}:${servicesPort}`,
    setServices: (given) => {
      services = given
    },
    sqs,
  }
}
