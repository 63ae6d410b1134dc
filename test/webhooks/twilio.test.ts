import { connect } from 'node:net'
import fc from 'fast-check'
import fastify, { type FastifyInstance } from 'fastify'
import twilio from 'twilio'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type KeptWebhook, SMS_PATH, twilioWebhooks } from '../../src/webhooks/twilio.ts'
import { VOICE_PATH } from '../../src/webhooks/voice.ts'
import { anyText } from '../support/outside.ts'

const ACCOUNT = { sid: `AC${'5'.repeat(32)}`, token: 'a-token' }
/** Not where the server listens: a proxy stands before it. */
const PUBLIC_URL = 'https://texts.school.example/gateway'
const STATUS_PATH = '/webhooks/twilio/status/6f0e0f0a-0000-4000-8000-000000000001/6f0e0f0a-0000-4000-8000-000000000002'
const TEXT = {
  AccountSid: ACCOUNT.sid,
  MessageSid: `SM${'a'.repeat(32)}`,
  From: '+19715550142',
  To: '+15035550100',
  Body: 'Hola',
}

let app: FastifyInstance
let port = 0
const kept: KeptWebhook[] = []
let keep: (webhook: KeptWebhook) => Promise<void>
beforeAll(async () => {
  app = fastify({ forceCloseConnections: true })
  await app.register(
    twilioWebhooks({
      authToken: ACCOUNT.token,
      accountSid: ACCOUNT.sid,
      publicUrl: PUBLIC_URL,
      keep: (webhook) => keep(webhook),
      voice: null,
    }),
  )
  port = Number(new URL(await app.listen({ port: 0, host: '127.0.0.1' })).port)
})
afterAll(() => app.close())
beforeEach(() => {
  kept.length = 0
  keep = async (webhook) => void kept.push(webhook)
})

const sign = (url: string, fields: Record<string, string>, token = ACCOUNT.token) =>
  twilio.getExpectedTwilioSignature(token, url, fields)

async function post(
  fields: Record<string, string>,
  { path = SMS_PATH, signature = sign(`${PUBLIC_URL}${path}`, fields), headers = {} as Record<string, string> } = {},
): Promise<number> {
  const answer = await app.inject({
    method: 'POST',
    url: path,
    headers: { 'content-type': 'application/x-www-form-urlencoded', 'x-twilio-signature': signature, ...headers },
    payload: new URLSearchParams(fields).toString(),
  })
  return answer.statusCode
}

describe('a webhook', () => {
  test('that the account signed over PUBLIC_URL is kept under its key, byte for byte', async () => {
    expect(await post(TEXT)).toBe(200)
    expect(kept).toMatchObject([
      { key: `text:${TEXT.MessageSid}`, kind: 'text', raw: Buffer.from(new URLSearchParams(TEXT).toString()) },
    ])
  })

  test.each<[string, () => Promise<number>]>([
    ['by nobody', () => post(TEXT, { signature: '' })],
    ['by another account', () => post(TEXT, { signature: sign(`${PUBLIC_URL}${SMS_PATH}`, TEXT, 'another-token') })],
    ['over another text', () => post(TEXT, { signature: sign(`${PUBLIC_URL}${SMS_PATH}`, { ...TEXT, Body: 'Adiós' }) })],
    ['over another path', () => post(TEXT, { signature: sign(`${PUBLIC_URL}${VOICE_PATH}`, TEXT) })],
    [
      'over the address that it says it called',
      () => post(TEXT, { signature: sign(`http://evil.example${SMS_PATH}`, TEXT), headers: { host: 'evil.example' } }),
    ],
    [
      'over the address that a proxy says was called',
      () =>
        post(TEXT, {
          signature: sign(`https://evil.example${SMS_PATH}`, TEXT),
          headers: { 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'https' },
        }),
    ],
    ['for another account', () => post({ ...TEXT, AccountSid: `AC${'6'.repeat(32)}` })],
  ])('signed %s is 403 and leaves no trace', async (_, send) => {
    expect(await send()).toBe(403)
    expect(kept).toEqual([])
  })

  test('is answered 200 only when it is kept, and 503 when it cannot be', async () => {
    const { promise, resolve } = Promise.withResolvers<void>()
    keep = () => promise
    let status = 0
    const answered = post(TEXT).then((code) => {
      status = code
    })
    await new Promise((turn) => setImmediate(turn))
    expect(status).toBe(0)
    resolve()
    await answered
    expect(status).toBe(200)
    keep = () => Promise.reject(new Error('the database is away'))
    expect(await post(TEXT)).toBe(503)
  })
})

/** A request exactly as these bytes say; gives the status. */
function request(line: string, body: string): Promise<number> {
  const head = `Host: x\r\nConnection: close\r\nX-Twilio-Signature: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: ${Buffer.byteLength(body)}`
  return new Promise((resolve, reject) => {
    let answer = ''
    const socket = connect(port, '127.0.0.1', () => socket.write(`${line}\r\n${head}\r\n\r\n${body}`))
    socket
      .on('data', (chunk) => {
        answer += chunk
      })
      .on('error', reject)
      .on('close', () => resolve(Number(answer.split(' ', 2)[1])))
  })
}

describe('whatever comes', () => {
  test.each([
    `http://evil.example${SMS_PATH}`,
    `http://evil.example:1${SMS_PATH}`,
    `https://[::1]${SMS_PATH}`,
    `${SMS_PATH}?a=[%zz`,
    `${SMS_PATH}?%00`,
    '/webhooks/twilio/status/%00/%ff',
    `${SMS_PATH}/../voice`,
  ])('a request for %s is refused, not failed', async (target) => {
    expect(await request(`POST ${target} HTTP/1.1`, 'a=b')).toBeOneOf([400, 403, 404])
  })

  test('signed or not, in whatever form and headers, nothing is a 500', async () => {
    const field = fc.constantFrom('Body', 'From', 'To', 'MessageSid', 'MessageStatus', 'ErrorCode', 'NumMedia', '__proto__', 'x')
    const form = fc.array(fc.tuple(field, anyText()), { maxLength: 6 })
    const path = fc.constantFrom(
      SMS_PATH,
      VOICE_PATH,
      STATUS_PATH,
      '/webhooks/twilio/status/a%2Fb/__proto__',
      `${SMS_PATH}?x=%25`,
    )
    const header = anyText().map((text) => text.replaceAll(/[^\x20-\x7e]/g, '') || 'x')
    await fc.assert(
      fc.asyncProperty(path, form, fc.boolean(), header, header, async (where, pairs, signed, signature, type) => {
        const fields = { ...(signed ? TEXT : {}), ...Object.fromEntries(pairs) }
        const status = await (signed
          ? post(fields, { path: where })
          : post(fields, { path: where, signature, headers: { 'content-type': type } }))
        expect(status).toBeOneOf(signed ? [200, 400, 403] : [400, 403, 415])
      }),
    )
  })
})
