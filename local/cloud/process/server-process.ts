import { setTimeout as pause } from 'node:timers/promises'
import { type Child, startChild } from './child.ts'
import { findFreePort, type OnTaken } from './port.ts'

/** A server that is a program of its own, and comes back at its address when it dies. */
export interface ServerProcess {
  readonly port: number
  /** Kills it with SIGKILL and resolves when it answers again with what it has stored. */
  readonly crash: () => Promise<void>
  readonly stop: () => Promise<void>
}

export interface ServerProcessSettings {
  /** As it stands in a sentence: `The local DynamoDB`. */
  readonly name: string
  readonly command: string
  readonly args: (port: number) => readonly string[]
  readonly folder?: string
  /** Whether a line of its output says that it listens. */
  readonly isListening: (line: string) => boolean
  /** What it says when another program has its port. */
  readonly taken: string
  /** Port to prefer; 0 takes any. */
  readonly port: number
  readonly onTaken?: OnTaken
  /** Whether what it has answered to is stored. One that keeps all in memory stays dead: empty would look like lost. */
  readonly survives: boolean
  /** Hears of an end that nobody asked for, and of what becomes of it. */
  readonly onEnded?: (line: string) => void
}

const startsTried = 10
const waitMs = 250
const mostWaits = 20

interface Listening {
  readonly child: Child
  readonly port: number
  readonly lastWords: () => string
}

/** Starts a server and resolves when it listens. Throws an Error with its last words when it does not. */
export async function startServerProcess(settings: ServerProcessSettings): Promise<ServerProcess> {
  const { name, survives, onEnded = () => {} } = settings
  let current = await listen(settings)
  const { port } = current
  let stopped = false
  let back: Promise<void>

  const again = async (): Promise<Listening> => {
    let waits = 0
    const onTaken = (): never => {
      throw new Error(`Port ${port}, which others know it by, is taken`)
    }
    for (;;) {
      try {
        return await listen({ ...settings, port, onTaken })
      } catch (error) {
        // What is left of the one that died may hold the port for a moment more.
        if (stopped || waits++ >= mostWaits) throw error
        await pause(waitMs)
      }
    }
  }

  const watch = async (): Promise<void> => {
    await current.child.ended
    if (stopped) return
    if (!survives) {
      onEnded(`${name} has ended, and with it what it kept in memory: ${current.lastWords()}`)
      return
    }
    onEnded(`${name} has ended; it starts again with what is stored.`)
    try {
      current = await again()
    } catch (error) {
      onEnded(`${error instanceof Error ? error.message : String(error)}. Stop, and start Tandem again.`)
      return
    }
    back = watch()
    // Stopped while it was starting: nobody else knows of this one.
    if (stopped) await current.child.stop()
  }
  back = watch()

  return {
    port,
    crash: async () => {
      const again = back
      await current.child.kill()
      await again
    },
    stop: async () => {
      stopped = true
      await current.child.stop()
      await back
    },
  }
}

async function listen(settings: ServerProcessSettings): Promise<Listening> {
  const { name, command, args, folder, isListening, taken, port, onTaken } = settings
  let lastWords = ''
  for (let tried = 0; tried < startsTried; tried += 1) {
    // The program may not be able to say which port it got, so it is told one; another may take that in between.
    const free = await findFreePort(port, onTaken)
    const listening = Promise.withResolvers<boolean>()
    const child = startChild(command, args(free), {
      ...(folder !== undefined && { folder }),
      onLine: (line) => {
        if (line.trim() !== '') lastWords = line
        if (isListening(line)) listening.resolve(true)
      },
    })
    void child.ended.then(() => listening.resolve(false))
    if (await listening.promise) return { child, port: free, lastWords: () => lastWords }
    if (!lastWords.includes(taken)) break
  }
  throw new Error(`${name} did not start: ${lastWords}`)
}
