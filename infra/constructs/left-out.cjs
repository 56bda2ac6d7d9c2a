/**
 * Stands in the bundles for packages that a library loads at every start and Tandem never lets it use: see `leftOut`
 * in bundles.ts. It looks empty, and whoever asks it for something is told.
 */
module.exports = new Proxy(Object.freeze({}), {
  get(_empty, name) {
    throw new Error(`${String(name)} is of a package that is left out of the bundles (infra/constructs/bundles.ts).`)
  },
})
