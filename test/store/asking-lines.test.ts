import { sql } from 'kysely'
import { beforeAll, beforeEach, expect, test } from 'vitest'
import type { PrepareStore } from '../../src/relay/prepare-ports.ts'
import { connect, type Db, databaseNow, inDistrict } from '../../src/store/database.ts'
import { insertMessages, timeOrderedId } from '../../src/store/exchanges.ts'
import { prepareStore } from '../../src/store/preparing.ts'
import { freshDatabase, type TestDatabase } from '../support/database.ts'
import { addExchange, FAMILY_PROXY, type LogSchool, logSchool, REAL_NUMBER } from '../support/log-school.ts'
import { newMessage } from '../support/messages.ts'

let t: TestDatabase
let owner: Db
let school: LogSchool
let store: PrepareStore
let districts = 0
beforeAll(async () => {
  t = await freshDatabase()
  owner = connect(t.ownerUrl, 'homeline' as 'homeline_app')
  store = prepareStore(t.db, t.keys)
  return () => owner.destroy()
})
beforeEach(async () => {
  school = await logSchool(t.db, t.keys, `d${++districts}`)
  const number = `${FAMILY_PROXY.slice(0, -2)}${String(districts).padStart(2, '0')}`
  await sql`insert into proxy_number (number, carrier_sid, district_id) values (${number}, ${number}, ${school.district})`.execute(
    owner,
  )
  await run(`insert into person_phone (district_id, person_id, phone_id, use) select district_id, 'rosa', id, 'sms' from phone`)
})

const run = (statement: string) => inDistrict(t.db, school.district, (trx) => sql.raw<{ id: string }>(statement).execute(trx))
const phones = async () => (await run('select id, line_type from phone')).rows

/** What is asked about a message from the teacher to the family, were it prepared now. */
async function unaskedOf(direction: 'to_family' | 'to_staff' = 'to_family') {
  const id = timeOrderedId()
  const message = newMessage({
    id,
    conversationId: school.conversation,
    direction,
    authorId: direction === 'to_family' ? 'rivera' : 'rosa',
    text: 'Maya was late.',
    status: 'queued',
  })
  await inDistrict(t.db, school.district, async (trx) =>
    insertMessages(trx, school.district, await databaseNow(trx), [message], 'written'),
  )
  const { items } = await store.lease(school.district, 10)
  return items.find((item) => item.id === id)?.unasked
}

test('before the first text to a phone of which nothing is known the carrier may be asked about it', async () => {
  const [phone] = await phones()
  expect(await unaskedOf()).toEqual({ phoneId: phone?.id, number: REAL_NUMBER, landline: 'call', spoken: [] })
})

test.each<[string, string]>([
  ['it got a text before', 'update phone set introduced_at = now()'],
  ['its line is known', `update phone set line_type = 'mobile'`],
  ['the carrier was asked already, whatever came of that', 'update phone set line_checked_at = now()'],
  ['it wants no messages', 'update phone set opted_out_at = now()'],
  ['it is a number for calls only', `update person_phone set use = 'phone'`],
  ['the family wants calls', `update person set contact_by = 'voice' where id = 'rosa'`],
])('nobody asks where %s', async (_, statement) => {
  await run(statement)
  expect(await unaskedOf()).toBeNull()
})

test('nobody asks about a phone that has texted; who only called and spoke may have any line', async () => {
  const id = await addExchange(t.db, school, { status: 'received' })
  await run(`update exchange set carrier_sid = 'c0ffee/3/0' where id = '${id}'`)
  expect(await unaskedOf()).not.toBeNull()
  await run(`update exchange set carrier_sid = 'SM1' where id = '${id}'`)
  expect(await unaskedOf()).toBeNull()
})

test('nobody asks about a staff member’s phone', async () => {
  expect(await unaskedOf('to_staff')).toBeNull()
})

test('a landline that refuses calls has no way left', async () => {
  await run('update phone set calls_refused_at = now()')
  expect(await unaskedOf()).toMatchObject({ landline: 'none' })
})

test('of two that would ask about a phone one does, and what a failed text taught stands', async () => {
  const id = (await phones())[0]?.id as string
  const both = await Promise.all([store.claimLines(school.district, [id]), store.claimLines(school.district, [id])])
  expect(both.flat()).toEqual([id])
  await store.keepLines(school.district, new Map([[id, 'landline']]))
  expect(await phones()).toEqual([{ id, line_type: 'landline' }])
  await store.keepLines(school.district, new Map([[id, 'mobile']]))
  expect(await phones()).toEqual([{ id, line_type: 'landline' }])
})
