import { sql } from 'kysely'
import { beforeAll, expect, test } from 'vitest'
import { numbersNeeded } from '../../src/core/number-pool.ts'
import { phoneNeeds, poolNumbers, waitingForNumber } from '../../src/store/number-needs.ts'
import { openWorld, type World } from '../support/world.ts'

let world: World
const LONG_AGO = Temporal.Instant.from('2020-01-01T00:00Z')
const needs = async (school = 'lincoln', now = Temporal.Instant.from('2036-03-03T16:00Z')) => {
  const found = await world.inDistrict((trx) => phoneNeeds(trx, world.district, school, now))
  return { now: numbersNeeded(found.map((one) => one.now)), forAll: numbersNeeded(found.map((one) => one.forAll)), found }
}
const pool = () => world.inDistrict((trx) => poolNumbers(trx, world.district, LONG_AGO))
const waiting = (school: string) => world.inDistrict((trx) => waitingForNumber(trx, world.district, school))

beforeAll(async () => {
  world = await openWorld({ numbers: 1 })
  await world.itIs('2036-03-03T10:00')
})

test('before anybody writes nothing is needed, and if all wrote a family would need one for each teacher and the office', async () => {
  const { now, found } = await needs()
  expect(now).toBe(0)
  const { rows } = {
    rows: await world.rows(sql<{ n: number }>`
      select max(n)::int as n from (select count(distinct t.person_id) as n from enrollment s
        join enrollment t on t.class_id = s.class_id and t.role = 'teacher' and t.active
        join class k on k.id = s.class_id and k.active
        join guardianship g on g.student_id = s.person_id join household_guardian hg on hg.guardian_id = g.guardian_id
        where s.role = 'student' and s.active and k.school_id = 'lincoln' group by hg.household_id) as x`),
  }
  expect(Math.max(...found.map((one) => one.forAll.asFamily))).toBe((rows[0]?.n ?? 0) + 1)
})

test('each conversation of a family is one number more, and what goes over a number is counted for it', async () => {
  await world.sends('rivera', { guardian: 'rosa' }, 'Good morning.')
  await world.settled()
  const one = await needs()
  expect(Math.max(...one.found.map(({ now }) => now.asFamily))).toBe(1)
  const { family, staff } = await world.line('rivera', 'rosa')
  world.phoneOf('rosa').texts(family ?? '', 'Gracias')
  await world.settled()
  await world.paceIsOver()
  const busy = new Map((await pool()).map((row) => [row.number, row]))
  // Out and back over the family's number; the answer once more over the teacher's own.
  const expected = new Map([[family ?? '', 2]])
  expected.set(staff ?? '', (expected.get(staff ?? '') ?? 0) + 1)
  for (const [number, messages] of expected) expect([number, busy.get(number)?.messages]).toEqual([number, messages])
  expect((await pool()).reduce((sum, row) => sum + row.conversations, 0)).toBe(2)
})

test('a conversation that finds every number taken is listed by the people in it, in its own school, until one is bought', async () => {
  expect(await waiting('lincoln')).toEqual([])
  await world.sends('osei', { class: 'art' }, 'Thank you.')
  await world.settled()
  const [first] = await waiting('lincoln')
  expect(first).toMatchObject({ side: 'family', guardians: ['Rosa Lopez'], students: ['Maya L.'] })
  expect(await waiting('harbor')).toEqual([])
  const lacking = await needs()
  expect(lacking.now).toBeGreaterThan((await pool()).length)
  world.buys('+15035550150')
  await world.syncsNumbers()
  await world.settled()
  await world.until('nobody waits', async () => (await waiting('lincoln')).length === 0)
})

test('an ended pair rests for 180 days and is needed no more after that', async () => {
  const resting = (found: Awaited<ReturnType<typeof needs>>['found']) => Math.max(...found.map(({ now }) => now.quarantined))
  const before = await needs()
  expect(resting(before.found)).toBe(0)
  await world.rows(sql`update binding set until = '2036-03-03T12:00Z' where id = (
    select b.id from binding b join conversation c on c.id = b.conversation_id where b.side = 'family' and b.until is null and c.staff_side = 'rivera' limit 1) returning id`)
  expect(resting((await needs()).found)).toBe(1)
  expect(resting((await needs('lincoln', Temporal.Instant.from('2036-08-29T00:00Z'))).found)).toBe(1)
  expect(resting((await needs('lincoln', Temporal.Instant.from('2036-08-31T00:00Z'))).found)).toBe(0)
})
