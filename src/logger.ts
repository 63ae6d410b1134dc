/**
 * Log lines that cannot hold a number or a word of what people wrote: only fields of the list pass, an error passes as its name and code, and a
 * last filter takes out of the message anything that reads like a phone number.
 */

import { type Logger, pino } from 'pino'
import { describeError } from './problem.ts'

/** Fields that a log line may have. */
const ALLOWED = new Set([
  'reqId',
  'method',
  'route',
  'status',
  'ms',
  'step',
  'error',
  'code',
  'count',
  'seconds',
  'address',
  'districtId',
  'exchangeId',
  'version',
  'at',
  'signal',
  'name',
])

const NUMBER = /\+?\d[\d\s().-]{8,}\d/g

/** Takes out what reads like a phone number. */
export function withoutNumbers(text: string): string {
  return text.replace(NUMBER, '[number]')
}

function allowed(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const kept: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(fields)) {
    if (name === 'err') Object.assign(kept, describeError(value))
    else if (ALLOWED.has(name) && (typeof value === 'number' || typeof value === 'boolean')) kept[name] = value
    else if (ALLOWED.has(name) && typeof value === 'string')
      kept[name] = name === 'address' || name.endsWith('Id') ? value : withoutNumbers(value)
  }
  return kept
}

/** The one logger; `level` is pino's. `out` is where lines go (standard output unless a test looks). */
export function createLogger(level: string, out?: { write: (line: string) => void }): Logger {
  const options = {
    level,
    base: null,
    formatters: { log: allowed },
    hooks: {
      logMethod(this: Logger, args: Parameters<Logger['info']>, method: (...args: Parameters<Logger['info']>) => void) {
        const [first, words] = args as unknown[]
        const error = first instanceof Error ? first : (first as { err?: unknown } | null | undefined)?.err
        // Pino takes an error's own message where none is given, and Fastify repeats it.
        const said = !(error instanceof Error)
          ? (args as unknown[])
          : [
              first instanceof Error ? { err: first } : first,
              typeof words === 'string' && words !== error.message ? words : 'an error',
            ]
        method.apply(this, said.map((arg) => (typeof arg === 'string' ? withoutNumbers(arg) : arg)) as Parameters<Logger['info']>)
      },
    },
  }
  const logger = out === undefined ? pino(options) : pino(options, out)
  // Pino asks no formatter about the fields of a child; a grandchild inherits this.
  const plain = logger.child
  logger.child = function (this: Logger, fields: Record<string, unknown>, ...rest: unknown[]) {
    // The rest is passed on as it came; TypeScript cannot spread an overloaded signature.
    return plain.apply(this, [allowed(fields), ...rest] as unknown as Parameters<typeof plain>)
  } as typeof plain
  return logger
}
