/**
 * Log lines that cannot hold a number or a word of what people wrote: only fields of the list pass, an error passes as its name and code, and a
 * last filter takes out of the message anything that reads like a phone number.
 */

import { type Logger, pino } from 'pino'

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

/** What may be said of an error: its name, its code and where it was thrown, never its message. */
export function describeError(error: unknown): { readonly error: string; readonly code?: string; readonly at?: string } {
  if (!(error instanceof Error)) return { error: 'unknown' }
  const code = (error as { code?: unknown }).code
  const at = error.stack
    ?.split('\n')
    .find((line) => line.includes('/src/'))
    ?.trim()
  return {
    error: error.name,
    ...(typeof code === 'string' || typeof code === 'number' ? { code: String(code) } : {}),
    ...(at === undefined ? {} : { at: at.replace(/^at /, '') }),
  }
}

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
    formatters: { log: allowed, bindings: allowed },
    hooks: {
      logMethod(this: Logger, args: Parameters<Logger['info']>, method: (...args: Parameters<Logger['info']>) => void) {
        const clean = (args as unknown[]).map((arg) => (typeof arg === 'string' ? withoutNumbers(arg) : arg))
        method.apply(this, clean as Parameters<Logger['info']>)
      },
    },
  }
  return out === undefined ? pino(options) : pino(options, out)
}
