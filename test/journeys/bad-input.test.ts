import { randomUUID } from 'node:crypto'
import { connect, createServer, type Socket } from 'node:net'
import fc from 'fast-check'
import twilio from 'twilio'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ACCOUNT, type Family, makeTown, type Server, startServer, type Town, until } from '../support/process.ts'

/** A wire to the database that can be cut or frozen. */
type Wire = { readonly port: number; readonly cut: () => void; readonly freeze: () => void; readonly mend: () => void }

async function wireTo(port: number): Promise<Wire> {
  const sockets = new Set<Socket>()
  let state: 'well' | 'cut' | 'frozen' = 'well'
  const server = createServer((near) => {
    if (state === 'cut') return void near.destroy()
    const far = connect(port, '127.0.0.1')
    for (const socket of [near, far]) {
      sockets.add(socket)
      socket
        .on('error', () => {})
        .on('close', () => {
          sockets.delete(socket)
          near.destroy()
          far.destroy()
        })
      if (state === 'frozen') socket.pause()
    }
    near.on('data', (chunk) => far.write(chunk))
    far.on('data', (chunk) => near.write(chunk))
    if (state === 'frozen') for (const socket of [near, far]) socket.pause()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  afterAll(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  const address = server.address()
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    cut: () => {
      state = 'cut'
      for (const socket of sockets) socket.destroy()
    },
    freeze: () => {
      state = 'frozen'
      for (const socket of sockets) socket.pause()
    },
    mend: () => {
      state = 'well'
      for (const socket of sockets) socket.resume()
    },
  }
}

let town: Town
let family: Family
let server: Server
let wire: Wire
beforeAll(async () => {
  town = await makeTown({ families: 2, teachers: 1, numbers: 4 })
  family = town.families[0] as Family
  const database = new URL(town.ownerUrl)
  wire = await wireTo(Number(database.port))
  database.port = String(wire.port)
  server = await startServer({ ...town.variables, DATABASE_URL: database.toString(), LOG_LEVEL: 'trace' })
})

const SMS = '/webhooks/twilio/sms'
const FORM = 'application/x-www-form-urlencoded'
const newSid = () => `SM${randomUUID().replaceAll('-', '')}`
const textForm = (body: string, more: Record<string, string> = {}) => ({
  MessageSid: newSid(),
  AccountSid: ACCOUNT.sid,
  From: family.phone,
  To: family.familyNumber,
  Body: body,
  NumMedia: '0',
  ...more,
})

type Post = {
  readonly path?: string
  readonly method?: string
  readonly type?: string | null
  readonly signature?: string | null
  readonly body: string | Buffer
}

async function post({ path = SMS, method = 'POST', type = FORM, signature = null, body }: Post): Promise<number> {
  const headers = {
    ...(type === null ? {} : { 'content-type': type }),
    ...(signature === null ? {} : { 'x-twilio-signature': signature }),
  }
  const answer = await fetch(`${server.url}${path}`, {
    method,
    headers,
    body: typeof body === 'string' ? body : new Uint8Array(body),
  })
  await answer.arrayBuffer()
  return answer.status
}

/** Signs what the form decodes to, as the account's holder would. */
function sign(path: string, body: string | Buffer, token: string = ACCOUNT.token): string {
  return twilio.getExpectedTwilioSignature(
    token,
    `${server.url}${path}`,
    Object.fromEntries(new URLSearchParams(body.toString())),
  )
}

function signed(form: Record<string, string>, path = SMS): Promise<number> {
  const body = new URLSearchParams(form).toString()
  return post({ path, body, signature: sign(path, body) })
}

async function kept(): Promise<number> {
  return (await town.owner<{ n: number }>('select count(*)::int as n from inbox'))[0]?.n ?? -1
}

async function textOf(sid: string): Promise<string> {
  return until(
    'the text is in the log',
    async () => (await town.owner<{ t: string }>(`select original_text as t from exchange where carrier_sid = '${sid}'`))[0]?.t,
  )
}

describe('a webhook that the account did not sign', () => {
  const body = () => new URLSearchParams(textForm('not from the carrier')).toString()
  it.each<[string, () => Post]>([
    ['without a signature', () => ({ body: body() })],
    ['with an empty one', () => ({ body: body(), signature: '' })],
    ['with a made-up one', () => ({ body: body(), signature: 'RSOYDt4T1cUTdK1PDd93/VVr8B8=' })],
    ['signed with another token', () => ({ body: body(), signature: sign(SMS, body(), 'e'.repeat(32)) })],
    ['signed for another path', () => ({ body: body(), signature: sign('/webhooks/twilio/voice', body()) })],
    ['with a text changed after signing', () => ({ body: body().replace('carrier', 'school'), signature: sign(SMS, body()) })],
    [
      'of another account',
      () => {
        const other = new URLSearchParams(textForm('of another account', { AccountSid: `AC${'9'.repeat(32)}` })).toString()
        return { body: other, signature: sign(SMS, other) }
      },
    ],
    ['at the voice webhook', () => ({ path: '/webhooks/twilio/voice', body: body(), signature: sign(SMS, body()) })],
    ['at the status webhook', () => ({ path: `/webhooks/twilio/status/${town.district}/${randomUUID()}`, body: body() })],
    ['as JSON', () => ({ body: '{"Body": "x"}', type: 'application/json' })],
    ['of 2 MB', () => ({ body: `Body=${'x'.repeat(2_000_000)}` })],
    ['with a repeated parameter', () => ({ body: 'Body=x&Body=y' })],
    ['of 5,000 parameters', () => ({ body: Array.from({ length: 5_000 }, (_, n) => `p${n}=${n}`).join('&') })],
  ])('%s is refused with 403, and nothing is stored', async (_what, make) => {
    const before = await kept()
    expect(await post(make())).toBe(403)
    expect(await kept()).toBe(before)
  })
})

describe('a signed webhook that is no text', () => {
  it.each<[string, number, () => Post]>([
    [
      'a repeated parameter',
      400,
      () => {
        const body = `${new URLSearchParams(textForm('one'))}&Body=two`
        return { body, signature: sign(SMS, body) }
      },
    ],
    [
      'the same parameter twice with one value',
      400,
      () => {
        const body = `${new URLSearchParams(textForm('one'))}&NumMedia=0`
        return { body, signature: sign(SMS, body) }
      },
    ],
    [
      'no message sid',
      400,
      () => {
        const body = new URLSearchParams({ ...textForm('one'), MessageSid: '1; drop table' }).toString()
        return { body, signature: sign(SMS, body) }
      },
    ],
    [
      'no number to',
      400,
      () => {
        const body = new URLSearchParams({ ...textForm('one'), To: '' }).toString()
        return { body, signature: sign(SMS, body) }
      },
    ],
    ['an empty form', 400, () => ({ body: '', signature: sign(SMS, '') })],
    ['2 MB', 413, () => ({ body: `Body=${'x'.repeat(2_000_000)}`, signature: 'x' })],
    ['JSON', 415, () => ({ body: '{"Body": "x"}', type: 'application/json', signature: 'x' })],
    ['JSON behind a tab', 415, () => ({ body: '{"Body": "x"}', type: 'application/json\t;x', signature: 'x' })],
    ['multipart', 415, () => ({ body: '--x\r\n', type: 'multipart/form-data; boundary=x', signature: 'x' })],
    ['plain text', 415, () => ({ body: 'Body=x', type: 'text/plain', signature: 'x' })],
    [
      'ids in the path that are none',
      400,
      () => {
        const [path, body] = [
          '/webhooks/twilio/status/1/2',
          new URLSearchParams({ ...textForm(''), MessageStatus: 'sent' }).toString(),
        ]
        return { path, body, signature: sign(path, body) }
      },
    ],
    [
      'a status that is no word',
      400,
      () => {
        const path = `/webhooks/twilio/status/${town.district}/${randomUUID()}`
        const body = new URLSearchParams({ ...textForm(''), MessageStatus: "sent'--" }).toString()
        return { path, body, signature: sign(path, body) }
      },
    ],
    ['a path that is not there', 404, () => ({ path: `${SMS}/more`, body: 'x=1', signature: sign(`${SMS}/more`, 'x=1') })],
    ['PUT', 404, () => ({ method: 'PUT', body: 'x=1', signature: sign(SMS, 'x=1') })],
  ])('%s is answered with %i, and nothing is stored', async (_what, status, make) => {
    const before = await kept()
    expect(await post(make())).toBe(status)
    expect(await kept()).toBe(before)
  })

  it('GET is answered with 404', async () => {
    expect((await fetch(`${server.url}${SMS}?Body=x`)).status).toBe(404)
  })

  it('one that comes ten times at once, and again, is one text in the log', async () => {
    const form = textForm('ten times')
    expect(await Promise.all(Array.from({ length: 10 }, () => signed(form)))).toEqual(Array(10).fill(200))
    await textOf(form.MessageSid)
    expect(await signed(form)).toBe(200)
    expect(await town.owner(`select from exchange where original_text = 'ten times'`)).toHaveLength(1)
    await until('the teacher reads', () =>
      town.carrier.simulator.handsets.get(family.teacherPhone)?.some((t) => t.body.includes('ten times')),
    )
    expect(town.carrier.simulator.handsets.get(family.teacherPhone)?.filter((t) => t.body.includes('ten times'))).toHaveLength(1)
  })

  it('a status callback for an attempt that nobody made is taken and dropped', async () => {
    const path = `/webhooks/twilio/status/${town.district}/${randomUUID()}`
    expect(await signed({ MessageSid: newSid(), AccountSid: ACCOUNT.sid, MessageStatus: 'delivered' }, path)).toBe(200)
    const elsewhere = `/webhooks/twilio/status/${randomUUID()}/${randomUUID()}`
    expect(await signed({ MessageSid: newSid(), AccountSid: ACCOUNT.sid, MessageStatus: 'delivered' }, elsewhere)).toBe(200)
    await until(
      'both are taken',
      async () => (await town.owner(`select from inbox where kind = 'status' and taken_at is null`)).length === 0,
    )
  })
})

describe('what people can write', () => {
  it.each<[string, string, string]>([
    ['1,600 emoji', '👩‍👩‍👧‍👦'.repeat(140) + '😀'.repeat(20), '👩‍👩‍👧‍👦'.repeat(140) + '😀'.repeat(20)],
    ['right-to-left marks', 'abc \u202Eolleh\u202C \u2066x\u2069', 'abc \u202Eolleh\u202C \u2066x\u2069'],
    ['NUL, which PostgreSQL cannot keep', 'a\u0000b', 'a\u2400b'],
    ['a thousand marks on one letter', `e${'\u0301'.repeat(1_000)}`, `e${'\u0301'.repeat(1_000)}`],
    [
      'quotes and statements',
      `'; drop table exchange; -- \\ $1 {{x}} <script>`,
      `'; drop table exchange; -- \\ $1 {{x}} <script>`,
    ],
    ['line ends and tabs', 'one\r\ntwo\tthree', 'one\r\ntwo\tthree'],
    ['plus, percent and ampersand', '1+1=2 & 100 %', '1+1=2 & 100 %'],
  ])('%s is kept', async (_what, body, stored) => {
    const form = textForm(body)
    expect(await signed(form)).toBe(200)
    expect(await textOf(form.MessageSid)).toBe(stored)
  })

  it('half a character is kept as the mark of one that cannot be read', async () => {
    const form = textForm('half')
    const body = new URLSearchParams(form).toString().replace('half', '%ED%A0%BDhalf%FF')
    expect(await post({ body, signature: sign(SMS, body) })).toBe(200)
    expect(await textOf(form.MessageSid)).toMatch(/^\uFFFD+half\uFFFD$/)
  })

  it('parameters that nobody expects are no harm', async () => {
    const form = textForm('with more', { __proto__x: '1', constructor: 'x', toString: 'y', 'a[b][]': 'z' })
    const body = `${new URLSearchParams(form)}&__proto__=polluted`
    const params = Object.assign(Object.create(null), form)
    Object.defineProperty(params, '__proto__', { value: 'polluted', enumerable: true })
    expect(await post({ body, signature: twilio.getExpectedTwilioSignature(ACCOUNT.token, `${server.url}${SMS}`, params) })).toBe(
      200,
    )
    expect(await textOf(form.MessageSid)).toBe('with more')
  })

  it('whatever comes, signed or not, is no 500', async () => {
    const path = fc.constantFrom(
      SMS,
      '/webhooks/twilio/voice',
      `/webhooks/twilio/status/${town.district}/${randomUUID()}`,
      '/webhooks/twilio/status/%00/%ff',
    )
    const type = fc.constantFrom(FORM, `${FORM}; charset=utf-16`, 'application/json', '', 'x', 'text/plain;')
    const pairs = fc.array(
      fc.tuple(
        fc.constantFrom('Body', 'From', 'To', 'MessageSid', 'AccountSid', 'NumMedia', 'ErrorCode', 'x'),
        fc.string({ unit: 'binary' }),
      ),
      { maxLength: 8 },
    )
    const fixed = { AccountSid: ACCOUNT.sid, MessageSid: newSid(), To: family.familyNumber, From: family.phone }
    await fc.assert(
      fc.asyncProperty(
        path,
        type,
        pairs,
        fc.boolean(),
        fc.uint8Array({ maxLength: 60 }),
        async (where, contentType, list, isSigned, noise) => {
          const form = { ...fixed, ...Object.fromEntries(list) }
          const body = isSigned ? new URLSearchParams(form).toString() : Buffer.from(noise)
          const status = await post({
            path: where,
            type: contentType,
            body,
            signature: isSigned ? sign(where, body) : 'x',
          }).catch((error: Error) => `${error.cause}`)
          expect(status).toBeOneOf([200, 400, 403, 404, 413, 415])
        },
      ),
      { numRuns: 150 },
    )
    await until(
      'the inbox is taken in',
      async () =>
        (await town.owner(`select from inbox where taken_at is null and problem is distinct from 'number not adopted'`))
          .length === 0,
    )
  })
})

describe('a database that does not answer', () => {
  /** The carrier waits 15 s in all, so it must be told early enough to try again. */
  const timed = async (form: Record<string, string>) => {
    const began = performance.now()
    return { status: await signed(form), inTime: performance.now() - began < 10_000 }
  }
  const health = async () => (await fetch(`${server.url}/health`)).status

  it.each(['cut', 'freeze'] as const)(
    '%s: 503 in time, so that the carrier tries again; well again as soon as it is back',
    async (fault) => {
      const form = textForm(`while the wire is ${fault}`)
      wire[fault]()
      expect(await timed(form)).toEqual({ status: 503, inTime: true })
      if (fault === 'cut') expect(await health()).toBe(503)
      wire.mend()
      expect(await until('it is taken', async () => (await signed(form)) === 200)).toBe(true)
      expect(await textOf(form.MessageSid)).toBe(form.Body)
      await until('it is well again', async () => (await health()) === 200)
      expect(await town.owner(`select from exchange where original_text = '${form.Body}'`)).toHaveLength(1)
    },
  )
})

it('the server has come through all of it, and ends with 0 even while its database is away', async () => {
  expect(server.out()).not.toContain('"status":500')
  // What waits would go at the pace of its number, and what is being handed over would first try for a while to write down how it went.
  await town.owner(`update exchange set status = 'canceled' where status = 'queued'`)
  await town.carrier.simulator.settled()
  await until(
    'nothing is on its way',
    async () => (await town.owner(`select from exchange where status = 'sending' or prepare_after is not null`)).length === 0,
  )
  wire.cut()
  expect(await server.end('SIGTERM')).toBe(0)
  expect(server.err()).toBe('')
})
