import { sql } from 'kysely'
import pg from 'pg'
import { beforeAll, beforeEach, expect, test } from 'vitest'
import type { DeliverStore } from '../../src/relay/ports.ts'
import { inDistrict } from '../../src/store/database.ts'
import { deliverStore } from '../../src/store/delivering.ts'
import { cancelWaiting, insertMessages, insertNotices, timeOrderedId } from '../../src/store/exchanges.ts'
import { reconcileStore } from '../../src/store/reconciling.ts'
import { findWork } from '../../src/store/scheduler.ts'
import { momentOf, now } from '../../src/store/settings.ts'
import { settleCallbacks } from '../../src/store/settling.ts'
import { settleByPerson } from '../../src/store/waiting.ts'
import { freshDatabase, type TestDatabase } from '../support/database.ts'
import { FAMILY_PROXY, type LogSchool, logSchool } from '../support/log-school.ts'
import { newMessage } from '../support/messages.ts'

let t: TestDatabase
let school: LogSchool
let store: DeliverStore
let made = 0
/** Twilio, error 30011: the number or the phone takes no pictures. */
const NO_PICTURES = 30011
beforeAll(async () => {
  t = await freshDatabase()
})
beforeEach(async () => {
  school = await logSchool(t.db, t.keys, `d${++made}`)
  store = deliverStore(t.db, t.keys, { segments: () => 1 })
  const proxy = `${FAMILY_PROXY.slice(0, -1)}${made}`
  await sql`insert into proxy_number (number, carrier_sid, district_id) values (${proxy}, ${`PN${made}`}, ${school.district})`.execute(
    t.db,
  )
  await inDistrict(t.db, school.district, (trx) =>
    sql`insert into binding (district_id, side, phone_id, proxy_number_id, conversation_id, since)
      select ${school.district}, 'family', h.phone_id, n.id, ${school.conversation}, now() from household h, proxy_number n
      where h.district_id = ${school.district} and n.number = ${proxy}`.execute(trx),
  )
})

/** A teacher's text that is due, the newest of its lane; `later`: put off by so many seconds. */
async function write(text: string, more: { urgent?: boolean; later?: number } = {}): Promise<string> {
  const id = timeOrderedId()
  await inDistrict(t.db, school.district, async (trx) => {
    const { database, now } = await momentOf(trx)
    const notBefore = more.later === undefined ? null : now.add({ seconds: more.later })
    const message = newMessage({
      id,
      conversationId: school.conversation,
      direction: 'to_family',
      authorId: 'rivera',
      text,
      urgent: more.urgent ?? false,
      status: 'queued',
      asked: { notBefore, byVoice: false },
      sendAfter: notBefore ?? now,
      toPrepare: false,
    })
    await insertMessages(trx, school.district, database, [message], 'written')
    await sql`update exchange set body = original_text where district_id = ${school.district} and id = ${id}`.execute(trx)
  })
  return id
}

const claim = async () => (await store.claim(school.district, 100, () => ({ kind: 'hand_over', validitySeconds: 600 }))).attempts
const claimed = async () => (await claim()).map((a) => a.exchangeId)
const delivered = async () => {
  const attempts = await claim()
  const accepted = attempts.map((a) => ({ ...a, outcome: { kind: 'accepted', sid: `SM${a.attemptId}` } as const }))
  await store.record(school.district, accepted)
  return attempts.map((a) => a.exchangeId)
}

test('of a lane one is handed over at a time, in the order of writing', async () => {
  const first = await write('one')
  await write('two')
  expect(await claimed()).toEqual([first])
  expect(await claimed()).toEqual([])
})

test('there is work exactly where something can be claimed: what waits behind another in its lane is none', async () => {
  const work = async () => (await findWork(t.scheduler, 'deliver', () => now(t.db))).includes(school.district)
  expect(await work()).toBe(false)
  await write('one')
  await write('two')
  expect(await work()).toBe(true)
  await claimed()
  expect([await work(), await claimed()]).toEqual([false, []])
  // An urgent one overtakes what is written, not what is being handed over.
  await write('three', { urgent: true })
  expect([await work(), await claimed()]).toEqual([false, []])
  await inDistrict(t.db, school.district, (trx) =>
    sql`update exchange set status = 'sent' where district_id = ${school.district} and status = 'sending'`.execute(trx),
  )
  expect(await work()).toBe(true)
})

test('what is in flight is over before the next goes, in the order of writing', async () => {
  const ids = [await write('one'), await write('two'), await write('three')]
  expect([await delivered(), await delivered(), await delivered(), await delivered()]).toEqual([...ids.map((id) => [id]), []])
})

test('urgent overtakes what waits, and goes alone', async () => {
  const ids = [await write('one'), await write('now', { urgent: true }), await write('now too', { urgent: true })]
  expect([await delivered(), await delivered(), await delivered()]).toEqual([[ids[1]], [ids[2]], [ids[0]]])
})

/** Its chosen time has come. */
const timeComes = (id: string) =>
  inDistrict(t.db, school.district, (trx) =>
    sql`update exchange set not_before = now() - interval '1 second', send_after = now() - interval '1 second'
      where district_id = ${school.district} and id = ${id}`.execute(trx),
  )

test('what is put off stands in nobody’s way before its time, and goes in its place when that has come', async () => {
  const later = await write('on Monday', { later: 600 })
  const [one, two] = [await write('one'), await write('two')]
  expect(await delivered()).toEqual([one])
  await timeComes(later)
  expect([await delivered(), await delivered()]).toEqual([[later], [two]])
})

test('of several that are put off each goes at its own time', async () => {
  const [second, first] = [await write('second', { later: 600 }), await write('first', { later: 300 })]
  await timeComes(first)
  expect(await delivered()).toEqual([first])
  await timeComes(second)
  expect(await delivered()).toEqual([second])
})

test('when its time comes it waits for what was written before it and is held', async () => {
  const held = await write('held')
  await inDistrict(t.db, school.district, (trx) =>
    sql`update exchange set status = 'held', hold = 'no_number', send_after = null where district_id = ${school.district} and id = ${held}`.execute(
      trx,
    ),
  )
  const later = await write('later', { later: 600 })
  await timeComes(later)
  expect(await delivered()).toEqual([])
})

test('when its time comes it overtakes nothing in flight, and comes between the parts of no message', async () => {
  const later = await write('on Monday', { later: 600 })
  const long = await write(Array.from({ length: 700 }, (_, i) => `word${i}`).join(' '))
  const attempts = await claim()
  expect(attempts.map((a) => a.exchangeId)).toEqual([long])
  await timeComes(later)
  expect(await claim()).toEqual([])
  const accepted = attempts.map((a) => ({ ...a, outcome: { kind: 'accepted', sid: `SM${a.attemptId}` } as const }))
  await store.record(school.district, accepted)
  const order: string[] = []
  for (let next = await delivered(); next.length > 0; next = await delivered()) order.push(...next)
  expect(order.length).toBeGreaterThan(1)
  expect(order.indexOf(later)).toBe(order.length - 1)
})

test('nothing overtakes what is in flight, not even urgent', async () => {
  const first = await write('one')
  expect(await claimed()).toEqual([first])
  await write('now', { urgent: true })
  expect(await claimed()).toEqual([])
})

test('of two servers one claims: what the other is about to hand over is not overtaken unseen', async () => {
  const first = await write('one')
  // The first server stops before its commit, where it writes down what the number has sent.
  const holder = new pg.Client({ connectionString: t.ownerUrl })
  await holder.connect()
  await holder.query('begin')
  await holder.query('select from proxy_number for update')
  const one = claimed()
  const stuck = async () =>
    (await holder.query(`select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`)).rowCount
  await expect.poll(stuck).toBe(1)
  await write('now', { urgent: true })
  const two = claimed()
  await Promise.race([two, expect.poll(stuck).toBe(2)])
  await holder.query('commit')
  await holder.end()
  expect([await one, await two]).toEqual([[first], []])
})

test('a number that has sent for half a minute waits', async () => {
  const slow = deliverStore(t.db, t.keys, { segments: () => 40 })
  await write('long')
  const decide = () => ({ kind: 'hand_over', validitySeconds: 600 }) as const
  const [sent] = (await slow.claim(school.district, 100, decide)).attempts
  if (sent === undefined) throw new Error('nothing was claimed')
  await slow.record(school.district, [{ ...sent, outcome: { kind: 'accepted', sid: 'SMlong' } }])
  await write('next')
  expect((await slow.claim(school.district, 100, decide)).attempts).toEqual([])
})

test('of many texts that are due at once no number takes more than its half minute', async () => {
  const slow = deliverStore(t.db, t.keys, { segments: () => 20 })
  await inDistrict(t.db, school.district, async (trx) => {
    const { database, now } = await momentOf(trx)
    const notice = { direction: 'to_family', notice: 'help', text: 'Help', language: 'en', answers: null } as const
    const place = { conversationId: school.conversation, phoneId: null, proxyNumberId: null }
    const keys = ['a', 'b', 'c', 'd']
    const notices = keys.map((key) => ({ ...notice, ...place, key }))
    await insertNotices(trx, school.district, database, now, notices)
  })
  const { attempts } = await slow.claim(school.district, 100, () => ({ kind: 'hand_over', validitySeconds: 600 }))
  expect(attempts).toHaveLength(2)
})

test.each([
  ['undelivered', 'queued'],
  ['sent', 'queued'],
  ['delivered', 'delivered'],
] as const)('of a text that has become a call meanwhile a late “%s” makes it %s', async (status, expected) => {
  const id = await write('urgent', { urgent: true })
  const [attempt] = await claim()
  if (attempt === undefined) throw new Error('nothing was claimed')
  await store.record(school.district, [{ ...attempt, outcome: { kind: 'accepted', sid: 'SMlate' } }])
  const { rows } = await inDistrict(t.db, school.district, async (trx) => {
    await sql`update exchange set channel = 'call', rescue = true, status = 'queued' where id = ${id}`.execute(trx)
    const told = {
      kind: 'status',
      districtId: school.district,
      attemptId: attempt.attemptId,
      sid: 'SMlate',
      status,
      errorCode: null,
    } as const
    await settleCallbacks(trx, school.district, await momentOf(trx), [told])
    return sql<{ status: string }>`select status from exchange where id = ${id}`.execute(trx)
  })
  expect(rows).toEqual([{ status: expected }])
})

test.each([
  ['before its second part was handed over goes anew without it', false, { status: 'queued', with_pictures: false, part: 0 }],
  ['after its second part was handed over is left to its sender', true, { status: 'undelivered', with_pictures: true, part: 1 }],
] as const)('a long text whose picture no carrier takes, told %s', async (_, second, expected) => {
  const id = await write('A long letter about the trip to the zoo. '.repeat(60))
  await inDistrict(t.db, school.district, (trx) => sql`update exchange set with_pictures = true where id = ${id}`.execute(trx))
  const [first] = await claim()
  if (first === undefined) throw new Error('nothing was claimed')
  await store.record(school.district, [{ ...first, outcome: { kind: 'accepted', sid: 'MMfirst' } }])
  if (second) expect(await claimed()).toEqual([id])
  const { rows } = await inDistrict(t.db, school.district, async (trx) => {
    const about = { kind: 'status', districtId: school.district, attemptId: first.attemptId, sid: 'MMfirst' } as const
    await settleCallbacks(trx, school.district, await momentOf(trx), [
      { ...about, status: 'undelivered', errorCode: NO_PICTURES },
    ])
    return sql`select status, with_pictures, part from exchange where id = ${id}`.execute(trx)
  })
  expect(rows).toEqual([expected])
})

test('every event of a hand-over waits to be sealed', async () => {
  await write('one')
  await delivered()
  const { rows } = await inDistrict(t.db, school.district, (trx) =>
    sql<{ what: string; waits: boolean }>`
      select e.what, u.event_id is not null as waits from event e left join unsealed u on u.district_id = e.district_id and u.event_id = e.id
      where e.district_id = ${school.district} order by e.id`.execute(trx),
  )
  expect(rows).toEqual(['written', 'sending', 'sent'].map((what) => ({ what, waits: true })))
})

test('a record at the carrier is taken for one attempt only, however equal two texts are', async () => {
  const looks = reconcileStore(t.db, t.keys)
  const adopt = async (): Promise<boolean> => {
    await write('the same')
    const [attempt] = await claim()
    if (attempt === undefined) throw new Error('nothing was claimed')
    await store.record(school.district, [{ ...attempt, outcome: { kind: 'unknown' } }])
    const startedAt = Temporal.Now.instant()
    const record = { sid: 'SMsame', body: attempt.body, status: 'delivered', errorCode: null, createdAt: startedAt }
    return looks.adopt(school.district, { ...attempt, startedAt, looks: 1 }, record)
  }
  expect([await adopt(), await adopt()]).toEqual([true, false])
})

/** A text of which the carrier never said anything, given up as unknown, and asked for once more by its writer. */
async function askedAgain(): Promise<{ readonly exchangeId: string; readonly attemptId: string }> {
  await write('no answer')
  const [attempt] = await claim()
  if (attempt === undefined) throw new Error('nothing was claimed')
  await store.record(school.district, [{ ...attempt, outcome: { kind: 'unknown' } }])
  await inDistrict(t.db, school.district, async (trx) => {
    await sql`update exchange set status = 'failed' where district_id = ${school.district} and id = ${attempt.exchangeId}`.execute(
      trx,
    )
    await settleByPerson(trx, school.district, await momentOf(trx), attempt.exchangeId, 'again', 'rivera')
  })
  return attempt
}

test.each([
  ['undelivered', [1, 'sending']],
  ['failed', [1, 'sending']],
  ['delivered', [0, 'delivered']],
] as const)(
  'what is asked for once more and waits, and of whose first hand-over the carrier says "%s" at last',
  async (word, after) => {
    const { exchangeId, attemptId } = await askedAgain()
    await inDistrict(t.db, school.district, async (trx) => {
      const said = {
        kind: 'status' as const,
        districtId: school.district,
        attemptId,
        sid: 'SM-late',
        status: word,
        errorCode: word === 'delivered' ? null : 30003,
      }
      await settleCallbacks(trx, school.district, await momentOf(trx), [said])
    })
    const goes = (await claimed()).filter((id) => id === exchangeId).length
    const { rows } = await inDistrict(t.db, school.district, (trx) =>
      sql<{ status: string }>`select status from exchange where district_id = ${school.district} and id = ${exchangeId}`.execute(
        trx,
      ),
    )
    expect([goes, rows[0]?.status]).toEqual(after)
  },
)

/** The family has another phone now, as an import would say. */
const familyMoves = () =>
  inDistrict(t.db, school.district, async (trx) => {
    const { rows } = await sql<{ id: string }>`insert into phone (district_id, number_encrypted, number_index)
      select district_id, number_encrypted, ${Buffer.from(`moved ${made}`)} from phone where district_id = ${school.district} limit 1 returning id`.execute(
      trx,
    )
    await sql`update household set phone_id = ${rows[0]?.id} where district_id = ${school.district}`.execute(trx)
  })

test('a number that is bound to a phone of before hands nothing over: what waits is prepared for the phone of now', async () => {
  const id = await write('to the phone of now')
  await familyMoves()
  expect(await claimed()).toEqual([])
  const { rows } = await inDistrict(t.db, school.district, (trx) =>
    sql`select status, prepare_after is not null as prepared_anew from exchange where district_id = ${school.district} and id = ${id}`.execute(
      trx,
    ),
  )
  expect(rows).toEqual([{ status: 'queued', prepared_anew: true }])
})

test('the rest of a long text goes to no phone that has not got its beginning, and is somebody’s task', async () => {
  const id = await write(`${'a'.repeat(1_700)} the end`)
  expect(await delivered()).toEqual([id])
  await familyMoves()
  await inDistrict(t.db, school.district, (trx) =>
    sql`update binding set phone_id = (select phone_id from household where district_id = ${school.district}) where district_id = ${school.district}`.execute(
      trx,
    ),
  )
  expect(await claimed()).toEqual([])
  const { rows } = await inDistrict(t.db, school.district, (trx) =>
    sql`select e.status, t.kind from exchange e join task t on t.exchange_id = e.id where e.district_id = ${school.district} and e.id = ${id}`.execute(
      trx,
    ),
  )
  expect(rows).toEqual([{ status: 'canceled', kind: 'not_sent' }])
})

test('of a long text whose second part is asked for once more a late word of the first one’s failure undoes nothing', async () => {
  const id = await write(`${'a'.repeat(1_700)} the end`)
  expect(await delivered()).toEqual([id])
  const [second] = await claim()
  if (second === undefined) throw new Error('nothing was claimed')
  await store.record(school.district, [{ ...second, outcome: { kind: 'unknown' } }])
  const first = await inDistrict(t.db, school.district, async (trx) => {
    await sql`update exchange set status = 'failed' where district_id = ${school.district} and id = ${id}`.execute(trx)
    await settleByPerson(trx, school.district, await momentOf(trx), id, 'again', 'rivera')
    return (
      (
        await sql<{
          id: string
        }>`select id from attempt where district_id = ${school.district} and exchange_id = ${id} and part = 0`.execute(trx)
      ).rows[0]?.id ?? ''
    )
  })
  const says = async (attemptId: string, sid: string, status: 'undelivered' | 'delivered') =>
    inDistrict(t.db, school.district, async (trx) =>
      settleCallbacks(trx, school.district, await momentOf(trx), [
        { kind: 'status', districtId: school.district, attemptId, sid, status, errorCode: status === 'delivered' ? null : 30008 },
      ]),
    )
  await says(second.attemptId, 'SM-late', 'undelivered')
  await says(first, `SM${first}`, 'delivered')
  expect(await claimed()).toEqual([id])
})

test('a notice that comes too late is canceled, and what waits for the family is not prepared once more for it', async () => {
  const id = await write('held', { later: 600 })
  const waits = async (canceled: string) => {
    await inDistrict(t.db, school.district, async (trx) => {
      const { database } = await momentOf(trx)
      await cancelWaiting(trx, school.district, database, [canceled], 'too_late', null)
    })
    const { rows } = await inDistrict(t.db, school.district, (trx) =>
      sql<{
        anew: boolean
      }>`select prepare_after is not null as anew from exchange where district_id = ${school.district} and id = ${id}`.execute(
        trx,
      ),
    )
    return rows[0]?.anew
  }
  const notice = await inDistrict(t.db, school.district, async (trx) => {
    const { database, now } = await momentOf(trx)
    await insertNotices(trx, school.district, database, now, [
      {
        conversationId: school.conversation,
        direction: 'to_staff',
        notice: 'held_for_family',
        key: 'a window',
        language: 'en',
        text: 'Your message is kept.',
        answers: null,
        phoneId: null,
        proxyNumberId: null,
      },
    ])
    return (
      await sql<{
        id: string
      }>`select id from exchange where district_id = ${school.district} and notice = 'held_for_family'`.execute(trx)
    ).rows[0]?.id
  })
  expect(await waits(notice ?? '')).toBe(false)
  // Of another message that is canceled it is the first now, and says which school it is.
  expect(await waits(await write('before it'))).toBe(true)
})
