// `npm ci` refuses a lockfile that names an optional platform package without an entry for it, and npm
// writes no entry for a package that the registry it asked does not hold. This adds the missing entries,
// so that one lockfile serves every platform. Run after each change of dependencies: `npm run lockfile`.
// `--check` changes nothing and fails when an entry is missing.
import { readFileSync, writeFileSync } from 'node:fs'

const OS = ['android', 'darwin', 'freebsd', 'linux', 'netbsd', 'openbsd', 'openharmony', 'sunos', 'win32', 'aix']
const CPU = ['arm64', 'x64', 'ia32', 'arm', 'ppc64', 'riscv64', 's390x', 'loong64', 'mips64el', 'wasm32']

const path = new URL('../package-lock.json', import.meta.url)
const lock = JSON.parse(readFileSync(path, 'utf8'))
const missing = []
for (const [from, entry] of Object.entries(lock.packages)) {
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    if (!resolves(from, name)) missing.push({ name, version })
  }
}

if (process.argv.includes('--check')) {
  if (missing.length > 0) {
    console.error(
      `package-lock.json lacks ${missing.length} optional packages (${missing[0].name}, …): run "npm run lockfile"`,
    )
    process.exit(1)
  }
} else if (missing.length > 0) {
  for (const { name, version } of missing) {
    lock.packages[`node_modules/${name}`] = { version, optional: true, ...platformOf(name) }
  }
  const { '': root, ...rest } = lock.packages
  lock.packages = { '': root, ...Object.fromEntries(Object.entries(rest).sort(([a], [b]) => (a < b ? -1 : 1))) }
  writeFileSync(path, `${JSON.stringify(lock, null, 2)}\n`)
  console.log(`added ${missing.length} optional packages to package-lock.json`)
}

function resolves(from, name) {
  let base = from
  for (;;) {
    if (lock.packages[`${base ? `${base}/` : ''}node_modules/${name}`]) return true
    if (!base) return false
    base = base.slice(0, Math.max(0, base.lastIndexOf('node_modules/'))).replace(/\/$/, '')
  }
}

function platformOf(name) {
  const words = name.split(/[-/]/)
  const os = OS.filter((word) => words.includes(word))
  const cpu = CPU.filter((word) => words.some((w) => w === word || (word === 'arm' && w === 'arm')))
  return { ...(os.length > 0 && { os }), ...(cpu.length > 0 && { cpu }) }
}
