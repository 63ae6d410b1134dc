/** Finds the exchanges that have words by the index of words (words.ts), the newest first, a few at a time. */

import { sql } from 'kysely'
import type { SearchTerm } from '../core/search-words.ts'
import type { Trx } from './database.ts'
import { readPlaces } from './words.ts'

/** Exchanges that may fit, each to be looked at once more by its text. Whatever comes later came into being at `until` or before; null: nothing comes. */
export type Candidates = { readonly ids: readonly string[]; readonly until: Temporal.Instant | null }

/** What is known of the words looked for before any exchange is read. */
export type WordPlan = {
  /** Sets of words of the index, the rarest first: one of each set must be there. None: the index leads nowhere. */
  readonly all: readonly (readonly string[])[]
  /** In how many blocks the first set stands, counted up to `MANY`; of several lines, unknown and so `MANY`. */
  readonly blocks: number
}

/** A beginning that so many words share is no help: what has it is found by reading the newest. */
const MOST_WORDS = 200
/** Rows of the index from which on a word counts as frequent: of fewer, all blocks can be looked through. */
const MANY = 1_000
/** Blocks that are looked through first; each further step takes more. */
const FIRST_STEP = 2
const GROWTH = 4
/** Candidates that are given out together. */
const TOGETHER = 400

/** Plans for exchanges with all terms of any of these lines; null: the index has none. */
export async function planWords(
  trx: Trx,
  districtId: string,
  lines: readonly (readonly SearchTerm[])[],
): Promise<WordPlan | null> {
  const begun = await beginnings(trx, districtId, lines)
  const plans: (readonly (readonly string[])[])[] = []
  let blocks = 0
  for (const line of lines) {
    const keys = line.flatMap((term) => term.keys)
    const sets = keys
      .map(({ word, begins }) => (begins ? (begun.get(word) ?? []) : [word]))
      .filter((words) => words.length <= MOST_WORDS)
    const counted = []
    for (const words of sets) counted.push({ words, n: await countBlocks(trx, districtId, words) })
    if (counted.some(({ n }) => n === 0)) continue
    counted.sort((a, b) => a.n - b.n)
    blocks = Math.max(blocks, counted[0]?.n ?? MANY)
    plans.push(counted.map(({ words }) => words))
  }
  const [one] = plans
  if (one === undefined) return null
  if (plans.length === 1) return { all: one, blocks }
  // Of several lines the rarest words of each lead to it; the texts say which of them fit.
  const leading = plans.map(([rarest]) => rarest ?? [])
  return { all: leading.some((words) => words.length === 0) ? [] : [[...new Set(leading.flat())]], blocks: MANY }
}

/** The words of the index that begin with each word that may be a beginning, one more than `MOST_WORDS` at most. */
async function beginnings(
  trx: Trx,
  districtId: string,
  lines: readonly (readonly SearchTerm[])[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const wanted = new Set(
    lines.flatMap((line) => line.flatMap(({ keys }) => keys.filter((key) => key.begins).map((key) => key.word))),
  )
  const { rows } = await sql<{ beginning: string; words: string[] }>`
    with recursive known (beginning, word, n) as (
      select b, (select word from word_place where district_id = ${districtId} and word >= b collate "C" order by word limit 1), 1
      from unnest(${[...wanted]}::text[]) as b
      union all
      select beginning, (select p.word from word_place p where p.district_id = ${districtId} and p.word > k.word order by p.word limit 1), n + 1
      from known k where starts_with(k.word, beginning) and n <= ${MOST_WORDS}
    )
    select beginning, array_agg(word) as words from known where starts_with(word, beginning) group by beginning`.execute(trx)
  return new Map(rows.map(({ beginning, words }) => [beginning, words]))
}

/** In how many blocks one of these words stands, counted up to `MANY`. */
async function countBlocks(trx: Trx, districtId: string, words: readonly string[]): Promise<number> {
  // Words of one beginning share their blocks; of very many rows the first are enough to know that there are many.
  const { rows } = await sql<{ n: number }>`select count(distinct block)::int as n from (
    select block from word_place where district_id = ${districtId} and word = any(${[...words]}::text[]) limit ${words.length === 1 ? MANY : 5 * MANY}) w`.execute(
    trx,
  )
  return rows[0]?.n ?? 0
}

/** The exchanges of which no block holds a text yet. */
export async function notIndexed(trx: Trx, districtId: string): Promise<Candidates> {
  const { rows } = await sql<{ ids: string[] | null; until: Temporal.Instant | null }>`select
    (select array_agg(distinct id::text) from (
      select unnest(exchanges) as id from word_waiting where district_id = ${districtId}
      union all select e.exchange_id from unsealed u cross join lateral (
        select exchange_id from event where district_id = ${districtId} and id = u.event_id and text_digest is not null limit 1) e
      where u.district_id = ${districtId} and e.exchange_id is not null) w) as ids,
    (select reach_at from word_block where district_id = ${districtId} order by block desc limit 1) as until`.execute(trx)
  return { ids: rows[0]?.ids ?? [], until: rows[0]?.until ?? null }
}

/** The exchanges of the index with all words of the plan, about the newest first. Only those matter that came into being before `before` and not before `from`. */
export async function* indexed(
  trx: Trx,
  districtId: string,
  plan: WordPlan,
  range: { readonly from: Temporal.Instant | null; readonly before: Temporal.Instant | null },
): AsyncGenerator<Candidates> {
  const [rarest = [], ...others] = plan.all
  let below: number | null = null
  let step = plan.blocks < MANY ? Number.MAX_SAFE_INTEGER : FIRST_STEP
  for (;;) {
    const { rows: window }: { rows: { block: number; reach: Temporal.Instant }[] } = await sql<{
      block: number
      reach: Temporal.Instant
    }>`select w.block, b.reach_at as reach from (
        ${
          step > MANY
            ? sql`select distinct block from word_place where district_id = ${districtId} and word = any(${[...rarest]}::text[])`
            : sql`select block from word_block where district_id = ${districtId}`
        } ) w
      join word_block b on b.district_id = ${districtId} and b.block = w.block
      where true ${below === null ? sql`` : sql`and w.block < ${below}`} ${range.before === null ? sql`` : sql`and b.first_at <= ${range.before.toString()}::timestamptz`}
      order by w.block desc limit ${Math.min(step, MANY) + 1}`.execute(trx)
    const taken = window.slice(0, Math.min(step, MANY))
    const newest = taken[0]
    if (newest === undefined) return
    if (range.from !== null && Temporal.Instant.compare(newest.reach, range.from) < 0) return
    let places = await placesOf(
      trx,
      districtId,
      rarest,
      taken.map(({ block }) => block),
    )
    for (const words of others) {
      if (places.size === 0) break
      const also = await placesOf(trx, districtId, words, [...places.keys()])
      places = new Map(
        [...places].flatMap(([block, here]): [number, Set<number>][] => {
          const both = here.intersection(also.get(block) ?? new Set())
          return both.size === 0 ? [] : [[block, both]]
        }),
      )
    }
    yield* inTurn(trx, districtId, window, taken.length, places)
    if (window.length === taken.length) return
    below = taken.at(-1)?.block ?? 0
    step = step > MANY ? step : Math.min(step * GROWTH, MANY)
  }
}

/** Gives out what stands in the first blocks of a window, from the last one down; those after them only say how far the others reach. */
async function* inTurn(
  trx: Trx,
  districtId: string,
  window: readonly { readonly block: number; readonly reach: Temporal.Instant }[],
  taken: number,
  places: ReadonlyMap<number, ReadonlySet<number>>,
): AsyncGenerator<Candidates> {
  let pairs: [number, number][] = []
  for (const [i, { block }] of window.slice(0, taken).entries()) {
    for (const place of places.get(block) ?? []) pairs.push([block, place])
    const end = i === taken - 1
    if (pairs.length < TOGETHER && !end) continue
    const { rows } = await sql<{ id: string }>`
      select encode(substring(b.exchanges from w.place * 16 + 1 for 16), 'hex')::uuid as id
      from unnest(${pairs.map(([b]) => b)}::int[], ${pairs.map(([, p]) => p)}::int[]) as w (block, place)
      join word_block b on b.district_id = ${districtId} and b.block = w.block`.execute(trx)
    yield { ids: rows.map(({ id }) => id), until: window[i + 1]?.reach ?? null }
    pairs = []
  }
}

/** The places in these blocks at which one of the words stands. */
async function placesOf(
  trx: Trx,
  districtId: string,
  words: readonly string[],
  blocks: readonly number[],
): Promise<Map<number, Set<number>>> {
  const found = new Map<number, Set<number>>()
  const [last, first] = [Math.max(...blocks), Math.min(...blocks)]
  // Blocks that lie beside each other are read as one range of the index.
  const close = last - first < blocks.length * 2
  const { rows } = await sql<{ block: number; places: Buffer }>`
    select block, places from word_place where district_id = ${districtId} and word = any(${[...words]}::text[])
      and ${close ? sql`block between ${first} and ${last}` : sql`block = any(${[...blocks]}::int[])`}`.execute(trx)
  for (const { block, places } of rows) {
    const here = found.get(block) ?? new Set<number>()
    for (const place of readPlaces(places)) here.add(place)
    found.set(block, here)
  }
  return found
}
