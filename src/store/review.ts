/** Proactive oversight of a school: a few messages of each week drawn by lot, and those with words that the school watches for. */

import { sql } from 'kysely'
import { type NotWatched, watchable } from '../core/watched-words.ts'
import { isStale } from './began.ts'
import { databaseNow, type Trx } from './database.ts'
import { deskName } from './desks.ts'
import { appendEvents } from './events.ts'
import type { Cursor } from './exchange-view.ts'
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
/** How many days back watched words are looked for, and how often one look goes on from where the search left off, with so many messages each time. */
const WORD_DAYS = 30
const ROUNDS = 3
const MOST_A_ROUND = 200
/** The words that a school watches for, in order. */
export async function watchedWords(trx: Trx, districtId: string, schoolId: string): Promise<string[]> {
  const { rows } = await sql<{ word: string }>`
    select word from watched_word where district_id = ${districtId} and school_id = ${schoolId} order by word`.execute(trx)
  return rows.map(({ word }) => word)
}

/** Two administrators at once draw one lot, and neither overwrites the other's words. */
const oneAtATime = (trx: Trx, districtId: string, schoolId: string) =>
  sql`select pg_advisory_xact_lock(hashtextextended(${`review ${districtId} ${schoolId}`}, 0))`.execute(trx)

/**
 * Watches for these words from now on, in the place of those before, and gives the lines that it leaves out; `changed`: the words are no longer those of the
 * stamp `began`, and stay as they are. The log keeps who changed them and how many there are.
 */
export async function watchFor(
  trx: Trx,
  districtId: string,
  schoolId: string,
  lines: readonly string[],
  by: string,
  began = '',
): Promise<readonly NotWatched[] | 'changed'> {
  await oneAtATime(trx, districtId, schoolId)
  if (isStale(began, await watchedWords(trx, districtId, schoolId))) return 'changed'
  const { wanted, left } = watchable(lines)
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
  return left
}

/** What there is to look at. */
export type Reviews = {
  readonly rows: readonly ReviewRow[]
  /** How many wait beside those in `rows`. */
  readonly more: number
  /** Where the search for watched words goes on; null: all of its days were looked through. */
  readonly next: Cursor | null
}

/**
 * What there is to look at: draws this week's lot when nobody has yet, adds messages with watched words, and gives those that wait, then the newest of those that
 * were looked at. `week`: the Monday, in the school's zone (ISO 8601); `from`: where an earlier look left off, null: it begins with the newest; `most`: rows to give. Words are found in the original and the translation, wherever they begin a word. That `by` looked is in the log.
 */
export async function reviewsOf(
  trx: Trx,
  districtId: string,
  schoolId: string,
  given: { readonly week: string; readonly by: string; readonly from: Cursor | null; readonly most: number },
): Promise<Reviews> {
  const { week, by } = given
  await oneAtATime(trx, districtId, schoolId)
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
  let next = given.from
  const from = (await databaseNow(trx)).subtract({ hours: WORD_DAYS * 24 })
  const viewer = { districtId, id: by, scope: { kind: 'schools', schools: [schoolId] } } as const
  for (let round = 1; words.length > 0 && round <= ROUNDS && (round === 1 || next !== null); round++) {
    const found = await findRows(trx, viewer, {
      from,
      to: null,
      staff: null,
      classId: null,
      status: null,
      words: { anyOf: words, as: 'phrases' },
      also: sql<boolean>`not exists (select from review w where w.district_id = ${districtId} and w.school_id = ${schoolId} and w.exchange_id = x.id
        and (w.why = 'word' or w.outcome is not null))`,
      before: next,
      limit: MOST_A_ROUND,
    })
    next = found.next
    await sql`insert into review (district_id, school_id, exchange_id, week, why)
      select ${districtId}, ${schoolId}, id, ${week}::date, 'word' from unnest(${found.rows.map(({ id }) => id)}::uuid[]) as f (id)
      on conflict (district_id, school_id, exchange_id) do update set why = 'word'`.execute(trx)
  }
  const { rows } = await sql<ReviewRow & { total: number }>`
    select count(*) over ()::int as total, r.exchange_id as "exchangeId", c.id as conversation, x.created_at as at, x.direction, r.why, r.outcome, r.note,
      coalesce(t.display_name, nullif(trim(concat_ws(' ', t.given_name, t.family_name)), ''), ${deskName(districtId, sql`c.staff_side`)}, c.staff_side) as "staffName",
      x.original_text as original, x.original_language as "originalLanguage", x.translation_text as translation, x.translation_language as "translationLanguage"
    from review r join exchange x on x.district_id = r.district_id and x.id = r.exchange_id
    join conversation c on c.district_id = x.district_id and c.id = x.conversation_id
    left join person t on t.district_id = c.district_id and t.id = c.staff_side
    where r.district_id = ${districtId} and r.school_id = ${schoolId} and (r.outcome is null or r.week = ${week}::date)
    order by r.outcome is not null, r.why desc, x.created_at desc, r.exchange_id limit ${given.most}`.execute(trx)
  await appendEvents(trx, districtId, [
    {
      exchangeId: null,
      at: await databaseNow(trx),
      what: 'exchanges_seen',
      who: by,
      detail: { review: schoolId, count: rows.length },
    },
  ])
  return { rows, more: (rows[0]?.total ?? 0) - rows.length, next }
}

/** What came of a look, and who said so. */
export type Settled = { readonly outcome: Outcome; readonly note: string; readonly by: string }

/**
 * Writes down what came of a look, where nobody has yet; null: the message is not there to be looked at by this school. Gives what holds: where somebody else
 * was faster, what that one said (`by`: the name). The note stays out of the log's chain.
 */
export async function settleReview(
  trx: Trx,
  districtId: string,
  schoolId: string,
  exchangeId: string,
  given: Settled,
): Promise<'done' | Settled | null> {
  const isThis = sql`r.school_id = ${schoolId} and r.exchange_id = ${exchangeId}::uuid`
  const settled = await sql`
    update review r set outcome = ${given.outcome}, note = ${given.note}, reviewed_by = ${given.by}, reviewed_at = clock_timestamp()
    where r.district_id = ${districtId} and ${isThis} and outcome is null`.execute(trx)
  if (settled.numAffectedRows === 0n) {
    const { rows } = await sql<Settled & { same: boolean }>`
      select r.outcome, coalesce(r.note, '') as note, coalesce(p.display_name, nullif(concat_ws(' ', p.given_name, p.family_name), ''), r.reviewed_by) as by,
        (r.outcome, r.note, r.reviewed_by) = (${given.outcome}, ${given.note}, ${given.by}) as same
      from review r left join person p on p.district_id = r.district_id and p.id = r.reviewed_by
      where r.district_id = ${districtId} and ${isThis}`.execute(trx)
    const [before] = rows
    return before === undefined ? null : before.same ? 'done' : before
  }
  await appendEvents(trx, districtId, [
    { exchangeId, at: await databaseNow(trx), what: 'reviewed', who: given.by, detail: { outcome: given.outcome } },
  ])
  return 'done'
}
