import type { Ports } from './ports.ts'

/**
 * When a slice that begins now stops, if it may last so long: a process that is about to be ended takes nothing more
 * up, so that what it has begun comes to its end.
 */
export function sliceEnd({ clock, stopAtMs = Number.POSITIVE_INFINITY }: SliceEndPorts, lastsMs: number): number {
  return Math.min(clock.now() + lastsMs, stopAtMs)
}

export type SliceEndPorts = Pick<Ports, 'clock' | 'stopAtMs'>
