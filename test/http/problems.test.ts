import { describe, expect, it } from 'vitest'
import { PROBLEM_EXAMPLES } from '#http/problem-examples'
import { PROBLEMS, type ProblemKind, problemDetails, problemResponse, problemType } from '#http/problems'
import { Problem } from '#http/wire'

const examples = Object.values(PROBLEM_EXAMPLES)

describe('a problem', () => {
  it.each(examples)('$kind has a type, a status, a title and words of its own', (problem) => {
    const details = problemDetails(problem, 'R1')
    expect(Problem.parse(details)).toEqual(details)
    expect(details.type).toMatch(/^\/problems\/[a-z]+(-[a-z]+)*$/)
    expect(details.status).toBeGreaterThanOrEqual(400)
    expect(details.detail).toMatch(/^[A-Z].{20,}[.]$/)
    expect(details.detail).not.toMatch(/undefined|\[object/)
    expect(details.instance).toBe('/requests/R1')
  })

  it('is told apart from all others by its type and its title', () => {
    expect(new Set(examples.map(({ kind }) => problemType(kind))).size).toBe(examples.length)
    expect(new Set(examples.map(({ kind }) => PROBLEMS[kind].title)).size).toBe(examples.length)
  })

  it.each<readonly [ProblemKind, string]>([
    ['runInProgress', '/problems/run-in-progress'],
    ['invalidInput', '/problems/invalid-input'],
    ['reconnectNeeded', '/problems/reconnect-needed'],
  ])('%s keeps its type for good: %s', (kind, type) => {
    expect(problemType(kind)).toBe(type)
  })

  it('is answered as problem details', () => {
    const { status, headers, body } = problemResponse({ kind: 'runInProgress', runId: '01K' }, 'R1')
    expect(status).toBe(409)
    expect(headers['content-type']).toBe('application/problem+json')
    expect(JSON.parse(body)).toMatchObject({ type: '/problems/run-in-progress', runId: '01K' })
  })

  it('says when to try again, what is allowed, and that a token is wanted', () => {
    expect(problemResponse({ kind: 'quickbooksThrottled', restMs: 1_500 }, 'R').headers['retry-after']).toBe('2')
    expect(problemResponse({ kind: 'methodNotAllowed', allow: ['GET', 'POST'] }, 'R').headers.allow).toBe('GET, POST')
    expect(problemResponse({ kind: 'tokenMissing' }, 'R').headers['www-authenticate']).toBe('Bearer')
  })

  it('lists every wrong field in words and as data', () => {
    const fields = [
      { path: 'as', message: 'is missing' },
      { path: 'limit', message: 'may be 200 at most' },
    ]
    const details = problemDetails({ kind: 'invalidInput', fields }, 'R')
    expect(details.errors).toEqual(fields)
    expect(details.detail).toBe('Nothing was done. as: is missing; limit: may be 200 at most.')
  })
})
