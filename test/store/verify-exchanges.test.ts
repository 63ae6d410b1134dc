import { sql } from 'kysely'
import { beforeAll, beforeEach, expect, test } from 'vitest'
import { connect, type Db, databaseNow, inDistrict } from '../../src/store/database.ts'
import { appendEvents } from '../../src/store/events.ts'
import { insertMessages, timeOrderedId } from '../../src/store/exchanges.ts'
import { sealDistrict } from '../../src/store/seal.ts'
import { verifyLog } from '../../src/store/verify.ts'
import { freshDatabase, type TestDatabase } from '../support/database.ts'
import { type LogSchool, logSchool, tamper } from '../support/log-school.ts'
import { newMessage } from '../support/messages.ts'

let t: TestDatabase
let owner: Db
let school: LogSchool
let id: string
let districts = 0
beforeAll(async () => {
  t = await freshDatabase()
  owner = connect(t.ownerUrl, 'homeline' as 'homeline_app')
  return () => owner.destroy()
})
beforeEach(async () => {
  school = await logSchool(t.db, t.keys, `d${++districts}`)
  id = timeOrderedId()
  await inDistrict(t.db, school.district, async (trx) => {
    const at = await databaseNow(trx)
    await insertMessages(
      trx,
      school.district,
      at,
      [newMessage({ id, conversationId: school.conversation, urgent: true, urgentReason: 'Snow', toPrepare: false })],
      'received',
    )
    await trx
      .updateTable('exchange')
      .set({ original_language: 'es', translation_language: 'en', translation_text: 'Hello', translation_by: 'aws' })
      .where('id', '=', id)
      .execute()
    await appendEvents(trx, school.district, [
      { exchangeId: id, at, what: 'translated', detail: { from: 'es', to: 'en', by: 'aws' }, text: { translation: 'Hello' } },
    ])
  })
  await sealDistrict(t.db, t.keys, school.district)
})
const verify = () => verifyLog(t.db, t.keys, school.district, null)

test('an exchange as it was written is intact', async () => {
  expect(await verify()).toMatchObject({ kind: 'intact' })
})

test('so is one that was put off to a time finer than a column keeps', async () => {
  await inDistrict(t.db, school.district, async (trx) => {
    const notBefore = Temporal.Instant.from('2036-03-05T07:00:00.1234567Z')
    const asked = { notBefore, byVoice: false }
    const put = newMessage({ id: timeOrderedId(), conversationId: school.conversation, asked, toPrepare: false })
    await insertMessages(trx, school.district, await databaseNow(trx), [put], 'received')
  })
  await sealDistrict(t.db, t.keys, school.district)
  expect(await verify()).toMatchObject({ kind: 'intact' })
})

test('a first event of before kinds were kept is intact for a message, and for a voicemail with its recording', async () => {
  const old = (kind: string, recording: string | null) =>
    inDistrict(t.db, school.district, async (trx) => {
      const one = timeOrderedId()
      const at = await databaseNow(trx)
      const detail = {
        status: 'received',
        direction: 'to_staff',
        conversation: school.conversation,
        desk: null,
        guardian: 'rosa',
        n: 0,
      }
      await sql`insert into exchange (district_id, id, conversation_id, kind, direction, author, author_id, guardian_id, status, original_text, recording_id, created_at)
        values (${school.district}, ${one}, ${school.conversation}, ${kind}, 'to_staff', 'person', 'rosa', 'rosa', 'received', '', ${recording}::uuid, ${at.toString()})`.execute(
        trx,
      )
      await appendEvents(trx, school.district, [
        { exchangeId: one, at, what: 'received', who: 'rosa', detail, text: { original: '' } },
      ])
    })
  await old('message', null)
  await old('voicemail', timeOrderedId())
  await sealDistrict(t.db, t.keys, school.district)
  expect(await verify()).toMatchObject({ kind: 'intact' })
  await old('voicemail', null)
  await sealDistrict(t.db, t.keys, school.district)
  expect(await verify()).toMatchObject({ kind: 'broken', what: expect.stringMatching(/another kind/) })
})

test('a later event gives nobody other words than were said', async () => {
  await inDistrict(t.db, school.district, async (trx) => {
    await sql`update exchange set original_text = 'Never said' where id = ${id}::uuid`.execute(trx)
    await appendEvents(trx, school.district, [
      {
        exchangeId: id,
        at: await databaseNow(trx),
        what: 'transcribed',
        detail: { by: 'aws' },
        text: { original: 'Never said' },
      },
    ])
  })
  await sealDistrict(t.db, t.keys, school.district)
  expect(await verify()).toMatchObject({ kind: 'broken', what: expect.stringMatching(/another original/) })
})

test.each([
  ['who wrote it, so that it hides among the notices', () => `author = 'gateway'`, /another author/],
  ['that it was urgent', () => `urgent = false`, /another urgency/],
  ['that it is a message, and nothing that was said in a call', () => `kind = 'call'`, /another kind/],
  ['that it is a message, and no voicemail', () => `kind = 'voicemail'`, /another kind/],
  ['that it was written, and is said by a voice', () => `by_voice = true`, /another way of being said/],
  ['when it was to go', () => `not_before = now()`, /another time before which it must not go/],
  ['the writer', () => `author_id = 'abel'`, /another writer/],
  ['the guardian', () => `guardian_id = 'abel'`, /another guardian/],
  ['the direction', () => `direction = 'to_family'`, /another direction/],
  [
    'the conversation, so that another teacher reads it',
    () => `conversation_id = '${school.office}', seq = 99`,
    /another conversation/,
  ],
  ['the time, so that no export of its day holds it', () => `created_at = created_at - interval '1 year'`, /another time/],
  ['the language of the original', () => `original_language = 'pt'`, /another language/],
  ['why it was urgent', () => `urgent_reason = 'Ice'`, /another reason/],
  ['that it was urgent', () => 'urgent_reason = null', /another reason/],
  ['who translated it', () => `translation_by = 'a person'`, /another translator/],
])('changing %s shows', async (_, change, what) => {
  await tamper(owner, school.district, `update exchange set ${change()} where id = '${id}'`)
  expect(await verify()).toMatchObject({ kind: 'broken', what: expect.stringMatching(what) })
})
