/** Which exchanges an administrator's search finds: read by time, by the conversations it is about, or by the index of words. */

import { type RawBuilder, sql } from 'kysely'
import type { Status } from '../core/exchange.ts'
import { fits, hasPhrase, type SearchTerm, termsOf } from '../core/search-words.ts'
import type { Trx } from './database.ts'
import { deskName } from './desks.ts'
import { type Cursor, seesConversation, type Viewer } from './exchange-view.ts'
import { householdsOf, saidTo, type Whose } from './past-families.ts'
import { indexed, notIndexed, planWords } from './word-search.ts'

/** What is looked for; null: everything. */
export type Search = {
  readonly from: Temporal.Instant | null
  /** Not part of the range. */
  readonly to: Temporal.Instant | null
  /** sourcedId of a staff member, or a desk. */
  readonly staff: string | null
  readonly classId: string | null
  /** sourcedId of a guardian or a student, who may have left: what was said to their households. Absent: to all. */
  readonly family?: string | null
  readonly status: Status | null
  readonly words: Words | null
  /** What else must be true of the exchange `x`. */
  readonly also?: RawBuilder<boolean>
  readonly before: Cursor | null
  readonly limit: number
}

/** Any of these lines, as they were typed, in the original or the translation: all words of a line wherever they stand, or beside each other (`phrases`). */
export type Words = { readonly anyOf: readonly string[]; readonly as: 'words' | 'phrases' }

/** An exchange that was found, with what it was found by. */
export type FoundRow = {
  readonly id: string
  readonly at: Temporal.Instant
  readonly conversation: string
  readonly household: string
  /** Name of the staff side. */
  readonly staff: string
  readonly original: string
  readonly translation: string | null
}

type Viewing = Viewer & { readonly districtId: string }
/** Rows, the newest first; what comes after them came into being at `until` or before, null: nothing comes. */
type Batch = { readonly rows: readonly FoundRow[]; readonly until: Temporal.Instant | null }

/** Conversations of a teacher or a class that are read one by one; of more, all exchanges are read by time. */
const FEW_CONVERSATIONS = 300
/** Blocks of the index that lead to less than such conversations have. */
const FEW_BLOCKS = 100
/** Exchanges whose texts are read for one page of a search for words. */
const MOST_READ = 3_000
/** Texts that are read together where no index leads to them. */
const READ_TOGETHER = 500
/** Sorts behind every id. */
const LAST_ID = 'ffffffff-ffff-ffff-ffff-ffffffffffff'

/** One page of rows, and where the next one begins. */
export async function findRows(
  trx: Trx,
  viewer: Viewing,
  search: Search,
): Promise<{
  readonly rows: readonly FoundRow[]
  readonly next: Cursor | null
  readonly lookedBackTo: Temporal.Instant | null
}> {
  const { limit } = search
  if (search.words === null) {
    const rows = await readRows(trx, viewer, search, await conversationsOf(trx, viewer, search), limit + 1)
    return { ...pageOf(rows, limit), lookedBackTo: null }
  }
  const lines = search.words.anyOf.map((line) => ({ line, terms: termsOf(line) })).filter(({ terms }) => terms.length > 0)
  if (lines.length === 0) return { rows: [], next: null, lookedBackTo: null }
  const asPhrases = search.words.as === 'phrases'
  const has = ({ original, translation }: FoundRow) => {
    const texts = translation === null ? [original] : [original, translation]
    return lines.some(({ line, terms }) => fits(terms, texts) && (!asPhrases || terms.length === 1 || hasPhrase(line, texts)))
  }
  const pool: FoundRow[] = []
  let read = 0
  for await (const { rows, until } of batches(
    trx,
    viewer,
    search,
    lines.map(({ terms }) => terms),
  )) {
    read += rows.length
    const known = new Set(pool.map(({ id }) => id))
    pool.push(...rows.filter((row) => !known.has(row.id) && has(row)))
    pool.sort(newestFirst)
    if (until === null) break
    // What is older than all that is still to come waits for it.
    const sure = pool.filter(({ at }) => Temporal.Instant.compare(at, until) > 0)
    if (sure.length > limit) return { ...pageOf(sure, limit), lookedBackTo: null }
    if (read >= MOST_READ) return { rows: sure, next: { at: until, id: LAST_ID }, lookedBackTo: until }
  }
  return { ...pageOf(pool, limit), lookedBackTo: null }
}

function pageOf(rows: readonly FoundRow[], limit: number): { readonly rows: readonly FoundRow[]; readonly next: Cursor | null } {
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  return { rows: shown, next: rows.length > limit && last !== undefined ? { at: last.at, id: last.id } : null }
}

function newestFirst(a: FoundRow, b: FoundRow): number {
  return Temporal.Instant.compare(b.at, a.at) || (a.id < b.id ? 1 : -1)
}

/** What may have the words, a batch at a time: by the index where it leads to less than reading does. */
async function* batches(
  trx: Trx,
  viewer: Viewing,
  search: Search,
  lines: readonly (readonly SearchTerm[])[],
): AsyncGenerator<Batch> {
  const { districtId } = viewer
  const byIds = async (ids: readonly string[]) =>
    named(
      trx,
      districtId,
      sql`unnest(${[...new Set(ids)]}::uuid[]) as w (id)
    join exchange x on x.district_id = ${districtId} and x.id = w.id
    join conversation c on c.district_id = x.district_id and c.id = x.conversation_id`,
      sql`${wanted(districtId, search)} and ${about(viewer, search)}`,
      null,
    )
  const plan = await planWords(trx, districtId, lines)
  const conversations = await conversationsOf(trx, viewer, search)
  const byIndex = plan === null || (plan.all.length > 0 && (conversations === null || plan.blocks < FEW_BLOCKS))
  if (byIndex) {
    const { ids, until } = await notIndexed(trx, districtId)
    yield { rows: await byIds(ids), until: plan === null ? null : until }
    if (plan === null) return
    const range = { from: search.from, before: search.before?.at ?? search.to }
    for await (const some of indexed(trx, districtId, plan, range)) yield { rows: await byIds(some.ids), until: some.until }
    return
  }
  let before = search.before
  // A frequent word is found among the newest; else all that may be read is read at once.
  for (let together = READ_TOGETHER; ; together = MOST_READ - READ_TOGETHER) {
    const rows = await readRows(trx, viewer, { ...search, before }, conversations, together)
    const last = rows.at(-1)
    const more = rows.length === together && last !== undefined
    yield { rows, until: more ? last.at : null }
    if (!more) return
    before = { at: last.at, id: last.id }
  }
}

/** Whose families are wanted; none: everybody's. */
function whoseOf({ family, classId }: { readonly family: string | null; readonly classId: string | null }): readonly Whose[] {
  return [...(family === null ? [] : [{ person: family }]), ...(classId === null ? [] : [{ class: classId }])]
}

/** True for the exchanges `x` of the wanted time and state, and of the wanted families' own time. */
function wanted(districtId: string, { from, to, family = null, classId, before, status, also }: Search): RawBuilder<boolean> {
  return sql<boolean>`x.author = 'person'
    ${from === null ? sql`` : sql`and x.created_at >= ${from.toString()}::timestamptz`}
    ${to === null ? sql`` : sql`and x.created_at < ${to.toString()}::timestamptz`}
    ${before === null ? sql`` : sql`and (x.created_at, x.id) < (${before.at.toString()}::timestamptz, ${before.id}::uuid)`}
    ${sql.join(
      whoseOf({ family, classId }).map((whose) => sql`and ${saidTo(districtId, whose)}`),
      sql` `,
    )}
    ${status === null ? sql`` : sql`and x.status = ${status}`} ${also === undefined ? sql`` : sql`and ${also}`}`
}

/** True for the conversations `c` that are searched: those that the viewer sees, of the wanted teacher or desk, of the wanted family, and of the families of the wanted class. */
function about(viewer: Viewing, { staff, classId, family = null }: Search): RawBuilder<boolean> {
  const { districtId } = viewer
  return sql<boolean>`${seesConversation(viewer, [])}
    ${staff === null ? sql`` : sql`and c.staff_side = ${staff}`}
    ${sql.join(
      whoseOf({ family, classId }).map((whose) => sql`and c.household_id in ${householdsOf(districtId, whose)}`),
      sql` `,
    )}`
}

/** The conversations of the wanted teacher, family or class; null when nobody named one, or they are many. */
async function conversationsOf(trx: Trx, viewer: Viewing, search: Search): Promise<readonly string[] | null> {
  if (search.staff === null && search.classId === null && (search.family ?? null) === null) return null
  const { rows } = await sql<{ id: string }>`
    select c.id from conversation c where c.district_id = ${viewer.districtId} and ${about(viewer, search)} limit ${FEW_CONVERSATIONS + 1}`.execute(
    trx,
  )
  return rows.length > FEW_CONVERSATIONS ? null : rows.map(({ id }) => id)
}

/** The newest exchanges that are wanted: of these conversations, or of all that the search is about. */
async function readRows(
  trx: Trx,
  viewer: Viewing,
  search: Search,
  conversations: readonly string[] | null,
  limit: number,
): Promise<readonly FoundRow[]> {
  const { districtId } = viewer
  if (conversations === null)
    return named(
      trx,
      districtId,
      sql`exchange x join conversation c on c.district_id = x.district_id and c.id = x.conversation_id`,
      sql`x.district_id = ${districtId} and ${wanted(districtId, search)} and ${about(viewer, search)}`,
      limit,
    )
  return named(
    trx,
    districtId,
    sql`unnest(${[...conversations]}::uuid[]) as w (id)
    join conversation c on c.district_id = ${districtId} and c.id = w.id
    cross join lateral (
      select * from exchange x where x.district_id = ${districtId} and x.conversation_id = w.id and ${wanted(districtId, search)}
      order by x.created_at desc, x.id desc limit ${limit}) x`,
    sql`true`,
    limit,
  )
}

/** Reads rows with the names of their staff sides, the newest first. */
async function named(
  trx: Trx,
  districtId: string,
  from: RawBuilder<unknown>,
  where: RawBuilder<unknown>,
  limit: number | null,
): Promise<readonly FoundRow[]> {
  const { rows } = await sql<FoundRow>`
    select f.id, f.created_at as at, f.conversation, f.household_id as household, f.original_text as original, f.translation_text as translation,
      coalesce(t.display_name, nullif(trim(concat_ws(' ', t.given_name, t.family_name)), ''), ${deskName(districtId, sql`f.staff_side`)}, f.staff_side) as staff
    from (select x.id, x.created_at, x.original_text, x.translation_text, c.id as conversation, c.household_id, c.staff_side
      from ${from} where ${where} order by x.created_at desc, x.id desc limit ${limit}) f
    left join person t on t.district_id = ${districtId} and t.id = f.staff_side
    order by f.created_at desc, f.id desc`.execute(trx)
  return rows
}
