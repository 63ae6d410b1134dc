import { beforeAll, beforeEach, expect, test } from 'vitest'
import { connect, type Db, databaseNow, inDistrict } from '../../src/store/database.ts'
import { appendEvents } from '../../src/store/events.ts'
import { insertMessages, timeOrderedId } from '../../src/store/exchanges.ts'
import { sealDistrict } from '../../src/store/seal.ts'
import { verifyLog } from '../../src/store/verify.ts'
import { freshDatabase, type TestDatabase } from '../support/database.ts'
import { type LogSchool, logSchool, tamper } from '../support/log-school.ts'

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
      [
        {
          id,
          conversationId: school.conversation,
          deskId: null,
          direction: 'to_staff',
          authorId: 'rosa',
          guardianId: 'rosa',
          text: 'Hola',
          urgent: true,
          urgentReason: 'Snow',
          status: 'received',
          sendAfter: null,
          hold: null,
          toPrepare: false,
          carrierSid: null,
          phoneId: null,
          proxyNumberId: null,
          keyword: null,
          pictures: false,
          detour: null,
        },
      ],
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
