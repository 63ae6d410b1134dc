import { beforeAll, beforeEach, expect, test } from 'vitest'
import type { Prepared, PrepareStore, ToPrepare } from '../../src/relay/prepare-ports.ts'
import { connect, type Db, databaseNow, inDistrict } from '../../src/store/database.ts'
import { insertMessages, timeOrderedId } from '../../src/store/exchanges.ts'
import { prepareStore } from '../../src/store/preparing.ts'
import { freshDatabase, type TestDatabase } from '../support/database.ts'
import { type LogSchool, logSchool } from '../support/log-school.ts'
import { newMessage } from '../support/messages.ts'

let t: TestDatabase
let owner: Db
let school: LogSchool
let store: PrepareStore
let id: string
let districts = 0
beforeAll(async () => {
  t = await freshDatabase()
  owner = connect(t.ownerUrl, 'homeline' as 'homeline_app')
  store = prepareStore(t.db, t.keys)
  return () => owner.destroy()
})
beforeEach(async () => {
  school = await logSchool(t.db, t.keys, `d${++districts}`)
  id = timeOrderedId()
  await inDistrict(t.db, school.district, async (trx) =>
    insertMessages(
      trx,
      school.district,
      await databaseNow(trx),
      [newMessage({ id, conversationId: school.conversation })],
      'received',
    ),
  )
})

async function leased() {
  const { moment, items } = await store.lease(school.district, 10)
  return { moment, item: items[0] as ToPrepare }
}
/** A minute passes in which whoever had the lease said nothing. */
const aMinuteLater = () =>
  inDistrict(t.db, school.district, (trx) =>
    trx
      .updateTable('exchange')
      .set({ prepare_lease: new Date(0) as never })
      .where('id', '=', id)
      .execute(),
  )
const result = (item: ToPrepare, text: string): Prepared => ({
  id: item.id,
  urgent: item.urgent,
  notBefore: item.notBefore,
  tries: item.tries,
  schoolId: item.schoolId,
  hoursVersion: item.hoursVersion,
  originalLanguage: 'es',
  translation: { language: 'en', text, by: 'test' },
  translationNote: null,
  noteDetail: null,
  body: null,
  status: 'received',
  sendAfter: null,
  hold: null,
  channel: 'text',
  withPictures: false,
  answer: null,
})
const row = () =>
  inDistrict(t.db, school.district, (trx) =>
    trx
      .selectFrom('exchange')
      .select(['translation_text', 'prepare_after', 'prepare_lease'])
      .where('id', '=', id)
      .executeTakeFirstOrThrow(),
  )
const events = () =>
  inDistrict(t.db, school.district, async (trx) =>
    (await trx.selectFrom('event').select('what').where('exchange_id', '=', id).orderBy('id').execute()).map((e) => e.what),
  )

test('a result that comes after its lease ran out and another was given is not written; the other one is', async () => {
  const first = await leased()
  await aMinuteLater()
  const second = await leased()
  await store.finish(school.district, first.moment, [result(first.item, 'late')])
  expect(await row()).toMatchObject({
    translation_text: null,
    prepare_after: expect.anything(),
    prepare_lease: expect.anything(),
  })
  await store.finish(school.district, second.moment, [result(second.item, 'in time')])
  expect(await row()).toMatchObject({ translation_text: 'in time', prepare_after: null, prepare_lease: null })
  expect((await events()).filter((what) => what === 'translated')).toHaveLength(1)
})

test('whose lease ran out neither puts the text off nor says that the translator was away', async () => {
  const first = await leased()
  await aMinuteLater()
  const second = await leased()
  await store.postpone(school.district, [{ id, tries: first.item.tries, seconds: 60, reason: 'timeout' }])
  expect(await events()).not.toContain('translator_away')
  await store.finish(school.district, second.moment, [result(second.item, 'in time')])
  expect((await row()).translation_text).toBe('in time')
})

test('a text that was written is prepared once: nobody gets a second lease of it', async () => {
  const first = await leased()
  expect((await store.lease(school.district, 10)).items).toEqual([])
  await store.finish(school.district, first.moment, [result(first.item, 'once')])
  expect((await store.lease(school.district, 10)).items).toEqual([])
})
