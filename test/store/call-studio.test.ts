import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { beforeAll, beforeEach, expect, test } from 'vitest'
import { recordsPrompts, toRecord } from '../../src/store/call-studio.ts'
import { connect, type Db, inDistrict } from '../../src/store/database.ts'
import { recordingStore } from '../../src/store/recordings.ts'
import { freshDatabase, type TestDatabase } from '../support/database.ts'
import { addExchange, FAMILY_PROXY, type LogSchool, logSchool } from '../support/log-school.ts'

let t: TestDatabase
let owner: Db
let proxy = ''
let school: LogSchool
let districts = 0
beforeAll(async () => {
  t = await freshDatabase()
  owner = connect(t.ownerUrl, 'homeline' as 'homeline_app')
  const { rows } = await sql<{
    id: string
  }>`insert into proxy_number (number, carrier_sid) values (${FAMILY_PROXY}, 'PN1') returning id`.execute(owner)
  proxy = rows[0]?.id ?? ''
  return () => owner.destroy()
})
beforeEach(async () => {
  school = await logSchool(t.db, t.keys, `studio-${++districts}`)
  const own = { district_id: school.district }
  await inDistrict(t.db, school.district, async (trx) => {
    const desks = ['lincoln', 'grant'].map((id) => ({ ...own, id: `${id}/aides`, school_id: id, kind: 'aides' }))
    await trx.insertInto('desk').values(desks).execute()
    const aides = [
      { ...own, desk_id: 'lincoln/aides', person_id: 'rivera' },
      { ...own, desk_id: 'grant/aides', person_id: 'other' },
    ]
    await trx.insertInto('desk_staff').values(aides).execute()
    await sql`update person set language = 'ht' where district_id = ${school.district} and id = 'rosa'`.execute(trx)
  })
})

const queueOf = (staff: string) => inDistrict(t.db, school.district, (trx) => toRecord(trx, school.district, staff))
const set = (id: string, values: string) =>
  inDistrict(t.db, school.district, (trx) =>
    sql`update exchange set ${sql.raw(values)} where district_id = ${school.district} and id = ${id}`.execute(trx),
  )

/** A message that waits for a person to say it. */
async function held(more = ''): Promise<string> {
  const id = await addExchange(t.db, school, {
    direction: 'to_family',
    original: 'Maya was late.',
    translation: null,
    status: 'held',
  })
  await set(id, `channel = 'call', hold = 'person', original_language = 'en', prepare_after = null`)
  if (more !== '') await set(id, more)
  return id
}

/** What a family said, kept, and what became of its words. */
async function answered(
  language: string,
  more: { readonly transcribed?: boolean; readonly words?: string } = {},
): Promise<[string, string]> {
  const id = await addExchange(t.db, school, { original: more.words ?? '', translation: null, status: 'received' })
  const [call, recording] = [randomUUID(), randomUUID()]
  await inDistrict(t.db, school.district, async (trx) => {
    await sql`insert into call (district_id, id, direction, script, proxy_number_id)
      values (${school.district}, ${call}, 'inbound', 'family', ${proxy})`.execute(trx)
    await sql`insert into recording (district_id, id, call_id, exchange_id, sid, seconds, language, kept_at, transcribed_at)
      values (${school.district}, ${recording}, ${call}, ${id}, ${recording}, 9, ${language}, now(), ${more.transcribed === false ? null : sql`now()`})`.execute(
      trx,
    )
  })
  await set(id, `kind = 'voicemail', recording_id = '${recording}'`)
  return [id, recording]
}

test('an aide has what her school’s families are to be told, in the sender’s own words', async () => {
  const id = await held()
  expect(await queueOf('rivera')).toEqual([
    { exchangeId: id, language: 'ht', text: { language: 'en', text: 'Maya was late.' }, recordingId: null },
  ])
})

test('it is to be said in the language that the guardian speaks, not in the one that she reads', async () => {
  await inDistrict(t.db, school.district, (trx) =>
    sql`update person set spoken_language = 'so' where district_id = ${school.district} and id = 'rosa'`.execute(trx),
  )
  await held()
  expect((await queueOf('rivera')).map((item) => item.language)).toEqual(['so'])
})

test.each(['okafor', 'other', 'principal'])('%s, who is no aide of that school, has nothing', async (staff) => {
  await held()
  await answered('ht')
  expect(await queueOf(staff)).toEqual([])
})

test.each([
  ['rivera', true],
  ['other', true],
  ['principal', true],
  ['okafor', false],
] as const)('%s lends the prompts a voice: %s', async (staff, expected) => {
  expect(await inDistrict(t.db, school.district, (trx) => recordsPrompts(trx, school.district, staff))).toBe(expected)
})

test('urgent ones come first, then the oldest', async () => {
  const [first, second, urgent] = [await held(), await held(), await held('urgent = true')]
  expect((await queueOf('rivera')).map((item) => item.exchangeId)).toEqual([urgent, first, second])
})

test('what is recorded, canceled, prepared anew or goes by a voice does not wait', async () => {
  await held(`status = 'canceled'`)
  await held('prepare_after = now()')
  await held(`recording_id = '${randomUUID()}'`)
  await held(`translation_language = 'es', translation_text = 'x', translation_by = 'aws'`)
  await held('hold = null')
  expect(await queueOf('rivera')).toEqual([])
})

test('an answer that nobody could write down is to be heard, once all means were tried and until an aide told it', async () => {
  const [id, recording] = await answered('ht')
  expect(await queueOf('rivera')).toEqual([
    { exchangeId: id, language: 'ht', text: { language: 'en', text: '' }, recordingId: recording },
  ])
  await inDistrict(t.db, school.district, (trx) =>
    sql`insert into recording (district_id, id, call_id, exchange_id, sid, seconds, language)
      select district_id, gen_random_uuid(), call_id, exchange_id, 'told', 5, 'en' from recording where district_id = ${school.district}`.execute(
      trx,
    ),
  )
  expect(await queueOf('rivera')).toEqual([])
})

test('an answer that was written down, or may yet be, needs no aide', async () => {
  await answered('ht', { words: 'Maya malad.' })
  await answered('ht', { transcribed: false })
  await answered('es')
  expect(await queueOf('rivera')).toEqual([])
})

test('what an aide said of an answer becomes its translation, once it is put into words', async () => {
  const [id] = await answered('ht')
  const told = randomUUID()
  await inDistrict(t.db, school.district, (trx) =>
    sql`insert into recording (district_id, id, call_id, exchange_id, sid, seconds, language, kept_at, fetch_after)
      select district_id, ${told}, call_id, exchange_id, ${told}, 5, 'en', now(), now() - interval '1 minute' from recording where district_id = ${school.district}`.execute(
      trx,
    ),
  )
  const store = recordingStore(t.db, t.keys, '/nowhere')
  expect(await store.due(school.district, 5)).toMatchObject([{ id: told, kept: true, wanted: true, transcribed: false }])
  await store.transcribed(school.district, told, { text: 'Maya is ill.', by: 'carrier' })
  const row = await inDistrict(t.db, school.district, (trx) =>
    trx
      .selectFrom('exchange')
      .select(['original_text', 'translation_text', 'translation_language', 'translation_by'])
      .where('id', '=', id)
      .executeTakeFirstOrThrow(),
  )
  expect(row).toEqual({ original_text: '', translation_text: 'Maya is ill.', translation_language: 'en', translation_by: 'aide' })
  const events = await inDistrict(t.db, school.district, (trx) =>
    trx.selectFrom('event').select(['what', 'detail']).where('exchange_id', '=', id).orderBy('id').execute(),
  )
  expect(events.at(-1)).toMatchObject({ what: 'translated', detail: { by: 'aide', to: 'en' } })
  expect(await queueOf('rivera')).toEqual([])
})

test('what an aide said and nobody could put into words is asked for once more', async () => {
  const [id] = await answered('ht')
  const told = randomUUID()
  await inDistrict(t.db, school.district, (trx) =>
    sql`insert into recording (district_id, id, call_id, exchange_id, sid, seconds, language, kept_at)
      select district_id, ${told}, call_id, exchange_id, ${told}, 5, 'en', now() from recording where district_id = ${school.district}`.execute(
      trx,
    ),
  )
  expect(await queueOf('rivera')).toEqual([])
  await recordingStore(t.db, t.keys, '/nowhere').transcribed(school.district, told, null)
  expect((await queueOf('rivera')).map((item) => item.exchangeId)).toEqual([id])
})
