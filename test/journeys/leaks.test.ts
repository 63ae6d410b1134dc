import { readdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'
import { beforeAll, describe, expect, it } from 'vitest'
import { callWebhook } from '../../src/simulator/webhook.ts'
import { type Faults, noFaults } from '../../src/simulator/world.ts'
import {
  ACCOUNT,
  ALWAYS,
  type CarrierAtDoor,
  FAMILY_NAME,
  familyPhone,
  folder,
  freePort,
  homeline,
  proxyNumber,
  type Server,
  STAFF_NAME,
  startCarrier,
  startServer,
  teacherPhone,
  until,
  type Variables,
  writeRoster,
} from '../support/process.ts'

const FAMILIES = 6
const STRANGER = '+13125550187'
const UNUSABLE = '97155501909'
/** A number that a family writes into a text: the log keeps it, but it belongs into no line of the program's own. */
const WRITTEN = '4155550166'
/** Real numbers as they would show up: without the plus, which would be escaped in some places. */
const REAL = [...Array.from({ length: FAMILIES }, (_, n) => familyPhone(n)), teacherPhone(0), teacherPhone(1), STRANGER].map(
  (n) => n.slice(1),
)
const NAMES = [FAMILY_NAME, STAFF_NAME, 'Gale0', 'Sage0', 'Tess0']
const RANGE = ['--from', '2020-01-01', '--to', '2099-01-01']

let cwd: string
let variables: Variables
let carrier: CarrierAtDoor
let server: Server
const said: { where: string; text: string }[] = []
const answers: { where: string; text: string }[] = []

async function run(...args: string[]) {
  const end = await homeline(args, variables, { cwd })
  said.push({ where: `homeline ${args[0]} ${args[1]}`, text: end.out + end.err })
  return end
}

async function call(token: string, method: string, url: string, body?: unknown): Promise<Record<string, never>> {
  const headers = { authorization: `Bearer ${token}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) }
  const answer = await fetch(`${server.url}${url}`, {
    method,
    headers,
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  const text = await answer.text()
  answers.push({ where: `${method} ${url}`, text })
  return text.startsWith('{') || text.startsWith('[') ? JSON.parse(text) : {}
}

function faults(change: Partial<Faults>): void {
  carrier.simulator.setFaults({ ...noFaults, ...change })
}

const simulatorReceived = (phone: string) => (carrier.simulator.handsets.get(phone) ?? []).filter((t) => t.kind === 'received')

/** Which of these words are in a text. */
const found = (words: readonly string[], text: string) => words.filter((word) => text.includes(word))
const leaksIn = (words: readonly string[], texts: readonly { where: string; text: string }[]) =>
  texts.flatMap(({ where, text }) => found(words, text).map((word) => `${where}: ${word}`))

/** A busy day with errors of every kind. */
beforeAll(async () => {
  cwd = await folder()
  carrier = await startCarrier(Array.from({ length: 12 }, (_, n) => proxyNumber(n)))
  variables = {
    HOMELINE_DATA_DIR: path.join(cwd, 'data'),
    PORT: String(await freePort()),
    TWILIO_ACCOUNT_SID: ACCOUNT.sid,
    TWILIO_AUTH_TOKEN: ACCOUNT.token,
    TWILIO_API_URL: carrier.url,
    TRANSLATOR: 'phrasebook',
    LOG_LEVEL: 'trace',
  }
  const roster = path.join(cwd, 'roster')
  await writeRoster(roster, FAMILIES, 2)
  const users = path.join(roster, 'users.csv')
  await writeFile(
    users,
    `${await readFile(users, 'utf8')}guardian-99,,,true,lincoln,parent,,,Gale99,${FAMILY_NAME},,,,${UNUSABLE},,student-0,,,en\n`,
  )
  server = await startServer(variables, cwd)
  expect((await run('roster', 'import', roster)).status).toBe(0)
  expect((await run('numbers', 'sync')).status).toBe(0)
  const tokens = await Promise.all(['teacher-0', 'teacher-1', 'head'].map((id) => run('token', 'create', '--staff', id)))
  const [teacher, other, head] = tokens.map((end) => end.out.trim()) as [string, string, string]

  await call(head, 'PUT', '/api/v1/schools/lincoln/hours', ALWAYS)
  await call(teacher, 'POST', '/api/v1/messages', { to: { class: 'class-0' }, body: 'Homework is on page 12.' })
  await until('a family reads', () => simulatorReceived(familyPhone(0)).length > 0)
  const line = simulatorReceived(familyPhone(0))[0]?.other ?? ''
  carrier.simulator.text(familyPhone(0), line, `Thank you. My other phone is ${WRITTEN}.`)
  await until('the teacher reads', () => simulatorReceived(teacherPhone(0)).length > 0)
  const back = simulatorReceived(teacherPhone(0))[0]?.other ?? ''
  carrier.simulator.text(teacherPhone(0), back, 'I will call.')
  carrier.simulator.text(STRANGER, line, 'Who is this?')
  carrier.simulator.text(familyPhone(3), line, 'I text the wrong number')

  // One family each: what is unknown blocks its lane.
  for (const [n, rest] of (
    ['accept-then-500', 'accept-then-garbage', 'accept-then-reset', 'reset', 'storm', 'down'] as const
  ).entries()) {
    faults({ rest, strikes: 1, retryAfterSeconds: 1 })
    await call(n % 2 === 0 ? teacher : other, 'POST', '/api/v1/messages', {
      to: { guardian: `guardian-${n}` },
      body: `During ${rest}.`,
    })
    await until('it was tried', () => carrier.simulator.faults().strikes === null)
  }
  faults({})
  carrier.simulator.setLine(familyPhone(4), 'landline')
  await call(teacher, 'POST', '/api/v1/messages', { to: { guardian: 'guardian-4' }, body: 'To a landline.' })
  carrier.simulator.text(familyPhone(2), simulatorReceived(familyPhone(2))[0]?.other ?? '', 'STOP')
  await carrier.shut()
  await call(teacher, 'POST', '/api/v1/messages', { to: { guardian: 'guardian-4' }, body: 'While the carrier is away.' })
  await pause(300)
  await carrier.reopen()

  const tools = { fetch, later: () => () => {}, random: Math.random }
  const form = {
    MessageSid: `SM${'a'.repeat(32)}`,
    AccountSid: ACCOUNT.sid,
    From: STRANGER,
    To: line,
    Body: `Call ${WRITTEN}`,
  }
  await callWebhook(`${server.url}/webhooks/twilio/sms`, 'POST', form, 'wrong token', tools)
  await callWebhook(`${server.url}/webhooks/twilio/sms?From=${STRANGER}`, 'POST', form, ACCOUNT.token, tools)
  await callWebhook(
    `${server.url}/webhooks/twilio/status/${STRANGER}/${STRANGER}`,
    'POST',
    { ...form, MessageStatus: 'delivered' },
    ACCOUNT.token,
    tools,
  )
  await callWebhook(
    `${server.url}/webhooks/twilio/sms`,
    'POST',
    { ...form, To: 'nobody', MessageSid: `SM${'b'.repeat(32)}` },
    ACCOUNT.token,
    tools,
  )
  for (const url of [
    `/api/v1/exchanges/${STRANGER}`,
    `/api/v1/exchanges?guardian=${STRANGER}&from=${STRANGER}`,
    `/${STRANGER}`,
    '/api/v1/exchanges',
    '/api/v1/exchanges?notices=true',
    '/api/v1/conversations',
    '/api/v1/openapi.json',
    '/health',
    '/metrics',
  ])
    for (const token of [teacher, head, STRANGER]) await call(token, 'GET', url)
  for (const body of [
    `{"to": {"guardian": "${STRANGER}"}, "body": "x"}`,
    `{"to": "${STRANGER}`,
    `"${STRANGER}"`,
    { to: { guardian: STRANGER }, body: 'x', urgent: STRANGER },
  ])
    await call(teacher, 'POST', '/api/v1/messages', body)
  for (const { id } of ((await call(head, 'GET', '/api/v1/exchanges?notices=true')) as unknown as { exchanges: { id: string }[] })
    .exchanges) {
    await call(teacher, 'GET', `/api/v1/exchanges/${id}`)
    await call(teacher, 'POST', `/api/v1/exchanges/${id}/again`)
  }
  await withDatabase(async (client) => {
    await client.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'homeline' and datname = 'homeline'`,
    )
  })
  carrier.simulator.text(familyPhone(1), line, 'After the database was away')
  await until('the health is well', async () => (await fetch(`${server.url}/health`)).status === 200)
  await pause(1_500)
  for (const format of ['csv', 'jsonl']) expect((await run('log', 'export', ...RANGE, '--format', format)).status).toBe(0)
  expect((await run('log', 'verify')).status).toBe(0)
})

async function withDatabase<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
  const root = path.join(cwd, 'data', 'postgres')
  const port = Number((await readFile(path.join(root, 'data', 'postmaster.pid'), 'utf8')).split('\n')[3])
  const client = new pg.Client({
    host: '127.0.0.1',
    port,
    user: 'postgres',
    password: (await readFile(path.join(root, 'password'), 'utf8')).trim(),
    database: 'homeline',
  })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

/** Every row of every table as PostgreSQL prints it. */
function allRows(): Promise<{ where: string; text: string }[]> {
  return withDatabase(async (client) => {
    const { rows: tables } = await client.query<{ name: string }>(
      `select relname as name from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace`,
    )
    const dumps: { where: string; text: string }[] = []
    for (const { name } of tables) {
      const { rows } = await client.query<{ row: string }>(`select t::text as row from "${name}" t`)
      dumps.push({ where: name, text: rows.map((r) => r.row).join('\n') })
    }
    return dumps
  })
}

describe('after a busy day with errors of every kind', () => {
  it('the day was busy: texts of every sort are in the log', async () => {
    const rows = await allRows()
    const exchange = rows.find((r) => r.where === 'exchange')?.text ?? ''
    expect(
      found(
        [
          'Homework',
          'My other phone',
          'I will call',
          'Who is this',
          'wrong number',
          'During reset',
          'landline',
          'After the database',
        ],
        exchange,
      ),
    ).toHaveLength(8)
    expect(server.out().split('\n').length).toBeGreaterThan(100)
  })

  it('no real number and no name is in what the server and the commands say', () => {
    const lines = [
      { where: 'standard output', text: server.out() },
      { where: 'standard error', text: server.err() },
    ]
    expect(leaksIn([...REAL, ...NAMES, WRITTEN, UNUSABLE], lines)).toEqual([])
    expect(leaksIn([...REAL, UNUSABLE], said)).toEqual([])
    expect(
      leaksIn(
        NAMES,
        said.filter((s) => !s.where.includes('log export')),
      ),
    ).toEqual([])
  })

  it('no real number is in an answer of the API, the metrics or the health', () => {
    // What the caller wrote in the address may not come back either.
    expect(leaksIn([...REAL, UNUSABLE], answers)).toEqual([])
    expect(
      leaksIn(
        [...NAMES, WRITTEN],
        answers.filter((a) => /metrics|health/.test(a.where)),
      ),
    ).toEqual([])
    expect(answers.length).toBeGreaterThan(40)
  })

  it('no real number stands readable in any row of the database', async () => {
    const hex = REAL.map((number) => Buffer.from(number).toString('hex'))
    expect(leaksIn([...REAL, ...hex], await allRows())).toEqual([])
  })

  it('no text on a phone shows the number of the other side, nor comes from one', () => {
    const phones = [...carrier.simulator.handsets.entries()]
    const shown = phones.flatMap(([, texts]) =>
      texts.filter((t) => t.kind === 'received').map((t) => ({ where: 'a phone', text: `${t.other} ${t.body}` })),
    )
    expect(shown.length).toBeGreaterThan(10)
    expect(leaksIn(REAL, shown)).toEqual([])
  })

  it('no real number is in any file of the data directory, PostgreSQL’s own log and journal too', async () => {
    expect(await server.end('SIGTERM')).toBe(0)
    const files = (await readdir(path.join(cwd, 'data'), { recursive: true, withFileTypes: true })).filter((f) => f.isFile())
    const leaks: string[] = []
    for (const file of files) {
      const bytes = await readFile(path.join(file.parentPath, file.name))
      for (const number of REAL) if (bytes.includes(number)) leaks.push(`${file.name}: ${number}`)
      if (file.name === 'postgres.log')
        for (const word of [...NAMES, WRITTEN, UNUSABLE]) if (bytes.includes(word)) leaks.push(`${file.name}: ${word}`)
    }
    expect(files.length).toBeGreaterThan(100)
    expect(leaks).toEqual([])
  })
})
