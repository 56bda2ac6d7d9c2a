/** The program that SQS' server is where its messages are kept in files, so that it can die alone. */
import { parseArgs } from 'node:util'
import * as z from 'zod'
import { type QueueControl, startQueueServer } from './server.ts'

const byName = z.object({ name: z.string() })
const definitions = z.array(
  byName.extend({ url: z.string(), arn: z.string(), attributes: z.record(z.string(), z.string()) }),
)
const handlesOfQueue = byName.extend({ handles: z.array(z.string()) })

function answer(control: QueueControl, operation: string, input: unknown): unknown {
  switch (operation) {
    case 'setQueues':
      return control.setQueues(definitions.parse(input))
    case 'depths':
      return control.depths()
    case 'peek':
      return control.peek(byName.parse(input).name)
    case 'passVisibilityTimeout': {
      const { name, handles } = handlesOfQueue.parse(input)
      return control.passVisibilityTimeout(name, handles)
    }
    default:
      throw new Error(`The queues know no ${operation}.`)
  }
}

const { values } = parseArgs({
  options: { folder: { type: 'string' }, port: { type: 'string' }, region: { type: 'string' } },
})
const { folder, port, region } = z
  .object({ folder: z.string(), port: z.coerce.number(), region: z.string() })
  .parse(values)
const onTaken = (): never => {
  throw new Error(`EADDRINUSE: port ${port} is taken`)
}
const server = await startQueueServer({ folder, port, region, onTaken, answer })
process.on('SIGTERM', () => void server.close().then(() => process.exit(0)))
console.log('listening')
