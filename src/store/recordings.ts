/**
 * Recordings: voicemails, spoken answers, prompts that staff recorded. Never of a conversation. The audio lies encrypted in the data directory, a
 * file each, named by the recording's id; the carrier's own copy is deleted once ours is there.
 */

import { createHmac, timingSafeEqual } from 'node:crypto'
import { sql } from 'kysely'
import type { Staff } from '../core/people.ts'
import type { Moment } from '../relay/ports.ts'
import type { RecordingStore } from '../relay/recording-ports.ts'
import { type Db, databaseNow, inDistrict, type Trx } from './database.ts'
import { appendEvents, TRANSCRIBED } from './events.ts'
import { insertNotices } from './exchanges.ts'
import type { Keys } from './keys.ts'
import { readSealed, writeSealed } from './sealed-files.ts'
import { momentOf } from './settings.ts'
import { maySee } from './strangers.ts'
import { openTask } from './tasks.ts'

/** Seconds until the next try to fetch from the carrier, by the tries before: its file can lag its callback. */
export const FETCH_AGAIN_SECONDS = [2, 5, 15, 60, 300, 1800]
/** After so many, about 17 hours, it is lost. */
export const MOST_FETCHES = 40

/** The event by which the log holds a recording: which, and a keyed digest of its audio. */
export const RECORDING_KEPT = 'recording_kept'

/** A digest that only who has the keys can make: HMAC-SHA-256, in hexadecimal. */
export function recordingDigest(keys: Keys, districtId: string, audio: Buffer): string {
  return createHmac('sha256', keys.derive('recording-digest', districtId)).update(audio).digest('hex')
}

/** A family's spoken answer; `language`: the aide's; `sender`: how the family is named to the teacher. */
type ToldOf = {
  readonly id: string
  readonly original_language: string | null
  readonly language: string
  readonly conversation_id: string | null
  readonly sender: string | null
}

/** An aide has said a family's spoken answer in her own words: they are its translation. */
async function tell(trx: Trx, districtId: string, moment: Moment, exchange: ToldOf, words: string): Promise<void> {
  const at = moment.database
  await sql`update exchange set translation_language = ${exchange.language}, translation_text = ${words}, translation_by = 'aide'
    where district_id = ${districtId} and id = ${exchange.id}`.execute(trx)
  await appendEvents(trx, districtId, [
    {
      exchangeId: exchange.id,
      at,
      what: 'translated',
      detail: { by: 'aide', from: exchange.original_language, to: exchange.language },
      text: { translation: words },
    },
  ])
  if (exchange.conversation_id === null || exchange.sender === null) return
  // Her own phone has been told of a voice message only.
  await insertNotices(trx, districtId, at, moment.now, [
    {
      conversationId: exchange.conversation_id,
      direction: 'to_staff',
      notice: 'told',
      key: `told:${exchange.id}`,
      text: `${exchange.sender}: ${words}`,
      language: exchange.language,
      answers: null,
      phoneId: null,
      proxyNumberId: null,
    },
  ])
}

/** The port of `fetch`: recordings that are still at the carrier, and what was made of them. */
export function recordingStore(db: Db, keys: Keys, dataDir: string): RecordingStore {
  return {
    due: (districtId, limit) =>
      inDistrict(db, districtId, async (trx) => {
        // Leased by moving the next try on.
        const { rows } = await sql<{
          id: string
          sid: string
          kept: boolean
          transcribed: boolean
          language: string
          seconds: number
          wanted: boolean
        }>`
          update recording r set tries = r.tries + 1,
            fetch_after = case when r.tries >= ${MOST_FETCHES} then null
              else clock_timestamp() + (${FETCH_AGAIN_SECONDS}::int[])[least(r.tries + 1, ${FETCH_AGAIN_SECONDS.length})] * interval '1 second' + interval '60 seconds' end
          where r.district_id = ${districtId} and r.id in (
            select id from recording where district_id = ${districtId} and fetch_after <= clock_timestamp()
            order by fetch_after limit ${limit} for update skip locked)
          returning r.id, r.sid, r.kept_at is not null as kept, r.transcribed_at is not null as transcribed, r.language, r.seconds,
            exists (select from exchange e where e.district_id = ${districtId} and e.kind = 'voicemail' and e.id = r.exchange_id) as wanted`.execute(
          trx,
        )
        return rows
      }),
    keep: async (districtId, id, audio, type) => {
      await writeSealed(keys, dataDir, 'recording', districtId, id, audio)
      await inDistrict(db, districtId, async (trx) => {
        const { rows } = await sql<{ exchange_id: string | null }>`
          update recording set kept_at = clock_timestamp(), type = ${type}, fetch_after = clock_timestamp(), tries = 0
          where district_id = ${districtId} and id = ${id} and kept_at is null returning exchange_id`.execute(trx)
        const detail = { recording: id, digest: recordingDigest(keys, districtId, audio) }
        await appendEvents(
          trx,
          districtId,
          await Promise.all(
            rows.map(async (row) => ({ exchangeId: row.exchange_id, at: await databaseNow(trx), what: RECORDING_KEPT, detail })),
          ),
        )
      })
    },
    audio: (districtId, id) => readSealed(keys, dataDir, 'recording', districtId, id),
    transcribed: (districtId, id, words) =>
      inDistrict(db, districtId, async (trx) => {
        const moment = await momentOf(trx)
        const { database } = moment
        const { rows } = await sql<ToldOf & { told: boolean }>`
          with done as (
            update recording set transcribed_at = ${database.toString()}::timestamptz, fetch_after = clock_timestamp(), tries = 0
            where district_id = ${districtId} and id = ${id} and transcribed_at is null returning id, exchange_id, language
          )
          select e.id, e.recording_id <> done.id as told, e.original_language, done.language, e.conversation_id, split_part(e.body, ': ', 1) as sender
          from done join exchange e on e.district_id = ${districtId} and e.id = done.exchange_id and e.kind = 'voicemail' for update of e`.execute(
          trx,
        )
        for (const exchange of rows) {
          if (exchange.told) {
            // What nobody could put into words waits for an aide once more.
            if (words !== null) await tell(trx, districtId, moment, exchange, words.text)
            continue
          }
          // Without words it goes on as audio alone; what has gone out already is not sent again for its words.
          await sql`update exchange set original_text = ${words?.text ?? ''}, prepare_lease = null,
              prepare_after = case when conversation_id is not null and status = 'received' then clock_timestamp() else prepare_after end
            where district_id = ${districtId} and id = ${exchange.id} and original_text = ''`.execute(trx)
          await appendEvents(trx, districtId, [
            {
              exchangeId: exchange.id,
              at: database,
              what: words === null ? 'not_transcribed' : TRANSCRIBED,
              ...(words === null ? {} : { detail: { by: words.by }, text: { original: words.text } }),
            },
          ])
        }
      }),
    done: (districtId, id) =>
      inDistrict(db, districtId, async (trx) => {
        await sql`update recording set deleted_at = clock_timestamp(), fetch_after = null where district_id = ${districtId} and id = ${id}`.execute(
          trx,
        )
      }),
    later: (districtId, id) =>
      inDistrict(db, districtId, async (trx) => {
        const { rows } = await sql<{ tries: number; exchange_id: string | null }>`
          update recording set fetch_after = case when tries > ${MOST_FETCHES} then null
            else clock_timestamp() + (${FETCH_AGAIN_SECONDS}::int[])[least(greatest(tries, 1), ${FETCH_AGAIN_SECONDS.length})] * interval '1 second' end
          where district_id = ${districtId} and id = ${id} returning tries, exchange_id`.execute(trx)
        if ((rows[0]?.tries ?? 0) > MOST_FETCHES)
          await openTask(
            trx,
            districtId,
            'recording_lost',
            id,
            rows[0]?.exchange_id == null ? {} : { exchangeId: rows[0].exchange_id },
          )
      }),
    gone: (districtId, id) =>
      inDistrict(db, districtId, async (trx) => {
        const { rows } = await sql<{ exchange_id: string | null }>`
          update recording set fetch_after = null where district_id = ${districtId} and id = ${id} returning exchange_id`.execute(
          trx,
        )
        await openTask(
          trx,
          districtId,
          'recording_lost',
          id,
          rows[0]?.exchange_id == null ? {} : { exchangeId: rows[0].exchange_id },
        )
      }),
  }
}

/** A recording that somebody may hear. */
export type Audio = { readonly bytes: Buffer; readonly type: string }

/** A browser that plays asks for one part after the other: for so many minutes these are one play. */
const PLAY_MINUTES = 10

/**
 * The recording of an exchange for a staff member who may see the exchange; each play is in the log. `isPart`: only some of its bytes are asked for. Null: no such exchange for this viewer, or no
 * recording; `not_yet`: it is still on its way from the carrier.
 */
export async function playRecording(
  db: Db,
  keys: Keys,
  dataDir: string,
  districtId: string,
  viewer: Staff,
  exchangeId: string,
  isPart: boolean,
): Promise<Audio | 'not_yet' | null> {
  const found = await inDistrict(db, districtId, async (trx) => {
    const moment = await momentOf(trx)
    if (!(await maySee(trx, viewer, exchangeId, moment.now))) return null
    const { rows } = await sql<{ id: string; type: string | null; kept: boolean }>`
      select r.id, r.type, r.kept_at is not null as kept from exchange e join recording r on r.district_id = e.district_id and r.id = e.recording_id
      where e.district_id = ${districtId} and e.id = ${exchangeId}`.execute(trx)
    return rows[0] ?? null
  })
  if (found === null) return null
  const bytes = found.kept ? await readSealed(keys, dataDir, 'recording', districtId, found.id) : null
  if (bytes === null) return 'not_yet'
  await inDistrict(db, districtId, async (trx) => {
    const { database } = await momentOf(trx)
    if (isPart) {
      const { rows } =
        await sql`select from event where district_id = ${districtId} and exchange_id = ${exchangeId}::uuid and what = 'recording_played'
        and who = ${viewer.id} and at > ${database.subtract({ minutes: PLAY_MINUTES }).toString()}::timestamptz limit 1`.execute(
          trx,
        )
      if (rows.length > 0) return
    }
    await appendEvents(trx, districtId, [
      { exchangeId, at: database, what: 'recording_played', who: viewer.id, detail: { recording: found.id } },
    ])
  })
  return { bytes, type: found.type ?? 'audio/wav' }
}

/** The word that lets the carrier fetch one recording for `<Play>`, for a day or two: it asks without credentials. */
export function signAudio(keys: Keys, districtId: string, recordingId: string, day: string): string {
  return createHmac('sha256', keys.derive('audio', districtId)).update(`${recordingId} ${day}`).digest('base64url').slice(0, 32)
}

/** The audio behind a signed word of today's or yesterday's (UTC days); null: not signed, or not here. */
export async function audioForCarrier(
  keys: Keys,
  dataDir: string,
  now: Temporal.Instant,
  districtId: string,
  recordingId: string,
  signature: string,
): Promise<Buffer | null> {
  const days = [0, 24].map((hours) => now.subtract({ hours }).toString().slice(0, 10))
  const given = Buffer.from(signature)
  const right = days.some((day) => {
    const expected = Buffer.from(signAudio(keys, districtId, recordingId, day))
    return expected.length === given.length && timingSafeEqual(expected, given)
  })
  return right ? readSealed(keys, dataDir, 'recording', districtId, recordingId) : null
}
