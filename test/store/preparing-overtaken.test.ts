import { sql } from 'kysely'
import { beforeAll, expect, test } from 'vitest'
import type { Prepared } from '../../src/relay/prepare-ports.ts'
import { inDistrict } from '../../src/store/database.ts'
import { insertMessages, timeOrderedId } from '../../src/store/exchanges.ts'
import { prepareStore } from '../../src/store/preparing.ts'
import { momentOf } from '../../src/store/settings.ts'
import { freshDatabase, type TestDatabase } from '../support/database.ts'
import { type LogSchool, logSchool } from '../support/log-school.ts'

let t: TestDatabase
let school: LogSchool
let made = 0
beforeAll(async () => {
  t = await freshDatabase()
})

/** A text that came in and is leased; what was made of it, and how the row stands after the result is written. */
async function leased() {
  school = await logSchool(t.db, t.keys, `d${++made}`)
  const id = timeOrderedId()
  const run = <T>(query: ReturnType<typeof sql<T>>) =>
    inDistrict(t.db, school.district, async (trx) => (await query.execute(trx)).rows)
  await inDistrict(t.db, school.district, async (trx) => {
    const { database } = await momentOf(trx)
    const none = {
      deskId: null,
      urgentReason: null,
      sendAfter: null,
      hold: null,
      phoneId: null,
      proxyNumberId: null,
      keyword: null,
      detour: null,
    }
    const who = { conversationId: school.conversation, direction: 'to_staff', authorId: 'rosa', guardianId: 'rosa' } as const
    const message = {
      ...none,
      ...who,
      id,
      text: 'Hola',
      urgent: false,
      status: 'received',
      toPrepare: true,
      carrierSid: 'SM1',
      pictures: false,
    } as const
    await insertMessages(trx, school.district, database, [message], 'received')
  })
  const store = prepareStore(t.db, t.keys)
  const { moment, items } = await store.lease(school.district, 10)
  const [item] = items
  if (item === undefined) throw new Error('nothing was leased')
  const { urgent, notBefore, tries, schoolId, hoursVersion } = item
  const result: Prepared = {
    ...{ id, urgent, notBefore, tries, schoolId, hoursVersion },
    ...{ originalLanguage: 'es', translation: null, translationNote: null, noteDetail: null, answer: null },
    ...{ body: 'Maya X.: Hola', status: 'queued', sendAfter: moment.now, hold: null, channel: 'text', withPictures: false },
  }
  const row = async () =>
    (
      await run(sql<{ status: string; again: boolean }>`
    select status, prepare_after is not null as again from exchange where district_id = ${school.district} and id = ${id}`)
    )[0]
  return {
    run,
    finish: () => store.finish(school.district, moment, [result]),
    row,
    lease: () => store.lease(school.district, 10),
    id,
  }
}

test('a result that nothing overtook is written', async () => {
  const { finish, row } = await leased()
  await finish()
  expect(await row()).toEqual({ status: 'queued', again: false })
})

test.each<[string, (id: string) => ReturnType<typeof sql>]>([
  [
    'the school’s hours were set anew',
    () => sql`update school set hours_version = hours_version + 1 where district_id = ${school.district}`,
  ],
  [
    'a person made the text urgent',
    (id) => sql`update exchange set urgent = true where district_id = ${school.district} and id = ${id}`,
  ],
  [
    'a person put it to another time',
    (id) => sql`update exchange set not_before = now() where district_id = ${school.district} and id = ${id}`,
  ],
])('a result is thrown away and made anew when %s meanwhile', async (_, change) => {
  const { run, finish, row, id } = await leased()
  await run(change(id))
  await finish()
  expect(await row()).toEqual({ status: 'received', again: true })
})

test('the result of a lease that ran out counts nothing once another holds it', async () => {
  const { run, finish, row, lease, id } = await leased()
  await run(
    sql`update exchange set prepare_lease = now() - interval '1 second' where district_id = ${school.district} and id = ${id}`,
  )
  expect((await lease()).items).toHaveLength(1)
  await finish()
  expect(await row()).toEqual({ status: 'received', again: true })
})

test('what is leased is nobody else’s', async () => {
  const { lease } = await leased()
  expect((await lease()).items).toEqual([])
})
