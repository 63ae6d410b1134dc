import { sql } from 'kysely'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { callFamily, compose } from '../../src/relay/compose.ts'
import type { CallUp, Idempotency, PinRequest } from '../../src/relay/compose-ports.ts'
import { givePin } from '../../src/relay/decide.ts'
import { composeStore } from '../../src/store/composing.ts'
import { inDistrict } from '../../src/store/database.ts'
import { staffById } from '../../src/store/people.ts'
import { type CallSchool, callSchool } from '../support/call-school.ts'
import { freshDatabase, type TestDatabase } from '../support/database.ts'

let t: TestDatabase
let school: CallSchool
beforeAll(async () => {
  t = await freshDatabase()
})
beforeEach(async () => {
  school = await callSchool(t)
})

const store = () => composeStore(t.db, t.keys)
const within = <T>(query: ReturnType<typeof sql<T>>) =>
  inDistrict(t.db, school.district, async (trx) => (await query.execute(trx)).rows)
const someone = async (id: string) => {
  const staff = await inDistrict(t.db, school.district, (trx) => staffById(trx, school.district, id))
  if (staff === null) throw new Error(`no ${id}`)
  return staff
}
const keyed = (key: string, meant: unknown): Idempotency => ({ key, digest: Buffer.from(JSON.stringify(meant)) })
const call = async (key: string | null, more: Partial<Pick<CallUp, 'guardianId' | 'with' | 'interpreted'>> = {}) => {
  const asked = { guardianId: 'rosa', with: null, interpreted: false, ...more }
  const idempotency = key === null ? null : keyed(key, { call: asked })
  return callFamily(store(), { districtId: school.district, staff: await someone('rivera'), ...asked, idempotency })
}
const pin = async (key: string | null, more: Partial<Pick<PinRequest, 'guardianId' | 'anew' | 'text'>> = {}) => {
  const asked = { guardianId: 'rosa', anew: false, text: false, ...more }
  const idempotency = key === null ? null : keyed(key, { pin: asked })
  return givePin(store(), { districtId: school.district, staff: await someone('rivera'), ...asked, idempotency })
}
const calls = () => within(sql`select id from exchange where district_id = ${school.district} and kind = 'call'`)
/** The call is over: another may be made. */
const itIsOver = () =>
  within(sql`update exchange set status = 'delivered' where district_id = ${school.district} and kind = 'call'`)

describe('a call that is asked for again under the same Idempotency-Key', () => {
  test('is made once: the repeat gets the first answer, also when the call is long over', async () => {
    const first = await call('k')
    expect(first).toMatchObject({ kind: 'accepted', exchanges: [{ status: 'queued' }] })
    expect(await call('k')).toEqual(first)
    await itIsOver()
    expect(await call('k')).toEqual(first)
    expect(await calls()).toHaveLength(1)
  })

  test('ten times at the same moment is one call', async () => {
    const answers = await Promise.all(Array.from({ length: 10 }, () => call('k')))
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1)
    expect(await calls()).toHaveLength(1)
  })

  test('with another body, or as a message, is refused', async () => {
    await call('k')
    expect(await call('k', { interpreted: true })).toMatchObject({ kind: 'key_reused' })
    const message = { to: { guardian: 'rosa' }, body: 'Hello', urgent: false, reason: null }
    const sent = { districtId: school.district, staffId: 'rivera', ...message, idempotency: keyed('k', message) }
    expect(await compose(store(), sent)).toMatchObject({ kind: 'key_reused' })
  })

  test('under another key, or without one, is another call once the first is over', async () => {
    await call('k')
    expect(await call('l')).toMatchObject({ kind: 'unreachable' })
    await itIsOver()
    expect(await call('l')).toMatchObject({ kind: 'accepted' })
    await itIsOver()
    expect(await call(null)).toMatchObject({ kind: 'accepted' })
    expect(await calls()).toHaveLength(3)
  })

  test('after a refusal may succeed', async () => {
    await within(
      sql`update phone set calls_refused_at = now() where district_id = ${school.district} and id = ${school.phones.rosa}`,
    )
    expect(await call('k')).toMatchObject({ kind: 'unreachable' })
    await within(sql`update phone set calls_refused_at = null where district_id = ${school.district}`)
    expect(await call('k')).toMatchObject({ kind: 'accepted' })
  })
})

test('two calls to a family that are asked for at the same moment, without a key, are one', async () => {
  const made = await Promise.all(Array.from({ length: 5 }, () => call(null)))
  expect(made.filter((answer) => answer.kind === 'accepted')).toHaveLength(1)
  expect(await calls()).toHaveLength(1)
})

describe('a PIN that is asked for again under the same Idempotency-Key', () => {
  const texted = () => within(sql`select id from exchange where district_id = ${school.district} and notice = 'pin'`)

  test('is neither made anew nor texted a second time', async () => {
    const first = await pin('k', { anew: true, text: true })
    expect(first).toMatchObject({ kind: 'given', pin: expect.stringMatching(/^\d{8}$/) })
    expect(await pin('k', { anew: true, text: true })).toEqual(first)
    expect(await texted()).toHaveLength(1)
    expect(await pin('l', { anew: true, text: true })).not.toEqual(first)
    expect(await texted()).toHaveLength(2)
  })

  test('stands nowhere in the clear', async () => {
    const given = await pin('k', { anew: true })
    const kept = await within<{ row: string }>(
      sql`select i::text as row from idempotency i union all select p::text from pin p union all select e::text from event e`,
    )
    expect(given.kind).toBe('given')
    for (const { row } of kept) expect(row).not.toContain(given.kind === 'given' ? given.pin : '')
  })

  test('with another body is refused; after nobody was found it may succeed', async () => {
    expect(await pin('n', { guardianId: 'nobody' })).toMatchObject({ kind: 'not_found' })
    await pin('k')
    expect(await pin('k', { anew: true })).toMatchObject({ kind: 'key_reused' })
    expect(await pin('n', { guardianId: null })).toMatchObject({ kind: 'given' })
  })
})
