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

/** The health in the last day and week before `now`, the log's own clock. An aide's words are nobody's engine. */
export async function translatorHealth(trx: Trx, districtId: string, now: Temporal.Instant): Promise<TranslatorHealth> {
  type Row = TranslationCounts & { readonly span: 'day' | 'week'; readonly language: string | null }
  const { rows } = await sql<Row>`
    with said as materialized (
      select what, exchange_id, at >= ${now.subtract({ hours: 24 }).toString()}::timestamptz as today, (detail ->> 'ms')::float8 as ms,
        coalesce(case when detail ->> 'to' ~ '^en' then detail ->> 'from' else detail ->> 'to' end, 'und') as language
      from event where district_id = ${districtId} and at >= ${now.subtract({ hours: 168 }).toString()}::timestamptz
        and what in ('translated', 'not_translated', 'differs', 'translator_away') and detail ->> 'by' is distinct from 'aide'
    )
    select s.span, case when grouping(language) = 0 then language end as language,
      count(*) filter (where what = 'translated')::int as translated, count(*) filter (where what = 'not_translated')::int as failed,
      count(*) filter (where what = 'differs')::int as differed, count(distinct exchange_id) filter (where what = 'translator_away')::int as waited,
      percentile_cont(0.5) within group (order by ms) as median, percentile_cont(0.95) within group (order by ms) as slowest
    from said cross join lateral (values ('week'), (case when today then 'day' end)) as s (span) where s.span is not null
    group by grouping sets ((s.span), (s.span, language)) order by 3 desc, 2`.execute(trx)
  const { rows: reasons } = await sql<{ why: string; count: number }>`
    select detail ->> 'why' as why, count(*)::int as count from event
    where district_id = ${districtId} and at >= ${now.subtract({ hours: 168 }).toString()}::timestamptz
      and what in ('translated', 'not_translated', 'differs', 'translator_away') and what = 'not_translated' and detail ->> 'why' is not null
    group by 1 order by 2 desc, 1 limit 8`.execute(trx)
  const none: TranslationCounts = { translated: 0, failed: 0, differed: 0, waited: 0, median: null, slowest: null }
  const whole = (span: Row['span']): TranslationCounts => {
    const {
      span: _span,
      language: _all,
      ...counts
    } = rows.find((row) => row.span === span && row.language === null) ?? {
      ...none,
      span,
      language: null,
    }
    return counts
  }
  return {
    day: whole('day'),
    week: whole('week'),
    languages: rows.flatMap((row) => (row.span === 'week' && row.language !== null ? [{ ...row, language: row.language }] : [])),
    reasons,
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
