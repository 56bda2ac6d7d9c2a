import { type ChildProcess, spawn } from 'node:child_process'

/**
 * Runs its arguments as a program and kills that when its own standard input closes. We hold the other end, and the
 * system closes it however we end, so that nothing outlives us even after a `kill -9`. The program's own exit code is
 * passed on.
 */
const watchdog = `
exec 3<&0
"$@" </dev/null 3<&- &
child=$!
( read -r _ <&3; kill -KILL "$child" ) >/dev/null 2>&1 &
guard=$!
exec 3<&-
trap 'kill -TERM "$child" 2>/dev/null' TERM
wait "$child"; code=$?
while kill -0 "$child" 2>/dev/null; do wait "$child"; code=$?; done
kill "$guard" 2>/dev/null
exit "$code"
`

export interface Child {
  readonly process: ChildProcess
  /** Resolves with the exit code when the program has ended. */
  readonly ended: Promise<number>
  /** Asks the program to end, and makes it end after `grace` milliseconds. */
  readonly stop: (grace?: number) => Promise<void>
  /** Ends the program at once with SIGKILL, as a machine does that runs out of memory. */
  readonly kill: () => Promise<void>
}

export interface ChildSettings {
  readonly environment?: Readonly<Record<string, string>>
  readonly folder?: string
  readonly onLine?: (line: string) => void
}

/**
 * Starts a program that ends when we do. It has a process group of its own: a Ctrl-C in the terminal reaches only us,
 * and we end it in our order.
 */
export function startChild(command: string, args: readonly string[], settings: ChildSettings = {}): Child {
  const child = spawn('/bin/sh', ['-c', watchdog, 'watchdog', command, ...args], {
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, ...settings.environment },
    ...(settings.folder === undefined ? {} : { cwd: settings.folder }),
  })
  const ended = new Promise<number>((resolve) => {
    child.on('error', () => resolve(127))
    child.on('exit', (code) => resolve(code ?? 1))
  })
  for (const stream of [child.stdout, child.stderr]) {
    let rest = ''
    stream.setEncoding('utf8')
    stream.on('data', (chunk: string) => {
      const lines = `${rest}${chunk}`.split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) settings.onLine?.(line)
    })
  }
  child.stdin.on('error', () => {})

  const stop = async (grace = 3_000): Promise<void> => {
    if (child.exitCode !== null) return
    child.kill('SIGTERM')
    const timer = setTimeout(() => child.stdin.end(), grace)
    await ended
    clearTimeout(timer)
  }
  const kill = async (): Promise<void> => {
    child.stdin.end()
    await ended
  }
  return { process: child, ended, stop, kill }
}
