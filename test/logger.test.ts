import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createLogger, withoutNumbers } from '../src/logger.ts'
import { describeError } from '../src/problem.ts'

const SECRET = '+1 (971) 555-0142'

function logged(log: (logger: ReturnType<typeof createLogger>) => void): string {
  const lines: string[] = []
  log(createLogger('trace', { write: (line) => lines.push(line) }))
  return lines.join('')
}

describe('a log line', () => {
  it.each<[string, (logger: ReturnType<typeof createLogger>) => void]>([
    ['in the message', (logger) => logger.info(`to ${SECRET}`)],
    ['in an argument of the message', (logger) => logger.info('to %s', SECRET)],
    ['in a field that nobody allowed', (logger) => logger.info({ to: SECRET, body: 'hola' }, 'x')],
    ['in an allowed field', (logger) => logger.info({ name: SECRET, at: SECRET }, 'x')],
    ['within an object', (logger) => logger.info({ status: { to: SECRET } }, 'x')],
    ['in an error’s message', (logger) => logger.error({ err: new Error(`hola ${SECRET}`) }, 'x')],
    ['in an error itself', (logger) => logger.error(new Error(`hola ${SECRET}`))],
    [
      'in an error’s cause and fields',
      (logger) => logger.error(Object.assign(new Error('hola', { cause: SECRET }), { detail: SECRET })),
    ],
    [
      'in an error whose message is said again',
      (logger) => {
        const error = new Error('hola')
        logger.error({ err: error }, error.message)
      },
    ],
    ['in an error without a message of ours', (logger) => logger.error({ err: new Error('hola') })],
    ['in a grandchild’s field', (logger) => logger.child({ to: SECRET }).child({ reqId: 'r', body: 'hola' }).info('x')],
    ['in a child’s field', (logger) => logger.child({ to: SECRET }).info('x')],
  ])('shows no number and no word of a text: %s', (_where, log) => {
    const { time, ...rest } = JSON.parse(logged(log))
    // The clock’s own digits are no secret, and hold those of the number now and then.
    expect(time).toBeTypeOf('number')
    expect(JSON.stringify(rest)).not.toMatch(/971|0142|hola/)
  })

  it('keeps what an operator needs', () => {
    const id = 'edf10ad8-035f-4d72-8bf3-8c215992931d'
    const line = logged((logger) =>
      logger.warn({ step: 'deliver', code: 'ECONNREFUSED', exchangeId: id, status: 503 }, 'a step failed'),
    )
    expect(JSON.parse(line)).toMatchObject({
      step: 'deliver',
      code: 'ECONNREFUSED',
      exchangeId: id,
      status: 503,
      msg: 'a step failed',
    })
  })

  it('shows no number in whatever way it is written', () => {
    const separators = fc.constantFrom('', ' ', '-', '.', ') ', '(', ' (')
    fc.assert(
      fc.property(fc.array(fc.nat(9), { minLength: 10, maxLength: 15 }), separators, fc.boolean(), (digits, separator, plus) => {
        const number = `${plus ? '+' : ''}${digits.slice(0, 3).join('')}${separator}${digits.slice(3, 6).join('')}${separator}${digits.slice(6).join('')}`
        expect(withoutNumbers(`x ${number} y`)).not.toMatch(/\d{4}/)
      }),
    )
  })
})

describe('what is said of an error', () => {
  it('is its name, its code and its place, never its message', () => {
    expect(describeError(Object.assign(new TypeError(SECRET), { code: 21211 }))).toMatchObject({
      error: 'TypeError',
      code: '21211',
    })
    expect(JSON.stringify(describeError(new Error(SECRET)))).not.toContain('971')
    expect(describeError('a string')).toEqual({ error: 'unknown' })
  })
})
