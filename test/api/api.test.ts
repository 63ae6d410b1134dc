import { randomUUID } from 'node:crypto'
import Ajv from 'ajv/dist/2020.js'
import type { LightMyRequestResponse } from 'fastify'
import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { inDistrict } from '../../src/store/database.ts'
import { addExchange, FAMILY_PROXY, REAL_NUMBER, STAFF_PROXY } from '../support/log-school.ts'
import { ACCEPTED, type ApiServer, apiServer } from './api-server.ts'

let api: ApiServer
let mine: string
let held: string
const HOURS = { timezone: 'America/Chicago', families: { mon: ['08:00-20:00'] }, staff: {}, closures: ['2026-11-26'] }
const MESSAGE = { to: { guardian: 'rosa' }, body: 'Maya was late today.' }

beforeAll(async () => {
  api = await apiServer()
  mine = await addExchange(api.t.db, api.school)
  held = await addExchange(api.t.db, api.school, { status: 'held', sendAfter: '2026-11-23T13:00:00Z', direction: 'to_family' })
  await addExchange(api.t.db, api.school, { conversation: api.school.office, author: 'gateway' })
  await bindNumbers()
  await inDistrict(api.t.db, api.school.district, (trx) =>
    sql`update school set hours = ${JSON.stringify(HOURS)}::jsonb where id = 'lincoln'`.execute(trx),
  )
})
afterAll(() => api.app.close())
beforeEach(() => {
  api.answers.compose = ACCEPTED
  api.answers.act = { kind: 'done', status: 'canceled', sendAfter: null }
  api.answers.pin = { kind: 'given', pin: '12345678' }
  for (const list of [api.composed, api.called, api.pins, api.acted, api.hours, api.logged]) list.length = 0
})

async function bindNumbers(): Promise<void> {
  const { db } = api.t
  const district_id = api.school.district
  const numbers = await db
    .insertInto('proxy_number')
    .values([FAMILY_PROXY, STAFF_PROXY].map((number) => ({ number, carrier_sid: `PN${number}`, district_id })))
    .returning('id')
    .execute()
  await inDistrict(db, district_id, async (trx) => {
    const phone = await trx.selectFrom('phone').select('id').executeTakeFirstOrThrow()
    const sides = ['family', 'staff'] as const
    for (const [index, side] of sides.entries())
      await trx
        .insertInto('binding')
        .values({
          district_id,
          side,
          phone_id: phone.id,
          proxy_number_id: numbers[index]?.id as string,
          conversation_id: api.school.conversation,
        })
        .execute()
  })
}

function expectProblem(response: LightMyRequestResponse, status: number): Record<string, unknown> {
  expect(response.statusCode).toBe(status)
  expect(response.headers['content-type']).toMatch(/^application\/problem\+json/)
  expect(response.headers['cache-control']).toBe('no-store')
  const problem = response.json()
  expect(problem).toEqual({
    type: 'about:blank',
    title: expect.any(String),
    status,
    detail: expect.stringMatching(/^[A-Z"a-z].*[.]$/),
  })
  return problem
}

/** Who gets what: the status by person; `-` is a call without a token. */
const PEOPLE = ['-', 'stranger', 'other', 'grant-head', 'okafor', 'rivera', 'principal', 'super'] as const
const NOBODY = randomUUID()
const matrix: [string, string, () => string, unknown, readonly number[]][] = [
  //                                                              -    str  oth  g-h  oka  riv  pri  sup
  ['an exchange of rivera', 'GET', () => `/exchanges/${mine}`, null, [401, 404, 404, 404, 404, 200, 200, 200]],
  ['its id in capitals', 'GET', () => `/exchanges/${mine.toUpperCase()}`, null, [401, 404, 404, 404, 404, 200, 200, 200]],
  ['an exchange that is not there', 'GET', () => `/exchanges/${NOBODY}`, null, [401, 404, 404, 404, 404, 404, 404, 404]],
  ['an id that is none', 'GET', () => '/exchanges/x%00y', null, [401, 404, 404, 404, 404, 404, 404, 404]],
  ['the list', 'GET', () => '/exchanges', null, [401, 200, 200, 200, 200, 200, 200, 200]],
  ['again', 'POST', () => `/exchanges/${held}/again`, null, [401, 404, 404, 404, 404, 200, 200, 200]],
  ['dismiss', 'POST', () => `/exchanges/${held}/dismiss`, null, [401, 404, 404, 404, 404, 200, 200, 200]],
  ['release', 'POST', () => `/exchanges/${held}/release`, null, [401, 404, 404, 404, 404, 200, 200, 200]],
  ['cancel', 'POST', () => `/exchanges/${held}/cancel`, null, [401, 404, 404, 404, 404, 200, 200, 200]],
  ['cancel of nothing', 'POST', () => `/exchanges/${NOBODY}/cancel`, null, [401, 404, 404, 404, 404, 404, 404, 404]],
  ['the hours of lincoln', 'PUT', () => '/schools/lincoln/hours', HOURS, [401, 200, 404, 404, 403, 403, 200, 200]],
  ['the hours of grant', 'PUT', () => '/schools/grant/hours', HOURS, [401, 200, 403, 200, 404, 404, 404, 200]],
  ['the hours of lincoln, to read', 'GET', () => '/schools/lincoln/hours', null, [401, 404, 404, 404, 404, 404, 200, 200]],
  ['the hours of grant, to read', 'GET', () => '/schools/grant/hours', null, [401, 404, 404, 404, 404, 404, 404, 404]],
  [
    'who may be urgent at lincoln',
    'PUT',
    () => '/schools/lincoln/urgent',
    { teachers: true },
    [401, 200, 404, 404, 403, 403, 200, 200],
  ],
  [
    'who may be urgent at grant',
    'PUT',
    () => '/schools/grant/urgent',
    { teachers: true },
    [401, 200, 403, 200, 404, 404, 404, 200],
  ],
  [
    'who may be urgent, said wrongly',
    'PUT',
    () => '/schools/lincoln/urgent',
    { teachers: 'yes' },
    [401, 400, 400, 400, 400, 400, 400, 400],
  ],
  ['the hours of no school', 'PUT', () => '/schools/nowhere/hours', HOURS, [401, 404, 404, 404, 404, 404, 404, 404]],
  ['wrong hours of lincoln', 'PUT', () => '/schools/lincoln/hours', {}, [401, 400, 404, 404, 403, 403, 400, 400]],
  ['conversations', 'GET', () => '/conversations', null, [401, 200, 200, 200, 200, 200, 200, 200]],
  ['a message', 'POST', () => '/messages', MESSAGE, [401, 202, 202, 202, 202, 202, 202, 202]],
  ['a call', 'POST', () => '/calls', { to: { guardian: 'rosa' } }, [401, 202, 202, 202, 202, 202, 202, 202]],
  ['a call to nobody', 'POST', () => '/calls', {}, [401, 400, 400, 400, 400, 400, 400, 400]],
  ['a recording', 'GET', () => `/exchanges/${mine}/recording`, null, [401, 404, 404, 404, 404, 404, 404, 404]],
  ['the description', 'GET', () => '/openapi.json', null, [200, 200, 200, 200, 200, 200, 200, 200]],
]

describe('roles', () => {
  test.each(matrix)('%s (%s) answers each person as far as that person sees', async (_, method, url, body, expected) => {
    const found: number[] = []
    for (const who of PEOPLE) {
      const response = await api.call(who === '-' ? null : who, method, url(), body === null ? {} : { payload: body as object })
      found.push(response.statusCode)
      expect(response.headers['cache-control']).toBe('no-store')
      if (response.statusCode >= 400) expectProblem(response, response.statusCode)
    }
    expect(found).toEqual(expected)
  })

  test('nothing is done for those who may not', async () => {
    await api.call('other', 'POST', `/exchanges/${held}/cancel`)
    await api.call('rivera', 'PUT', '/schools/lincoln/hours', { payload: HOURS })
    await api.call(null, 'POST', '/messages', { payload: MESSAGE })
    expect([api.acted, api.hours, api.composed]).toEqual([[], [], []])
  })
})

describe('tokens', () => {
  test.each([
    ['none', {}],
    ['another scheme', { authorization: 'Basic cml2ZXJhOng=' }],
    ['an empty one', { authorization: 'Bearer ' }],
    ['a wrong one', { authorization: `Bearer hl_${'0'.repeat(32)}_${'a'.repeat(43)}` }],
    ['two', { authorization: 'Bearer a b' }],
  ])('%s is 401 and says which scheme it wants', async (_, headers) => {
    const response = await api.call(null, 'GET', '/exchanges', { headers })
    expectProblem(response, 401)
    expect(response.headers['www-authenticate']).toMatch(/^Bearer realm="homeline"/)
  })

  test('end with their owner', async () => {
    const active = (yes: boolean) =>
      inDistrict(api.t.db, api.school.district, (trx) => sql`update person set active = ${yes} where id = 'okafor'`.execute(trx))
    await active(false)
    expectProblem(await api.call('okafor', 'GET', '/exchanges'), 401)
    await active(true)
    expect((await api.call('okafor', 'GET', '/exchanges')).statusCode).toBe(200)
  })

  test('come before everything: a huge or odd body without one is 401', async () => {
    expectProblem(
      await api.call(null, 'POST', '/messages', { payload: 'x'.repeat(2_000_000), headers: { 'content-type': 'image/png' } }),
      401,
    )
  })
})

describe('POST /calls and POST /pins', () => {
  const rosa = { guardian: 'rosa' }
  test.each(['/calls', '/pins'])('%s takes a key too, and tells the same request from another', async (url) => {
    const asked = (payload: object) => api.call('rivera', 'POST', url, { payload, headers: { 'idempotency-key': `k ${url}` } })
    const [plain, other] = url === '/calls' ? [{ to: rosa }, { to: rosa, interpreted: true }] : [rosa, { ...rosa, anew: true }]
    for (const payload of [plain, plain, other]) expect((await asked(payload)).statusCode).toBeLessThan(300)
    const seen = (url === '/calls' ? api.called : api.pins).map(({ idempotency }) => idempotency)
    expect(seen.map((one) => one?.key)).toEqual(Array(3).fill(`k ${url}`))
    const digests = seen.map((one) => one?.digest.toString('hex'))
    expect([digests[1] === digests[0], digests[2] === digests[0]]).toEqual([true, false])
  })

  test('a PIN for nobody is 404, under a key of another request 422', async () => {
    for (const [kind, status] of [
      ['not_found', 404],
      ['key_reused', 422],
    ] as const) {
      api.answers.pin = { kind, problem: 'This is why.' }
      expect(expectProblem(await api.call('rivera', 'POST', '/pins', { payload: rosa }), status)['detail']).toBe('This is why.')
    }
  })
})

describe('POST /messages', () => {
  const post = (body: unknown, headers: Record<string, string> = {}) =>
    api.call('rivera', 'POST', '/messages', {
      payload: typeof body === 'string' ? body : JSON.stringify(body),
      headers: { 'content-type': 'application/json', ...headers },
    })

  test('hands the message to the relay as its sender, and answers one exchange a phone', async () => {
    const response = await post(MESSAGE)
    expect(response.statusCode).toBe(202)
    expect(response.json()).toEqual({
      exchanges: [{ id: '6f0e0f0a-0000-4000-8000-000000000001', status: 'held', sendAfter: '2026-11-24T14:00:00Z' }],
    })
    expect(api.composed).toEqual([
      {
        districtId: api.school.district,
        staffId: 'rivera',
        to: { guardian: 'rosa' },
        body: MESSAGE.body,
        urgent: false,
        reason: null,
        notBefore: null,
        byVoice: false,
        idempotency: null,
      },
    ])
  })

  test('passes on that it must not go before a time, and that a voice is to say it', async () => {
    expect((await post({ ...MESSAGE, notBefore: '2026-11-30T07:00:00-06:00', byVoice: true })).statusCode).toBe(202)
    expect(api.composed[0]).toMatchObject({ notBefore: Temporal.Instant.from('2026-11-30T13:00:00Z'), byVoice: true })
    expect((await post({ ...MESSAGE, notBefore: 'Monday' })).statusCode).toBe(400)
  })

  test.each(['guardian', 'student', 'class', 'school'])('takes a %s', async (kind) => {
    expect((await post({ to: { [kind]: 'x/1' }, body: 'a' })).statusCode).toBe(202)
    expect(api.composed[0]?.to).toEqual({ [kind]: 'x/1' })
  })

  test('passes urgent on only with its reason', async () => {
    expect((await post({ ...MESSAGE, urgent: true, reason: 'The bus broke down' })).statusCode).toBe(202)
    expect(api.composed[0]).toMatchObject({ urgent: true, reason: 'The bus broke down' })
    expect((await post({ ...MESSAGE, urgent: false, reason: 'x' })).statusCode).toBe(202)
    expect(api.composed[1]).toMatchObject({ urgent: false, reason: null })
  })

  test('cleans what no database holds', async () => {
    expect((await post('{"to":{"guardian":"rosa"},"body":"a\\u0000b\\ud800"}')).statusCode).toBe(202)
    expect(api.composed[0]?.body).toBe('a\u2400b\ufffd')
  })

  test('tells the same message from another by its digest, however its JSON is written', async () => {
    const key = { 'idempotency-key': 'k 1' }
    await post({ to: { guardian: 'rosa' }, body: 'a' }, key)
    await post('{ "urgent": false, "body": "\\u0061", "to": { "guardian": "rosa" } }', key)
    await post({ to: { guardian: 'rosa' }, body: 'b' }, key)
    await post({ to: { student: 'rosa' }, body: 'a' }, key)
    await post({ to: { guardian: 'rosa' }, body: 'a', byVoice: true }, key)
    await post({ to: { guardian: 'rosa' }, body: 'a', notBefore: '2026-11-30' }, key)
    const digests = api.composed.map((request) => request.idempotency?.digest.toString('hex'))
    expect(api.composed.map((request) => request.idempotency?.key)).toEqual(Array(6).fill('k 1'))
    expect(digests[1]).toBe(digests[0])
    expect(new Set(digests).size).toBe(5)
  })

  test.each([
    ['not_found', 404],
    ['unreachable', 409],
    ['forbidden', 403],
    ['wrong', 400],
    ['key_reused', 422],
  ] as const)('answers %s with %i and the reason', async (kind, status) => {
    api.answers.compose = { kind, problem: 'This is why.' }
    expect(expectProblem(await post(MESSAGE), status)['detail']).toBe('This is why.')
  })

  test('answers a bug with 500 and not a word of it', async () => {
    api.answers.compose = new Error(`it broke at ${REAL_NUMBER}`)
    const problem = expectProblem(await post(MESSAGE), 500)
    expect(JSON.stringify(problem)).not.toContain('broke')
    expect(api.logged).toHaveLength(1)
    expect(api.logged[0]).not.toContain(MESSAGE.body)
  })

  const rosa = { guardian: 'rosa' }
  test.each<[string, unknown, number, RegExp]>([
    ['nothing', '', 400, /JSON object/],
    ['no JSON', '{"to":', 400, /well-formed JSON/],
    ['a list', [], 400, /JSON object/],
    ['null', 'null', 400, /JSON object/],
    ['a text', '"hi"', 400, /JSON object/],
    ['no target', { body: 'a' }, 400, /exactly one/],
    ['an empty target', { to: {}, body: 'a' }, 400, /exactly one/],
    ['two targets', { to: { guardian: 'a', student: 'b' }, body: 'a' }, 400, /exactly one/],
    ['an unknown target', { to: { phone: REAL_NUMBER }, body: 'a' }, 400, /exactly one/],
    ['a list for an id', { to: { guardian: ['rosa'] }, body: 'a' }, 400, /exactly one/],
    ['a number for an id', { to: { guardian: 1 }, body: 'a' }, 400, /exactly one/],
    ['an empty id', { to: { guardian: '' }, body: 'a' }, 400, /exactly one/],
    ['NUL in an id', '{"to":{"guardian":"a\\u0000"},"body":"a"}', 400, /exactly one/],
    ['half a character in an id', '{"to":{"guardian":"\\ud800"},"body":"a"}', 400, /exactly one/],
    ['an endless id', { to: { guardian: 'x'.repeat(256) }, body: 'a' }, 400, /exactly one/],
    ['no body', { to: rosa }, 400, /text of the message/],
    ['an empty body', { to: rosa, body: '' }, 400, /text of the message/],
    ['a blank body', { to: rosa, body: ' \n\t\u200b\u00a0' }, 400, /text of the message/],
    ['too long a body', { to: rosa, body: 'x'.repeat(5001) }, 400, /text of the message/],
    ['a list for the body', { to: rosa, body: ['a'] }, 400, /text of the message/],
    ['an object for the body', { to: rosa, body: { toString: 'a' } }, 400, /text of the message/],
    ['urgent as text', { ...MESSAGE, urgent: 'true' }, 400, /urgent must/],
    ['urgent without a reason', { ...MESSAGE, urgent: true }, 400, /reason must/],
    ['urgent with a blank reason', { ...MESSAGE, urgent: true, reason: ' ' }, 400, /reason must/],
    ['an unknown key', { ...MESSAGE, sendAt: 'now' }, 400, /nothing else/],
    ['a prototype', '{"to":{"guardian":"rosa"},"body":"a","__proto__":{"urgent":true}}', 400, /well-formed/],
    ['a prototype in the target', '{"to":{"guardian":"rosa","__proto__":{}},"body":"a"}', 400, /well-formed/],
    ['a constructor', '{"to":{"guardian":"rosa"},"body":"a","constructor":{"prototype":{}}}', 400, /well-formed/],
    ['deep nesting', `${'['.repeat(30_000)}${']'.repeat(30_000)}`, 400, /JSON object/],
    ['2 MB', { to: rosa, body: 'x'.repeat(2_000_000) }, 413, /64 KiB/],
    ['just over 64 KiB', ' '.repeat(64 * 1024 + 1), 413, /64 KiB/],
  ])('%s is refused and says what to send', async (_, body, status, detail) => {
    const problem = expectProblem(await post(body), status)
    expect(problem['detail']).toMatch(detail)
    expect(JSON.stringify(problem)).not.toContain(REAL_NUMBER)
    expect(api.composed).toEqual([])
    expect(api.logged).toEqual([])
  })

  test.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'application/xml',
    'multipart/form-data; boundary=x',
    'application/json\tx',
    'garbage',
  ])('a body of the type %s is 415', async (type) => {
    expectProblem(await post('{"to":{"guardian":"rosa"},"body":"a"}', { 'content-type': type }), 415)
  })

  test.each([
    ['empty', ''],
    ['too long', 'x'.repeat(256)],
    ['not ASCII', 'clé'],
  ])('an Idempotency-Key that is %s is 400', async (_, key) => {
    expect(expectProblem(await post(MESSAGE, { 'idempotency-key': key }), 400)['detail']).toMatch(/Idempotency-Key/)
  })
})

describe('exchanges', () => {
  const list = async (query: string, who = 'super') => (await api.call(who, 'GET', `/exchanges${query}`)).json()

  test('are the same alone and in the list, and hold no real number', async () => {
    const { exchanges, next } = await list('')
    expect(exchanges.map((e: { id: string }) => e.id)).toEqual([mine, held])
    expect(next).toBeNull()
    expect((await api.call('rivera', 'GET', `/exchanges/${mine}`)).json()).toEqual(exchanges[0])
    expect(exchanges[1]).toMatchObject({ status: 'held', sendAfter: '2026-11-23T13:00:00Z' })
  })

  test("come with the gateway's notices only when asked", async () => {
    expect((await list('?notices=true')).exchanges).toHaveLength(3)
    expect((await list('?notices=false')).exchanges).toHaveLength(2)
  })

  test('come in pages', async () => {
    const first = await list('?limit=1')
    expect(first.exchanges).toHaveLength(1)
    const second = await list(`?limit=1&cursor=${first.next}`)
    expect(second).toMatchObject({ exchanges: [{ id: held }], next: null })
  })

  test.each([
    ['?guardian=abel', 2],
    ['?guardian=maya', 0],
    ['?staff=rivera', 2],
    ['?staff=lincoln%2Foffice&notices=true', 1],
    ['?from=2026-11-01&to=2100-01-01T00%3A00%3A00%2B01%3A00', 2],
    ['?to=2020-01-01T00:00Z', 0],
  ])('%s finds %i', async (query, count) => {
    expect((await list(query)).exchanges).toHaveLength(count)
  })

  test.each([
    '?from=yesterday',
    '?from=2026-11-01T00:00',
    '?from=-271821-04-20T00:00Z',
    '?from=0000-01-01',
    '?from=2026-01-01&from=2026-01-02',
    '?to=',
    '?to=99999999999',
    '?staff=',
    '?staff=a%00b',
    '?staff=a&staff=b',
    '?staff[]=a&guardian[]=b&guardian=%00',
    `?guardian=${'x'.repeat(256)}`,
    '?notices=1',
    '?limit=0',
    '?limit=501',
    '?limit=1.5',
    '?limit=x',
    '?cursor=',
    '?cursor=x',
    '?cursor=AAAA&limit=2',
    '?cursor=%00',
    `?cursor=${Buffer.from('2026-11-23T00:00:00Z x').toString('base64url')}`,
    `?cursor=${Buffer.from(`2026-11-23T00:00:00Z ${NOBODY}`).toString('base64url')}=`,
    `?cursor=${Buffer.from(`+275760-09-13T00:00Z ${NOBODY}`).toString('base64url')}`,
  ])('%s is 400', async (query) => {
    expectProblem(await api.call('super', 'GET', `/exchanges${query}`), 400)
    expect(api.logged).toEqual([])
  })

  test('are settled as asked, with the exchange as the answer', async () => {
    const response = await api.call('rivera', 'POST', `/exchanges/${held}/cancel`, {
      headers: { 'content-type': 'application/json' },
    })
    expect(response.json()).toMatchObject({ id: held, kind: 'message' })
    expect(api.acted).toMatchObject([
      { districtId: api.school.district, exchangeId: held, action: 'cancel', staff: { id: 'rivera' } },
    ])
  })

  test.each([
    ['not_found', 404],
    ['conflict', 409],
    ['forbidden', 403],
  ] as const)('that cannot be settled answer %s with %i', async (kind, status) => {
    api.answers.act = { kind, problem: 'This is why.' }
    expect(expectProblem(await api.call('rivera', 'POST', `/exchanges/${held}/release`), status)['detail']).toBe('This is why.')
  })
})

describe('hours', () => {
  const put = (payload: unknown, school = 'lincoln', query = '') =>
    api.call('principal', 'PUT', `/schools/${school}/hours${query}`, {
      payload: JSON.stringify(payload),
      headers: { 'content-type': 'application/json' },
    })

  test('are set and answered as they are kept', async () => {
    const { closures: _, ...without } = HOURS
    expect((await put(HOURS)).json()).toEqual(HOURS)
    expect((await put(without)).json()).toEqual({ ...HOURS, closures: [] })
    expect(api.hours).toMatchObject([
      { schoolId: 'lincoln', hours: HOURS, staff: { id: 'principal' } },
      { hours: { closures: [] } },
    ])
  })

  test('at night are taken only when they are meant', async () => {
    const hours = { ...HOURS, families: { mon: ['20:00-08:00'] } }
    expect(expectProblem(await put(hours), 400)['detail']).toMatch(/\?night=true/)
    expectProblem(await put(hours, 'lincoln', '?night=yes'), 400)
    expect(api.hours).toEqual([])
    expect((await put(hours, 'lincoln', '?night=true')).json()).toEqual(hours)
  })

  test('are read as they were set; a school that has none says so, and one that is not there says no more', async () => {
    expect((await api.call('principal', 'GET', '/schools/lincoln/hours')).json()).toEqual(HOURS)
    const detail = async (who: string, school: string) =>
      expectProblem(await api.call(who, 'GET', `/schools/${school}/hours`), 404)['detail']
    expect(await detail('super', 'grant')).toMatch(/no hours yet/)
    expect(await detail('principal', 'grant')).toBe(await detail('super', 'nowhere'))
  })

  test.each([
    [null],
    [[]],
    ['x'],
    [{ ...HOURS, timezone: 'Mars' }],
    [{ ...HOURS, families: { mon: ['8-20'] } }],
    [{ ...HOURS, more: 1 }],
    [{ ...HOURS, closures: ['\u0000'] }],
  ])('that are wrong (%j) are refused in words', async (hours) => {
    expectProblem(await put(hours), 400)
    expect(api.hours).toEqual([])
  })

  test.each(['%00', 'a%00b', '%F0%9F%98%80', 'x'.repeat(90), '..%2Flincoln'])(
    'of the school %s are not there',
    async (school) => {
      expectProblem(await put(HOURS, school), 404)
    },
  )
})

describe('conversations', () => {
  const list = async (who: string, query = '') => (await api.call(who, 'GET', `/conversations${query}`)).json()
  const own = () => ({
    id: api.school.conversation,
    staff: 'rivera',
    guardian: 'rosa',
    guardians: ['abel', 'rosa'],
    familyNumber: FAMILY_PROXY,
    staffNumber: STAFF_PROXY,
  })
  const office = () => ({
    id: api.school.office,
    staff: 'lincoln/office',
    guardian: 'abel',
    guardians: ['abel', 'rosa'],
    familyNumber: null,
    staffNumber: null,
  })

  test('name the guardian whom that staff may reach, and the numbers that the sides see', async () => {
    expect(await list('rivera')).toEqual([own()])
    expect(await list('okafor')).toEqual([office()])
    expect(await list('principal')).toEqual([office(), own()])
    expect(await list('other')).toEqual([])
  })

  test.each([
    ['?staff=rivera', 1],
    ['?guardian=abel', 2],
    ['?guardian=rosa&staff=lincoln%2Foffice', 1],
    ['?guardian=maya', 0],
  ])('%s finds %i', async (query, count) => {
    expect(await list('super', query)).toHaveLength(count)
  })

  test('that have ended are not listed', async () => {
    const end = (at: string | null) =>
      inDistrict(api.t.db, api.school.district, (trx) =>
        sql`update conversation set ended_at = ${at} where id = ${api.school.office}`.execute(trx),
      )
    await end('2026-11-01T00:00Z')
    expect(await list('super')).toEqual([own()])
    await end(null)
  })
})

test('no answer to anybody holds a real number', async () => {
  for (const who of Object.keys(api.tokens))
    for (const url of ['/exchanges?notices=true', `/exchanges/${mine}`, '/conversations'])
      expect((await api.call(who, 'GET', url)).body).not.toContain(REAL_NUMBER.slice(2))
})

describe('the description', () => {
  test('is OpenAPI 3.1 and names the calls that are built, with their problems', async () => {
    const document = (await api.call(null, 'GET', '/openapi.json')).json()
    expect(document.openapi).toBe('3.1.0')
    expect(Object.keys(document.paths).toSorted()).toEqual([
      '/api/v1/calls',
      '/api/v1/conversations',
      '/api/v1/exchanges',
      '/api/v1/exchanges/{id}',
      '/api/v1/exchanges/{id}/again',
      '/api/v1/exchanges/{id}/cancel',
      '/api/v1/exchanges/{id}/dismiss',
      '/api/v1/exchanges/{id}/pictures/{n}',
      '/api/v1/exchanges/{id}/recording',
      '/api/v1/exchanges/{id}/release',
      '/api/v1/messages',
      '/api/v1/pins',
      '/api/v1/schools/{id}/calls',
      '/api/v1/schools/{id}/hours',
      '/api/v1/schools/{id}/urgent',
    ])
    for (const methods of Object.values(document.paths) as Record<string, { responses: object }>[])
      for (const { responses } of Object.values(methods)) expect(responses).toHaveProperty('401')
    expect(document.paths['/api/v1/schools/{id}/hours'].put.requestBody.content['application/json'].schema.required).toEqual([
      'timezone',
      'families',
      'staff',
    ])
  })

  test('fits what comes: an exchange, a message, a problem', async () => {
    const document = (await api.call(null, 'GET', '/openapi.json')).json()
    const ajv = new Ajv.default({ strict: false, validateFormats: false })
    ajv.addSchema(document, 'api')
    const fits = (name: string, value: unknown) => ajv.validate({ $ref: `api#/components/schemas/${name}` }, value)
    expect(fits('Exchange', (await api.call('rivera', 'GET', `/exchanges/${mine}`)).json())).toBe(true)
    expect(fits('Exchange', { id: mine })).toBe(false)
    expect(fits('Problem', (await api.call(null, 'GET', '/exchanges')).json())).toBe(true)
  })
})

describe('addresses', () => {
  test('that are not there are 404 in the same form', async () => {
    expectProblem(await api.call('super', 'GET', '/nothing'), 404)
    expectProblem(await api.call(null, 'DELETE', '/nothing/at/all'), 404)
  })

  test.each([
    ['DELETE', '/exchanges', 'GET, HEAD'],
    ['GET', '/messages', 'POST'],
    ['PATCH', '/schools/lincoln/hours', 'GET, HEAD, PUT'],
    ['GET', `/exchanges/${NOBODY}/cancel`, 'POST'],
  ])('take no other method: %s %s is 405', async (method, url, allow) => {
    const response = await api.call('super', method, url)
    expectProblem(response, 405)
    expect(response.headers['allow']).toBe(allow)
  })
})
