import { Cron } from 'croner'

const units: Readonly<Record<string, number>> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 }

/** Milliseconds since the epoch of the next run strictly after `after`; undefined when there is none. */
export type NextRun = (after: number) => number | undefined

/**
 * Reads `rate(5 minutes)`, `cron(10 8 * * ? *)` or `at(2027-01-31T08:00:00)`. A rate counts from `startedAt`.
 * Throws an Error that says what is wrong with an expression.
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
 */
export function readScheduleExpression(expression: string, timezone: string, startedAt: number): NextRun {
  const [, kind, argument = ''] = /^(rate|cron|at)\((.+)\)$/.exec(expression) ?? []
  switch (kind) {
    case 'rate': {
      const [, count = '', unit = ''] = /^([1-9]\d*) (minute|hour|day)s?$/.exec(argument) ?? []
      const milliseconds = Number(count) * (units[unit] ?? Number.NaN)
      if (!(milliseconds > 0)) throw invalid(expression, 'a rate is a number of minutes, hours or days')
      return (after) => startedAt + (Math.floor((after - startedAt) / milliseconds) + 1) * milliseconds
    }
    case 'cron': {
      const fields = argument.trim().split(/\s+/)
      const [minute, hour, dayOfMonth, month, dayOfWeek = '', year] = fields
      if (fields.length !== 6) throw invalid(expression, 'it has six fields: minute hour day month weekday year')
      if ((dayOfMonth === '?') === (dayOfWeek === '?')) {
        throw invalid(expression, 'exactly one of day and weekday has to be ?')
      }
      // Here the last Friday of a month is 6L; the library writes 6#L.
      const weekday = dayOfWeek.replace(/^([1-7]|[A-Z]{3})L$/, '$1#L')
      // The library reads ? as "now" or "any" by its version; * says "any" in all of them.
      const pattern = ['0', minute, hour, dayOfMonth, month, weekday, year].join(' ').replace('?', '*')
      let cron: Cron
      try {
        cron = new Cron(pattern, { timezone, paused: true, alternativeWeekdays: true, sloppyRanges: true })
      } catch (cause) {
        throw new Error(`${expression} is no schedule: ${cause instanceof Error ? cause.message : cause}`, { cause })
      }
      return (after) => cron.nextRun(new Date(after))?.getTime()
    }
    case 'at': {
      const at = new Cron(argument, { timezone, paused: true })
      return (after) => at.nextRun(new Date(after))?.getTime()
    }
    default:
      throw invalid(expression, 'it has to be rate(…), cron(…) or at(…)')
  }
}

function invalid(expression: string, because: string): Error {
  return new Error(`${expression} is no schedule: ${because}.`)
}
