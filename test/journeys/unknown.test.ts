import { setTimeout as pause } from 'node:timers/promises'
import { sql } from 'kysely'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { compose } from '../../src/relay/compose.ts'
import { act } from '../../src/relay/decide.ts'
import { callWebhook } from '../../src/simulator/webhook.ts'
import type { Faults } from '../../src/simulator/world.ts'
import { noFaults } from '../../src/simulator/world.ts'
import { composeStore } from '../../src/store/composing.ts'
import { inDistrict } from '../../src/store/database.ts'
import { staffById } from '../../src/store/people.ts'
import { verifyLog } from '../../src/store/verify.ts'
import { ACCOUNT, type Family, makeTown, type Server, startServer, type Town, until } from '../support/process.ts'

/** A carrier that takes a text and does not say so, or does not take it and does not say that either. */
let town: Town
let server: Server
let next = 0

beforeAll(async () => {
  town = await makeTown({ families: 24, teachers: 3, numbers: 30 })
  // A fault strikes the next call, which is to be a text: nobody has to ask what line it goes to.
  await town.owner(`update phone set line_type = 'mobile'`)
  server = await startServer(town.variables)
})

afterEach(() => town.carrier.simulator.setFaults(noFaults))

// A call that still hangs would hold up a stop for its 30 s.
afterAll(() => server.end('SIGKILL'))

/** A family that no other claim has used. */
function aFamily(): Family {
  const family = town.families[next++]
  if (family === undefined) throw new Error('The town has too few families.')
  return family
}

function faults(change: Partial<Faults>): void {
  town.carrier.simulator.setFaults({ ...noFaults, ...change })
}

function teacherTexts(family: Family, body: string): void {
  town.carrier.simulator.text(family.teacherPhone, family.staffNumber, body)
}

/** What the family's phone got, oldest first. */
function familyRead(family: Family): string[] {
  return (town.carrier.simulator.handsets.get(family.phone) ?? []).filter((t) => t.kind === 'received').map((t) => t.body)
}

function timesRead(family: Family, body: string): number {
  return familyRead(family).filter((text) => text.includes(body)).length
}

type Row = { id: string; status: string; attempt_id: string | null; outcome: string | null; events: string[] }

async function exchange(body: string): Promise<Row | undefined> {
  const rows = await town.owner<Row>(`select e.id, e.status, e.attempt_id, a.outcome,
    array(select what from event v where v.exchange_id = e.id order by v.id) as events
    from exchange e left join attempt a on a.id = e.attempt_id where e.original_text = '${body}' and e.author = 'person'`)
  return rows[0]
}

function exchangeIs(body: string, ...statuses: string[]): Promise<Row> {
  return until(`"${body}" is ${statuses}`, async () => {
    const row = await exchange(body)
    return row !== undefined && statuses.includes(row.status) && row
  })
}

function noAnswer(body: string): Promise<Row> {
  return until(`"${body}" is unknown`, async () => {
    const row = await exchange(body)
    return row !== undefined && row.outcome === 'unknown' && row.status === 'sending' && row
  })
}

/** So many minutes go by for an attempt, and its next look at the carrier's list is due. */
async function minutesPass(row: Row, minutes: number): Promise<void> {
  await town.owner(
    `update attempt set started_at = started_at - interval '${minutes} minutes', look_after = clock_timestamp() where id = '${row.attempt_id}'`,
  )
}

async function tasks(row: Row): Promise<string[]> {
  return (await town.owner<{ kind: string }>(`select kind from task where exchange_id = '${row.id}' and closed_at is null`)).map(
    (t) => t.kind,
  )
}

/** The text that asks the teacher what is to become of it. */
function asked(family: Family, body: string) {
  return until('the teacher is asked', () =>
    town.carrier.simulator.handsets
      .get(family.teacherPhone)
      ?.find((t) => t.kind === 'received' && t.other === family.staffNumber && t.body.includes(body)),
  )
}

/** The fault strikes one call: it must not be a question about an earlier text. */
async function nothingElse(): Promise<void> {
  await until('nothing else is about to be handed over', async () => {
    const [row] = await town.owner<{ n: number }>(
      `select count(*)::int as n from exchange where status = 'queued' or prepare_after is not null or (status = 'sending' and author = 'gateway')`,
    )
    return row?.n === 0
  })
  await town.owner(`update attempt set look_after = clock_timestamp() + interval '1 hour' where look_after is not null`)
}

/** Makes a message whose hand-over nobody knows of after twenty minutes; `taken`: whether the carrier took it all the same. */
async function unknownMessage(family: Family, body: string, taken: boolean): Promise<Row> {
  await nothingElse()
  faults({ rest: taken ? 'accept-then-500' : 'reset', strikes: 1, callbacks: 'lost', ...(taken ? { listLagSeconds: 3600 } : {}) })
  teacherTexts(family, body)
  await minutesPass(await noAnswer(body), 21)
  const row = await exchangeIs(body, 'failed')
  faults({})
  await asked(family, body)
  return row
}

describe('a carrier that takes a text and breaks off', () => {
  it.each(['accept-then-500', 'accept-then-reset', 'accept-then-garbage', 'accept-then-hang'] as const)(
    '%s: the status callback settles it, once on the phone',
    async (rest) => {
      const family = aFamily()
      faults({ rest, strikes: 1 })
      teacherTexts(family, `first ${rest}`)
      const row = await exchangeIs(`first ${rest}`, 'delivered')
      teacherTexts(family, `second ${rest}`)
      await exchangeIs(`second ${rest}`, 'delivered')
      expect(row.events).not.toContain('unknown')
      expect(familyRead(family).map((text) => text.split(': ').pop()?.split('\n')[0])).toEqual([
        `first ${rest}`,
        `second ${rest}`,
      ])
    },
  )

  it.each(['accept-then-500', 'accept-then-reset', 'accept-then-garbage'] as const)(
    '%s without callbacks: it stays sending, blocks its lane, and the carrier’s list settles it',
    async (rest) => {
      const family = aFamily()
      faults({ rest, strikes: 1, callbacks: 'lost', listLagSeconds: 3600 })
      teacherTexts(family, `lost ${rest}`)
      const row = await noAnswer(`lost ${rest}`)
      teacherTexts(family, `after ${rest}`)
      await exchangeIs(`after ${rest}`, 'queued')
      await minutesPass(row, 3)
      await until(
        'the list has been asked',
        async () =>
          (
            await town.owner<{ looks: number }>(
              `select looks from attempt where id = '${row.attempt_id}' and looks > 0 and look_after > clock_timestamp()`,
            )
          ).length > 0,
      )
      expect((await exchange(`lost ${rest}`))?.status).toBe('sending')
      expect((await exchange(`after ${rest}`))?.status).toBe('queued')
      faults({})
      await minutesPass(row, 1)
      expect((await exchangeIs(`lost ${rest}`, 'delivered')).events).toContain('found_at_carrier')
      await exchangeIs(`after ${rest}`, 'delivered')
      expect(timesRead(family, `lost ${rest}`)).toBe(1)
      expect(timesRead(family, `after ${rest}`)).toBe(1)
    },
  )

  it('the list is asked within seconds, not only after the time of a dead process', async () => {
    const family = aFamily()
    faults({ rest: 'accept-then-500', strikes: 1, callbacks: 'lost' })
    teacherTexts(family, 'soon found')
    const row = await exchangeIs('soon found', 'delivered')
    expect(row.events).toContain('found_at_carrier')
    expect(timesRead(family, 'soon found')).toBe(1)
  })

  it('two equal texts: the second does not take the first one’s record for its own', async () => {
    const family = aFamily()
    teacherTexts(family, 'twice the same')
    await exchangeIs('twice the same', 'delivered')
    faults({ rest: 'reset', strikes: 1, callbacks: 'lost' })
    teacherTexts(family, 'twice the same')
    const second = async () =>
      (
        await town.owner<Row>(
          `select id, status, attempt_id from exchange where original_text = 'twice the same' and status <> 'delivered' and author = 'person'`,
        )
      )[0]
    const row = await until('the second is unknown', async () => {
      const found = await second()
      return found?.status === 'sending' && found
    })
    await minutesPass(row, 0)
    await pause(1_500)
    expect((await second())?.status).toBe('sending')
    await minutesPass(row, 21)
    await until('the second failed', async () => (await second())?.status === 'failed')
  })
})

describe('a text of which nobody knows for twenty minutes', () => {
  it('has failed with the event unknown, a task, and the teacher is asked by text; later ones go on', async () => {
    const family = aFamily()
    const row = await unknownMessage(family, 'never arrived', false)
    expect(row.events.at(-1)).toBe('unknown')
    expect(await tasks(row)).toEqual(['unknown'])
    expect((await asked(family, 'never arrived')).body).toMatch(/AGAIN/)
    teacherTexts(family, 'a later one')
    await exchangeIs('a later one', 'delivered')
    // Whoever has gone on writing means the word for the family.
    teacherTexts(family, 'Again?')
    await exchangeIs('Again?', 'delivered')
    await pause(1_200)
    expect(timesRead(family, 'never arrived')).toBe(0)
  })

  it('a family is told which of its texts it was, in its own words', async () => {
    const family = aFamily()
    const body = 'Maya is sick today and stays at home with her grandmother'
    await nothingElse()
    faults({ rest: 'reset', strikes: 1, callbacks: 'lost' })
    town.carrier.simulator.text(family.phone, family.familyNumber, body)
    await minutesPass(await noAnswer(body), 21)
    const notice = await until('the family is asked', () => familyRead(family).find((text) => text.includes('again')))
    expect(notice).toContain('Your text "Maya is sick today and..." may not have reached ')
  })

  it('AGAIN by text hands it over once more, and only once', async () => {
    const family = aFamily()
    await unknownMessage(family, 'please again', false)
    teacherTexts(family, 'AGAIN')
    const row = await exchangeIs('please again', 'delivered')
    expect(row.events).toContain('again')
    expect(await tasks(row)).toEqual([])
    teacherTexts(family, 'again')
    await exchangeIs('again', 'delivered')
    expect(timesRead(family, 'please again')).toBe(1)
  })

  it('DISMISS by text leaves it as it is', async () => {
    const family = aFamily()
    const { id } = await unknownMessage(family, 'leave it', true)
    teacherTexts(family, 'dismiss')
    const row = await until('it is dismissed', async () => {
      const found = await exchange('leave it')
      return found?.events.includes('dismissed') && found
    })
    expect(row).toMatchObject({ id, status: 'failed' })
    expect(await tasks(row)).toEqual([])
    await pause(1_200)
    expect(timesRead(family, 'leave it')).toBe(1)
  })

  it('again and dismiss from the browser do the same, each once', async () => {
    const family = aFamily()
    const settle = async (exchangeId: string, action: 'again' | 'dismiss') => {
      const staff = await inDistrict(town.db, town.district, (trx) => staffById(trx, town.district, family.teacherId))
      if (staff === null) throw new Error('no such teacher')
      return act(composeStore(town.db, town.keys), { districtId: town.district, staff, exchangeId, action })
    }
    const first = await unknownMessage(family, 'settled by hand', false)
    const both = await Promise.all([settle(first.id, 'again'), settle(first.id, 'again')])
    expect(both.map((done) => done.kind).sort()).toEqual(['conflict', 'done'])
    await exchangeIs('settled by hand', 'delivered')
    expect(timesRead(family, 'settled by hand')).toBe(1)
    const second = await unknownMessage(family, 'dismissed by hand', false)
    expect((await settle(second.id, 'dismiss')).kind).toBe('done')
    expect((await settle(second.id, 'dismiss')).kind).toBe('conflict')
    expect((await exchange('dismissed by hand'))?.status).toBe('failed')
  })

  it('a callback that comes after all says delivered, and nothing is sent', async () => {
    const family = aFamily()
    const row = await unknownMessage(family, 'late callback', true)
    const sid =
      town.carrier.simulator.messages(ACCOUNT.sid).find((m) => m.to === family.phone && m.body.includes('late callback'))?.sid ??
      ''
    const url = `${server.url}/webhooks/twilio/status/${town.district}/${row.attempt_id}`
    const fields = { MessageSid: sid, MessageStatus: 'delivered', AccountSid: ACCOUNT.sid }
    const answered = await callWebhook(url, 'POST', fields, ACCOUNT.token, { fetch, later: () => () => {}, random: Math.random })
    expect(answered.kind).toBe('answered')
    await exchangeIs('late callback', 'delivered')
    expect(await tasks(row)).toEqual([])
    expect(timesRead(family, 'late callback')).toBe(1)
  })
})

it('what never had a phone to go to cannot be sent again', async () => {
  const family = aFamily()
  await town.owner(`update phone set opted_out_at = now() where id = (select h.phone_id from household h
    join conversation c on c.household_id = h.id where c.id = '${family.conversationId}')`)
  const staff = await inDistrict(town.db, town.district, (trx) => staffById(trx, town.district, family.teacherId))
  if (staff === null) throw new Error('no such teacher')
  const to = { student: family.id.replace('guardian', 'student') }
  const composed = await compose(composeStore(town.db, town.keys), {
    districtId: town.district,
    staffId: staff.id,
    to,
    body: 'to a phone that said stop',
    urgent: false,
    reason: null,
    idempotency: null,
  })
  const exchangeId = composed.kind === 'accepted' ? (composed.exchanges[0]?.id ?? '') : ''
  expect(composed).toMatchObject({ kind: 'accepted', exchanges: [{ status: 'failed' }] })
  expect(
    await act(composeStore(town.db, town.keys), { districtId: town.district, staff, exchangeId, action: 'again' }),
  ).toMatchObject({
    kind: 'conflict',
  })
})

describe('a carrier that certainly did not take it', () => {
  it('a storm of 429 is waited out, as long as the carrier says', async () => {
    const family = aFamily()
    faults({ rest: 'storm', retryAfterSeconds: 1, strikes: 3 })
    teacherTexts(family, 'through the storm')
    const row = await exchangeIs('through the storm', 'delivered')
    expect(row.events.filter((what) => what === 'not_taken')).toHaveLength(3)
    expect(timesRead(family, 'through the storm')).toBe(1)
  })

  it('refused connections are tried again', async () => {
    const family = aFamily()
    await town.carrier.shut()
    teacherTexts(family, 'when the door was shut')
    await until('it is tried', async () => (await exchange('when the door was shut'))?.events.includes('not_taken'))
    await town.carrier.reopen()
    await exchangeIs('when the door was shut', 'delivered')
    expect(timesRead(family, 'when the door was shut')).toBe(1)
  })

  it('callbacks that come before the create call’s answer count', async () => {
    const family = aFamily()
    faults({ callbacks: 'early' })
    teacherTexts(family, 'early bird')
    const row = await exchangeIs('early bird', 'delivered')
    expect(row.events.filter((what) => what === 'delivered')).toHaveLength(1)
    expect(timesRead(family, 'early bird')).toBe(1)
  })
})

it('one hand-over an attempt, and an intact log in the end', async () => {
  await town.carrier.simulator.settled()
  await until(
    'all is sealed',
    async () => (await inDistrict(town.db, town.district, (trx) => sql`select from unsealed`.execute(trx))).rows.length === 0,
  )
  expect(await verifyLog(town.db, town.keys, town.district, town.variables.HOMELINE_DATA_DIR ?? '')).toMatchObject({
    kind: 'intact',
  })
  const [attempts] = await town.owner<{ n: number }>('select count(*)::int as n from attempt')
  const handed = town.carrier.calls.filter((call) => call.method === 'POST' && call.url.endsWith('/Messages.json'))
  expect(handed.length).toBeLessThanOrEqual(attempts?.n ?? 0)
  // A call that the storm turned away was not read.
  const urls = handed.flatMap((call) => call.form.StatusCallback ?? [])
  expect(new Set(urls).size).toBe(urls.length)
})
