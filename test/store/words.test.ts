import { readFileSync } from 'node:fs'
import { sql } from 'kysely'
import { beforeAll, describe, expect, test } from 'vitest'
import { fits, termsOf, wordsOf } from '../../src/core/search-words.ts'
import { connect, type Db, inDistrict } from '../../src/store/database.ts'
import type { Cursor } from '../../src/store/exchange-view.ts'
import { findRows, type Search } from '../../src/store/oversight-rows.ts'
import { findWork } from '../../src/store/scheduler.ts'
import { sealDistrict } from '../../src/store/seal.ts'
import { indexed, planWords } from '../../src/store/word-search.ts'
import { eraseWords, indexWords } from '../../src/store/words.ts'
import { freshDatabase, type TestDatabase } from '../support/database.ts'
import { addExchange, type LogSchool, logSchool } from '../support/log-school.ts'

/** What people say at a doctor's, in 18 languages. */
const lines = readFileSync('fixtures/langid-dev.tsv', 'utf8')
  .trim()
  .split('\n')
  .slice(1)
  .map((line) => line.split('\t')[1] ?? '')
const SIZE = 16
const COUNT = 170

type Written = {
  readonly id: string
  readonly texts: readonly string[]
  readonly side: string
  readonly status: string
  readonly at: string
}

let t: TestDatabase
let eraser: Db
let school: LogSchool
let written: Written[]
const everything: Search = { from: null, to: null, staff: null, classId: null, status: null, words: null, before: null, limit: 7 }

beforeAll(async () => {
  t = await freshDatabase()
  eraser = connect(t.ownerUrl, 'homeline_eraser', 1)
  school = await logSchool(t.db, t.keys)
  written = []
  for (let n = 0; n < COUNT; n++) {
    const original = lines[(n * 37) % lines.length] ?? ''
    const translation = n % 3 === 0 ? null : (lines[(n * 53 + 11) % lines.length] ?? '')
    const side = n % 4 === 0 ? 'lincoln/office' : 'rivera'
    const status = n % 29 === 0 ? 'failed' : 'sent'
    // Not quite in the order of the log: what the carrier's list brought late, and translations of days ago.
    const at = `2026-11-0${1 + Math.floor(n / 25)}T${String(10 + (n % 7)).padStart(2, '0')}:00:00Z`
    const conversation = side === 'rivera' ? school.conversation : school.office
    const id = await addExchange(t.db, school, { conversation, original, translation, status, at })
    written.push({ id, texts: translation === null ? [original] : [original, translation], side, status, at })
  }
  await addExchange(t.db, school, { author: 'gateway', original: 'gatewayword' })
  // In many turns, as the sealer works; the last events are not sealed yet.
  for (let n = 0; n < 29; n++) await sealDistrict(t.db, t.keys, school.district, 10)
  while ((await indexWords(t.db, school.district, SIZE)) > 0);
  return () => eraser.destroy()
})

const inside = <T>(work: Parameters<typeof inDistrict<T>>[2]) => inDistrict(t.db, school.district, work)
const viewer = () => ({ districtId: school.district, id: 'super', scope: { kind: 'district' } as const })

/** All pages of a search, as ids. */
async function all(search: Partial<Search>): Promise<string[]> {
  const ids: string[] = []
  let before: Cursor | null = null
  do {
    const page = await inside((trx) => findRows(trx, viewer(), { ...everything, ...search, before }))
    ids.push(...page.rows.map(({ id }) => id))
    before = page.next
  } while (before !== null)
  return ids
}

const searched = (typed: string, search: Partial<Search> = {}) => all({ ...search, words: { anyOf: [typed], as: 'words' } })

/** What reading every text finds. */
const read = (typed: string, keep: (one: Written) => boolean = () => true) =>
  written
    .filter((one) => keep(one) && fits(termsOf(typed), one.texts))
    .toSorted((a, b) => (a.at === b.at ? (a.id < b.id ? 1 : -1) : a.at < b.at ? 1 : -1))
    .map(({ id }) => id)

const counts = () =>
  inside(async (trx) => {
    const { rows } = await sql<{ blocks: number; words: number }>`select
      (select count(*)::int from word_block where district_id = ${school.district}) as blocks,
      (select count(*)::int from word_place where district_id = ${school.district}) as words`.execute(trx)
    return rows[0]
  })

test('most texts are in the index, the last ones are not yet', async () => {
  const { blocks = 0 } = (await counts()) ?? {}
  expect([blocks >= 6, blocks * SIZE < COUNT]).toEqual([true, true])
})

test('whatever is looked for, in any language, the index finds what reading all texts would find, in order, page by page', async () => {
  const words = [...new Set(written.flatMap(({ texts }) => texts.flatMap((text) => [...wordsOf(text)])))].filter(
    (_, i) => i % 23 === 0,
  )
  expect(words.length).toBeGreaterThan(60)
  for (const word of words) expect([word, ...(await searched(word))]).toEqual([word, ...read(word)])
})

test.each([
  ['two words of one text', () => (written[40]?.texts[0] ?? '').split(' ').slice(0, 2).join(' ')],
  [
    'a word of the original and one of the translation',
    () => (written[41]?.texts ?? []).map((text) => text.split(' ')[0]).join(' '),
  ],
  ['a whole text', () => written[77]?.texts[0] ?? ''],
  ['the last text', () => written.at(-1)?.texts[0] ?? ''],
  ['a frequent beginning', () => 'the'],
  ['one letter', () => 'a'],
  ['a word that nobody wrote', () => 'zzyzx'],
  ['a frequent word and one that nobody wrote', () => 'the zzyzx'],
  ['a word of the gateway’s own notices', () => 'gatewayword'],
])('%s', async (_, typed) => {
  expect(await searched(typed())).toEqual(read(typed()))
})

test.each([
  [
    'days',
    { from: Temporal.Instant.from('2026-11-03T00:00Z'), to: Temporal.Instant.from('2026-11-05T00:00Z') },
    (w: Written) => w.at > '2026-11-03' && w.at < '2026-11-05',
  ],
  ['a desk', { staff: 'lincoln/office' }, (w: Written) => w.side === 'lincoln/office'],
  ['a state', { status: 'failed' }, (w: Written) => w.status === 'failed'],
  ['a class', { classId: 'c1' }, () => true],
  ['another class', { classId: 'c2' }, () => false],
] as const)('words and %s', async (_, search, keep) => {
  for (const typed of ['the', 'have', 'fever', 'de'])
    expect([typed, ...(await searched(typed, search))]).toEqual([typed, ...read(typed, keep)])
})

test('of several lines any is found, as words beside each other where that is asked', async () => {
  const anyOf = ['how long', 'zzyzx', 'fever']
  const phrase = (texts: readonly string[]) => texts.some((text) => /\bhow long|\bfever/i.test(text))
  const found = new Set(await all({ words: { anyOf, as: 'phrases' } }))
  expect([...found].sort()).toEqual(
    written
      .filter(({ texts }) => phrase(texts))
      .map(({ id }) => id)
      .sort(),
  )
})

test('frequent words are looked through from the newest block down, and nothing newer comes after what was promised to be older', async () => {
  const gather = (isRare: boolean) =>
    inside(async (trx) => {
      const plan = await planWords(trx, school.district, [termsOf('a')])
      const ids: string[] = []
      let until: Temporal.Instant | null = null
      for await (const some of indexed(
        trx,
        school.district,
        { all: plan?.all ?? [], blocks: isRare ? 1 : 1_000 },
        { from: null, before: null },
      )) {
        for (const id of some.ids) {
          const at = Temporal.Instant.from(written.find((one) => one.id === id)?.at ?? '')
          expect(until === null || Temporal.Instant.compare(at, until) <= 0).toBe(true)
        }
        ids.push(...some.ids)
        until = some.until
      }
      return new Set(ids)
    })
  const frequent = await gather(false)
  expect(frequent.size).toBeGreaterThan(3)
  expect(frequent).toEqual(await gather(true))
})

test('a search that reads too much stops, says how far it came, and goes on from there', async () => {
  const other = await logSchool(t.db, t.keys, 'long')
  for (let n = 0; n < 320; n++)
    await addExchange(t.db, other, { original: `zeb${n}`, translation: null, at: '2026-11-01T00:00:00Z' })
  for (let n = 0; n < 64; n++) await sealDistrict(t.db, t.keys, other.district, 10)
  while ((await indexWords(t.db, other.district, 100)) > 0);
  await inDistrict(t.db, other.district, (trx) =>
    sql`insert into exchange (district_id, conversation_id, direction, author, status, original_text, created_at)
      select ${other.district}, ${other.conversation}, 'to_staff', 'person', 'sent', 'nothing', '2026-11-02T00:00Z'::timestamptz + n * interval '1 s'
      from generate_series(1, 3200) n`.execute(trx),
  )
  const page = (before: Cursor | null) =>
    inDistrict(t.db, other.district, (trx) =>
      findRows(
        trx,
        { ...viewer(), districtId: other.district },
        { ...everything, words: { anyOf: ['zeb'], as: 'words' }, before },
      ),
    )
  const first = await page(null)
  expect([first.rows.length, first.lookedBackTo?.toString().slice(0, 13)]).toEqual([0, '2026-11-02T00'])
  const second = await page(first.next)
  expect([second.rows.length, second.lookedBackTo]).toEqual([everything.limit, null])
})

test('an administrator of another school finds nothing', async () => {
  const page = await inside((trx) =>
    findRows(
      trx,
      { districtId: school.district, id: 'grant-head', scope: { kind: 'schools', schools: ['grant'] } },
      { ...everything, words: { anyOf: ['the'], as: 'words' } },
    ),
  )
  expect(page.rows).toEqual([])
})

test('work is found where enough has been sealed for a block, and without seeing a word', async () => {
  const now = async () => Temporal.Now.instant()
  const waits = (seq: number, texts: number) =>
    inside((trx) =>
      sql`insert into word_waiting (district_id, seq, texts, exchanges) values (${school.district}, ${seq}, ${texts}, '{}')`.execute(
        trx,
      ),
    )
  expect(await findWork(t.scheduler, 'words', now)).toEqual([])
  await waits(1_000_000, 1_600)
  await waits(1_000_001, 600)
  expect(await findWork(t.scheduler, 'words', now)).toEqual([school.district])
  await inside((trx) => sql`delete from word_waiting where district_id = ${school.district} and seq >= 1000000`.execute(trx))
  await expect(sql`select exchanges from word_waiting`.execute(t.scheduler)).rejects.toMatchObject({ code: '42501' })
  await expect(sql`select word from word_place`.execute(t.scheduler)).rejects.toMatchObject({ code: '42501' })
  await expect(sql`select words from word_block`.execute(t.scheduler)).rejects.toMatchObject({ code: '42501' })
})

describe('erasure', () => {
  test('takes the words of a text out of the index: those that stood nowhere else are gone, the others lead no longer to it', async () => {
    const one = written[50] as Written
    const others = written.filter((w) => w !== one)
    const alone = [...new Set(one.texts.flatMap((text) => [...wordsOf(text)]))].filter(
      (word) => !others.some(({ texts }) => texts.some((text) => wordsOf(text).has(word))),
    )
    expect(alone.length).toBeGreaterThan(1)
    await inDistrict(eraser, school.district, async (trx) => {
      await eraseWords(trx, school.district, [one.id])
      await sql`update exchange set original_text = '', translation_text = null where district_id = ${school.district} and id = ${one.id}::uuid`.execute(
        trx,
      )
    })
    written[50] = { ...one, texts: [''] }
    const left = await inside(
      async (trx) =>
        (
          await sql`select word from word_place where district_id = ${school.district} and word = any(${alone}::text[])
          union all select w from word_block cross join lateral unnest(words) w where district_id = ${school.district} and w = any(${alone}::text[])`.execute(
            trx,
          )
        ).rows,
    )
    expect(left).toEqual([])
    for (const word of one.texts.flatMap((text) => [...wordsOf(text)]))
      expect([word, ...(await searched(word))]).toEqual([word, ...read(word)])
  })

  test('of texts that are not indexed yet leaves nothing to be indexed', async () => {
    const last = written.at(-1) as Written
    await inDistrict(eraser, school.district, async (trx) => {
      await eraseWords(trx, school.district, [last.id])
      await sql`update exchange set original_text = '', translation_text = null where district_id = ${school.district} and id = ${last.id}::uuid`.execute(
        trx,
      )
    })
    written[written.length - 1] = { ...last, texts: [''] }
    await sealDistrict(t.db, t.keys, school.district, 5_000)
    await indexWords(t.db, school.district, 2)
    for (const word of last.texts.flatMap((text) => [...wordsOf(text)]))
      expect([word, ...(await searched(word))]).toEqual([word, ...read(word)])
  })

  test('is not for the app', async () => {
    for (const statement of [`delete from word_place`, `update word_place set places = ''`, `update word_block set words = '{}'`])
      await expect(inside((trx) => sql.raw(statement).execute(trx))).rejects.toMatchObject({ code: '42501' })
  })
})
