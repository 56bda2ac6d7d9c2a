/** A route key such as `GET /contacts/{id}`, `ANY /{proxy+}` or `$default`. */
export interface RouteKey {
  readonly routeKey: string
}

export interface RouteMatch<Of extends RouteKey> {
  readonly route: Of
  readonly pathParameters: Readonly<Record<string, string>>
}

/**
 * Finds the route for a request as an HTTP API does: the full match first, then the greedy one with the longest path
 * before its variable, then `$default`; a literal before a variable, a method before `ANY`. `path` is decoded.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html
 */
export function matchRoute<Of extends RouteKey>(
  routes: readonly Of[],
  method: string,
  path: string,
): RouteMatch<Of> | undefined {
  const matches = routes.flatMap((route) => {
    const [routeMethod, pattern] = route.routeKey.split(' ')
    if (pattern === undefined || (routeMethod !== 'ANY' && routeMethod !== method)) return []
    const match = matchPath(pattern, path)
    return match === undefined ? [] : [{ route, ...match, anyMethod: routeMethod === 'ANY' }]
  })
  const [best] = matches.toSorted(
    (left, right) => compare(left.rank, right.rank) || Number(left.anyMethod) - Number(right.anyMethod),
  )
  if (best !== undefined) return { route: best.route, pathParameters: best.pathParameters }
  const fallback = routes.find(({ routeKey }) => routeKey === '$default')
  return fallback === undefined ? undefined : { route: fallback, pathParameters: {} }
}

/** Segment by segment what matched; smaller is more specific. */
type Rank = readonly number[]
const literal = 0
const variable = 1
const greedy = 2

function matchPath(
  pattern: string,
  path: string,
): { readonly rank: Rank; readonly pathParameters: Readonly<Record<string, string>> } | undefined {
  const wanted = pattern.slice(1).split('/')
  const given = path.slice(1).split('/')
  const rank: number[] = []
  const pathParameters: Record<string, string> = {}
  for (const [at, part] of wanted.entries()) {
    const here = given[at]
    if (here === undefined) return undefined
    const name = part.startsWith('{') ? part.slice(1, -1) : undefined
    if (name?.endsWith('+') === true) {
      const rest = given.slice(at).join('/')
      if (rest === '') return undefined
      return { rank: [...rank, greedy], pathParameters: { ...pathParameters, [name.slice(0, -1)]: rest } }
    }
    if (name === undefined) {
      if (part !== here) return undefined
      rank.push(literal)
    } else {
      if (here === '') return undefined
      rank.push(variable)
      pathParameters[name] = here
    }
  }
  return wanted.length === given.length ? { rank, pathParameters } : undefined
}

/** A full match wins over any greedy one; then the first segment that differs decides. */
function compare(left: Rank, right: Rank): number {
  const byGreed = Number(left.includes(greedy)) - Number(right.includes(greedy))
  if (byGreed !== 0) return byGreed
  for (let at = 0; at < Math.min(left.length, right.length); at += 1) {
    const difference = (left[at] ?? 0) - (right[at] ?? 0)
    if (difference !== 0) return difference
  }
  return right.length - left.length
}
