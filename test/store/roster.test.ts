import { type RawBuilder, sql } from 'kysely'
import pg from 'pg'
import { beforeAll, expect, test, vi } from 'vitest'
import { importRoster } from '../../src/roster/import.ts'
import { inDistrict } from '../../src/store/database.ts'
import { add, both, drop, type Edits, rosterFolder, swap } from '../roster/folder.ts'
import { freshDatabase, type TestDatabase } from '../support/database.ts'

let t: TestDatabase
let districtId: string
let number = 0

async function imported(edits: Edits = {}, sourcedId = 'district-1') {
  const folder = await rosterFolder({ 'orgs.csv': swap('district-1', sourcedId), ...edits })
  const result = await importRoster(t.db, t.keys, folder, { dryRun: false, confirmRemovals: true })
  if (result.kind !== 'imported') throw new Error(JSON.stringify(result))
  return result
}

const rows = <T = Record<string, unknown>>(query: RawBuilder<unknown>): Promise<T[]> =>
  inDistrict(t.db, districtId, async (trx) => (await query.execute(trx)).rows as T[])

beforeAll(async () => {
  t = await freshDatabase()
})

test('the first district of an installation takes over its numbers; a second one takes none', async () => {
  await t.db.insertInto('proxy_number').values({ number: '+17205550100', carrier_sid: 'PN0' }).execute()
  districtId = (await imported()).district.id
  await t.db.insertInto('proxy_number').values({ number: '+17205550101', carrier_sid: 'PN1' }).execute()
  await imported({}, 'district-2')
  const { rows: numbers } = await sql`select number, district_id from proxy_number order by number`.execute(t.db)
  expect(numbers).toEqual([
    { number: '+17205550100', district_id: districtId },
    { number: '+17205550101', district_id: null },
  ])
})

test('two imports at once come one after the other', async () => {
  const both = await Promise.all([imported({}, 'district-3'), imported({}, 'district-3')])
  expect(both.map((result) => result.counts.students.added).sort()).toEqual([0, 2])
})

test('every import is in the log, in numbers only', async () => {
  const { district } = await imported({}, 'district-4')
  const found = await inDistrict(t.db, district.id, (trx) =>
    sql<{ detail: Record<string, number> }>`select detail from event where what = 'roster_imported'`.execute(trx),
  )
  expect(found.rows).toHaveLength(1)
  expect(found.rows[0]?.detail).toMatchObject({ staff_added: 2, guardians_added: 3, enrollments_unchanged: 0 })
})

/** A conversation of t1 with the household of g1 and g2, both sides bound, with an exchange of every state that matters. */
async function conversation(): Promise<string> {
  number += 1
  await rows(sql`update binding set until = now() where until is null`)
  await rows(sql`update conversation set ended_at = now() where ended_at is null`)
  const { id: proxy } = await t.db
    .insertInto('proxy_number')
    .values({ number: `+172055501${50 + number}`, carrier_sid: `PNC${number}`, district_id: districtId })
    .returning('id')
    .executeTakeFirstOrThrow()
  const [made] = await rows<{ id: string }>(sql`
    with made as (
      insert into conversation (district_id, staff_side, household_id, school_id)
      select ${districtId}, 't1', h.id, 'north' from household h join household_guardian g on g.household_id = h.id and g.until is null
      where g.guardian_id in ('g1', 'n1') and h.until is null limit 1 returning id, household_id
    ), bound as (
      insert into binding (district_id, side, phone_id, proxy_number_id, conversation_id)
      select ${districtId}::uuid, 'family', h.phone_id, ${proxy}::uuid, made.id from made join household h on h.id = made.household_id
      union all select ${districtId}::uuid, 'staff', p.phone_id, ${proxy}::uuid, made.id from made join person_phone p on p.person_id = 't1' and p.use = 'sms'
    ) select id from made`)
  const id = made?.id as string
  await rows(sql`insert into exchange (district_id, conversation_id, direction, author, seq, status, prepare_after, hold, send_after, original_text, phone_id, proxy_number_id)
    select ${districtId}::uuid, ${id}::uuid, direction, 'person', n, status, case when prepare then now() end, null, now() + interval '1 day', 'hello',
      (select phone_id from person_phone where person_id = 't1'), ${proxy}::uuid
    from (values ('to_family', 1, 'delivered', false), ('to_family', 2, 'sending', false), ('to_family', 3, 'held', false),
      ('to_family', 4, 'queued', false), ('to_family', 5, 'received', true), ('to_staff', 1, 'held', false), ('to_staff', 2, 'delivered', false))
      as v (direction, n, status, prepare)`)
  return id
}

const exchangesOf = (id: string) =>
  rows<{ what: string; bound: boolean; waits: boolean }>(sql`
    select direction || ' ' || status as what, phone_id is not null as bound, prepare_after is not null as waits from exchange
    where conversation_id = ${id} order by direction, seq`)

test('a household that keeps one of its guardians keeps its conversations', async () => {
  const id = await conversation()
  await imported({ 'users.csv': both(drop('g1'), add('n1,,,true,north,parent,,,Nina,Diaz,,,,+13035550111,,s1,,,es,')) })
  const state =
    await rows(sql`select c.ended_at, h.until, array_agg(g.guardian_id || case when g.until is null then '' else ' ended' end order by 1) as who
    from conversation c join household h on h.id = c.household_id join household_guardian g on g.household_id = h.id
    where c.id = ${id} group by 1, 2`)
  expect(state).toEqual([{ ended_at: null, until: null, who: ['g1 ended', 'g2', 'n1'] }])
})

test('when a phone’s guardians change completely the household ends, its conversations and what waits in them; an opt-out stays', async () => {
  const [open] = await rows<{ id: string; household_id: string; phone_id: string }>(sql`
    select c.id, c.household_id, h.phone_id from conversation c join household h on h.id = c.household_id where c.ended_at is null`)
  await rows(sql`update phone set opted_out_at = now() where id = ${open?.phone_id}`)
  const before = await exchangesOf(open?.id as string)
  expect(before).toHaveLength(7)

  await imported({ 'users.csv': both(drop('g1', 'g2'), add('m1,,,true,north,parent,,,Mara,Berg,,,,+13035550111,,s1,,,de,')) })

  const [ended] = await rows(sql`select c.ended_at is not null as conversation, h.until is not null as household,
      (select count(*) from binding b where b.conversation_id = c.id and b.until is null) as bindings,
      (select count(*) from household_guardian g where g.household_id = h.id and g.until is null) as guardians
    from conversation c join household h on h.id = c.household_id where c.id = ${open?.id}`)
  expect(ended).toEqual({ conversation: true, household: true, bindings: 0, guardians: 0 })
  expect((await exchangesOf(open?.id as string)).map((x) => x.what)).toEqual([
    'to_family delivered',
    'to_family sending',
    'to_family canceled',
    'to_family canceled',
    'to_family canceled',
    'to_staff canceled',
    'to_staff delivered',
  ])
  const events = await rows(sql`select detail from event where what = 'canceled'`)
  expect(events).toEqual(Array(4).fill({ detail: { status: 'canceled', why: 'household_ended' } }))
  const fresh =
    await rows(sql`select h.id <> ${open?.household_id} as other, g.guardian_id, p.opted_out_at is not null as opted_out from household h
    join household_guardian g on g.household_id = h.id join phone p on p.id = h.phone_id where h.phone_id = ${open?.phone_id} and h.until is null`)
  expect(fresh).toEqual([{ other: true, guardian_id: 'm1', opted_out: true }])
})

/** What a roster change leaves of a conversation, its household and its tasks. */
const left = (id: string) =>
  rows(sql`select c.ended_at is not null as ended, h.until is not null as household_ended,
      (select array_agg(p.given_name order by 1) from household_guardian g join person p on p.id = g.guardian_id and p.district_id = g.district_id
        where g.household_id = h.id and g.until is null) as family,
      (select count(*) from binding b where b.conversation_id = c.id and b.side = 'family' and b.until is null) as family_numbers,
      (select count(*) from binding b where b.conversation_id = c.id and b.side = 'staff' and b.until is null) as staff_numbers,
      (select array_agg(t.kind order by t.kind) from task t join exchange x on x.id = t.exchange_id where x.conversation_id = c.id and t.closed_at is null) as tasks
    from conversation c join household h on h.id = c.household_id where c.id = ${id}`)

test('guardians who all get the same other phone take the talk along: what waits is written for it anew, and the number of before rests', async () => {
  await imported()
  const id = await conversation()
  const [home] = await rows<{ phone_id: string }>(
    sql`select h.phone_id from household h join conversation c on c.household_id = h.id where c.id = ${id}`,
  )
  await rows(sql`update phone set introduced_at = now() where id = ${home?.phone_id}`)
  await rows(sql`insert into exchange (district_id, conversation_id, direction, author, seq, status, send_after, original_text, body, part)
    values (${districtId}, ${id}, 'to_family', 'person', 6, 'queued', now() + interval '1 day', 'long', 'long', 1)`)
  await rows(sql`insert into exchange (district_id, conversation_id, direction, author, kind, seq, status, send_after, original_text)
    values (${districtId}, ${id}, 'to_family', 'person', 'voicemail', 7, 'held', now() + interval '1 day', '')`)
  await rows(sql`insert into pin (district_id, owner, owner_id, digest, sealed)
    select ${districtId}, 'household', household_id::text, 'digest', 'sealed' from conversation where id = ${id}`)
  const numberOf = () =>
    rows(sql`select proxy_number_id from binding where conversation_id = ${id} and side = 'family' and until is null`)
  const number = await numberOf()

  await imported({ 'users.csv': swap('+13035550111', '+13035550199') })

  expect(await left(id)).toEqual([
    {
      ended: false,
      household_ended: false,
      family: ['Carla', 'Dario'],
      family_numbers: 1,
      staff_numbers: 1,
      tasks: ['not_sent'],
    },
  ])
  expect(await exchangesOf(id)).toEqual([
    { what: 'to_family delivered', bound: true, waits: false },
    { what: 'to_family sending', bound: true, waits: false },
    { what: 'to_family held', bound: false, waits: true },
    { what: 'to_family queued', bound: false, waits: true },
    { what: 'to_family received', bound: false, waits: true },
    // Its first part is on the other phone already.
    { what: 'to_family canceled', bound: false, waits: false },
    { what: 'to_family held', bound: false, waits: true },
    { what: 'to_staff held', bound: true, waits: false },
    { what: 'to_staff delivered', bound: true, waits: false },
  ])
  const [phone] =
    await rows(sql`select h.phone_id <> ${home?.phone_id} as other, (select introduced_at from phone where id = ${home?.phone_id}) as introduced
    from household h join conversation c on c.household_id = h.id where c.id = ${id}`)
  expect(phone).toEqual({ other: true, introduced: null })
  // The family knows its teacher by this number; who has the phone of before knew the PIN.
  expect(await numberOf()).toEqual(number)
  expect(await rows(sql`select from pin where owner = 'household'`)).toEqual([])
  expect(
    await rows(sql`select count(*) as n from event where what = 'phone_moved' and detail ->> 'household' = (
    select household_id::text from conversation where id = ${id})`),
  ).toEqual([{ n: 1 }])
  await imported()
})

test('what is handed over while the import moves its family to another phone is not written anew', async () => {
  await imported()
  const id = await conversation()
  const owner = new pg.Client({ connectionString: t.ownerUrl })
  await owner.connect()
  await owner.query('begin')
  await owner.query(`select set_config('app.district_id', $1, true)`, [districtId])
  await owner.query(
    `update exchange set status = 'sending' where conversation_id = $1 and direction = 'to_family' and status = 'queued'`,
    [id],
  )
  const moving = imported({ 'users.csv': swap('+13035550111', '+13035550199') })
  await vi.waitUntil(
    async () => (await owner.query(`select from pg_locks where not granted and locktype = 'transactionid'`)).rowCount,
    { timeout: 20_000 },
  )
  await owner.query('commit')
  await owner.end()
  await moving
  expect((await exchangesOf(id)).filter(({ what }) => what === 'to_family sending')).toEqual([
    { what: 'to_family sending', bound: true, waits: false },
    { what: 'to_family sending', bound: true, waits: false },
  ])
  await imported()
})

test('a phone that goes to somebody else in the same list takes no talk along', async () => {
  await imported()
  const id = await conversation()
  await imported({
    'users.csv': both(swap('+13035550111', '+13035550199'), add('n1,,,true,north,parent,,,Nina,Diaz,,,,+13035550199,,s1,,,es,')),
  })
  expect(await left(id)).toMatchObject([{ ended: true, household_ended: true, family_numbers: 0 }])
  await imported()
})

test('what waits when a talk ends is somebody’s task: what a family does not get, and what it wrote and nobody read', async () => {
  await imported()
  const id = await conversation()
  await imported({ 'enrollments.csv': drop('e1') })
  expect(await left(id)).toMatchObject([{ ended: true, tasks: ['not_sent', 'not_sent', 'not_sent', 'unread'] }])
  await imported()
})

test('when staff change their phone the staff side is bound anew and what waits for them is prepared again', async () => {
  await imported()
  const id = await conversation()
  await imported({ 'users.csv': swap('+13035550101', '+13035550102') })
  const bindings = await rows(sql`select side, until is null as open from binding where conversation_id = ${id} order by side`)
  expect(bindings).toEqual([
    { side: 'family', open: true },
    { side: 'staff', open: false },
  ])
  expect(await exchangesOf(id)).toEqual([
    { what: 'to_family delivered', bound: true, waits: false },
    { what: 'to_family sending', bound: true, waits: false },
    { what: 'to_family held', bound: true, waits: false },
    { what: 'to_family queued', bound: true, waits: false },
    { what: 'to_family received', bound: true, waits: true },
    { what: 'to_staff held', bound: false, waits: true },
    { what: 'to_staff delivered', bound: true, waits: false },
  ])
  expect(await rows(sql`select ended_at from conversation where id = ${id}`)).toEqual([{ ended_at: null }])
})

test('a teacher who no longer teaches the family has no open conversation with it, and its numbers rest', async () => {
  await imported()
  const [open] = await rows<{ id: string }>(sql`select id from conversation where staff_side = 't1' and ended_at is null`)
  const id = open?.id ?? (await conversation())
  await imported({ 'enrollments.csv': drop('e1') })
  expect(await rows(sql`select count(*) as n from conversation where id = ${id} and ended_at is null`)).toEqual([{ n: 0 }])
  expect(await rows(sql`select count(*) as n from binding where conversation_id = ${id} and until is null`)).toEqual([{ n: 0 }])
  expect(
    await rows(sql`select count(*) as n from exchange where conversation_id = ${id} and status in ('held', 'queued')`),
  ).toEqual([{ n: 0 }])
  await imported()
})

test('staff who are gone are inactive, and their conversations end and stay on record', async () => {
  await imported({ 'users.csv': drop('t1'), 'enrollments.csv': drop('e1') })
  expect(await rows(sql`select active from person where id = 't1'`)).toEqual([{ active: false }])
  expect(await rows(sql`select count(*) as n from conversation where staff_side = 't1' and ended_at is null`)).toEqual([{ n: 0 }])
  expect(await rows(sql`select count(*) > 0 as kept from conversation where staff_side = 't1'`)).toEqual([{ kept: true }])
})
