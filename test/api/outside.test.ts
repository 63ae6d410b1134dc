import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import type { Db } from '../../src/store/database.ts'
import { readCursor, readTime, writeCursor } from '../../src/store/exchange-view.ts'
import { staffOfToken } from '../../src/store/tokens.ts'
import { anyText, expectQuick, longOf, SEEDS } from '../support/outside.ts'
import { type ApiServer, apiServer } from './api-server.ts'

let api: ApiServer
beforeAll(async () => {
  api = await apiServer()
})

/** What may stand in a header. */
const header = (...words: readonly string[]) =>
  anyText(...words).map((text) => text.replaceAll(/[^\x20-\x7e]/g, '').trim() || 'x')
const inAddress = (text: string) => encodeURIComponent(text.toWellFormed())

/** Below 500, in this API's own form, and without a word of what was sent where it is an error. */
function expectAnswer(answer: { statusCode: number; headers: Record<string, unknown>; json: () => unknown }) {
  expect(answer.statusCode).toBeLessThan(500)
  if (answer.statusCode >= 400) {
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/)
    expect(answer.json()).toMatchObject({ type: 'about:blank', status: answer.statusCode })
  }
  expect(api.logged).toEqual([])
}

describe('whatever a program with a token sends', () => {
  test('as a body is taken or refused', async () => {
    const to = fc.oneof(
      fc.dictionary(fc.constantFrom('guardian', 'student', 'class', 'school', '__proto__'), anyText('rosa')),
      fc.jsonValue(),
    )
    const message = fc
      .record(
        { to, body: fc.oneof(anyText('Hi'), fc.jsonValue()), urgent: fc.jsonValue(), reason: fc.jsonValue() },
        { requiredKeys: [] },
      )
      .map((value) => JSON.stringify(value))
    const payload = fc.oneof(message, anyText('{', '"to":', '"body":', '"__proto__":', '[', '{"guardian":"rosa"}'))
    const type = fc.constantFrom(
      'application/json',
      'application/json; charset=utf-16',
      'text/plain',
      'application/x-www-form-urlencoded',
    )
    const where = fc.constantFrom(
      ['POST', '/messages'],
      ['POST', '/calls'],
      ['POST', '/pins'],
      ['PUT', '/schools/lincoln/hours'],
      ['PUT', '/schools/lincoln/urgent'] as const,
    )
    await fc.assert(
      fc.asyncProperty(
        where,
        payload,
        type,
        header(),
        header('application/json', '*/*', ';q='),
        async ([method, url], body, kind, key, accept) => {
          const headers = { 'content-type': kind, accept, ...(method === 'POST' ? { 'idempotency-key': key } : {}) }
          expectAnswer(await api.call('principal', method as string, url as string, { payload: body, headers }))
        },
      ),
    )
  })

  test('as an address is answered', async () => {
    const path = fc.oneof(
      anyText().map((text) => `/exchanges/${inAddress(text)}`),
      anyText('lincoln').map((text) => `/schools/${inAddress(text)}/hours`),
      fc
        .array(
          fc.tuple(fc.constantFrom('from', 'to', 'staff', 'guardian', 'notices', 'limit', 'cursor', '__proto__'), anyText()),
          { maxLength: 4 },
        )
        .map((pairs) => `/exchanges?${new URLSearchParams(pairs)}`),
      anyText().map((text) => `/exchanges?cursor=${inAddress(text)}&from=2026-11-23`),
      header('%', '/', '?', '&').map((text) => `/${text.replaceAll(/[\s#]/g, '')}`),
    )
    await fc.assert(
      fc.asyncProperty(path, header('application/json', 'text/html'), async (url, accept) => {
        expectAnswer(await api.call('rivera', 'GET', url, { headers: { accept } }))
      }),
      { examples: [['/../../etc/passwd', 'x']] },
    )
  })

  test('as a token opens nothing', async () => {
    await fc.assert(
      fc.asyncProperty(header('Bearer ', 'hl_', 'bearer', `${'0'.repeat(32)}_`), async (authorization) => {
        const answer = await api.call(null, 'GET', '/exchanges', { headers: { authorization } })
        expect(answer.statusCode).toBe(401)
        expectAnswer(answer)
      }),
    )
  })

  test.each([
    ['deep lists', '['.repeat(30_000)],
    ['deep lists that end', `${'['.repeat(30_000)}${']'.repeat(30_000)}`],
    ['deep objects', '{"to":'.repeat(10_000)],
    ['many keys', `{${Array.from({ length: 5_000 }, (_, i) => `"k${i}":1`).join(',')}}`],
    ['a number without end', `{"to":{"guardian":"rosa"},"body":${'9'.repeat(60_000)}}`],
    ['a body too long', JSON.stringify({ to: { guardian: 'rosa' }, body: '😀'.repeat(15_000) })],
    ['escapes', `{"to":{"guardian":"rosa"},"body":"${'\\u0000'.repeat(10_000)}"}`],
    ['windows', JSON.stringify({ timezone: 'UTC', families: { mon: Array(4_000).fill('08:00-09:00') }, staff: {} })],
    ['closures', JSON.stringify({ timezone: 'UTC', families: {}, staff: {}, closures: Array(4_500).fill('2026-02-30') })],
  ])('64 KiB of %s are answered in a moment', async (_, payload) => {
    for (const [method, url] of [
      ['POST', '/messages'],
      ['PUT', '/schools/lincoln/hours'],
    ] as const)
      await expectQuick(url, async () => {
        const answer = await api.call('principal', method, url, { payload, headers: { 'content-type': 'application/json' } })
        expectAnswer(answer)
      })
  })
})

describe('cursors, times and tokens', () => {
  test('are read only as they were written', () => {
    fc.assert(
      fc.property(anyText('2026-11-23T08:00:00Z'), (text) => {
        const cursor = readCursor(text) ?? readCursor(Buffer.from(text).toString('base64url'))
        if (cursor !== null) expect(readCursor(writeCursor(cursor))).toEqual(cursor)
        const time = readTime(text)
        if (time !== null) expect(time.toString().length).toBeLessThan(40)
      }),
    )
  })

  test('64 KiB of the worst are refused in a moment, and no query is made', async () => {
    for (const seed of SEEDS)
      await expectQuick(JSON.stringify(seed), async () => {
        const text = longOf(seed)
        expect([readCursor(text), readTime(text), await staffOfToken(null as unknown as Db, `hl_${text}`)]).toEqual([
          null,
          null,
          null,
        ])
      })
  })
})
