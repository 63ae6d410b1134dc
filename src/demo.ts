/**
 * The demo: without a carrier account the simulator takes the carrier's place, and an empty database gets a sample school. Everything below the
 * carrier is the real thing; what the scene shows comes from the same tables.
 */

import path from 'node:path'
import type { FastifyInstance, FastifyPluginAsync } from 'fastify'
import { sql } from 'kysely'
import { createClient, type TwilioAccount } from './carriers/twilio/client.ts'
import { listNumbers, pointNumber } from './carriers/twilio/numbers.ts'
import { languageName } from './core/language.ts'
import { type Installation, Problem } from './installation.ts'
import type { Translator } from './relay/ports.ts'
import { importRoster } from './roster/import.ts'
import { createSimulator } from './simulator/carrier.ts'
import { simulatorControl } from './simulator/control.ts'
import { simulatorRest } from './simulator/rest.ts'
import { simulatorScene } from './simulator/scene.ts'
import type { Contact, Phone, Stage, StageLine } from './simulator/stage.ts'
import { openConversations } from './store/conversations.ts'
import { databaseNow, inDistrict } from './store/database.ts'
import { adoptNumbers } from './store/numbers.ts'
import { readNumber } from './store/phones.ts'
import { advanceClock, now, readSetting, writeSetting } from './store/settings.ts'
import { SMS_PATH, VOICE_PATH } from './webhooks/twilio.ts'

/** What `serve` needs of the demo. */
export type Demo = {
  /** The configured translator with the scene's switch before it. */
  readonly translator: Translator
  readonly plugins: readonly FastifyPluginAsync[]
  /** After the server listens: adopts the simulator's numbers and sets the scene. `wake` makes the jobs look. */
  readonly open: (wake: () => void) => Promise<void>
  /** Something of the gateway changed: pages look again. */
  readonly changed: () => void
  readonly close: () => void
}

const SAMPLE = path.resolve(import.meta.dirname, '..', 'fixtures', 'sample-school')
const NUMBERS = Array.from({ length: 12 }, (_, i) => `+187255501${10 + i}`)
const ZONE = 'America/Chicago'
const DAY = ['07:00-20:00']
const WEEK = { mon: DAY, tue: DAY, wed: DAY, thu: DAY, fri: DAY, sat: DAY, sun: DAY }
const TEACHER = 'staff-rivera'
/** Simulated milliseconds between the stages of a text, so that one can watch it travel. */
const STEP_MS = 250

/** The phones on the table: whose they are, and what they would say by day and by night. */
const FAMILIES: readonly {
  readonly id: string
  readonly person: string
  readonly says: readonly string[]
  readonly hears: readonly string[]
}[] = [
  {
    id: 'rosa',
    person: 'guardian-rosa-lopez',
    says: ['Mi hijo está enfermo hoy y no irá a la escuela.', '¿Cuál es la tarea?'],
    hears: ['Thank you for telling me. Please pick up the homework at 3:30 PM.', 'I hope your child feels better soon.'],
  },
  {
    id: 'fatima',
    person: 'guardian-fatima-al-sayed',
    says: ['سيتأخر طفلي اليوم.', 'ما هو الواجب المنزلي؟'],
    hears: ['Thank you for telling me. I will call you at 4:15 PM.', 'See you tomorrow.'],
  },
  {
    id: 'wei',
    person: 'guardian-wei-chen',
    says: ['我可以和您谈谈吗？什么时候？', '谢谢老师。'],
    hears: ['Please come to school at 2:45 PM.', 'Thank you.'],
  },
]

/** Puts the simulator together and, in an empty database, the sample school. */
export async function prepareDemo(installation: Installation, account: TwilioAccount, real: Translator): Promise<Demo> {
  const { db, keys, config } = installation
  const districtId = await sampleDistrict(installation)
  let offsetSeconds = (await readSetting<number>(db, 'clock_offset_seconds')) ?? 0
  const simulator = createSimulator({
    accounts: [{ sid: account.accountSid, authToken: account.authToken, numbers: NUMBERS }],
    phoneNow: () => Temporal.Now.instant().add({ seconds: offsetSeconds }),
    stepMilliseconds: STEP_MS,
    journalPath: path.join(config.dataDir, 'simulator.jsonl'),
  })
  const watching = new Set<() => void>()
  let soon: NodeJS.Timeout | null = null
  const changed = () => {
    soon ??= setTimeout(() => {
      soon = null
      for (const look of watching) look()
    }, 60)
  }
  let wakeJobs: () => void = () => {}
  let translatorDown = false
  // The log goes by the database's clock; the scene shows its lines by the clock that its visitor saw.
  const shifts: { readonly since: Temporal.Instant; readonly seconds: number }[] = [
    { since: Temporal.Instant.fromEpochMilliseconds(0), seconds: offsetSeconds },
  ]
  const asSeen = (at: Temporal.Instant) =>
    at.add({ seconds: shifts.findLast((s) => Temporal.Instant.compare(s.since, at) <= 0)?.seconds ?? 0 })
  const moveClock = async (seconds: number) => {
    await advanceClock(db, Math.floor(seconds))
    offsetSeconds = (await readSetting<number>(db, 'clock_offset_seconds')) ?? 0
    shifts.push({ since: await databaseNow(db), seconds: offsetSeconds })
    wakeJobs()
    changed()
  }
  const stage = (district: string): Stage => ({
    clock: async () => ({ now: await now(db), offsetSeconds, zone: ZONE }),
    moveClock: async (to) => {
      const local = (await now(db)).toZonedDateTimeISO(ZONE)
      const next = local.withPlainTime(Temporal.PlainTime.from(to))
      const target = Temporal.ZonedDateTime.compare(next, local) > 0 ? next : next.add({ days: 1 })
      await moveClock(offsetSeconds + target.since(local).total('seconds'))
    },
    lines: async () => (await recentLines(installation, district)).map((line) => ({ ...line, at: asSeen(line.at) })),
    phones: () => phonesOnTable(installation, district),
    setTranslatorDown: async (down) => {
      translatorDown = down
    },
    subscribe: (look) => {
      watching.add(look)
      return () => watching.delete(look)
    },
  })
  const register =
    (plugin: (app: FastifyInstance) => Promise<unknown>): FastifyPluginAsync =>
    async (app) =>
      void (await plugin(app))
  return {
    translator: {
      ...real,
      translate: async (request) => (translatorDown ? { kind: 'unavailable', reason: 'switched off' } : real.translate(request)),
    },
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
      const targets = { smsUrl: `${account.publicUrl}${SMS_PATH}`, voiceUrl: `${account.publicUrl}${VOICE_PATH}` }
      for (const number of numbers) await pointNumber(client, number.sid, targets)
      await adoptNumbers(db, districtId, numbers)
      if (districtId !== null) await openSampleConversations(installation, districtId)
      wake()
    },
    changed,
    close: () => {
      if (soon !== null) clearTimeout(soon)
      simulator.close()
    },
  }

  async function openSampleConversations({ db }: Installation, district: string): Promise<void> {
    await inDistrict(db, district, async (trx) => {
      const { rows } = await sql<{ id: string }>`
        select h.id from household h join person_phone pp on pp.district_id = h.district_id and pp.phone_id = h.phone_id and pp.use = 'sms'
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
    if (sample !== null) return sample
    if ((await db.selectFrom('district').select('id').execute()).length > 0) return null
    const result = await importRoster(db, keys, SAMPLE, { dryRun: false, confirmRemovals: false })
    if (result.kind !== 'imported') throw new Problem('The sample school in fixtures/sample-school cannot be imported.')
    const { id } = result.district
    await inDistrict(db, id, async (trx) => {
      const hours = JSON.stringify({ timezone: ZONE, families: WEEK, staff: WEEK, closures: [] })
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

type PairRow = { conversation_id: string; side: 'family' | 'staff'; number: string; guardian_id: string; child: string | null }

async function phonesOnTable({ db, keys }: Installation, district: string): Promise<Phone[]> {
  return inDistrict(db, district, async (trx) => {
    const { rows: people } = await sql<{
      id: string
      given_name: string
      display_name: string | null
      language: string | null
      number_encrypted: Buffer
    }>`
      select p.id, p.given_name, p.display_name, p.language, f.number_encrypted from person p
      join person_phone pp on pp.district_id = p.district_id and pp.person_id = p.id and pp.use = 'sms'
      join phone f on f.district_id = p.district_id and f.id = pp.phone_id
      where p.district_id = ${district} and p.id = any(${[TEACHER, ...FAMILIES.map((f) => f.person)]}::text[])`.execute(trx)
    const { rows: pairs } = await sql<PairRow>`
      select c.id as conversation_id, b.side, n.number, pp.person_id as guardian_id,
        (select min(q.given_name) from guardianship gs join person q on q.district_id = gs.district_id and q.id = gs.student_id
          where gs.district_id = ${district} and gs.guardian_id = pp.person_id) as child
      from conversation c join household h on h.district_id = c.district_id and h.id = c.household_id
      join person_phone pp on pp.district_id = h.district_id and pp.phone_id = h.phone_id and pp.use = 'sms'
      join binding b on b.district_id = c.district_id and b.conversation_id = c.id and b.until is null
      join proxy_number n on n.id = b.proxy_number_id
      where c.district_id = ${district} and c.staff_side = ${TEACHER} and c.ended_at is null`.execute(trx)
    const person = (id: string) => people.find((p) => p.id === id)
    const numberOf = (id: string) => readNumber(keys, district, person(id)?.number_encrypted as Buffer)
    const proxy = (guardian: string, side: PairRow['side']) => pairs.find((p) => p.guardian_id === guardian && p.side === side)
    const teacher = person(TEACHER)
    const families = FAMILIES.flatMap((family): Phone[] => {
      const who = person(family.person)
      const seen = proxy(family.person, 'family')
      if (who === undefined || seen === undefined) return []
      const contact: Contact = {
        label: teacher?.display_name ?? 'Teacher',
        number: seen.number,
        phone: 'rivera',
        suggestions: family.says,
      }
      return [
        {
          id: family.id,
          owner: who.given_name,
          side: 'family',
          kind: 'flip',
          number: numberOf(family.person),
          language: who.language ?? 'en',
          contacts: [contact],
        },
      ]
    })
    const contacts = FAMILIES.flatMap((family): Contact[] => {
      const seen = proxy(family.person, 'staff')
      return seen === undefined
        ? []
        : [{ label: `${seen.child ?? 'A'}’s family`, number: seen.number, phone: family.id, suggestions: family.hears }]
    })
    if (teacher === undefined) return families
    return [
      ...families,
      {
        id: 'rivera',
        owner: teacher.display_name ?? 'Ms Rivera',
        side: 'staff',
        kind: 'smart',
        number: numberOf(TEACHER),
        language: teacher.language ?? 'en',
        contacts,
      },
    ]
  })
}

/** Events in the words of the scene; one without words here is left out. */
const WORDS: Readonly<Record<string, (detail: Record<string, unknown>) => string>> = {
  received: () => 'A text came in and was kept',
  translated: (d) =>
    `Translated from ${languageName(String(d['from']), 'en')} to ${languageName(String(d['to']), 'en')} by the ${d['by']}`,
  not_translated: () => 'Not translated: the original goes on with a note',
  differs: () => 'The translation lost a number, a time or a name: both texts go on',
  translator_away: () => 'The translator is away: asked again soon',
  held: () => 'Held until the allowed hours begin',
  queued: () => 'Ready to go',
  sending: () => 'Handed to the carrier',
  no_answer: () => 'No answer from the carrier: it will be asked, nothing is sent twice',
  not_taken: () => 'The carrier did not take it: tried again soon',
  found_at_carrier: () => 'The carrier had it all along',
  sent: () => 'Taken by the carrier',
  delivered: () => 'Delivered to the phone',
  undelivered: () => 'Not delivered',
  failed: () => 'Failed',
  unknown: () => 'It may not have gone out: the sender decides',
  canceled: () => 'Canceled',
  notice: () => 'The gateway answers by itself',
  opted_out: () => 'STOP: no more messages to this phone',
  opted_in: () => 'START: messages again',
}

async function recentLines({ db }: Installation, district: string): Promise<StageLine[]> {
  return inDistrict(db, district, async (trx) => {
    const { rows } = await sql<{
      at: Temporal.Instant
      what: string
      detail: Record<string, unknown> | null
      direction: string | null
      author: string | null
      guardian: string | null
    }>`
      select v.at, v.what, v.detail, e.direction, e.author, g.given_name as guardian from event v
      left join exchange e on e.district_id = v.district_id and e.id = v.exchange_id
      left join person g on g.district_id = v.district_id and g.id = e.guardian_id
      where v.district_id = ${district} and v.exchange_id is not null and v.what = any(${Object.keys(WORDS)}::text[]) order by v.id desc limit 12`.execute(
      trx,
    )
    return rows.map((row) => ({
      at: row.at,
      what: WORDS[row.what]?.(row.detail ?? {}) ?? row.what,
      who: row.author === 'gateway' ? 'Homeline' : row.direction === 'to_family' ? 'Ms Rivera' : (row.guardian ?? ''),
    }))
  })
}
