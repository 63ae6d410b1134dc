import { sql } from 'kysely'
import { beforeAll, describe, expect, test } from 'vitest'
import { CHAIN_START, type ChainEntry, entryText } from '../../src/core/log-chain.ts'
import { databaseNow, inDistrict } from '../../src/store/database.ts'
import { appendEvents } from '../../src/store/events.ts'
import { sealDistrict } from '../../src/store/seal.ts'
import { freshDatabase, type TestDatabase } from '../support/database.ts'
import { addExchange, type LogSchool, logSchool } from '../support/log-school.ts'

let t: TestDatabase
let school: LogSchool
beforeAll(async () => {
  t = await freshDatabase()
  school = await logSchool(t.db, t.keys)
})

const seals = (district = school.district) =>
  inDistrict(
    t.db,
    district,
    async (trx) =>
      (
        await sql<{ seq: number; event_id: number; exchange_id: string | null }>`
          select s.seq, s.event_id, e.exchange_id from seal s join event e on e.id = s.event_id order by s.seq`.execute(trx)
      ).rows,
  )

describe('sealing', () => {
  test('an empty district seals nothing', async () => {
    expect(await sealDistrict(t.db, t.keys, school.district)).toBe(0)
  })

  test('places have no gap, whatever the batch, and nothing waits afterwards', async () => {
    for (let n = 0; n < 5; n++) await addExchange(t.db, school)
    expect(await sealDistrict(t.db, t.keys, school.district, 3)).toBe(3)
    expect(await sealDistrict(t.db, t.keys, school.district, 100)).toBe(7)
    expect(await sealDistrict(t.db, t.keys, school.district)).toBe(0)
    const rows = await seals()
    expect(rows.map((r) => r.seq)).toEqual(rows.map((_, i) => i + 1))
    expect(rows.map((r) => r.event_id)).toEqual(rows.map((r) => r.event_id).toSorted((a, b) => a - b))
  })

  test('two sealers at once make one chain', async () => {
    for (let n = 0; n < 10; n++) await addExchange(t.db, school)
    const counts = await Promise.all([1, 2, 3, 4].map(() => sealDistrict(t.db, t.keys, school.district, 6)))
    expect(counts.reduce((a, b) => a + b)).toBe(20)
    const rows = await seals()
    expect(rows.map((r) => r.seq)).toEqual(rows.map((_, i) => i + 1))
  })

  test('an event that is committed after one with a greater id is sealed after it', async () => {
    const at = await databaseNow(t.db)
    let late = 0
    await inDistrict(t.db, school.district, async (trx) => {
      await appendEvents(trx, school.district, [{ exchangeId: null, at, what: 'late' }])
      late = (await trx.selectFrom('event').select('id').where('what', '=', 'late').executeTakeFirstOrThrow()).id
      await addExchange(t.db, school)
      expect(await sealDistrict(t.db, t.keys, school.district)).toBe(2)
    })
    expect(await sealDistrict(t.db, t.keys, school.district)).toBe(1)
    expect((await seals()).at(-1)?.event_id).toBe(late)
  })

  test('a waiting row without an event, or of a sealed event, neither stops the sealer nor is taken', async () => {
    const first = (await seals())[0]?.event_id as number
    await inDistrict(t.db, school.district, (trx) =>
      trx
        .insertInto('unsealed')
        .values([first, 999_999_999].map((event_id) => ({ district_id: school.district, event_id })))
        .execute(),
    )
    await addExchange(t.db, school)
    const counts: number[] = []
    do counts.push(await sealDistrict(t.db, t.keys, school.district, 2))
    while (counts.at(-1) !== 0)
    expect(counts).toEqual([1, 1, 0])
  })

  test('each district has a chain of its own', async () => {
    const second = await logSchool(t.db, t.keys, 'second')
    await addExchange(t.db, second)
    expect(await sealDistrict(t.db, t.keys, second.district)).toBe(2)
    expect((await seals(second.district)).map((r) => r.seq)).toEqual([1, 2])
  })
})

describe('the bytes of an entry', () => {
  const entry: ChainEntry = {
    seq: 1,
    eventId: 2,
    exchangeId: null,
    at: '1.000000',
    what: 'a',
    who: null,
    detail: null,
    textDigest: null,
  }
  test('differ when any one field differs, also between absent, empty and moved values', () => {
    const others: Partial<ChainEntry>[] = [
      { seq: 2 },
      { eventId: 1 },
      { exchangeId: '' },
      { at: '1.000001' },
      { what: '' },
      { what: 'a","b' },
      { who: 'a' },
      { who: '' },
      { detail: '' },
      { detail: 'null' },
      { textDigest: '' },
      { textDigest: 'null' },
    ]
    const texts = [
      entryText(CHAIN_START, entry),
      entryText('1', entry),
      ...others.map((o) => entryText(CHAIN_START, { ...entry, ...o })),
    ]
    expect(new Set(texts).size).toBe(texts.length)
  })
})
