/**
 * Something that whoever runs Tandem has to set up is missing or wrong. Its message says what, and is logged as it is:
 * it never holds a value.
 */
export class Misconfigured extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'Misconfigured'
  }
}
