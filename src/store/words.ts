/**
 * The index of words: for every word, in which exchanges it stands. It follows the sealed log, where every text that an exchange gets or changes is an event, so the
 * way in does nothing for it. Exchanges are taken in blocks, and a word has one row a block, so that frequent words cost little; what is not in a
 * block yet is few enough to be read. Words stand as plainly as the texts beside them, under the same wall: a code in their place would hide nothing that is not
 * there to read, and could not be searched by the beginning of a word.
 */

import { sql } from 'kysely'
import { wordsOf } from '../core/search-words.ts'
import { type Db, inDistrict, type Trx } from './database.ts'

/** What waits for a block, in the order of the log: so much of it as makes `size` texts, or all that there is. */
async function waitingTexts(
  trx: Trx,
  districtId: string,
  size: number,
): Promise<{ readonly ids: readonly string[]; readonly texts: number; readonly until: number }> {
  const { rows } = await sql<{ seq: number; texts: number; exchanges: string[] }>`
    select seq, texts, exchanges from (
      select seq, texts, exchanges, sum(texts) over (order by seq) - texts as before from word_waiting where district_id = ${districtId}) w
    where before < ${size} order by seq`.execute(trx)
  return {
    ids: [...new Set(rows.flatMap(({ exchanges }) => exchanges))],
    texts: rows.reduce((sum, row) => sum + row.texts, 0),
    until: rows.at(-1)?.seq ?? 0,
  }
}

/** Makes the next block when `size` texts wait; gives how many it took, 0 while there are fewer. */
export async function indexWords(db: Db, districtId: string, size: number): Promise<number> {
  return inDistrict(
    db,
    districtId,
    async (trx) => {
      await holdIndex(trx, districtId)
      const { ids, texts, until } = await waitingTexts(trx, districtId, size)
      if (texts < size) return 0
      await insertBlock(trx, districtId, ids, until)
      await sql`delete from word_waiting where district_id = ${districtId} and seq <= ${until}`.execute(trx)
      return texts
    },
    'row by row',
  )
}

/** One at a time: a block is made by one server, and no text that is being erased is taken in beside it. */
async function holdIndex(trx: Trx, districtId: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`words ${districtId}`}, 0))`.execute(trx)
}

/** Writes the next block, of these exchanges, whose texts are those up to place `until` of the log. */
export async function insertBlock(trx: Trx, districtId: string, ids: readonly string[], until: number): Promise<void> {
  const { rows: texts } = await sql<{ id: string; original: string; translation: string | null }>`
    select x.id, x.original_text as original, x.translation_text as translation
    from unnest(${[...ids]}::uuid[]) with ordinality as w (id, n)
    join exchange x on x.district_id = ${districtId} and x.id = w.id and x.author = 'person' order by w.n`.execute(trx)
  const places = new Map<string, number[]>()
  for (const [place, { original, translation }] of texts.entries())
    for (const word of new Set([...wordsOf(original), ...wordsOf(translation ?? '')])) {
      const standing = places.get(word)
      if (standing === undefined) places.set(word, [place])
      else standing.push(place)
    }
  // Beside each other in the index: rows go in much faster so.
  const words = [...places.keys()].sort()
  const { rows: made } = await sql<{ block: number }>`
    insert into word_block (district_id, block, until_seq, first_at, reach_at, exchanges, words)
    select ${districtId}, coalesce(max(l.block) + 1, 0), ${until},
      coalesce(min(x.created_at), clock_timestamp()), coalesce(greatest(max(x.created_at), max(l.reach_at)), clock_timestamp()),
      ${Buffer.from(texts.map(({ id }) => id.replaceAll('-', '')).join(''), 'hex')}, ${words}::text[]
    from (values (0)) as one (n)
    left join (select block, reach_at from word_block where district_id = ${districtId} order by block desc limit 1) l on true
    left join exchange x on x.district_id = ${districtId} and x.id = any(${texts.map(({ id }) => id)}::uuid[])
    returning block`.execute(trx)
  await sql`insert into word_place (district_id, word, block, places)
    select ${districtId}, w.word, ${made[0]?.block}, w.places
    from unnest(${words}::text[], ${words.map((word) => writePlaces(places.get(word) ?? []))}::bytea[]) as w (word, places)`.execute(
    trx,
  )
}

/** Places of a block as they are kept: two bytes each, in order. */
export function writePlaces(places: readonly number[]): Buffer {
  const bytes = Buffer.alloc(places.length * 2)
  for (const [i, place] of places.entries()) bytes.writeUInt16BE(place, i * 2)
  return bytes
}

/** The places of a block, in order. */
export function readPlaces(bytes: Buffer): number[] {
  return Array.from({ length: bytes.length / 2 }, (_, i) => bytes.readUInt16BE(i * 2))
}

/** Erases the words of these exchanges. `trx` works as `homeline_eraser`, in the transaction that erases their texts, so that none is taken in again. */
export async function eraseWords(trx: Trx, districtId: string, ids: readonly string[]): Promise<void> {
  await holdIndex(trx, districtId)
  const { rows: blocks } = await sql<{ block: number; exchanges: Buffer; words: string[] }>`
    select b.block, b.exchanges, b.words from word_block b where b.district_id = ${districtId} and b.block in (
      select (select w.block from word_block w where w.district_id = ${districtId} and w.until_seq >= s.seq order by w.block limit 1)
      from event e join seal s on s.district_id = e.district_id and s.event_id = e.id
      where e.district_id = ${districtId} and e.exchange_id = any(${[...ids]}::uuid[]) and e.text_digest is not null)
    order by b.block for update`.execute(trx)
  const erased = new Set(ids.map((id) => id.replaceAll('-', '')))
  for (const { block, exchanges, words } of blocks) {
    const gone = new Set<number>()
    for (let place = 0; place * 16 < exchanges.length; place++)
      if (erased.has(exchanges.toString('hex', place * 16, place * 16 + 16))) gone.add(place)
    const { rows } = await sql<{ word: string; places: Buffer }>`
      select word, places from word_place where district_id = ${districtId} and word = any(${words}::text[]) and block = ${block}`.execute(
      trx,
    )
    const left = rows
      .map(({ word, places }) => ({ word, before: places, places: writePlaces(readPlaces(places).filter((p) => !gone.has(p))) }))
      .filter(({ before, places }) => before.length !== places.length)
    const [empty, fewer] = [left.filter(({ places }) => places.length === 0), left.filter(({ places }) => places.length > 0)]
    await sql`delete from word_place where district_id = ${districtId} and block = ${block} and word = any(${empty.map(({ word }) => word)}::text[])`.execute(
      trx,
    )
    await sql`update word_place p set places = w.places from unnest(${fewer.map(({ word }) => word)}::text[], ${fewer.map(({ places }) => places)}::bytea[]) as w (word, places)
      where p.district_id = ${districtId} and p.block = ${block} and p.word = w.word`.execute(trx)
    const nobody = new Set(empty.map(({ word }) => word))
    for (const place of gone) exchanges.fill(0, place * 16, place * 16 + 16)
    await sql`update word_block set words = ${words.filter((word) => !nobody.has(word))}::text[], exchanges = ${exchanges}
      where district_id = ${districtId} and block = ${block}`.execute(trx)
  }
}
