import { sql } from 'kysely'
import { beforeAll, describe, expect, test } from 'vitest'
import { inDistrict } from '../../src/store/database.ts'
import {
  type ExchangeFilter,
  exchangeById,
  exchangePage,
  readCursor,
  readTime,
  type Viewer,
  WHOLE_DISTRICT,
  writeCursor,
} from '../../src/store/exchange-view.ts'
import { freshDatabase, type TestDatabase } from '../support/database.ts'
import { addExchange, FAMILY_PROXY, type LogSchool, logSchool, REAL_NUMBER } from '../support/log-school.ts'

const now = Temporal.Instant.from('2026-11-23T12:00:00Z')
const all: ExchangeFilter = { from: null, to: null, staff: null, guardian: null, notices: false, after: null, limit: 100 }
const viewers: Record<string, Viewer> = {
  district: WHOLE_DISTRICT,
  principal: { id: 'principal', scope: { kind: 'schools', schools: ['lincoln'] } },
  'grant-head': { id: 'grant-head', scope: { kind: 'schools', schools: ['grant'] } },
  rivera: { id: 'rivera', scope: { kind: 'own' } },
  okafor: { id: 'okafor', scope: { kind: 'own' } },
  other: { id: 'other', scope: { kind: 'own' } },
}

let t: TestDatabase
let school: LogSchool
const id: Record<string, string> = {}
beforeAll(async () => {
  t = await freshDatabase()
  school = await logSchool(t.db, t.keys)
  const at = (minute: number) => `2026-11-20T10:0${minute}:00.000001Z`
  id['teacher'] = await addExchange(t.db, school, { at: at(1) })
  id['held'] = await addExchange(t.db, school, {
    at: at(2),
    direction: 'to_family',
    status: 'held',
    sendAfter: '2026-11-23T13:00:00Z',
    translation: null,
  })
  id['office'] = await addExchange(t.db, school, { at: at(3), conversation: school.office, guardian: 'abel' })
  id['stranger'] = await addExchange(t.db, school, { at: at(4), conversation: null, desk: 'lincoln/office', guardian: null })
  id['nobody'] = await addExchange(t.db, school, { at: at(5), conversation: null, guardian: null })
  id['unsent'] = await addExchange(t.db, school, {
    at: at(7),
    conversation: null,
    desk: 'rivera',
    direction: 'to_family',
    status: 'failed',
  })
  id['notice'] = await addExchange(t.db, school, { at: at(6), author: 'gateway', direction: 'to_family' })
})

const page = (viewer: Viewer, filter: Partial<ExchangeFilter> = {}, at = now) =>
  inDistrict(t.db, school.district, (trx) => exchangePage(trx, school.district, viewer, { ...all, ...filter }, at))
const names = async (viewer: Viewer, filter: Partial<ExchangeFilter> = {}) => {
  const { records } = await page(viewer, filter)
  return records.map((r) => Object.entries(id).find(([, value]) => value === r.view.id)?.[0])
}
const one = (viewer: Viewer, name: string, at = now) =>
  inDistrict(t.db, school.district, (trx) => exchangeById(trx, school.district, viewer, id[name] as string, at))

describe('an exchange', () => {
  test('is shown as the contract says', async () => {
    expect(await one(WHOLE_DISTRICT, 'teacher')).toEqual({
      id: id['teacher'],
      kind: 'message',
      direction: 'to_staff',
      staff: 'rivera',
      guardian: 'rosa',
      guardians: ['abel', 'rosa'],
      status: 'sent',
      sendAfter: null,
      original: { language: 'es', text: 'Hola, ¿cómo está Maya?' },
      translation: { language: 'en', text: 'Hello, how is Maya?', by: 'phrasebook' },
      notBefore: null,
      byVoice: false,
      urgentReason: null,
      evidence: null,
      seconds: null,
      recording: null,
      pictures: 0,
      attachments: [],
      picturesGo: null,
      at: '2026-11-20T10:01:00.000001Z',
      events: [
        { at: expect.any(String), what: 'received' },
        { at: expect.any(String), what: 'prepared' },
      ],
    })
  })

  test('without a translation has null there, and shows when it goes', async () => {
    expect(await one(WHOLE_DISTRICT, 'held')).toMatchObject({
      translation: null,
      status: 'held',
      sendAfter: '2026-11-23T13:00:00Z',
    })
  })

  test('that is held is queued once its time has come', async () => {
    expect((await one(WHOLE_DISTRICT, 'held', now.add({ hours: 1 })))?.status).toBe('queued')
  })

  test('that was urgent says why', async () => {
    const urgent = await logSchool(t.db, t.keys, 'urgent')
    const exchange = await addExchange(t.db, urgent, { urgentReason: 'The bus is late' })
    const view = await inDistrict(t.db, urgent.district, (trx) =>
      exchangeById(trx, urgent.district, WHOLE_DISTRICT, exchange, now),
    )
    expect(view?.urgentReason).toBe('The bus is late')
  })

  test('of a desk and a stranger names the desk and no guardian', async () => {
    expect(await one(WHOLE_DISTRICT, 'stranger')).toMatchObject({ staff: 'lincoln/office', guardian: null, guardians: [] })
  })

  test('of an ended household shows the last guardians, not those who had left before', async () => {
    const ended = await logSchool(t.db, t.keys, 'ended')
    const exchange = await addExchange(t.db, ended)
    await inDistrict(t.db, ended.district, async (trx) => {
      await sql`update household_guardian set until = '2026-11-01T00:00Z' where guardian_id = 'abel'`.execute(trx)
      await sql`update household_guardian set until = '2026-11-02T00:00Z' where guardian_id = 'rosa'`.execute(trx)
      await sql`update household set until = '2026-11-02T00:00Z'`.execute(trx)
    })
    const view = await inDistrict(t.db, ended.district, (trx) => exchangeById(trx, ended.district, WHOLE_DISTRICT, exchange, now))
    expect(view?.guardians).toEqual(['rosa'])
  })

  test('is not found by a word that is no id', async () => {
    const found = await inDistrict(t.db, school.district, (trx) =>
      exchangeById(trx, school.district, WHOLE_DISTRICT, "x' or 1=1", now),
    )
    expect(found).toBeNull()
  })
})

describe('who sees what', () => {
  test.each<[string, string[]]>([
    ['district', ['teacher', 'held', 'office', 'stranger', 'nobody', 'unsent']],
    ['principal', ['teacher', 'held', 'office', 'stranger', 'unsent']],
    ['grant-head', []],
    ['rivera', ['teacher', 'held', 'unsent']],
    ['okafor', ['office', 'stranger']],
    ['other', []],
  ])('%s sees %j, in pages and one by one', async (who, seen) => {
    const viewer = viewers[who] as Viewer
    expect(await names(viewer)).toEqual(seen)
    for (const name of Object.keys(id).filter((n) => n !== 'notice'))
      expect((await one(viewer, name)) !== null, name).toBe(seen.includes(name))
  })

  test('another district sees nothing of it', async () => {
    const second = await logSchool(t.db, t.keys, 'second')
    const seen = await inDistrict(t.db, second.district, (trx) =>
      exchangePage(trx, second.district, WHOLE_DISTRICT, { ...all, notices: true }, now),
    )
    expect(seen.records).toEqual([])
  })

  test("no view holds anybody's number, real or proxy", async () => {
    const text = JSON.stringify(await page(WHOLE_DISTRICT, { notices: true }))
    expect(text).not.toContain(REAL_NUMBER.slice(2))
    expect(text).not.toContain(FAMILY_PROXY.slice(2))
  })
})

describe('filters', () => {
  const instant = (text: string) => Temporal.Instant.from(text)
  test.each<[string, Partial<ExchangeFilter>, string[]]>([
    ['from is part of the range', { from: instant('2026-11-20T10:03:00.000001Z') }, ['office', 'stranger', 'nobody', 'unsent']],
    ['to is not', { to: instant('2026-11-20T10:03:00.000001Z') }, ['teacher', 'held']],
    ['staff', { staff: 'rivera' }, ['teacher', 'held', 'unsent']],
    ['a desk', { staff: 'lincoln/office' }, ['office', 'stranger']],
    ['the guardian addressed', { guardian: 'rosa' }, ['teacher', 'held', 'office', 'unsent']],
    ['any guardian of the household', { guardian: 'abel' }, ['teacher', 'held', 'office']],
    ['a guardian of nobody', { guardian: 'maya' }, []],
    ['notices', { notices: true }, ['teacher', 'held', 'office', 'stranger', 'nobody', 'notice', 'unsent']],
    ['together', { guardian: 'abel', staff: 'lincoln/office', from: instant('2026-11-20T10:00Z') }, ['office']],
  ])('%s', async (_, filter, expected) => {
    expect(await names(WHOLE_DISTRICT, filter)).toEqual(expected)
  })
})

describe('pages', () => {
  test.each([1, 2, 3, 5, 6])('of %i together hold everything once, oldest first', async (limit) => {
    const seen: string[] = []
    let after: ExchangeFilter['after'] = null
    for (;;) {
      const { records, next } = await page(WHOLE_DISTRICT, { limit, after })
      expect(records.length).toBeLessThanOrEqual(limit)
      seen.push(...records.map((r) => r.view.id))
      if (next === null) break
      after = readCursor(writeCursor(next))
      expect(after).toEqual(next)
    }
    expect(seen).toEqual(['teacher', 'held', 'office', 'stranger', 'nobody', 'unsent'].map((n) => id[n]))
  })

  test.each([
    '',
    'x',
    '!!',
    'AAAA',
    writeCursor({ at: now, id: 'nope' }),
    `${writeCursor({ at: now, id: school?.district ?? '' })}=`,
    '\0',
    '__proto__',
  ])('a malformed cursor %j is none', (word) => {
    expect(readCursor(word)).toBeNull()
  })
})

test.each([
  ['2026-11-23T12:00:00Z', '2026-11-23T12:00:00Z'],
  ['2026-11-23T06:00-06:00', '2026-11-23T12:00:00Z'],
  ['2026-11-23', '2026-11-23T00:00:00Z'],
  ['2026-02-29', null],
  ['2026-11-23T12:00', null],
  ['0000-01-01T00:00Z', null],
  ['-271821-04-20T00:00Z', null],
  ['+275760-09-13T00:00Z', null],
  ['yesterday', null],
  ['', null],
])('the time %j is read as %j', (text, expected) => {
  expect(readTime(text)?.toString() ?? null).toBe(expected)
})
