/** The district's word on the fixed texts: own wordings, who as a speaker has read which, and who decided that unread ones go out. */

import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import type { FixedEntry, FixedKind } from '../core/fixed-book.ts'
import { slotsOf, type WordedKind, type Wordings, wordingKey } from '../core/wordings.ts'
import { databaseNow, type Trx } from './database.ts'
import { appendEvents, canonical } from './events.ts'

/** The own wordings of a district. */
export async function wordingsOf(trx: Trx, districtId: string): Promise<Wordings> {
  const { rows } = await sql<{ language: string; kind: WordedKind; id: string; text: string }>`
    select language, kind, id, text from fixed_wording where district_id = ${districtId}`.execute(trx)
  return new Map(rows.map((row) => [wordingKey(row.kind, row.language, row.id), row.text]))
}

/** Who said something and when. `at` null: before it came with the house. */
export type Said = { readonly by: string; readonly at: Temporal.Instant | null }

/** A fixed text as the district uses it. */
export type ReviewedEntry = FixedEntry & {
  /** What families get: the own wording or the text that comes with the house. */
  readonly current: string
  readonly wording: Said | null
  /** The mark stands for exactly this text beside exactly this English; null: not yet reviewed by a speaker. */
  readonly mark: Said | null
  /** What a mark is given for. */
  readonly digest: string
}

/** What a mark is given for: the English and the text, so that it falls when either changes in a later version. */
function digestOf(english: string, text: string): string {
  return createHash('sha256')
    .update(canonical([english, text]))
    .digest('base64url')
    .slice(0, 22)
}

/** These texts of a language, each with the district's wording and mark. */
export async function reviewedEntries(
  trx: Trx,
  districtId: string,
  language: string,
  entries: readonly FixedEntry[],
): Promise<ReviewedEntry[]> {
  const { rows } = await sql<{
    kind: FixedKind
    id: string
    digest: string | null
    reviewer: string | null
    reviewed_at: Temporal.Instant | null
    text: string | null
    writer: string | null
    written_at: Temporal.Instant | null
  }>`
    select coalesce(r.kind, w.kind) as kind, coalesce(r.id, w.id) as id, r.digest, r.reviewed_at, w.text, w.written_at,
      coalesce(rp.display_name, concat_ws(' ', rp.given_name, rp.family_name)) as reviewer,
      coalesce(wp.display_name, concat_ws(' ', wp.given_name, wp.family_name)) as writer
    from (select * from fixed_review where district_id = ${districtId} and language = ${language}) r
    full join (select * from fixed_wording where district_id = ${districtId} and language = ${language}) w on w.kind = r.kind and w.id = r.id
    left join person rp on rp.district_id = ${districtId} and rp.id = r.reviewed_by
    left join person wp on wp.district_id = ${districtId} and wp.id = w.written_by`.execute(trx)
  const known = new Map(rows.map((row) => [`${row.kind} ${row.id}`, row]))
  return entries.map((entry) => {
    const row = known.get(`${entry.kind} ${entry.id}`)
    const own = row?.text ?? null
    const used = own !== null && slotsOf(own).join() === slotsOf(entry.text).join()
    const current = used ? own : entry.text
    const digest = digestOf(entry.english, current)
    const before = used || entry.reviewedBy === null ? null : { by: entry.reviewedBy, at: null }
    return {
      ...entry,
      current,
      digest,
      wording: used ? { by: row?.writer ?? '', at: row?.written_at ?? null } : null,
      mark: row?.digest === digest ? { by: row.reviewer ?? '', at: row.reviewed_at } : before,
    }
  })
}

/** Which text of which language. */
export type FixedPlace = { readonly language: string; readonly kind: FixedKind; readonly id: string }

/** Marks texts as read by a speaker; each mark is for the digest that this person was shown. */
export async function markReviewed(
  trx: Trx,
  districtId: string,
  language: string,
  marks: readonly { readonly kind: FixedKind; readonly id: string; readonly digest: string }[],
  by: string,
): Promise<void> {
  if (marks.length === 0) return
  await sql`
    insert into fixed_review (district_id, language, kind, id, digest, reviewed_by)
    select ${districtId}, ${language}, m.kind, m.id, m.digest, ${by}
    from unnest(${marks.map((m) => m.kind)}::text[], ${marks.map((m) => m.id)}::text[], ${marks.map((m) => m.digest)}::text[]) as m (kind, id, digest)
    on conflict (district_id, language, kind, id) do update set digest = excluded.digest, reviewed_by = excluded.reviewed_by, reviewed_at = clock_timestamp()`.execute(
    trx,
  )
  const at = await databaseNow(trx)
  await appendEvents(
    trx,
    districtId,
    marks.map(({ kind, id, digest }) => ({
      exchangeId: null,
      at,
      what: 'text_reviewed',
      who: by,
      detail: { language, kind, id, digest },
    })),
  )
}

/** Puts an own wording in the place of a text; who writes it stands for it as a speaker. */
export async function setWording(
  trx: Trx,
  districtId: string,
  entry: FixedEntry,
  language: string,
  text: string,
  by: string,
): Promise<void> {
  const { kind, id } = entry
  await sql`
    insert into fixed_wording (district_id, language, kind, id, text, written_by) values (${districtId}, ${language}, ${kind}, ${id}, ${text}, ${by})
    on conflict (district_id, language, kind, id) do update set text = excluded.text, written_by = excluded.written_by, written_at = clock_timestamp()`.execute(
    trx,
  )
  await appendEvents(trx, districtId, [
    {
      exchangeId: null,
      at: await databaseNow(trx),
      what: 'wording_set',
      who: by,
      detail: { language, kind, id },
      text: { wording: text },
    },
  ])
  await markReviewed(trx, districtId, language, [{ kind, id, digest: digestOf(entry.english, text) }], by)
}

/** Takes an own wording away: the text that comes with the house is used again. */
export async function dropWording(trx: Trx, districtId: string, { language, kind, id }: FixedPlace, by: string): Promise<void> {
  const { numAffectedRows } = await sql`
    delete from fixed_wording where district_id = ${districtId} and language = ${language} and kind = ${kind} and id = ${id}`.execute(
    trx,
  )
  if (numAffectedRows === 0n) return
  await appendEvents(trx, districtId, [
    { exchangeId: null, at: await databaseNow(trx), what: 'wording_dropped', who: by, detail: { language, kind, id } },
  ])
}

/** Who decided that families of a language get texts that no speaker has read, by language. */
export async function unreviewedChoices(trx: Trx, districtId: string): Promise<ReadonlyMap<string, Said>> {
  const { rows } = await sql<{ language: string; by: string; at: Temporal.Instant }>`
    select c.language, coalesce(p.display_name, concat_ws(' ', p.given_name, p.family_name)) as by, c.decided_at as at
    from unreviewed_choice c join person p on p.district_id = c.district_id and p.id = c.decided_by where c.district_id = ${districtId}`.execute(
    trx,
  )
  return new Map(rows.map(({ language, by, at }) => [language, { by, at }]))
}

/** Notes that somebody of the district decided so for a language, or takes it back. */
export async function chooseUnreviewed(trx: Trx, districtId: string, language: string, goes: boolean, by: string): Promise<void> {
  const { numAffectedRows } = goes
    ? await sql`insert into unreviewed_choice (district_id, language, decided_by) values (${districtId}, ${language}, ${by})
        on conflict (district_id, language) do nothing`.execute(trx)
    : await sql`delete from unreviewed_choice where district_id = ${districtId} and language = ${language}`.execute(trx)
  if (numAffectedRows === 0n) return
  await appendEvents(trx, districtId, [
    {
      exchangeId: null,
      at: await databaseNow(trx),
      what: goes ? 'unreviewed_chosen' : 'unreviewed_not_chosen',
      who: by,
      detail: { language },
    },
  ])
}
