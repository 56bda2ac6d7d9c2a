/** Imported first, it lets the suites that come after it live in bad weather: see world.ts. */
process.env.WEATHER = 'bad'
