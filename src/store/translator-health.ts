/** The translator's health, read from the log: what it was asked, what came of it, how long it took. Languages and counts only. */

import { sql } from 'kysely'
import type { TranslatorSigns } from '../core/translator-health.ts'
import type { Trx } from './database.ts'

/** Counts of one span of time or one language. Times in milliseconds; null: none was measured. */
export type TranslationCounts = {
  readonly translated: number
  /** The text went on as it was written, with a note. */
  readonly failed: number
  /** A number, time or name did not survive: both texts went out. */
  readonly differed: number
  /** Texts that had to wait since the engine did not answer. */
  readonly waited: number
  readonly median: number | null
  readonly slowest: number | null
}

/** What the log says since `since`. `languages`: of the families, most translations first; `und`: noted by an older version. */
export type TranslatorHealth = {
  readonly day: TranslationCounts
  readonly week: TranslationCounts
  readonly languages: readonly (TranslationCounts & { readonly language: string })[]
  /** Why texts went on untranslated, the most frequent first, as the engine gives it. */
  readonly reasons: readonly { readonly why: string; readonly count: number }[]
}

/** Times are counted in classes, each a tenth longer than the one before: so a hundred thousand are added up as fast as they are read. */
const CLASSES_PER_E = 10

type Row = {
  readonly language: string
  readonly today: boolean
  readonly what: string
  readonly speed: number | null
  readonly n: number
}

/** The health in the last day and week before `now`, the log's own clock. An aide's words are nobody's engine. Times are right to a twentieth. */
export async function translatorHealth(trx: Trx, districtId: string, now: Temporal.Instant): Promise<TranslatorHealth> {
  const [day, week] = [24, 168].map((hours) => now.subtract({ hours }).toString())
  // What an index on `event` holds is named as there, in one piece: without it the whole log would be read.
  const { rows } = await sql<Row>`
    select coalesce(case when detail ->> 'to' ~ '^en' then detail ->> 'from' else detail ->> 'to' end, 'und') as language, at >= ${day}::timestamptz as today, what,
      floor(ln(greatest((detail ->> 'ms')::float8, 1)) * ${CLASSES_PER_E})::int as speed, count(*)::int as n
    from event where district_id = ${districtId} and at >= ${week}::timestamptz
      and what in ('translated', 'not_translated', 'differs', 'translator_away') and what <> 'translator_away' and detail ->> 'by' is distinct from 'aide'
    group by 1, 2, 3, 4`.execute(trx)
  const { rows: waits } = await sql<Row>`
    select language, bool_or(today) as today, 'translator_away' as what, null as speed, 1 as n from (
      select coalesce(case when detail ->> 'to' ~ '^en' then detail ->> 'from' else detail ->> 'to' end, 'und') as language, at >= ${day}::timestamptz as today, exchange_id
      from event where district_id = ${districtId} and at >= ${week}::timestamptz
        and what in ('translated', 'not_translated', 'differs', 'translator_away') and what = 'translator_away') as away
    group by language, exchange_id`.execute(trx)
  const { rows: reasons } = await sql<{ why: string; count: number }>`
    select detail ->> 'why' as why, count(*)::int as count from event
    where district_id = ${districtId} and at >= ${week}::timestamptz
      and what in ('translated', 'not_translated', 'differs', 'translator_away') and what = 'not_translated' and detail ->> 'why' is not null
    group by 1 order by 2 desc, 1 limit 8`.execute(trx)
  const all = [...rows, ...waits]
  const languages = [...Map.groupBy(all, ({ language }) => language)].map(([language, own]) => ({ language, ...countsOf(own) }))
  return {
    day: countsOf(all.filter(({ today }) => today)),
    week: countsOf(all),
    languages: languages.sort((one, two) => two.translated - one.translated || (one.language < two.language ? -1 : 1)),
    reasons,
  }
}

function countsOf(rows: readonly Row[]): TranslationCounts {
  const of = (what: string) => rows.reduce((sum, row) => (row.what === what ? sum + row.n : sum), 0)
  const timed = rows.flatMap(({ speed, n }) => (speed === null ? [] : [{ speed, n }])).sort((one, two) => one.speed - two.speed)
  const total = timed.reduce((sum, { n }) => sum + n, 0)
  const at = (share: number) => {
    let left = total * share
    const found = timed.find(({ n }) => {
      left -= n
      return left <= 0
    })
    return found === undefined ? null : Math.exp((found.speed + 0.5) / CLASSES_PER_E)
  }
  return {
    translated: of('translated'),
    failed: of('not_translated'),
    differed: of('differs'),
    waited: of('translator_away'),
    median: at(0.5),
    slowest: at(0.95),
  }
}

/** What tells how the translator is now: the last answer and the last absence within a day, and what waits. */
export async function translatorSigns(trx: Trx, districtId: string, now: Temporal.Instant): Promise<TranslatorSigns> {
  const since = now.subtract({ hours: 24 }).toString()
  const last = (what: 'translated' | 'translator_away') => sql`(
    select at from event where district_id = ${districtId} and at >= ${since}::timestamptz
      and what in ('translated', 'not_translated', 'differs', 'translator_away') and what = ${what} and detail ->> 'by' is distinct from 'aide'
    order by at desc limit 1)`
  const { rows } = await sql<TranslatorSigns>`
    select ${last('translated')} as "lastTranslated", ${last('translator_away')} as "lastAway",
      (select count(*)::int from exchange where district_id = ${districtId} and prepare_after > clock_timestamp()) as waiting`.execute(
    trx,
  )
  return rows[0] as TranslatorSigns
}
