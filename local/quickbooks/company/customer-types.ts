import type { Clock } from '../clock.ts'
import type { Bookkeeper, CustomerTypeOutcome } from './bookkeeper.ts'
import { missingParameter, NAME_TAKEN, NOT_FOUND, wrongLength } from './errors.ts'
import type { CustomerType } from './lists.ts'
import { nowSeconds } from './state.ts'

const LONGEST_NAME = 100

/** What a person does with customer types; over the API they can only be read and queried. */
export function createCustomerTypeActions(
  clock: Clock,
  types: Map<string, CustomerType>,
): Pick<Bookkeeper, 'createCustomerType' | 'editCustomerType'> {
  const put = (type: CustomerType): CustomerTypeOutcome => {
    const name = type.name.trim()
    if (name === '') return { ok: false, errors: [missingParameter('Name')] }
    if (name.length > LONGEST_NAME) return { ok: false, errors: [wrongLength(LONGEST_NAME, name.length, 'Name')] }
    const isTaken = [...types.values()].some(
      (each) => each.id !== type.id && each.active && type.active && each.name.toLowerCase() === name.toLowerCase(),
    )
    if (isTaken) return { ok: false, errors: [NAME_TAKEN] }
    const customerType = { ...type, name }
    types.set(type.id, customerType)
    return { ok: true, customerType }
  }
  const nextId = (): string => {
    let highest = 0n
    for (const id of types.keys()) if (BigInt(id) > highest) highest = BigInt(id)
    return String(highest + 1n)
  }
  return {
    createCustomerType(name) {
      const now = nowSeconds(clock)
      return put({ id: nextId(), name, active: true, syncToken: 0, created: now, updated: now })
    },
    editCustomerType(id, to) {
      const type = types.get(id)
      if (type === undefined) return { ok: false, errors: [NOT_FOUND] }
      return put({ ...type, ...to, syncToken: type.syncToken + 1, updated: nowSeconds(clock) })
    },
  }
}
