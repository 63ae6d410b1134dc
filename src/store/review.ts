/** Proactive oversight of a school: a few messages of each week drawn by lot, and those with words that the school watches for. */

import { sql } from 'kysely'
import { databaseNow, type Trx } from './database.ts'
import { deskName } from './desks.ts'
import { appendEvents } from './events.ts'
import { findRows } from './oversight-rows.ts'

/** What came of a look: nothing to say; somebody talks with the teacher; it goes to whom the school's rules say. */
export const OUTCOMES = ['fine', 'talk', 'report'] as const
export type Outcome = (typeof OUTCOMES)[number]

/** A message to be looked at, or that was. Texts in the original and, where there is one, the translation. */
export type ReviewRow = {
  readonly exchangeId: string
  readonly conversation: string
  readonly at: Temporal.Instant
  readonly direction: 'to_family' | 'to_staff'
  readonly staffName: string
  readonly why: 'sample' | 'word'
  readonly original: string
  readonly originalLanguage: string | null
  readonly translation: string | null
  readonly translationLanguage: string | null
  readonly outcome: Outcome | null
  readonly note: string | null
}

/** Messages of a week that are drawn by lot. */
const SAMPLE = 10
/** Most messages with watched words at once, and how many days back they are looked for. */
const MOST_WORDS = 50
const WORD_DAYS = 30
/** Most words that a school watches for. */
export const MOST_WATCHED = 50

/** The words that a school watches for, in order. */
export async function watchedWords(trx: Trx, districtId: string, schoolId: string): Promise<string[]> {
  const { rows } = await sql<{ word: string }>`
    select word from watched_word where district_id = ${districtId} and school_id = ${schoolId} order by word`.execute(trx)
  return rows.map(({ word }) => word)
}

/** Watches for these words from now on, in the place of those before. The log keeps who changed them and how many there are. */
export async function watchFor(
  trx: Trx,
  districtId: string,
  schoolId: string,
  words: readonly string[],
  by: string,
): Promise<void> {
  const wanted = [...new Set(words.map((word) => word.trim().toLowerCase()).filter((word) => word.length >= 3))].slice(
    0,
    MOST_WATCHED,
  )
  await sql`delete from watched_word where district_id = ${districtId} and school_id = ${schoolId} and word <> all(${wanted}::text[])`.execute(
    trx,
  )
  await sql`insert into watched_word (district_id, school_id, word) select ${districtId}, ${schoolId}, w from unnest(${wanted}::text[]) as w on conflict do nothing`.execute(
    trx,
  )
  await appendEvents(trx, districtId, [
    {
      exchangeId: null,
      at: await databaseNow(trx),
      what: 'words_watched',
      who: by,
      detail: { school: schoolId, words: wanted.length },
    },
  ])
}

/**
 * What there is to look at: draws this week's lot when nobody has yet, adds messages with watched words, and gives those that wait, then the newest of those that
 * were looked at. `week`: the Monday, in the school's zone (ISO 8601). Words are found in the original and the translation, wherever they begin a word. That `by` looked is in the log.
 */
export async function reviewsOf(
  trx: Trx,
  districtId: string,
  schoolId: string,
  given: { readonly week: string; readonly by: string },
): Promise<ReviewRow[]> {
  const { week, by } = given
  // Two administrators at once draw one lot.
  await sql`select pg_advisory_xact_lock(hashtextextended(${`review ${districtId} ${schoolId}`}, 0))`.execute(trx)
  await sql`insert into review (district_id, school_id, exchange_id, week, why)
    select ${districtId}, ${schoolId}, id, ${week}::date, 'sample' from (
      -- What went to many is drawn once, what nobody got never.
      select (array_agg(x.id order by random()))[1] as id from exchange x
      join conversation c on c.district_id = x.district_id and c.id = x.conversation_id and c.school_id = ${schoolId}
      left join announced a on a.district_id = x.district_id and a.exchange_id = x.id
      where x.district_id = ${districtId} and x.author = 'person' and x.kind <> 'call' and x.status <> 'canceled' and x.created_at >= clock_timestamp() - interval '7 days'
        and not exists (select from review w where w.district_id = ${districtId} and w.school_id = ${schoolId} and w.week = ${week}::date and w.why = 'sample')
      group by coalesce(a.announcement_id, x.id) order by random() limit ${SAMPLE}) drawn
    on conflict do nothing`.execute(trx)
  const words = await watchedWords(trx, districtId, schoolId)
  if (words.length > 0) {
    const now = await databaseNow(trx)
    const viewer = { districtId, id: by, scope: { kind: 'schools', schools: [schoolId] } } as const
    const { rows: found } = await findRows(trx, viewer, {
      from: now.subtract({ hours: WORD_DAYS * 24 }),
      to: null,
      staff: null,
      classId: null,
      status: null,
      words: { anyOf: words, as: 'phrases' },
      also: sql<boolean>`not exists (select from review w where w.district_id = ${districtId} and w.school_id = ${schoolId} and w.exchange_id = x.id
        and (w.why = 'word' or w.outcome is not null))`,
      before: null,
      limit: MOST_WORDS,
    })
    await sql`insert into review (district_id, school_id, exchange_id, week, why)
      select ${districtId}, ${schoolId}, id, ${week}::date, 'word' from unnest(${found.map(({ id }) => id)}::uuid[]) as f (id)
      on conflict (district_id, school_id, exchange_id) do update set why = 'word'`.execute(trx)
  }
  const { rows } = await sql<ReviewRow>`
    select r.exchange_id as "exchangeId", c.id as conversation, x.created_at as at, x.direction, r.why, r.outcome, r.note,
      coalesce(t.display_name, nullif(trim(concat_ws(' ', t.given_name, t.family_name)), ''), ${deskName(districtId, sql`c.staff_side`)}, c.staff_side) as "staffName",
      x.original_text as original, x.original_language as "originalLanguage", x.translation_text as translation, x.translation_language as "translationLanguage"
    from review r join exchange x on x.district_id = r.district_id and x.id = r.exchange_id
    join conversation c on c.district_id = x.district_id and c.id = x.conversation_id
    left join person t on t.district_id = c.district_id and t.id = c.staff_side
    where r.district_id = ${districtId} and r.school_id = ${schoolId} and (r.outcome is null or r.week = ${week}::date)
    order by r.outcome is not null, r.why desc, x.created_at desc, r.exchange_id limit 120`.execute(trx)
  await appendEvents(trx, districtId, [
    {
      exchangeId: null,
      at: await databaseNow(trx),
      what: 'exchanges_seen',
      who: by,
      detail: { review: schoolId, count: rows.length },
    },
  ])
  return rows
}

/** Writes down what came of a look; whether the message was there to be looked at by this school. The note stays out of the log's chain. */
export async function settleReview(
  trx: Trx,
  districtId: string,
  schoolId: string,
  exchangeId: string,
  given: { readonly outcome: Outcome; readonly note: string; readonly by: string },
): Promise<boolean> {
  const { rows } = await sql`
    update review set outcome = ${given.outcome}, note = ${given.note}, reviewed_by = ${given.by}, reviewed_at = clock_timestamp()
    where district_id = ${districtId} and school_id = ${schoolId} and exchange_id = ${exchangeId}::uuid returning exchange_id`.execute(
    trx,
  )
  if (rows.length === 0) return false
  await appendEvents(trx, districtId, [
    { exchangeId, at: await databaseNow(trx), what: 'reviewed', who: given.by, detail: { outcome: given.outcome } },
  ])
  return true
}
