import { type Problem, problemOf } from '#core/errors'
import type { FieldEdits } from '#core/field-edits'
import type { Fields } from '#core/records'
import { createContact, updateContact } from '#sync/edit-contact'
import type { TwoSides } from './two-sides.ts'
import { PERSON, WORKSPACE } from './world.ts'

/** A person edits a contact in the CRM. */
export async function edit(world: TwoSides, id: string, fields: FieldEdits): Promise<void> {
  const { version } = await world.contact(id)
  await updateContact(world.ports, { workspace: WORKSPACE, person: PERSON, id, version, edit: { fields } })
}

/** A person makes a customer in the CRM; answers its id. */
export async function addCustomer(world: TwoSides, fields: Fields): Promise<string> {
  const made = { workspace: WORKSPACE, person: PERSON, kind: 'client', isCustomer: true, fields } as const
  return (await createContact(world.ports, made)).id
}

/** What a use case refuses with; undefined when it does not. */
export async function failureOf(work: Promise<unknown>): Promise<Problem | undefined> {
  try {
    await work
    return undefined
  } catch (thrown) {
    const problem = problemOf(thrown)
    if (problem === undefined) throw thrown
    return problem
  }
}
