import { describe, expect, it } from 'vitest'
import { createSwitches } from '../../../local/quickbooks/switches.ts'

describe('the switches', () => {
  it('stand at their defaults, each of which is one of its positions', () => {
    const list = createSwitches().list()
    expect(list.length).toBeGreaterThan(20)
    for (const each of list) {
      expect(each.positions).toContain(each.default)
      expect(each.current).toBe(each.default)
      expect(each.question).toMatch(/\?$/)
    }
    expect(new Set(list.map((each) => each.name)).size).toBe(list.length)
  })

  it('can be set at the start and later', () => {
    const switches = createSwitches({ 'max-results': 'refused' })
    expect(switches.get('max-results')).toBe('refused')
    switches.set('max-results', 'capped')
    expect(switches.get('max-results')).toBe('capped')
    expect(switches.list().find((each) => each.name === 'max-results')?.current).toBe('capped')
  })

  it('say which names and positions there are when asked for another', () => {
    const switches = createSwitches()
    expect(() => switches.set('max-result', 'capped')).toThrow(/no switch "max-result".*max-results/)
    expect(() => switches.set('max-results', 'sometimes')).toThrow(/no position "sometimes".*capped, refused/)
  })
})
