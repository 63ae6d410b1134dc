import { randomUUID } from 'node:crypto'
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import fastify from 'fastify'
import { sql } from 'kysely'
import twilio from 'twilio'
import { afterAll, expect } from 'vitest'
import { AGAIN_PATH, INBOUND_STATUS_PATH } from '../../src/carriers/twilio/call-paths.ts'
import { createClient } from '../../src/carriers/twilio/client.ts'
import { listNumbers, pointNumber } from '../../src/carriers/twilio/numbers.ts'
import { toConfig } from '../../src/config.ts'
import type { SchoolHours } from '../../src/core/hours.ts'
import { sealAll } from '../../src/housekeeping.ts'
import { type Running, serve } from '../../src/main.ts'
import { compose } from '../../src/relay/compose.ts'
import type { Accepted, Action, Composed, Target } from '../../src/relay/compose-ports.ts'
import { act, setHours } from '../../src/relay/decide.ts'
import { importRoster } from '../../src/roster/import.ts'
import { createSimulator, type Simulator } from '../../src/simulator/carrier.ts'
import { simulatorRest } from '../../src/simulator/rest.ts'
import type { File, HandsetText } from '../../src/simulator/world.ts'
import { composeStore } from '../../src/store/composing.ts'
import { inDistrict, type Trx } from '../../src/store/database.ts'
import type { ExchangeRecord } from '../../src/store/exchange-record.ts'
import { exchangePage, WHOLE_DISTRICT } from '../../src/store/exchange-view.ts'
import { adoptNumbers } from '../../src/store/numbers.ts'
import { staffById } from '../../src/store/people.ts'
import { readNumber } from '../../src/store/phones.ts'
import { type QueueState, queueState } from '../../src/store/scheduler.ts'
import { advanceClock, now } from '../../src/store/settings.ts'
import { verifyLog } from '../../src/store/verify.ts'
import { SMS_PATH } from '../../src/webhooks/twilio.ts'
import { VOICE_PATH } from '../../src/webhooks/voice.ts'
import { freshDatabase, type TestDatabase } from './database.ts'

/** The roster of the journeys: see fixtures/roster/journey. */
const JOURNEY = path.resolve('fixtures/roster/journey')

const ALL_DAY = ['00:00-24:00']

/** Every minute of every day. */
export const ALWAYS = { mon: ALL_DAY, tue: ALL_DAY, wed: ALL_DAY, thu: ALL_DAY, fri: ALL_DAY, sat: ALL_DAY, sun: ALL_DAY }

/** The same windows on every day. */
export const daily = (...windows: string[]) => Object.fromEntries(Object.keys(ALWAYS).map((day) => [day, windows]))

/** A phone in somebody's hand: what it texts and what its screen shows. */
export type Handset = {
  readonly number: string
  /** Types a text to one of the school's numbers; the webhook is on its way when this returns. */
  readonly texts: (to: string, body: string, ...files: readonly File[]) => void
  /** Waits until all is quiet, then gives what came since the last look. */
  readonly reads: () => Promise<string[]>
  /** Everything that ever came to it. */
  readonly screen: () => readonly HandsetText[]
}

/** One district with its gateway, its carrier and its phones, all in this process. */
export type World = {
  readonly district: string
  readonly database: TestDatabase
  readonly simulator: Simulator
  readonly gateway: Running
  /** Where the gateway keeps recordings and pictures. */
  readonly dataDir: string
  /** The school numbers, in the order they were bought. */
  readonly numbers: readonly string[]
  /** The phone that the roster says is this person's. */
  readonly phoneOf: (person: string) => Handset
  readonly phone: (number: string) => Handset
  /** A staff member writes in the browser; the answer is the API's. */
  readonly writes: (
    staff: string,
    to: Target,
    body: string,
    more?: { readonly urgent?: boolean; readonly reason?: string; readonly key?: string },
  ) => Promise<Composed>
  /** As `writes`, where it must be taken. */
  readonly sends: (
    staff: string,
    to: Target,
    body: string,
    more?: { readonly urgent?: boolean; readonly reason?: string },
  ) => Promise<readonly Accepted[]>
  readonly decides: (staff: string, exchangeId: string, action: Action) => Promise<unknown>
  /** The numbers under which the two sides of a conversation see each other; null for a side without a phone. */
  readonly line: (
    staffSide: string,
    guardian: string,
  ) => Promise<{ readonly family: string | null; readonly staff: string | null }>
  readonly hours: (school: string, hours: Partial<SchoolHours>) => Promise<void>
  /** Moves the gateway's clock forward to a local time. */
  readonly itIs: (local: string, zone?: string) => Promise<void>
  /** Forgets what each number has sent in the last seconds: the carrier's queue is empty again. */
  readonly paceIsOver: () => Promise<void>
  /** Makes the jobs look now. */
  readonly nudge: () => Promise<void>
  /** Nothing is on its way anywhere: no webhook, no queue with work, no text in the air. */
  readonly settled: () => Promise<void>
  readonly until: (what: string, holds: () => boolean | Promise<boolean>) => Promise<void>
  readonly queues: () => Promise<QueueState>
  /** All exchanges as the API shows them to the district, oldest first. */
  readonly exchanges: (filter?: {
    readonly guardian?: string
    readonly staff?: string
    readonly notices?: boolean
  }) => Promise<ExchangeRecord['view'][]>
  readonly inDistrict: <T>(work: (trx: Trx) => Promise<T>) => Promise<T>
  readonly rows: <T>(query: ReturnType<typeof sql<T>>) => Promise<T[]>
  readonly tasks: (kind: string) => Promise<{ key: string; exchange_id: string | null; phone_id: string | null }[]>
  readonly buys: (...numbers: string[]) => void
  /** The account gives a number up. */
  readonly gives: (number: string) => void
  /** What `homeline numbers sync` does. */
  readonly syncsNumbers: () => Promise<void>
  /** Imports the roster again with some of the text of its files changed; changes add up. */
  readonly rosterChanges: (
    file: 'users.csv' | 'enrollments.csv',
    ...changes: readonly (readonly [from: string, to: string])[]
  ) => Promise<void>
  /** Posts a webhook to the gateway, signed as the carrier signs; gives the status. */
  readonly webhook: (path: string, fields: Readonly<Record<string, string>>) => Promise<number>
  /** What must hold after every story. */
  readonly isIntact: () => Promise<void>
}

/** What a translation server answers to a text; null: it is away. */
export type Translate = (text: string, from: string, to: string) => string | null

/** Opens a world with so many school numbers. Call inside beforeAll: it ends with the file. Without `translate` it is the phrasebook that translates. */
export async function openWorld(given: {
  readonly numbers: number
  readonly hours?: 'none' | 'always'
  readonly translate?: Translate
}): Promise<World> {
  const database = await freshDatabase()
  const { db, keys, scheduler } = database
  const account = { sid: `AC${'5'.repeat(32)}`, authToken: 'a-token-of-the-journeys' }
  const numbers = Array.from({ length: given.numbers }, (_, i) => `+150355501${String(i).padStart(2, '0')}`)
  const simulator = createSimulator({ accounts: [{ ...account, numbers }] })
  const carrier = fastify({ forceCloseConnections: true })
  await carrier.register(simulatorRest, { simulator })
  const apiUrl = await carrier.listen({ port: 0, host: '127.0.0.1' })
  const translator = fastify({ forceCloseConnections: true })
  translator.post('/translate', async (request, reply) => {
    const { q, source, target } = request.body as { q: string; source: string; target: string }
    const translatedText = given.translate?.(q, source, target) ?? null
    return translatedText === null ? reply.code(503).send({ error: 'away' }) : { translatedText }
  })
  const translatorUrl = await translator.listen({ port: 0, host: '127.0.0.1' })
  const dataDir = await mkdtemp(path.join(tmpdir(), 'homeline-journey-'))
  const rosterFolder = path.join(dataDir, 'roster')
  await cp(JOURNEY, rosterFolder, { recursive: true })
  const read = toConfig({
    PORT: '0',
    DATABASE_URL: database.ownerUrl,
    HOMELINE_DATA_DIR: dataDir,
    HOMELINE_KEY: Buffer.alloc(32, 7).toString('base64'),
    SESSION_SECRET: 'a secret of the journeys, long enough',
    TWILIO_ACCOUNT_SID: account.sid,
    TWILIO_AUTH_TOKEN: account.authToken,
    TWILIO_API_URL: apiUrl,
    TRANSLATOR: given.translate === undefined ? 'phrasebook' : 'libretranslate',
    LIBRETRANSLATE_URL: translatorUrl,
    LOG_LEVEL: 'error',
  })
  if (read.kind === 'wrong') throw new Error(read.problems.join('\n'))
  const gateway = await serve(read.config)
  afterAll(async () => {
    simulator.close()
    await gateway.stop()
    await carrier.close()
    await translator.close()
    await rm(dataDir, { recursive: true, force: true })
  })

  const imported = await importRoster(db, keys, JOURNEY, { dryRun: false, confirmRemovals: false })
  if (imported.kind !== 'imported') throw new Error(JSON.stringify(imported))
  const district = imported.district.id
  const store = composeStore(db, keys)
  const seen = new Map<string, number>()

  const webhook: World['webhook'] = async (where, fields) => {
    const all = { AccountSid: account.sid, ...fields }
    const signature = twilio.getExpectedTwilioSignature(account.authToken, `${gateway.url}${where}`, all)
    const answer = await fetch(`${gateway.url}${where}`, {
      method: 'POST',
      headers: { 'x-twilio-signature': signature },
      body: new URLSearchParams(all),
    })
    return answer.status
  }
  // A receipt for an attempt that nobody made: taken, dropped, and the jobs have looked.
  const nudge = async () => {
    const sid = `SM${randomUUID().replaceAll('-', '')}`
    await webhook(`/webhooks/twilio/status/${district}/${randomUUID()}`, { MessageSid: sid, MessageStatus: 'sent' })
  }
  const queues = async () => queueState(scheduler, await now(db))
  const quiet = async () => {
    await simulator.settled()
    const { inboxWaiting, toPrepare, due, sending } = await queues()
    return inboxWaiting + toPrepare + due + sending === 0
  }
  const until: World['until'] = async (what, holds) => {
    // It only catches what never comes: less than the time limit of a test, so that it can say what.
    const end = performance.now() + 100_000
    while (!(await holds())) {
      if (performance.now() > end) throw new Error(`Waited in vain until ${what}; ${JSON.stringify(await queues())}`)
      await sleep(20)
    }
  }
  const settled = () => until('all is quiet', async () => (await quiet()) && (await quiet()))
  const inThis: World['inDistrict'] = (work) => inDistrict(db, district, work)
  const rows: World['rows'] = (query) => inThis(async (trx) => (await query.execute(trx)).rows)
  const realNumbers = async () =>
    new Map(
      (
        await rows(sql<{ person_id: string; number_encrypted: Buffer }>`
          select pp.person_id, p.number_encrypted from person_phone pp join phone p on p.district_id = pp.district_id and p.id = pp.phone_id
          where pp.use = 'sms'`)
      ).map((r) => [r.person_id, readNumber(keys, district, r.number_encrypted) as string]),
    )
  const roster = await realNumbers()

  const phone = (number: string): Handset => {
    const screen = () => (simulator.handsets.get(number) ?? []).filter((text) => text.kind === 'received')
    return {
      number,
      texts: (to, body, ...files) => simulator.text(number, to, body, files),
      screen,
      reads: async () => {
        await settled()
        const all = screen().map((text) => text.body)
        const fresh = all.slice(seen.get(number) ?? 0)
        seen.set(number, all.length)
        return fresh
      },
    }
  }
  const writes: World['writes'] = async (staff, to, body, more = {}) => {
    const composed = await compose(store, {
      districtId: district,
      staffId: staff,
      to,
      body,
      urgent: more.urgent ?? false,
      reason: more.reason ?? null,
      idempotency: more.key === undefined ? null : { key: more.key, digest: Buffer.from(JSON.stringify([to, body])) },
    })
    await nudge()
    return composed
  }
  const someone = async (id: string) => {
    const staff = await inThis((trx) => staffById(trx, district, id))
    if (staff === null) throw new Error(`No staff member ${id}`)
    return staff
  }
  const syncsNumbers = async () => {
    const client = createClient({
      accountSid: account.sid,
      authToken: account.authToken,
      apiUrl,
      publicUrl: gateway.url,
      messagingServiceSid: null,
    })
    const owned = await listNumbers(client)
    for (const number of owned)
      await pointNumber(client, number, {
        main: {
          smsUrl: `${gateway.url}${SMS_PATH}`,
          voiceUrl: `${gateway.url}${VOICE_PATH}`,
          callStatusUrl: `${gateway.url}${INBOUND_STATUS_PATH}`,
          againUrl: `${gateway.url}${AGAIN_PATH}`,
        },
        fallback: null,
      })
    await adoptNumbers(db, district, owned)
    await nudge()
  }

  const world: World = {
    district,
    database,
    simulator,
    gateway,
    dataDir,
    numbers,
    phone,
    phoneOf: (person) => {
      const number = roster.get(person)
      if (number === undefined) throw new Error(`The roster has no phone for ${person}`)
      return phone(number)
    },
    writes,
    sends: async (...message) => {
      const composed = await writes(...message)
      if (composed.kind !== 'accepted') throw new Error(`Not taken: ${composed.kind}: ${composed.problem}`)
      return composed.exchanges
    },
    decides: async (staff, exchangeId, action) => {
      const acted = await act(store, { districtId: district, staff: await someone(staff), exchangeId, action })
      await nudge()
      return acted
    },
    line: async (staffSide, guardian) => {
      const found = await rows(sql<{ side: 'family' | 'staff'; number: string }>`
        select b.side, n.number from conversation c
        join household_guardian hg on hg.district_id = c.district_id and hg.household_id = c.household_id and hg.guardian_id = ${guardian}
        join binding b on b.district_id = c.district_id and b.conversation_id = c.id and b.until is null
        join proxy_number n on n.id = b.proxy_number_id
        where c.staff_side = ${staffSide} and c.ended_at is null`)
      const of = (side: string) => found.find((r) => r.side === side)?.number ?? null
      return { family: of('family'), staff: of('staff') }
    },
    hours: async (school, hours) => {
      const zone = school === 'harbor' ? 'America/Los_Angeles' : 'America/Chicago'
      const whole = { timezone: zone, families: ALWAYS, staff: ALWAYS, closures: [], ...hours }
      await setHours(store, { districtId: district, staff: await someone('kim'), schoolId: school, hours: whole })
      await nudge()
    },
    itIs: async (local, zone = 'America/Chicago') => {
      const target = Temporal.PlainDateTime.from(local).toZonedDateTime(zone).toInstant()
      const offset = Math.ceil(target.since(Temporal.Now.instant()).total('seconds'))
      await advanceClock(db, offset)
      if (Temporal.Instant.compare(await now(db), target) < 0) throw new Error('The clock did not come so far')
      if ((await now(db)).since(target).total('seconds') > 20) throw new Error('The clock runs forward only')
      await nudge()
    },
    paceIsOver: async () => {
      await sql`update proxy_number set busy_until = now()`.execute(db)
      await nudge()
    },
    nudge,
    settled,
    until,
    queues,
    exchanges: async (filter = {}) => {
      const instant = await now(db)
      const all = { from: null, to: null, staff: null, guardian: null, notices: false, after: null, limit: 2_000, ...filter }
      return inThis(async (trx) => (await exchangePage(trx, district, WHOLE_DISTRICT, all, instant)).records.map((r) => r.view))
    },
    inDistrict: inThis,
    rows,
    tasks: (kind) =>
      rows(sql`select key, exchange_id, phone_id from task where kind = ${kind} and closed_at is null order by created_at`),
    buys: (...more) => {
      for (const number of more) {
        const bought = simulator.buy(account.sid, number)
        if ('kind' in bought) throw new Error('The simulator does not sell that number')
      }
    },
    gives: (number) => {
      const owned = simulator.numbers(account.sid).find((n) => n.phoneNumber === number)
      if (owned === undefined) throw new Error('The account does not own that number')
      simulator.changeNumber(owned.sid, null)
    },
    syncsNumbers,
    rosterChanges: async (file, ...changes) => {
      const target = path.join(rosterFolder, file)
      const changed = changes.reduce(
        (text, [from, to]) => {
          if (!text.includes(from)) throw new Error(`The roster does not hold ${from}`)
          return text.replaceAll(from, to)
        },
        await readFile(target, 'utf8'),
      )
      await writeFile(target, changed)
      const result = await importRoster(db, keys, rosterFolder, { dryRun: false, confirmRemovals: true })
      if (result.kind !== 'imported') throw new Error(JSON.stringify(result))
      await nudge()
    },
    webhook,
    isIntact: async () => {
      await sealAll({ db, keys })
      expect(await verifyLog(db, keys, district, path.join(dataDir, 'checkpoints'))).toMatchObject({ kind: 'intact' })
      const page = (await gateway.app.inject({ url: '/metrics' })).body
      expect(page.split('\n').filter((line) => line.startsWith('homeline_step_failures_total{'))).toEqual([])
      const real = new Set([...(await realNumbers()).values(), ...roster.values()])
      const ours = new Set([...numbers, ...simulator.numbers(account.sid).map((n) => n.phoneNumber)])
      for (const [number, texts] of simulator.handsets) {
        for (const text of texts.filter((t) => t.kind === 'received')) {
          if (!ours.has(number)) expect(ours, 'a phone sees school numbers only').toContain(text.other)
          for (const secret of real) expect(text.body.includes(secret), 'no real number stands in a text').toBe(false)
        }
      }
      const shown = JSON.stringify(await world.exchanges({ notices: true }))
      for (const secret of real) expect(shown.includes(secret), 'no real number stands in what programs read').toBe(false)
      const [twice] = await rows(sql<{ n: number }>`select count(*)::int as n from (
        select 1 from attempt where outcome in ('accepted', 'unknown') and sid is not null group by exchange_id, part having count(*) > 1) as d`)
      expect(twice?.n, 'every part was handed over at most once').toBe(0)
    },
  }
  await syncsNumbers()
  if (given.hours !== 'none') for (const school of ['lincoln', 'harbor']) await world.hours(school, {})
  return world
}
