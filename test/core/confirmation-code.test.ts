import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { confirmationCode, meantCode } from '#core/confirmation-code'

const secrets = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes).toString('base64url'))

describe('a confirmation code', () => {
  it('is eight digits that nobody takes for one another, in two groups', () => {
    fc.assert(
      fc.property(secrets, (secret) => {
        expect(confirmationCode(secret)).toMatch(/^[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}$/)
      }),
    )
  })

  it('takes every digit as often as any other', () => {
    const signs = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
    const digits = Array.from(signs, (sign) => confirmationCode(sign.repeat(8)).charAt(0))
    const times = Map.groupBy(digits, (digit) => digit)
    expect(times.size).toBe(32)
    expect([...times.values()].every((same) => same.length === 2)).toBe(true)
  })

  it('is known however it is typed', () => {
    fc.assert(
      fc.property(secrets, fc.constantFrom('', ' ', '-', ' - '), fc.boolean(), (secret, between, isLower) => {
        const code = confirmationCode(secret)
        const typed = ` ${code.replace('-', between).replaceAll('0', 'O').replaceAll('1', 'l')} `
        expect(meantCode(isLower ? typed.toLowerCase() : typed)).toBe(code)
      }),
    )
  })

  it('is not made of what is longer or shorter', () => {
    expect(meantCode('4F7K-92Q')).not.toContain('-')
    expect(meantCode('4F7K-92QDD')).not.toBe('4F7K-92QD')
    expect(meantCode('')).toBe('')
  })
})
