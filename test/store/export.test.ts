import { PassThrough, Writable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { setImmediate } from 'node:timers/promises'
import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import { sql } from 'kysely'
import { beforeAll, describe, expect, test } from 'vitest'
import { maskNumbers } from '../../src/roster/typed-numbers.ts'
import { inDistrict } from '../../src/store/database.ts'
import { exchangeById, WHOLE_DISTRICT } from '../../src/store/exchange-view.ts'
import { csvCell, type ExportOptions, type ExportPage, exportLog, writeLog } from '../../src/store/export.ts'
import { freshDatabase, type TestDatabase } from '../support/database.ts'
import { addExchange, FAMILY_PROXY, type LogSchool, logSchool, REAL_NUMBER } from '../support/log-school.ts'

const now = Temporal.Instant.from('2026-11-23T12:00:00Z')
const range = { from: Temporal.Instant.from('2026-11-01T00:00Z'), to: Temporal.Instant.from('2026-12-01T00:00Z') }

let t: TestDatabase
let school: LogSchool
let ids: string[]
beforeAll(async () => {
  t = await freshDatabase()
  school = await logSchool(t.db, t.keys)
  await inDistrict(t.db, school.district, (trx) => sql`update school set time_zone = 'America/New_York'`.execute(trx))
  ids = []
  await addExchange(t.db, school, { at: '2026-10-31T23:59:59.999999Z' })
  ids.push(await addExchange(t.db, school, { at: '2026-11-01T00:00:00Z', original: '=1+1\n"quoted", ok', translation: null }))
  ids.push(
    await addExchange(t.db, school, {
      at: '2026-11-02T00:00:00Z',
      original: '+plus',
      translation: '＝wide',
      urgentReason: '=Snow',
    }),
  )
  ids.push(await addExchange(t.db, school, { at: '2026-11-03T00:00:00Z', author: 'gateway', conversation: null, guardian: null }))
  await addExchange(t.db, school, { at: '2026-12-01T00:00:00Z' })
})

async function exported(options: Partial<ExportOptions> = {}): Promise<string> {
  const out = new PassThrough()
  const read = text(out)
  await exportLog(t.db, school.district, { ...range, format: 'jsonl', out, maskNumbers, ...options })
  out.end()
  return read
}

const lastEvent = () =>
  inDistrict(
    t.db,
    school.district,
    async (trx) =>
      (
        await sql<{
          what: string
          who: string | null
          detail: unknown
        }>`select what, who, detail from event order by id desc limit 1`.execute(trx)
      ).rows[0],
  )

describe('JSON lines', () => {
  test("are the API's exchanges of the range with their authors and names at the end, notices too, oldest first", async () => {
    const lines = (await exported()).split('\n')
    expect(lines.pop()).toBe('')
    const views = await inDistrict(t.db, school.district, (trx) =>
      Promise.all(ids.map((id) => exchangeById(trx, school.district, WHOLE_DISTRICT, id, now))),
    )
    const names = { staffName: 'rivera X', guardianNames: ['abel X', 'rosa X'], studentNames: ['maya X'] }
    const more = [
      { author: 'person', schoolTime: '2026-10-31 20:00:00', ...names, maskedNumbers: 0, why: null },
      { author: 'person', schoolTime: '2026-11-01 19:00:00', ...names, maskedNumbers: 0, why: null },
      { author: 'gateway', schoolTime: null, staffName: null, guardianNames: [], studentNames: [], maskedNumbers: 0, why: null },
    ]
    const wanted = views.map((view, i) => ({ ...view, ...more[i] }))
    const read = lines.map((line) => JSON.parse(line) as object)
    expect(read).toEqual(wanted)
    expect(read.map((one) => Object.keys(one).join())).toEqual(wanted.map((one) => Object.keys(one).join()))
  })

  test('of an empty range are none', async () => {
    expect(await exported({ to: range.from })).toBe('')
  })
})

describe('CSV', () => {
  test('has a line a exchange with every cell quoted, and no cell that a spreadsheet would calculate', async () => {
    const csv = await exported({ format: 'csv' })
    expect(csv.replaceAll(/"(?:[^"]|"")*"/g, 'c')).toBe(`${Array(31).fill('c').join()}\r\n`.repeat(4))
    const rows = parse(csv, { columns: true, record_delimiter: '\r\n' }) as Record<string, string>[]
    expect(Object.keys(rows[0] ?? {}).join()).toBe(
      'id,at,kind,direction,author,staff,guardian,guardians,status,sendAfter,notBefore,byVoice,originalLanguage,original,translationLanguage,translation,translatedBy,urgentReason,evidence,seconds,recording,pictures,attachments,picturesGo,events,schoolTime,staffName,guardianNames,maskedNumbers,why,studentNames',
    )
    expect(rows).toMatchObject([
      {
        id: ids[0],
        author: 'person',
        at: '2026-11-01T00:00:00Z',
        schoolTime: '2026-10-31 20:00:00',
        staff: 'rivera',
        staffName: 'rivera X',
        guardian: 'rosa',
        guardians: 'abel; rosa',
        guardianNames: 'abel X; rosa X',
        original: `'=1+1\n"quoted", ok`,
        translation: '',
        translatedBy: '',
      },
      {
        id: ids[1],
        original: "'+plus",
        translation: "'＝wide",
        translationLanguage: 'en',
        translatedBy: 'phrasebook',
        urgentReason: "'=Snow",
      },
      // Of no school: nobody's clock.
      {
        id: ids[2],
        author: 'gateway',
        staff: '',
        staffName: '',
        guardian: '',
        guardians: '',
        guardianNames: '',
        at: '2026-11-03T00:00:00Z',
        schoolTime: '',
      },
    ])
    expect(rows[0]?.['events']).toMatch(/^\S+Z received; \S+Z prepared$/)
  })

  test('says the same things as JSON lines, and what people are called and the school’s clock said', async () => {
    const [row] = parse(await exported({ format: 'csv' }), { columns: true, record_delimiter: '\r\n' }) as object[]
    const line = JSON.parse((await exported()).split('\n')[1] ?? '') as Record<string, unknown>
    const inside = {
      original: ['originalLanguage', 'original'],
      translation: ['translationLanguage', 'translation', 'translatedBy'],
    }
    expect(
      Object.keys(line)
        .flatMap((name) => inside[name as 'original'] ?? name)
        .sort(),
    ).toEqual(Object.keys(row ?? {}).sort())
  })

  test('cells come back from a reader as they were, but for the mark against formulas', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme' }), { minLength: 1 }), (cells) => {
        const [read] = parse(cells.map(csvCell).join(','), { relax_column_count: true }) as string[][]
        expect(read).toEqual(cells.map((cell) => (/^[=+\-@\t\r\n＝＋－＠]/.test(cell) ? `'${cell}` : cell)))
      }),
    )
  })

  test.each(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'])('a cell that begins with %j is marked', (first) => {
    expect(csvCell(`${first}x`)).toBe(`"'${first}x"`)
  })
})

test('of one family are the exchanges of all its guardians, whether a guardian or a student is named', async () => {
  const of = async (guardian: string) =>
    (await exported({ only: { staff: null, guardian, classId: null } }))
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line).id)
  expect([await of('rosa'), await of('maya'), await of('nobody')]).toEqual([ids.slice(0, 2), ids.slice(0, 2), []])
})

test('each has the students of its family, also those who left, and its school; what is of no school has neither', async () => {
  const pages: ExportPage[] = []
  const writer = async function* (given: AsyncIterable<ExportPage>) {
    for await (const page of given) pages.push(page)
    yield ''
  }
  const left = (active: boolean) =>
    inDistrict(t.db, school.district, (trx) => sql`update person set active = ${active} where id = 'maya'`.execute(trx))
  await left(false)
  await exported({ format: 'pdf', writer })
  await left(true)
  const place = { school: 'lincoln', zone: 'America/New_York', students: ['maya X'] }
  expect(pages.flatMap(({ places }) => [...places])).toEqual(ids.slice(0, 2).map((id) => [id, place]))
})

test('an export is in the log before its first byte is out, and at its end with how much came', async () => {
  const asked = { export: expect.any(String), from: '2026-11-01T00:00:00Z', to: '2026-12-01T00:00:00Z', format: 'csv' }
  let first: unknown = null
  const writer = async function* () {
    first = await lastEvent()
    yield 'a byte'
  }
  await exported({ format: 'csv', writer })
  expect(first).toEqual({ what: 'export_begun', who: null, detail: asked })
  await exported({ format: 'csv' })
  expect(await lastEvent()).toEqual({ what: 'log_exported', who: null, detail: { ...asked, count: 3 } })
})

test('all times of a file go by the clock that its reader saw', async () => {
  const asSeen = (at: Temporal.Instant) => at.add({ hours: 48 })
  const out = new PassThrough()
  const read = text(out)
  await writeLog(t.db, school.district, { ...range, format: 'csv', out, asSeen, maskNumbers })
  out.end()
  const [row] = parse(await read, { columns: true }) as Record<string, string>[]
  expect(row).toMatchObject({ at: '2026-11-03T00:00:00Z', schoolTime: '2026-11-02 19:00:00' })
  const [plain] = parse(await exported({ format: 'csv' }), { columns: true }) as Record<string, string>[]
  const first = (events = '') => Temporal.Instant.from(events.split(' ')[0] ?? '')
  expect(first(row?.['events']).since(first(plain?.['events'])).total('hours')).toBe(48)
})

test('a number that somebody typed is masked in every file and counted, and stays in the log as it was', async () => {
  const typed = {
    original: 'Mi número nuevo es (971) 555-0142, o el 971 555 0143.',
    translation: 'My new number is ٩٧١-٥٥٥-٠١٤٢.',
    urgentReason: 'call +19715550142',
  }
  const own = await logSchool(t.db, t.keys, 'typed')
  await addExchange(t.db, own, { at: '2026-11-05T00:00:00Z', ...typed })
  const of = async (format: 'csv' | 'jsonl') => {
    const out = new PassThrough()
    const read = text(out)
    await exportLog(t.db, own.district, { ...range, format, out, maskNumbers })
    out.end()
    return read
  }
  const line = JSON.parse(await of('jsonl'))
  expect(line).toMatchObject({
    original: { text: 'Mi número nuevo es •••• 0142, o el •••• 0143.' },
    translation: { text: 'My new number is •••• ٠١٤٢.' },
    urgentReason: 'call •••• 0142',
    maskedNumbers: 4,
  })
  const [row] = parse(await of('csv'), { columns: true }) as Record<string, string>[]
  expect(row).toMatchObject({ original: line.original.text, translation: line.translation.text, maskedNumbers: '4' })
  const { rows } = await inDistrict(t.db, own.district, (trx) =>
    sql`select original_text as original, translation_text as translation, urgent_reason as "urgentReason" from exchange where id = ${line.id}::uuid`.execute(
      trx,
    ),
  )
  expect(rows).toEqual([typed])
})

test("no export holds anybody's number", async () => {
  const all = (await exported()) + (await exported({ format: 'csv' }))
  expect(all).not.toContain(REAL_NUMBER.slice(2))
  expect(all).not.toContain(FAMILY_PROXY.slice(2))
})

describe('a long log', () => {
  const COUNT = 1203
  let long: LogSchool
  beforeAll(async () => {
    long = await logSchool(t.db, t.keys, 'long')
    await inDistrict(t.db, long.district, (trx) =>
      sql`insert into exchange (district_id, conversation_id, direction, author, status, original_text, created_at)
        select ${long.district}, ${long.conversation}, 'to_staff', 'person', 'sent', n::text, '2026-11-10T00:00Z'::timestamptz + (n / 3) * interval '1 s'
        from generate_series(1, ${COUNT}::int) n`.execute(trx),
    )
  })

  test('goes out in pages, nothing twice or left out, and tells how far it is', async () => {
    const out = new PassThrough()
    const read = text(out)
    const seen: [number, number][] = []
    const count = await exportLog(t.db, long.district, {
      maskNumbers,
      ...range,
      format: 'jsonl',
      out,
      progress: (...at) => void seen.push(at),
    })
    out.end()
    const texts = (await read)
      .trim()
      .split('\n')
      .map((line) => Number(JSON.parse(line).original.text))
    expect(count).toBe(COUNT)
    expect(texts.toSorted((a, b) => a - b)).toEqual(Array.from({ length: COUNT }, (_, n) => n + 1))
    expect(seen).toEqual([
      [500, COUNT],
      [1000, COUNT],
      [COUNT, COUNT],
    ])
  })

  test('waits for a slow reader and holds no more than it must', async () => {
    let taken = 0
    let ahead = 0
    let done = 0
    const told = (n: number) => {
      done = n
    }
    const out = new Writable({
      highWaterMark: 1,
      write(chunk: Buffer, _encoding, next) {
        taken += chunk.toString().split('\n').length - 1
        ahead = Math.max(ahead, done - taken)
        void setImmediate().then(() => next())
      },
    })
    await exportLog(t.db, long.district, { ...range, format: 'jsonl', out, maskNumbers, progress: told })
    expect(taken).toBe(COUNT)
    expect(ahead).toBeLessThanOrEqual(500)
  })

  test('that cannot be written ends with the error, and the log tells of what went out', async () => {
    const out = new Writable({ write: (_chunk, _encoding, next) => next(new Error('no space left')) })
    await expect(exportLog(t.db, long.district, { ...range, format: 'jsonl', out, maskNumbers })).rejects.toThrow('no space left')
    const event = await inDistrict(
      t.db,
      long.district,
      async (trx) => (await sql<{ what: string }>`select what from event order by id desc limit 1`.execute(trx)).rows[0],
    )
    expect(event?.what).toBe('log_exported')
  })
})
