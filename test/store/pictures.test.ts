import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { sql } from 'kysely'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { PictureStore } from '../../src/relay/picture-ports.ts'
import { databaseNow, inDistrict } from '../../src/store/database.ts'
import { insertMessages, timeOrderedId } from '../../src/store/exchanges.ts'
import { pictureForCarrier, seePicture, signPicture } from '../../src/store/picture-view.ts'
import { forgetPictures, insertMedia, pictureStore, storePicture } from '../../src/store/pictures.ts'
import { findBadPicture } from '../../src/store/verify-pictures.ts'
import { freshDatabase, type TestDatabase } from '../support/database.ts'
import { type LogSchool, logSchool } from '../support/log-school.ts'
import { newMessage } from '../support/messages.ts'
import { PLAIN } from '../support/pictures.ts'

const PNG = { bytes: PLAIN['image/png'], type: 'image/png', width: 48, height: 32 } as const
const MEDIUM = `ME${'a'.repeat(32)}`

let t: TestDatabase
let school: LogSchool
let dataDir = ''
let store: PictureStore
let exchangeId = ''
beforeAll(async () => {
  t = await freshDatabase()
  school = await logSchool(t.db, t.keys, 'one')
  dataDir = await mkdtemp(path.join(tmpdir(), 'homeline-pictures-'))
  store = pictureStore(t.db, t.keys, dataDir)
})
afterAll(() => rm(dataDir, { recursive: true, force: true }))
beforeEach(async () => {
  exchangeId = timeOrderedId()
  await received(exchangeId, 1)
})

async function received(id: string, count: number): Promise<void> {
  await inDistrict(t.db, school.district, async (trx) => {
    await insertMessages(
      trx,
      school.district,
      await databaseNow(trx),
      [
        newMessage({
          id,
          conversationId: school.conversation,
          authorId: null,
          guardianId: null,
          carrierSid: `MM${id.replaceAll('-', '')}`,
          pictures: true,
        }),
      ],
      'received',
    )
    await insertMedia(trx, school.district, [
      { exchangeId: id, media: Array.from({ length: count }, () => ({ sid: MEDIUM, type: 'image/png' })) },
    ])
  })
}

async function rows<T>(query: ReturnType<typeof sql<T>>): Promise<T[]> {
  return inDistrict(t.db, school.district, async (trx) => (await query.execute(trx)).rows)
}
const events = async () =>
  (await rows(sql<{ what: string }>`select what from event where exchange_id = ${exchangeId} order by id`)).map((r) => r.what)
const waits = async () =>
  (
    await rows(
      sql<{
        seconds: number
      }>`select extract(epoch from prepare_after - clock_timestamp())::float8 as seconds from exchange where id = ${exchangeId}`,
    )
  )[0]?.seconds ?? 0
const key = () => ({ exchangeId, n: 1 })
const tryUntilLost = () => rows(sql`update picture set tries = 41 where exchange_id = ${exchangeId}`)

describe('a picture on its way', () => {
  test('is due once for two that look at the same time', async () => {
    const [one, two] = await Promise.all([store.due(school.district, 50), store.due(school.district, 50)])
    expect([...one, ...two].filter((p) => p.exchangeId === exchangeId)).toMatchObject([
      { n: 1, messageSid: `MM${exchangeId.replaceAll('-', '')}`, mediumSid: MEDIUM, saidType: 'image/png', settled: false },
    ])
  })

  test('keeps its text waiting, and lets it go on when it is kept', async () => {
    expect(await waits()).toBeGreaterThan(60)
    await store.keep(school.district, key(), PNG)
    expect(await waits()).toBeLessThanOrEqual(0)
    expect(await events()).toEqual(['received', 'picture_kept'])
  })

  test('with others lets it go on with the last of them, even when two are settled at the same moment', async () => {
    exchangeId = timeOrderedId()
    await received(exchangeId, 2)
    await Promise.all([store.keep(school.district, key(), PNG), store.refuse(school.district, { exchangeId, n: 2 }, 'video')])
    expect(await waits()).toBeLessThanOrEqual(0)
    const notices = await rows(sql`select 1 from exchange where notice_key = ${`media:${exchangeId}`}`)
    expect(notices).toHaveLength(1)
  })

  test('is kept once, however often it is fetched', async () => {
    await Promise.all([store.keep(school.district, key(), PNG), store.keep(school.district, key(), PNG)])
    expect((await events()).filter((what) => what === 'picture_kept')).toHaveLength(1)
  })

  test('is named from the carrier’s list, each of a message by another of it, although what was fetched is gone from the list', async () => {
    exchangeId = timeOrderedId()
    await received(exchangeId, 3)
    await rows(sql`update picture set media_sid = null where exchange_id = ${exchangeId} and n > 1`)
    const listed = ['b', 'c'].map((letter) => ({ sid: `ME${letter.repeat(32)}`, type: 'image/png' }))
    const named = async () =>
      (await rows(sql<{ sid: string }>`select media_sid as sid from picture where exchange_id = ${exchangeId} order by n`)).map(
        (row) => row.sid?.[2],
      )
    expect(await store.name(school.district, { exchangeId, n: 3 }, [])).toBe(false)
    expect(await store.name(school.district, { exchangeId, n: 3 }, listed.slice(0, 1))).toBe(false)
    expect(await named()).toEqual(['a', 'b', undefined])
    expect(await store.name(school.district, { exchangeId, n: 3 }, listed)).toBe(true)
    expect(await named()).toEqual(['a', 'b', 'c'])
  })

  test('that the carrier never gives is lost in the end: said to who sent it, and a task', async () => {
    await store.later(school.district, key())
    expect(await events()).toEqual(['received'])
    await tryUntilLost()
    await store.later(school.district, key())
    expect(await events()).toEqual(['received', 'picture_refused'])
    expect(await rows(sql`select 1 from task where kind = 'picture_lost' and exchange_id = ${exchangeId}`)).toHaveLength(1)
    expect(await rows(sql`select 1 from exchange where notice_key = ${`media:${exchangeId}`}`)).toHaveLength(1)
    expect(await store.due(school.district, 50)).not.toContainEqual(expect.objectContaining({ exchangeId }))
  })

  test('that cannot be deleted at the carrier is said to be left there', async () => {
    await store.keep(school.district, key(), PNG)
    await tryUntilLost()
    await store.later(school.district, key())
    expect(await events()).toEqual(['received', 'picture_kept', 'left_at_carrier'])
  })
})

describe('a kept picture', () => {
  const see = (viewer = 'rivera', n = 1) =>
    seePicture(
      t.db,
      t.keys,
      dataDir,
      school.district,
      { id: viewer, districtId: school.district, displayName: viewer, scope: { kind: 'own' } },
      exchangeId,
      n,
    )
  beforeEach(() => store.keep(school.district, key(), PNG))

  test('is seen by whose conversation it is, and each look is in the log', async () => {
    expect(await see()).toEqual({ bytes: PNG.bytes, type: 'image/png' })
    const looks = await rows(
      sql<{ who: string }>`select who from event where exchange_id = ${exchangeId} and what = 'picture_seen'`,
    )
    expect(looks).toEqual([{ who: 'rivera' }])
  })

  test.each([
    ['somebody else', 'nobody', 1],
    ['a number that there is not', null, 2],
    ['no number', null, Number.NaN],
  ])('is not there for %s, and leaves no look', async (_, viewer, n) => {
    expect(await see(viewer ?? undefined, n)).toBe(null)
    expect(await events()).not.toContain('picture_seen')
  })

  test('is seen by nobody any more once it is erased', async () => {
    await rows(
      sql`insert into event (district_id, exchange_id, at, what) values (${school.district}, ${exchangeId}, clock_timestamp(), 'text_erased')`,
    )
    expect(await see()).toBe(null)
  })

  const NOW = Temporal.Instant.from('2036-03-03T12:00:00Z')
  const seconds = NOW.epochMilliseconds / 1000
  const fileOf = async () =>
    (await rows(sql<{ id: string }>`select file_id as id from picture where exchange_id = ${exchangeId}`))[0]?.id ?? ''
  test.each<[string, (fileId: string) => { until: string; signature: string }, boolean]>([
    [
      'its address',
      (id) => ({ until: `${seconds + 60}`, signature: signPicture(t.keys, school.district, id, seconds + 60) }),
      true,
    ],
    [
      'its address a second after its time',
      (id) => ({ until: `${seconds - 1}`, signature: signPicture(t.keys, school.district, id, seconds - 1) }),
      false,
    ],
    [
      'its address with a later time',
      (id) => ({ until: `${seconds + 900}`, signature: signPicture(t.keys, school.district, id, seconds + 60) }),
      false,
    ],
    [
      'the address of another',
      () => ({ until: `${seconds + 60}`, signature: signPicture(t.keys, school.district, timeOrderedId(), seconds + 60) }),
      false,
    ],
    ['no word', () => ({ until: `${seconds + 60}`, signature: '' }), false],
    ['a time that is none', (id) => ({ until: '1e99', signature: signPicture(t.keys, school.district, id, 1e99) }), false],
  ])('is given to who holds %s: %#', async (_, link, given) => {
    const fileId = await fileOf()
    const picture = await pictureForCarrier(t.db, t.keys, dataDir, NOW, { districtId: school.district, fileId, ...link(fileId) })
    expect(picture).toEqual(given ? { bytes: PNG.bytes, type: 'image/png' } : null)
  })

  test('lies encrypted', async () => {
    const folder = path.join(dataDir, 'pictures', school.district)
    for (const name of await readdir(folder)) expect((await readFile(path.join(folder, name))).includes('IHDR')).toBe(false)
  })
})

describe('the record', () => {
  const looked = () => findBadPicture(t.db, t.keys, dataDir, school.district)
  const fileOf = async () =>
    (await rows(sql<{ id: string }>`select file_id as id from picture where exchange_id = ${exchangeId}`))[0]?.id ?? ''
  const place = async () => path.join(dataDir, 'pictures', school.district, await fileOf())
  const erase = () =>
    rows(
      sql`insert into event (district_id, exchange_id, at, what) values (${school.district}, ${exchangeId}, clock_timestamp(), 'text_erased')`,
    )
  // What the tests before have kept and touched is not what is looked at here.
  beforeAll(() =>
    rows(sql`insert into event (district_id, exchange_id, at, what)
      select distinct district_id, exchange_id, clock_timestamp(), 'text_erased' from picture`),
  )
  beforeEach(() => store.keep(school.district, key(), PNG))
  afterEach(erase)

  test('holds when nothing was touched', async () => {
    expect(await looked()).toBe(null)
  })

  test.each<[string, () => Promise<unknown>, RegExp]>([
    [
      'a byte of the file is another',
      async () => {
        const bytes = await readFile(await place())
        bytes[40] = (bytes[40] ?? 0) ^ 1
        await writeFile(await place(), bytes)
      },
      /is not the one that was kept/,
    ],
    [
      'another picture was put in its place, under the right key',
      async () => {
        await writeFile(await place(), t.keys.encrypt('picture', school.district, await fileOf(), PLAIN['image/gif']))
      },
      /is not the one that was kept/,
    ],
    ['the file is gone', async () => rm(await place()), /is not in the data directory any more/],
    [
      'the row says that it was never had',
      () => rows(sql`update picture set fate = 'lost', file_id = null where exchange_id = ${exchangeId}`),
      /no event says that it was erased/,
    ],
  ])('is broken when %s: %#', async (_, change, words) => {
    await change()
    expect(await looked()).toMatchObject({ kind: 'broken', what: expect.stringMatching(words) })
  })

  test('erased with its exchange the picture’s file is removed, and the record holds', async () => {
    const file = await place()
    await erase()
    await forgetPictures(t.db, dataDir, school.district)
    await expect(readFile(file)).rejects.toThrow('ENOENT')
    expect(await looked()).toBe(null)
    expect(await rows(sql`select fate, digest from picture where exchange_id = ${exchangeId}`)).toEqual([
      { fate: 'erased', digest: null },
    ])
  })

  test('a file that no exchange ever took is removed after two days, and no other', async () => {
    const stray = await storePicture(t.keys, dataDir, school.district, PNG)
    const file = path.join(dataDir, 'pictures', school.district, stray.fileId)
    await forgetPictures(t.db, dataDir, school.district)
    expect((await readFile(file)).length).toBeGreaterThan(0)
    // By the clock of the file system, as housekeeping judges a file that no row tells of.
    const old = new Date(Date.now() - 3 * 24 * 3_600_000)
    const foreign = path.join(path.dirname(file), '.DS_Store')
    await writeFile(foreign, '')
    for (const one of [file, foreign, await place()]) await utimes(one, old, old)
    await forgetPictures(t.db, dataDir, school.district)
    await expect(readFile(file)).rejects.toThrow('ENOENT')
    expect((await readFile(await place())).length).toBeGreaterThan(0)
  })
})
