import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { createLibreTranslator } from '../../src/translators/libretranslate.ts'

type Reply = (response: ServerResponse) => void

let reply: Reply = () => undefined
const seen: { url: string | undefined; method: string | undefined; body: unknown }[] = []
const server = createServer(async (request: IncomingMessage, response) => {
  const chunks: Uint8Array[] = []
  for await (const chunk of request) chunks.push(chunk as Uint8Array)
  seen.push({ url: request.url, method: request.method, body: JSON.parse(Buffer.concat(chunks).toString() || 'null') })
  reply(response)
})
const json =
  (status: number, body: unknown): Reply =>
  (response) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
let base = ''
const request = { text: 'Come at 3:30 PM', from: 'en-US', to: 'es-MX', names: [] }

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/libre`
})
afterAll(() => server.close())

describe('a translation', () => {
  test('is asked for as plain text, with the key when there is one', async () => {
    reply = json(200, { translatedText: 'Venga a las 3:30 PM', alternatives: [] })
    seen.length = 0
    expect(await createLibreTranslator(base, null).translate(request)).toEqual({
      kind: 'translated',
      text: 'Venga a las 3:30 PM',
      by: 'libretranslate',
    })
    await createLibreTranslator(`${base}/`, 'key').translate({ ...request, to: 'zh-Hant' })
    const body = { q: 'Come at 3:30 PM', source: 'en', target: 'es', format: 'text' }
    expect(seen).toEqual([
      { url: '/libre/translate', method: 'POST', body },
      { url: '/libre/translate', method: 'POST', body: { ...body, target: 'zt', api_key: 'key' } },
    ])
  })
})

test.each([
  ['no', 'nb'],
  ['nb-NO', 'nb'],
  ['fil', 'tl'],
  ['pt-BR', 'pt'],
  ['zh', 'zh'],
  ['zh-TW', 'zt'],
])('%s is %s to the server', async (tag, code) => {
  reply = json(200, { translatedText: 'x' })
  seen.length = 0
  await createLibreTranslator(base, null).translate({ ...request, to: tag })
  expect(seen[0]?.body).toMatchObject({ target: code })
})

describe('what goes wrong', () => {
  test.each<readonly [string, Reply, string, string]>([
    [
      'a language it does not have',
      json(400, { error: 'es is not supported' }),
      'unsupported',
      'language or length refused by LibreTranslate',
    ],
    [
      'a text too long',
      json(400, { error: 'Invalid request: request (9000) exceeds text limit (5000)' }),
      'unsupported',
      'language or length refused by LibreTranslate',
    ],
    ['a missing key', json(400, { error: 'Please contact the server operator to get an API key' }), 'unavailable', 'HTTP 400'],
    ['a wrong key', json(403, { error: 'Invalid API key' }), 'unavailable', 'HTTP 403'],
    ['too many requests', json(429, { error: 'Slowdown' }), 'unavailable', 'HTTP 429'],
    ['a broken server', json(500, { error: 'Come at 3:30 PM' }), 'unavailable', 'HTTP 500'],
    ['an answer of another shape', json(200, { translatedText: ['a'] }), 'unavailable', 'unexpected answer'],
    ['a page instead of an answer', (response) => response.end('<html>'), 'unavailable', 'unexpected answer'],
    ['a redirect', (response) => response.writeHead(307, { location: 'http://127.0.0.1:1/' }).end(), 'unavailable', 'TypeError'],
    ['a closed connection', (response) => response.destroy(), 'unavailable', 'TypeError'],
  ])('%s', async (_, answer, kind, reason) => {
    reply = answer
    expect(await createLibreTranslator(base, null).translate(request)).toEqual({ kind, reason })
  })

  test('a server that does not answer is given up', async () => {
    reply = () => undefined
    vi.spyOn(AbortSignal, 'timeout').mockImplementationOnce(() => AbortSignal.abort(new DOMException('late', 'TimeoutError')))
    expect(await createLibreTranslator(base, null).translate(request)).toEqual({ kind: 'unavailable', reason: 'TimeoutError' })
    server.closeAllConnections()
  })
})

describe('what it covers', () => {
  const list = [
    { code: 'en', name: 'English', targets: ['en', 'es', 'zh-Hans', 'nb', 'ar'] },
    { code: 'es', name: 'Spanish', targets: ['en', 'es'] },
    { code: 'zh-Hans', name: 'Chinese', targets: ['en'] },
    { code: 'nb', name: 'Norwegian', targets: ['en'] },
    { code: 'ar', name: 'Arabic', targets: ['es'] },
    { code: 'vi', name: 'Vietnamese', targets: ['en'] },
  ]
  test('is what the server puts into English and back, asked for once', async () => {
    reply = json(200, list)
    seen.length = 0
    const { covers } = createLibreTranslator(base, 'key')
    const all = await Promise.all(['en', 'es-MX', 'zh', 'no', 'ar', 'vi', 'so', 'zh-TW'].map((one) => covers(one)))
    expect(all).toEqual(['all', 'all', 'all', 'all', 'none', 'none', 'none', 'none'])
    expect(await covers('es')).toBe('all')
    expect(seen.map(({ url }) => url)).toContain('/libre/languages')
    const asked = seen.length
    await covers('vi')
    expect(seen.length).toBe(asked)
  })

  test.each([
    ['an error', json(503, { error: 'away' })],
    ['something else', json(200, { languages: [] })],
    ['no JSON', ((response) => response.writeHead(200).end('<html>')) as Reply],
  ])('is unknown after %s', async (_what, answer) => {
    reply = answer
    expect(await createLibreTranslator(base, null).covers('es')).toBe('unknown')
  })
})
