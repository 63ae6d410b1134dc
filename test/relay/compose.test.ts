import { sql } from 'kysely'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { compose } from '../../src/relay/compose.ts'
import type { ComposeRequest } from '../../src/relay/compose-ports.ts'
import { composeStore } from '../../src/store/composing.ts'
import { inDistrict } from '../../src/store/database.ts'
import { freshDatabase, type TestDatabase } from '../support/database.ts'
import { type LogSchool, logSchool } from '../support/log-school.ts'

let t: TestDatabase
let school: LogSchool
let made = 0
beforeAll(async () => {
  t = await freshDatabase()
})
beforeEach(async () => {
  school = await logSchool(t.db, t.keys, `d${++made}`)
  const number = `+150355501${String(made).padStart(2, '0')}`
  await sql`insert into proxy_number (number, carrier_sid, district_id) values (${number}, ${`PN${made}`}, ${school.district})`.execute(
    t.db,
  )
  // The guardian's own phone is the household's.
  await inDistrict(t.db, school.district, async (trx) => {
    const { phone_id } = await trx
      .selectFrom('household')
      .select('phone_id')
      .where('district_id', '=', school.district)
      .executeTakeFirstOrThrow()
    const own = { district_id: school.district, phone_id, use: 'sms' }
    await trx
      .insertInto('person_phone')
      .values({ ...own, person_id: 'rosa' })
      .execute()
  })
})

function send(more: Partial<ComposeRequest> & { readonly key?: string } = {}) {
  const { key, ...request } = more
  const whole = {
    districtId: school.district,
    staffId: 'rivera',
    to: { guardian: 'rosa' },
    body: 'Hello',
    urgent: false,
    reason: null,
    ...request,
  }
  const digest = Buffer.from(JSON.stringify(whole).padEnd(32)).subarray(0, 400)
  return compose(composeStore(t.db, t.keys), { ...whole, idempotency: key === undefined ? null : { key, digest } })
}

const written = () =>
  inDistrict(t.db, school.district, (trx) =>
    trx.selectFrom('exchange').select(['original_text', 'urgent']).where('district_id', '=', school.district).execute(),
  )

describe('a repeat under the same Idempotency-Key', () => {
  test('gets the first answer and writes nothing', async () => {
    const first = await send({ key: 'k' })
    expect(first).toMatchObject({ kind: 'accepted', exchanges: [{ status: 'held' }] })
    expect(await send({ key: 'k' })).toEqual(first)
    expect(await written()).toHaveLength(1)
  })

  test('ten times at the same moment is one message', async () => {
    const answers = await Promise.all(Array.from({ length: 10 }, () => send({ key: 'k' })))
    expect(new Set(answers.map((a) => JSON.stringify(a)))).toHaveProperty('size', 1)
    expect(await written()).toHaveLength(1)
  })

  test('with another body is refused', async () => {
    await send({ key: 'k' })
    expect(await send({ key: 'k', body: 'Something else' })).toMatchObject({ kind: 'key_reused' })
    expect(await written()).toHaveLength(1)
  })

  test('of somebody else, or under another key, is another message', async () => {
    await send({ key: 'k' })
    await send({ key: 'k', staffId: 'principal' })
    await send({ key: 'l' })
    await send()
    expect(await written()).toHaveLength(4)
  })

  test('after a refusal may succeed', async () => {
    const urgent = { key: 'k', urgent: true, reason: 'Snow' }
    expect(await send(urgent)).toMatchObject({ kind: 'forbidden' })
    await inDistrict(t.db, school.district, (trx) =>
      trx.updateTable('school').set({ teachers_may_send_urgent: true }).where('district_id', '=', school.district).execute(),
    )
    expect(await send(urgent)).toMatchObject({ kind: 'accepted', exchanges: [{ status: 'queued' }] })
  })
})

describe('an urgent message', () => {
  test.each([
    ['rivera', 'forbidden'],
    ['principal', 'accepted'],
  ])('of %s is %s where the school lets no teacher send one', async (staffId, kind) => {
    expect(await send({ staffId, urgent: true, reason: 'Snow' })).toMatchObject({ kind })
  })

  test('needs a reason', async () => {
    expect(await send({ staffId: 'principal', urgent: true, reason: ' ' })).toMatchObject({ kind: 'wrong' })
  })
})

test('a message that is not urgent needs no right', async () => {
  expect(await send()).toMatchObject({ kind: 'accepted' })
})

test.each(['other', 'okafor', 'grant-head', 'nobody'])('%s may not write to a family of another teacher', async (staffId) => {
  expect(await send({ staffId })).toMatchObject({ kind: 'not_found' })
  expect(await written()).toEqual([])
})
