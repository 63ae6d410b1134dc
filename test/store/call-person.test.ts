import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { scripts } from '../../src/relay/answer.ts'
import { endCall } from '../../src/store/call-ending.ts'
import { bringPerson } from '../../src/store/call-person.ts'
import { lockCall } from '../../src/store/call-rows.ts'
import { inDistrict } from '../../src/store/database.ts'
import { ringStore } from '../../src/store/ringing.ts'
import { momentOf } from '../../src/store/settings.ts'
import { voicemailsFor } from '../../src/store/voicemails.ts'
import { type CallSchool, callSchool } from '../support/call-school.ts'
import { freshDatabase, type TestDatabase } from '../support/database.ts'
import { addExchange } from '../support/log-school.ts'

let t: TestDatabase
let school: CallSchool
beforeAll(async () => {
  t = await freshDatabase()
})
beforeEach(async () => {
  school = await callSchool(t)
})

const rows = <T>(query: ReturnType<typeof sql<T>>) =>
  inDistrict(t.db, school.district, async (trx) => (await query.execute(trx)).rows)

/** An interpreted call with both on the line; gives its exchange and the family's leg. */
async function talking(): Promise<{ exchange: string; family: string; staff: string }> {
  const exchange = await addExchange(t.db, school, { direction: 'to_family', status: 'sending' })
  await rows(
    sql`update exchange set kind = 'call', channel = 'call', call_mode = 'interpreted', author_id = 'rivera' where id = ${exchange} returning id`,
  )
  const [staff, family] = [randomUUID(), randomUUID()]
  for (const [id, side, phone] of [
    [staff, 'staff', school.phones.rivera],
    [family, 'family', school.phones.rosa],
  ] as const)
    await rows(sql`insert into call (district_id, id, direction, script, side, phone_id, proxy_number_id, conversation_id, household_id, school_id,
        exchange_id, sid, answered_at, joined_at)
      values (${school.district}, ${id}, 'outbound', 'interpreted', ${side}, ${phone}, ${school.proxies.family.id}, ${school.conversation}, ${school.household},
        'lincoln', ${exchange}, ${`CA${id}`}, clock_timestamp(), clock_timestamp()) returning id`)
  return { exchange, family, staff }
}
/** Okafor staffs the aides' desk and reads this language. */
const aideReads = async (language: string) => {
  await rows(
    sql`insert into desk (district_id, id, school_id, kind) values (${school.district}, 'lincoln/aides', 'lincoln', 'aides') on conflict do nothing returning id`,
  )
  await rows(
    sql`insert into desk_staff (district_id, desk_id, person_id) values (${school.district}, 'lincoln/aides', 'okafor') on conflict do nothing returning desk_id`,
  )
  await rows(sql`update person set language = ${language} where district_id = ${school.district} and id = 'okafor' returning id`)
}
const interpreterLine = (phone: string | null) =>
  rows(
    sql`update school set interpreter_phone_id = ${phone}::uuid where district_id = ${school.district} and id = 'lincoln' returning id`,
  )
const bring = (leg: string) =>
  inDistrict(t.db, school.district, async (trx) => {
    const call = await lockCall(trx, school.district, leg)
    if (call !== null) await bringPerson(trx, school.district, await momentOf(trx), call)
  })
const ends = (leg: string, word = 'no-answer') =>
  inDistrict(t.db, school.district, async (trx) => {
    const call = await lockCall(trx, school.district, leg)
    if (call !== null)
      await endCall(trx, school.district, await momentOf(trx), call, { word, seconds: 0, errorCode: null }, scripts.play)
  })
const thirds = (exchange: string) =>
  rows(sql<{ id: string; side: string; phone_id: string; staff_id: string | null; rings: boolean; ended: boolean }>`
    select id, side, phone_id, staff_id, ring_after is not null as rings, ended_at is not null as ended from call
    where exchange_id = ${exchange} and side in ('aide', 'interpreter') order by id`)
const tasks = async () =>
  (await rows(sql<{ kind: string }>`select kind from task where district_id = ${school.district}`)).map((task) => task.kind)
const closed = () =>
  rows(sql`update school set hours = jsonb_set(hours, '{staff}', '{}') where district_id = ${school.district} returning id`)

describe('who is called in the machine’s place', () => {
  test.each<[string, () => Promise<unknown>, 'aide' | 'interpreter' | null]>([
    ['an aide who reads the family’s language', () => aideReads('es'), 'aide'],
    ['an aide who reads a regional form of it', () => aideReads('es-MX'), 'aide'],
    ['no aide of another language', () => aideReads('vi'), null],
    ['the interpreter line where there is no aide', () => interpreterLine(school.phones.okafor), 'interpreter'],
    [
      'an aide who has lent the language her voice',
      async () => {
        await aideReads('en')
        const [call, recording] = [randomUUID(), randomUUID()]
        await rows(sql`insert into call (district_id, id, direction, script, proxy_number_id, ended_at)
          values (${school.district}, ${call}, 'inbound', 'studio', ${school.proxies.spare.id}, now()) returning id`)
        await rows(
          sql`insert into recording (district_id, id, call_id, sid, seconds, language) values (${school.district}, ${recording}, ${call}, ${recording}, 3, 'es') returning id`,
        )
        await rows(
          sql`insert into prompt (district_id, language, id, recording_id, recorded_by) values (${school.district}, 'es', 'menu', ${recording}, 'okafor') returning id`,
        )
      },
      'aide',
    ],
    [
      'an aide of the language that the family speaks, not of the one that it reads',
      async () => {
        await aideReads('vi')
        await rows(
          sql`update person set spoken_language = 'vi' where district_id = ${school.district} and id = 'rosa' returning id`,
        )
      },
      'aide',
    ],
    [
      'no aide who has switched her own phone off',
      async () => {
        await aideReads('es')
        await rows(
          sql`insert into own_phone (district_id, person_id, is_off) values (${school.district}, 'okafor', true) returning person_id`,
        )
      },
      null,
    ],
    [
      'no aide outside her own hours',
      async () => {
        await aideReads('es')
        await rows(
          sql`insert into own_phone (district_id, person_id, hours) values (${school.district}, 'okafor', '{}') returning person_id`,
        )
      },
      null,
    ],
    ['nobody', async () => {}, null],
    ['no aide outside the staff’s hours', async () => [await aideReads('es'), await closed()], null],
    [
      'no aide who is in another call',
      async () => {
        await aideReads('es')
        await rows(sql`insert into call (district_id, id, direction, script, phone_id, proxy_number_id)
          values (${school.district}, ${randomUUID()}, 'inbound', 'studio', ${school.phones.okafor}, ${school.proxies.spare.id}) returning id`)
      },
      null,
    ],
    [
      'nobody of the two who talk',
      async () => {
        await aideReads('es')
        await interpreterLine(school.phones.rosa)
        await rows(sql`update person set active = false where district_id = ${school.district} and id = 'okafor' returning id`)
      },
      null,
    ],
  ])('%s', async (_, given, side) => {
    const { exchange, family } = await talking()
    await given()
    await bring(family)
    const third = await thirds(exchange)
    expect(third.map((leg) => leg.side)).toEqual(side === null ? [] : [side])
    if (side === 'aide') expect(third[0]).toMatchObject({ phone_id: school.phones.okafor, staff_id: 'okafor', rings: true })
    expect(await tasks()).toEqual(side === null ? ['person_wanted'] : [])
  })

  test('rings once, under a number of ours, and as long as nobody has dialled it the end of the call takes it back', async () => {
    await aideReads('es')
    const { exchange, family } = await talking()
    await bring(family)
    const ring = ringStore(t.db, t.keys, () => true, scripts.play)
    const claims = await Promise.all(
      [1, 2, 3].map(() => ring.claim(school.district, 10, () => ({ kind: 'end', why: 'ended' }) as never)),
    )
    const calls = claims.flatMap((claim) => claim.calls)
    expect(calls).toMatchObject([{ from: school.proxies.family.number, to: '+13125550102' }])
    await ends(family, 'completed')
    expect(await thirds(exchange)).toMatchObject([{ ended: false }])

    const other = await talking()
    await rows(sql`update call set ended_at = clock_timestamp() where exchange_id = ${exchange} returning id`)
    await bring(other.family)
    await ends(other.family, 'completed')
    expect(await thirds(other.exchange)).toMatchObject([{ ended: true, rings: false }])
  })

  test('who does not come is followed by the next, and then by a task; who is not wanted any more by nobody', async () => {
    await aideReads('es')
    const { exchange, family } = await talking()
    await bring(family)
    const [aide] = await thirds(exchange)
    await ends(aide?.id ?? '')
    expect(await tasks()).toEqual(['person_wanted'])

    const again = await talking()
    await interpreterLine(null)
    await bring(again.family)
    const [second] = await thirds(again.exchange)
    await ends(again.family, 'completed')
    await ends(again.staff, 'completed')
    await ends(second?.id ?? '')
    expect(await thirds(again.exchange)).toHaveLength(1)
    expect(await tasks()).toEqual(['person_wanted'])
  })

  test.each([
    ['the other has never come there', 'wait', true],
    ['the other was there: the carrier ends the room, and it hears a goodbye', 'together', false],
  ])('who waits in the room does not wait for ever: %s', async (_, node, hangUp) => {
    const { family, staff } = await talking()
    await rows(
      sql`update exchange set call_mode = 'room' where id = (select exchange_id from call where id = ${staff}) returning id`,
    )
    await rows(sql`update call set state = '{"node": "together"}' where id = ${staff} returning id`)
    await rows(
      sql`update call set state = ${JSON.stringify({ node, language: 'es', wrong: 0, turns: 3 })}::jsonb where id = ${family} returning id`,
    )
    await ends(family, 'completed')
    expect(await rows(sql`select hang_up from call where id = ${staff}`)).toEqual([{ hang_up: hangUp }])
  })

  test('a number that may not be called counts as not reached', async () => {
    await aideReads('es')
    const { exchange, family } = await talking()
    await bring(family)
    const ring = ringStore(t.db, t.keys, () => false, scripts.play)
    const { calls } = await ring.claim(school.district, 10, () => ({ kind: 'end', why: 'ended' }) as never)
    expect(calls).toEqual([])
    expect(await thirds(exchange)).toMatchObject([{ ended: true }])
    expect(await tasks()).toEqual(['person_wanted'])
  })
})

describe('what a family left by voice is offered on a staff member’s own phone', () => {
  async function left(more: { readonly conversation?: string; readonly kept?: boolean } = {}): Promise<string> {
    const id = await addExchange(t.db, school, { status: 'received', conversation: more.conversation ?? school.conversation })
    const [call, recording] = [randomUUID(), randomUUID()]
    await rows(sql`insert into call (district_id, id, direction, script, proxy_number_id, ended_at)
      values (${school.district}, ${call}, 'inbound', 'family', ${school.proxies.family.id}, now()) returning id`)
    await rows(sql`insert into recording (district_id, id, call_id, exchange_id, sid, seconds, language, kept_at)
      values (${school.district}, ${recording}, ${call}, ${id}, ${recording}, 9, 'es', ${more.kept === false ? null : sql`now()`}) returning id`)
    await rows(sql`update exchange set kind = 'voicemail', recording_id = ${recording} where id = ${id} returning id`)
    return id
  }
  const offered = (staffId: string, conversationId: string = school.conversation) =>
    inDistrict(t.db, school.district, async (trx) => {
      const call = { conversationId } as never
      return (await voicemailsFor(trx, school.district, await momentOf(trx), call, staffId)).map((one) => one.exchangeId)
    })

  test.each([
    ['rivera', true],
    ['principal', true],
    ['okafor', false],
    ['other', false],
    ['gone', false],
    ['nobody', false],
  ])('to %s: %s, as in a browser', async (who, may) => {
    const id = await left()
    expect(await offered(who)).toEqual(may ? [id] : [])
  })

  test('oldest first, and only of the conversation that was called', async () => {
    const ids = [await left(), await left()]
    await left({ conversation: school.office })
    expect(await offered('rivera')).toEqual(ids)
  })

  test.each<[string, (id: string) => Promise<unknown>]>([
    ['was heard by phone', (id) => rows(sql`update exchange set heard_at = now() where id = ${id} returning id`)],
    [
      'was heard in a browser',
      (id) =>
        rows(sql`insert into event (district_id, exchange_id, at, what, who, detail)
          values (${school.district}, ${id}, now(), 'recording_played', 'rivera', '{"recording": "x"}') returning id`),
    ],
    [
      'is older than two weeks',
      (id) => rows(sql`update exchange set created_at = now() - interval '15 days' where id = ${id} returning id`),
    ],
  ])('no more when it %s', async (_, happened) => {
    await happened(await left())
    expect(await offered('rivera')).toEqual([])
  })

  test('still when its play was cut short, and when a colleague heard it', async () => {
    const id = await left()
    for (const [who, detail] of [
      ['rivera', '{"recording": "x", "call": "y"}'],
      ['principal', '{"recording": "x"}'],
    ])
      await rows(sql`insert into event (district_id, exchange_id, at, what, who, detail)
        values (${school.district}, ${id}, now(), 'recording_played', ${who}, ${detail}::jsonb) returning id`)
    expect(await offered('rivera')).toEqual([id])
  })

  test('not before it is here', async () => {
    await left({ kept: false })
    expect(await offered('rivera')).toEqual([])
  })
})
