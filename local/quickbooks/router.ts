import type { Handler, Route } from './http.ts'

export interface RouteMatch {
  readonly handler: Handler
  readonly params: Readonly<Record<string, string>>
}

export interface Router {
  add(routes: readonly Route[]): void
  /** The first route added that fits, `wrong-method` if only the path fits, or undefined. */
  match(method: string, pathname: string): RouteMatch | 'wrong-method' | undefined
}

interface Compiled extends Route {
  readonly segments: readonly string[]
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    // A stray % reaches the handler as it was sent: it will answer "not found" rather than the server fail.
    return segment
  }
}

function paramsOf(route: Compiled, segments: readonly string[]): Record<string, string> | undefined {
  const params: Record<string, string> = {}
  for (const [i, expected] of route.segments.entries()) {
    if (expected.startsWith('*')) {
      params[expected.slice(1)] = segments.slice(i).join('/')
      return params
    }
    const actual = segments[i]
    if (actual === undefined) return undefined
    if (expected.startsWith(':')) params[expected.slice(1)] = decode(actual)
    else if (expected !== actual) return undefined
  }
  return segments.length === route.segments.length ? params : undefined
}

const segmentsOf = (path: string): string[] => path.replace(/^\/+|\/+$/g, '').split('/')

/** Creates an empty router; routes are tried in the order in which they were added. */
export function createRouter(): Router {
  const compiled: Compiled[] = []
  return {
    add(routes) {
      for (const route of routes) compiled.push({ ...route, segments: segmentsOf(route.pattern) })
    },
    match(method, pathname) {
      const segments = segmentsOf(pathname)
      let pathFits = false
      for (const route of compiled) {
        const params = paramsOf(route, segments)
        if (params === undefined) continue
        if (route.method === '*' || route.method === method) return { handler: route.handler, params }
        pathFits = true
      }
      return pathFits ? 'wrong-method' : undefined
    },
  }
}
