import { fork } from 'node:child_process'
import { join } from 'node:path'
import { progress } from '../report.ts'
import { controlOf } from '../world/simulator.ts'
import { ANSWERS, type Answer, type Measurement, type MeasureRequest } from './measurements.ts'

/** A machine with much else to do delays calls until they arrive too close to each other, which proves nothing. */
const TRIES = 4

/**
 * Lets a fresh process measure one thing against the simulator, whose limits begin anew before. One that QuickBooks
 * throttled is measured again. Throws an Error when none of the tries gave an answer.
 */
export async function measure<M extends Measurement>(
  measurement: M,
  request: Omit<MeasureRequest, 'measurement'>,
): Promise<Answer<M>> {
  for (let tried = 1; ; tried++) {
    await controlOf(request.simulatorUrl).beginAnew()
    try {
      // The schema is the measurement's own, which TypeScript cannot see through the index.
      return ANSWERS[measurement].parse(await inFreshProcess({ ...request, measurement })) as Answer<M>
    } catch (error) {
      const { throttled } = await controlOf(request.simulatorUrl).calls(request.realmId)
      if (throttled === 0 || tried === TRIES) throw error
      progress(`  throttled; measured again (${tried})`)
    }
  }
}

function inFreshProcess(request: MeasureRequest): Promise<unknown> {
  const child = fork(join(import.meta.dirname, 'child.ts'), [JSON.stringify(request)], {
    execArgv: ['--expose-gc'],
    stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
  })
  let lastWords = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    lastWords = `${lastWords}${text}`.slice(-2_000)
  })
  return new Promise((resolve, reject) => {
    child.once('message', resolve)
    child.once('error', reject)
    child.once('exit', (code) =>
      reject(new Error(`Measuring ${request.measurement} ended with code ${code}: ${lastWords}`)),
    )
  })
}
