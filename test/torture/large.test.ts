import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { sql } from 'kysely'
import { beforeAll, beforeEach, expect, test } from 'vitest'
import { sealAll } from '../../src/housekeeping.ts'
import { connect, type Db, inDistrict } from '../../src/store/database.ts'
import { type CallSchool, callSchool } from '../support/call-school.ts'
import { freshDatabase, type TestDatabase } from '../support/database.ts'
import { addExchange, tamper } from '../support/log-school.ts'
import { judgeLarge } from './large.ts'

let t: TestDatabase
let owner: Db
let folder = ''
let school: CallSchool
let sent: string[] = []
beforeAll(async () => {
  t = await freshDatabase()
  owner = connect(t.ownerUrl, 'homeline' as 'homeline_app')
  folder = await mkdtemp(path.join(tmpdir(), 'homeline-large-'))
  return async () => {
    await owner.destroy()
    await rm(folder, { recursive: true })
  }
})

const change = (statement: string) => tamper(owner, school.district, statement)
const judge = async (record: readonly object[]) => {
  await writeFile(path.join(folder, 'record.jsonl'), record.map((line) => `${JSON.stringify(line)}\n`).join(''))
  const look = async <T>(text: string) =>
    inDistrict(t.db, school.district, async (trx) => (await sql.raw(text).execute(trx)).rows as T[])
  return judgeLarge({ ownerUrl: t.ownerUrl, look }, folder, [school.district])
}
const brought = (sid: string) => ({ kind: 'sent', sid })
const taken = (attempt: string) => ({ kind: 'taken', callback: `https://school.example/${attempt}` })
const attempt = (id: string, second: number) =>
  change(`insert into attempt (district_id, id, exchange_id, part, phone_id, proxy_number_id, body, started_at, outcome)
    values ('${school.district}', gen_random_uuid(), '${id}', 0, '${school.phones.rosa}', '${school.proxies.family.id}', '', to_timestamp(${second}), 'accepted')`)

beforeEach(async () => {
  school = await callSchool(t)
  sent = []
  for (const second of [1, 2]) {
    const id = await addExchange(t.db, school, { status: 'delivered' })
    await change(`update exchange set seq = ${second}, carrier_sid = 'SM${id}' where id = '${id}'`)
    await attempt(id, second)
    sent.push(id)
  }
  await sealAll({ db: t.db, keys: t.keys })
})

const whole = () => [...sent.map((id) => brought(`SM${id}`)), taken('a'), taken('b')]

test('what is whole breaks nothing', async () => {
  expect(await judge(whole())).toEqual([])
})

test.each<[string, () => Promise<void>]>([
  ['A message has come to no end', () => change(`update exchange set status = 'queued' where id = '${sent[0]}'`)],
  ['A part was handed over more than once', () => attempt(sent[1] ?? '', 3)],
  ['A message was handed over before one that was written before it', () => change('update exchange set seq = 4 - seq')],
  [
    'A text that came stands in no conversation, and no task is about it',
    () => change(`update exchange set conversation_id = null where id = '${sent[0]}'`),
  ],
  [
    'A webhook waits in the inbox',
    async () => void (await sql`insert into inbox (key, kind, raw) values (${`text:${sent[0]}`}, 'text', '')`.execute(t.db)),
  ],
  ['The log is broken', () => change(`update event set what = 'failed' where exchange_id = '${sent[0]}'`)],
])('%s', async (says, breaks) => {
  await breaks()
  expect((await judge(whole())).map((line) => line.split(':')[0])).toContain(says)
  await sql`delete from inbox`.execute(owner)
})

test('what the carrier brought and took is held against the log', async () => {
  expect(await judge([brought(`SM${sent[0]}`), brought('SMlost'), taken('a'), taken('a')])).toEqual([
    'A text that the carrier brought is not in the log: 1 of them.',
    'A text is in the log that the carrier never brought: 1 of them.',
    'The carrier took an attempt more than once: 1 of them.',
  ])
})
