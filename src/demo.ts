/**
 * The demo: without a carrier account the simulator takes the carrier's place, and an empty database gets a sample school. Everything below the
 * carrier is the real thing; what the scene shows comes from the same tables.
 */

import path from 'node:path'
import type { FastifyInstance, FastifyPluginAsync } from 'fastify'
import { sql } from 'kysely'
import { AGAIN_PATH, INBOUND_STATUS_PATH } from './carriers/twilio/call-paths.ts'
import { createClient, type TwilioAccount } from './carriers/twilio/client.ts'
import { listNumbers, pointNumber } from './carriers/twilio/numbers.ts'
import type { DemoPerson } from './dashboard/sign-in.ts'
import { FAMILIES, newestExchanges, phonesOnTable, TEACHER, whenWritten } from './demo-scene.ts'
import type { Installation } from './installation.ts'
import type { Looks } from './looks.ts'
import { Problem } from './problem.ts'
import type { Translator } from './relay/ports.ts'
import { importRoster } from './roster/import.ts'
import { createSimulator } from './simulator/carrier.ts'
import { simulatorControl } from './simulator/control.ts'
import { simulatorRest } from './simulator/rest.ts'
import { simulatorScene } from './simulator/scene.ts'
import type { Stage } from './simulator/stage.ts'
import { openConversations } from './store/conversations.ts'
import { type Db, databaseNow, inDistrict } from './store/database.ts'
import { staffDesk } from './store/desks.ts'
import { adoptNumbers } from './store/numbers.ts'
import { advanceClock, now, readSetting, writeSetting } from './store/settings.ts'
import { SMS_PATH } from './webhooks/twilio.ts'
import { VOICE_PATH } from './webhooks/voice.ts'

/** What `serve` needs of the demo. */
export type Demo = {
  /** Whether there is the sample school that the scene plays in; a roster of one's own has none. */
  readonly hasScene: boolean
  /** The configured translator with the scene's switch before it. */
  readonly translator: Translator
  /** The log's time by the clock that the demo's visitor saw. */
  readonly asSeen: (at: Temporal.Instant) => Temporal.Instant
  readonly plugins: readonly FastifyPluginAsync[]
  /** After the server listens: adopts the simulator's numbers and sets the scene. `wake` makes the jobs look. */
  readonly open: (wake: () => void) => Promise<void>
  /** The sample people whom one press signs in; null without the sample school. */
  readonly people: { readonly districtId: string; readonly people: readonly DemoPerson[] } | null
  readonly close: () => void
}

const SAMPLE = path.resolve(import.meta.dirname, '..', 'fixtures', 'sample-school')
const NUMBERS = Array.from({ length: 12 }, (_, i) => `+187255501${10 + i}`)
const ZONE = 'America/Chicago'
const DAY = ['07:00-20:00']
const WEEK = { mon: DAY, tue: DAY, wed: DAY, thu: DAY, fri: DAY, sat: DAY, sun: DAY }
const PEOPLE: readonly DemoPerson[] = [
  { id: TEACHER, name: 'Ms Rivera', does: 'Teaches grade 4: writes with her families' },
  { id: 'staff-duarte', name: 'Ms Duarte', does: 'Bilingual aide, staffs the office' },
  { id: 'staff-whitfield', name: 'Principal Whitfield', does: 'Sees everything of Lincoln School' },
  { id: 'staff-kim', name: 'Dr Kim', does: 'Runs the district' },
]
/** The mark of a database in which the sample school is being put; then it is the district's id. */
const UNFINISHED = ''
/** PostgreSQL, appendix A: the lock was not to be had in time. */
const LOCK_NOT_AVAILABLE = '55P03'
/** Simulated milliseconds between the stages of a text, so that one can watch it travel. */
const STEP_MS = 250
/** Milliseconds that a character of speech takes on the simulated telephone: somewhat faster than people speak. */
const SPEECH_MS = 45

/** Seconds that the next server waits for one that is just being stopped. */
const STOPPING_SECONDS = 10

/**
 * Makes sure that no other server plays the carrier with this database: each of two would have half of the texts. Gives what lets go of it. Throws a
 * `Problem` while another does.
 */
export async function playAlone(db: Db): Promise<() => void> {
  const held = Promise.withResolvers<void>()
  const over = Promise.withResolvers<void>()
  // Kept on a connection of its own, so that the lock ends with the process, whatever becomes of it.
  db.connection()
    .execute(async (own) => {
      await sql`select set_config('lock_timeout', ${`${STOPPING_SECONDS}s`}, false)`.execute(own)
      await sql`select pg_advisory_lock(hashtextextended('simulated carrier', 0))`.execute(own)
      held.resolve()
      await over.promise
      await sql`select pg_advisory_unlock_all(), set_config('lock_timeout', '0', false)`.execute(own)
    })
    .catch((error: unknown) =>
      held.reject(
        (error as { code?: unknown }).code === LOCK_NOT_AVAILABLE
          ? new Problem(
              'Another server plays the demo with this database. Stop it first, or set HOMELINE_DATA_DIR and PORT to others.',
            )
          : error,
      ),
    )
  await held.promise
  return over.resolve
}

/** Puts the simulator together and, in an empty database, the sample school. */
export async function prepareDemo(
  installation: Installation,
  account: TwilioAccount,
  real: Translator,
  looks: Looks,
): Promise<Demo> {
  const { db, keys, config } = installation
  const districtId = await sampleDistrict(installation)
  let offsetSeconds = (await readSetting<number>(db, 'clock_offset_seconds')) ?? 0
  const simulator = createSimulator({
    accounts: [{ sid: account.accountSid, authToken: account.authToken, numbers: NUMBERS }],
    phoneNow: () => Temporal.Now.instant().add({ seconds: offsetSeconds }),
    stepMilliseconds: STEP_MS,
    speechMilliseconds: SPEECH_MS,
    journalPath: path.join(config.dataDir, 'simulator.jsonl'),
  })
  let wakeJobs: () => void = () => {}
  let translatorDown = false
  // The log goes by the database's clock; the scene shows it by the clock that its visitor saw, also after a restart.
  const shifts = (await readSetting<{ readonly since: string; readonly seconds: number }[]>(db, 'clock_shifts')) ?? [
    { since: '1970-01-01T00:00Z', seconds: offsetSeconds },
  ]
  const asSeen = (at: Temporal.Instant) =>
    at.add({ seconds: shifts.findLast((s) => Temporal.Instant.compare(s.since, at) <= 0)?.seconds ?? 0 })
  const moveClock = async (seconds: number) => {
    await advanceClock(db, seconds)
    offsetSeconds = (await readSetting<number>(db, 'clock_offset_seconds')) ?? 0
    shifts.push({ since: (await databaseNow(db)).toString(), seconds: offsetSeconds })
    await writeSetting(db, 'clock_shifts', shifts)
    wakeJobs()
    looks.changed()
  }
  const stage = (district: string): Stage => ({
    clock: async () => ({ now: await now(db), offsetSeconds, zone: ZONE }),
    moveClock: async (to) => {
      const local = (await now(db)).toZonedDateTimeISO(ZONE)
      const next = local.withPlainTime(Temporal.PlainTime.from(to))
      const target = Temporal.ZonedDateTime.compare(next, local) > 0 ? next : next.add({ days: 1 })
      await moveClock(Math.ceil(offsetSeconds + target.since(local).total('seconds')))
    },
    record: async (limit) => {
      const { exchanges, total } = await newestExchanges(installation, district, limit)
      return {
        total,
        exchanges: exchanges.map((one) => ({ ...one, events: one.events.map((event) => ({ ...event, at: asSeen(event.at) })) })),
      }
    },
    written: async (sids) =>
      new Map([...(await whenWritten(installation, district, sids))].map(([sid, at]) => [sid, asSeen(at)])),
    phones: () => phonesOnTable(installation, district),
    setTranslatorDown: async (down) => {
      translatorDown = down
    },
    subscribe: looks.subscribe,
  })
  const register =
    (plugin: (app: FastifyInstance) => Promise<unknown>): FastifyPluginAsync =>
    async (app) =>
      void (await plugin(app))
  return {
    hasScene: districtId !== null,
    people: districtId === null ? null : { districtId, people: PEOPLE },
    translator: {
      ...real,
      translate: async (request) => (translatorDown ? { kind: 'unavailable', reason: 'switched off' } : real.translate(request)),
    },
    asSeen,
    plugins: [
      register(async (app) => app.register(simulatorRest, { simulator })),
      register(async (app) => app.register(simulatorControl, { simulator })),
      ...(districtId === null
        ? []
        : [register(async (app) => app.register(simulatorScene, { simulator, stage: stage(districtId) }))]),
    ],
    open: async (wake) => {
      wakeJobs = wake
      const client = createClient(account)
      const numbers = await listNumbers(client)
      const targets = {
        smsUrl: `${account.publicUrl}${SMS_PATH}`,
        voiceUrl: `${account.publicUrl}${VOICE_PATH}`,
        callStatusUrl: `${account.publicUrl}${INBOUND_STATUS_PATH}`,
        againUrl: `${account.publicUrl}${AGAIN_PATH}`,
      }
      for (const number of numbers) await pointNumber(client, number, { main: targets, fallback: null })
      await adoptNumbers(db, districtId, numbers)
      if (districtId !== null) await openSampleConversations(installation, districtId)
      wake()
    },
    close: () => simulator.close(),
  }

  async function openSampleConversations({ db }: Installation, district: string): Promise<void> {
    await inDistrict(db, district, async (trx) => {
      const { rows } = await sql<{ id: string }>`
        select h.id from household h join person_phone pp on pp.district_id = h.district_id and pp.phone_id = h.phone_id
        where h.district_id = ${district} and h.until is null and pp.person_id = any(${FAMILIES.map((f) => f.person)}::text[]) order by pp.person_id`.execute(
        trx,
      )
      await openConversations(
        trx,
        district,
        await now(trx),
        rows.map(({ id }) => ({ staffSide: TEACHER, householdId: id, schoolId: 'lincoln' })),
      )
    })
  }

  async function sampleDistrict({ db }: Installation): Promise<string | null> {
    const sample = await readSetting<string>(db, 'sample_school')
    if (sample !== null && sample !== UNFINISHED) return sample
    if (sample === null && (await db.selectFrom('district').select('id').execute()).length > 0) return null
    // Before any row of it: a real account must not find the sample school unmarked. After a crash the next start goes on from here.
    await writeSetting(db, 'sample_school', UNFINISHED)
    const result = await importRoster(db, keys, SAMPLE, { dryRun: false, confirmRemovals: false })
    if (result.kind !== 'imported') throw new Problem('The sample school in fixtures/sample-school cannot be imported.')
    const { id } = result.district
    await inDistrict(db, id, async (trx) => {
      const hours = JSON.stringify({ timezone: ZONE, families: WEEK, staff: WEEK, closures: [] })
      // The office has somebody, so that its inbox is there to be seen.
      for (const kind of ['office', 'aides'] as const)
        await staffDesk(trx, id, { schoolId: 'lincoln', kind }, ['staff-duarte'], null)
      await sql`update school set hours = ${hours}::jsonb where district_id = ${id}`.execute(trx)
    })
    // Whenever a newcomer starts it, the story begins on a school morning.
    const local = (await now(db)).toZonedDateTimeISO(ZONE)
    let morning = local.withPlainTime('08:05')
    while (Temporal.ZonedDateTime.compare(morning, local) < 0 || morning.dayOfWeek > 4) morning = morning.add({ days: 1 })
    if (local.dayOfWeek > 4 || local.hour < 8 || local.hour >= 17) await advanceClock(db, morning.since(local).total('seconds'))
    await writeSetting(db, 'sample_school', id)
    return id
  }
}
