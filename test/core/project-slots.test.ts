import { describe, expect, it } from 'vitest'
import { fixedSlots, isOfProjects, PROJECT, projectRefusal } from '#core/project-slots'
import { SLOTS } from '#core/records'

describe('what is not sent to a project', () => {
  it('is its name, its place and its end, and nothing else', () => {
    const others = SLOTS.filter((slot) => slot !== 'displayName' && slot !== 'printName')
    expect([...fixedSlots({ isProject: true }, others)].sort()).toEqual(['active', 'parent'])
    expect(fixedSlots({ isProject: false }, SLOTS)).toEqual([])
    expect(fixedSlots({}, SLOTS)).toEqual([])
  })

  it('is the name on cheques where it follows the name', () => {
    expect([...fixedSlots({ isProject: true }, SLOTS)].sort()).toEqual(['active', 'displayName', 'parent', 'printName'])
    expect(fixedSlots({ isProject: true }, ['printName', 'phone'])).toEqual([])
    for (const slot of SLOTS) expect(isOfProjects(slot)).toBe(fixedSlots({ isProject: true }, SLOTS).includes(slot))
  })

  it('is told with what the bookkeeper can do', () => {
    expect(projectRefusal(['displayName', 'printName', 'parent', 'active'])).toEqual({
      code: PROJECT,
      reason:
        'It is a project in QuickBooks, and a project can be renamed and moved and made active or inactive there only.',
      advice: 'Do it in QuickBooks, under Projects, or take it back here. Everything else of it is sent.',
    })
    const reasonOf = (...slots: Parameters<typeof projectRefusal>[0]) => projectRefusal(slots).reason
    expect(reasonOf('displayName')).toContain('a project can be renamed there only.')
    expect(reasonOf('parent')).toContain('a project can be moved there only.')
    expect(reasonOf('active')).toContain('a project can be made active or inactive there only.')
    // The name by which refusals of projects are stored.
    expect(PROJECT).toBe('isProject')
  })
})
