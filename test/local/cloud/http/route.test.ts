import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { matchRoute } from '../../../../local/cloud/http/route.ts'

const routes = (...keys: string[]) => keys.map((routeKey) => ({ routeKey }))
const match = (keys: string[], method: string, path: string) => {
  const found = matchRoute(routes(...keys), method, path)
  return found && [found.route.routeKey, found.pathParameters]
}

describe('matchRoute', () => {
  it('takes a full match before a greedy one, wherever they stand in the list', () => {
    const keys = ['ANY /{proxy+}', 'GET /pets/{id}', 'GET /pets/dog', 'GET /pets/{proxy+}', '$default']
    for (const order of [keys, keys.toReversed()]) {
      expect(match(order, 'GET', '/pets/dog')).toEqual(['GET /pets/dog', {}])
      expect(match(order, 'GET', '/pets/7')).toEqual(['GET /pets/{id}', { id: '7' }])
      expect(match(order, 'GET', '/pets/7/toys')).toEqual(['GET /pets/{proxy+}', { proxy: '7/toys' }])
      expect(match(order, 'PUT', '/pets/7')).toEqual(['ANY /{proxy+}', { proxy: 'pets/7' }])
      expect(match(order, 'GET', '/')).toEqual(['$default', {}])
    }
  })

  it('takes a method before ANY', () => {
    expect(match(['ANY /a', 'GET /a'], 'GET', '/a')?.[0]).toBe('GET /a')
    expect(match(['ANY /a', 'GET /a'], 'POST', '/a')?.[0]).toBe('ANY /a')
  })

  it('finds nothing without a route: another method, an empty variable, more or fewer segments', () => {
    expect(match(['GET /a/{id}'], 'POST', '/a/1')).toBeUndefined()
    for (const path of ['/a', '/a/', '/a/1/', '/a/1/2', '/b/1'])
      expect(match(['GET /a/{id}'], 'GET', path)).toBeUndefined()
  })

  it('gives variables back what the path was made of', () => {
    const segment = fc.stringMatching(/^[^/]+$/)
    fc.assert(
      fc.property(segment, segment, fc.array(segment, { minLength: 1, maxLength: 4 }), (first, second, rest) => {
        const path = `/${first}/x/${second}/${rest.join('/')}`
        expect(match(['GET /{a}/x/{b}/{rest+}'], 'GET', path)?.[1]).toEqual({
          a: first,
          b: second,
          rest: rest.join('/'),
        })
      }),
    )
  })
})
