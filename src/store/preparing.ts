/** `prepare`'s side of the store: leases of what is to be prepared, everything that is known about it, and the result. */

import { sql } from 'kysely'
import type { Direction } from '../core/exchange.ts'
import type { Moment } from '../relay/ports.ts'
import type { Asked, Postponed, Prepared, PrepareStore, ToPrepare } from '../relay/prepare-ports.ts'
import { bindPhones } from './conversations.ts'
import { type Db, databaseNow, inDistrict, type Trx } from './database.ts'
import { type Described, describeExchanges } from './describing.ts'
import { appendEvents, type NewEvent } from './events.ts'
import { insertNotices } from './exchanges.ts'
import type { Keys } from './keys.ts'
import { momentOf } from './settings.ts'
import { openTask } from './tasks.ts'

/**
 * Seconds after which work that a dead process had begun is taken up again. The lease has a column of its own, which no index holds: a lease
 * rewrites the row in its place and nothing else. Set while somebody prepares, with `prepare_tries` telling whose lease it is.
 */
const LEASE_SECONDS = 60

/** The prepare port. */
export function prepareStore(db: Db, keys: Keys): PrepareStore {
  return {
    lease: (districtId, limit) => inDistrict(db, districtId, (trx) => lease(trx, keys, districtId, limit), 'row by row'),
    finish: (districtId, moment, done) =>
      inDistrict(db, districtId, (trx) => finish(trx, districtId, moment, done), 'row by row'),
    postpone: (districtId, later) => inDistrict(db, districtId, (trx) => postpone(trx, districtId, later), 'row by row'),
    claimLines: (districtId, phoneIds) =>
      inDistrict(db, districtId, async (trx) => {
        const { rows } = await sql<{ id: string }>`
          update phone set line_checked_at = clock_timestamp() where district_id = ${districtId} and line_checked_at is null and id in (
            select id from phone where district_id = ${districtId} and id = any(${[...phoneIds]}::uuid[]) order by id for update)
          returning id`.execute(trx)
        return rows.map((row) => row.id)
      }),
    keepLines: (districtId, lines) =>
      inDistrict(db, districtId, async (trx) => {
        const known = [...lines].sort(([a], [b]) => compare(a, b))
        // What a failed text has taught meanwhile is surer.
        await sql`update phone p set line_type = w.line from unnest(${known.map(([id]) => id)}::uuid[], ${known.map(([, line]) => line)}::text[]) as w (id, line)
          where p.district_id = ${districtId} and p.id = w.id and p.line_type is null`.execute(trx)
      }),
  }
}

async function postpone(trx: Trx, districtId: string, given: readonly Postponed[]): Promise<void> {
  const later = [...given].sort((a, b) => compare(a.id, b.id))
  const at = await databaseNow(trx)
  const { rows } = await sql<{ id: string }>`
    update exchange e set prepare_after = clock_timestamp() + w.seconds * interval '1 second', prepare_lease = null
    from unnest(${later.map((l) => l.id)}::uuid[], ${later.map((l) => l.seconds)}::float8[], ${later.map((l) => l.tries)}::int[]) as w (id, seconds, tries)
    where e.district_id = ${districtId} and e.id = w.id and e.prepare_lease is not null and e.prepare_tries = w.tries
    returning e.id`.execute(trx)
  const postponed = new Set(rows.map((row) => row.id))
  await appendEvents(
    trx,
    districtId,
    later.flatMap(({ id, seconds, reason, asked }): NewEvent[] =>
      reason !== null && postponed.has(id)
        ? [{ exchangeId: id, at, what: 'translator_away', detail: { reason, seconds, ...languagesOf(asked) } }]
        : [],
    ),
  )
}

/** Between which languages, for whoever counts by language. */
function languagesOf(asked: Asked | undefined): { readonly from?: string; readonly to?: string } {
  return asked === undefined ? {} : { from: asked.from, to: asked.to }
}

async function lease(
  trx: Trx,
  keys: Keys,
  districtId: string,
  limit: number,
): Promise<{ moment: Moment; items: readonly ToPrepare[] }> {
  const moment = await momentOf(trx)
  const { rows } = await sql<{ id: string }>`
    update exchange set prepare_lease = clock_timestamp() + ${LEASE_SECONDS} * interval '1 second', prepare_tries = prepare_tries + 1
    where district_id = ${districtId} and id in (
      select id from exchange where district_id = ${districtId} and prepare_after <= clock_timestamp()
        and (prepare_lease is null or prepare_lease <= clock_timestamp())
      order by prepare_after, created_at limit ${limit} for update skip locked)
    returning id`.execute(trx)
  if (rows.length === 0) return { moment, items: [] }
  const items = await describeExchanges(
    trx,
    keys,
    districtId,
    moment.now,
    rows.map((r) => r.id),
  )
  return { moment, items: await withNumbers(trx, keys, districtId, moment, items) }
}

/** Gives a number to the sides that have none yet; what is prepared for a side that gets none waits until one is bought. */
async function withNumbers(
  trx: Trx,
  keys: Keys,
  districtId: string,
  moment: Moment,
  items: readonly Described[],
): Promise<readonly ToPrepare[]> {
  const halves = items.filter((item) => item.phone === 'none' || !item.otherBound)
  if (halves.length === 0) return items
  const lacking = await bindPhones(trx, districtId, moment.now, [...new Set(halves.map((item) => item.conversationId))])
  const unbound = halves.filter((item) => item.phone === 'none')
  if (unbound.length === 0) return items
  const anew = await describeExchanges(
    trx,
    keys,
    districtId,
    moment.now,
    unbound.map((item) => item.id),
  )
  const bound = new Map(
    anew.map((item): [string, ToPrepare] => {
      const lacks = (item.direction === 'to_staff' ? lacking.staff : lacking.family).has(item.conversationId)
      return [item.id, lacks ? { ...item, phone: 'no_number' } : item]
    }),
  )
  return items.map((item) => bound.get(item.id) ?? item)
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/**
 * The results whose school still has the hours that they were timed by. The schools' rows stay locked against new hours until the commit.
 */
async function stillTimed(trx: Trx, districtId: string, done: readonly Prepared[]): Promise<Prepared[]> {
  const schools = [...new Set(done.map((d) => d.schoolId))]
  const { rows } = await sql<{ id: string; hours_version: number }>`
    select id, hours_version from school where district_id = ${districtId} and id = any(${schools}::text[]) order by id for share`.execute(
    trx,
  )
  const versions = new Map(rows.map((r) => [r.id, r.hours_version]))
  return done.filter((d) => versions.get(d.schoolId) === d.hoursVersion)
}

/**
 * Writes the results that nothing overtook: the lease is still ours, nobody made the text urgent or put it to another time, the school has the same hours. What is still ours
 * is prepared again.
 */
async function finish(trx: Trx, districtId: string, moment: Moment, given: readonly Prepared[]): Promise<void> {
  // Two that write at once lock rows, tasks and notices in one order: by ids, conversations and keys.
  const inOrder = [...given].sort((a, b) => compare(a.id, b.id))
  const done = await stillTimed(trx, districtId, inOrder)
  const { rows } = await sql<{ id: string; conversation_id: string; direction: Direction }>`
    update exchange e set prepare_after = null, prepare_lease = null, original_language = w.original_language, translation_language = w.translation_language,
      translation_text = w.translation_text, translation_by = w.translation_by, body = w.body,
      status = w.status, send_after = w.send_after, hold = w.hold, channel = w.channel, with_pictures = w.with_pictures
    from unnest(${done.map((d) => d.id)}::uuid[], ${done.map((d) => d.originalLanguage)}::text[], ${done.map((d) => d.translation?.language ?? null)}::text[],
      ${done.map((d) => d.translation?.text ?? null)}::text[], ${done.map((d) => d.translation?.by ?? null)}::text[], ${done.map((d) => d.body)}::text[],
      ${done.map((d) => d.status)}::text[],
      ${done.map((d) => d.sendAfter?.toString() ?? null)}::timestamptz[], ${done.map((d) => d.hold)}::text[], ${done.map((d) => d.urgent)}::boolean[], ${done.map((d) => d.tries)}::int[],
      ${done.map((d) => d.channel)}::text[], ${done.map((d) => d.notBefore?.toString() ?? null)}::timestamptz[], ${done.map((d) => d.withPictures)}::boolean[])
      as w (id, original_language, translation_language, translation_text, translation_by, body, status, send_after, hold, urgent, tries, channel, not_before,
        with_pictures)
    where e.district_id = ${districtId} and e.id = w.id and e.prepare_lease is not null and e.prepare_tries = w.tries and e.urgent = w.urgent
      and e.not_before is not distinct from w.not_before
    returning e.id, e.conversation_id, e.direction`.execute(trx)
  const written = new Map(rows.map((r) => [r.id, r]))
  const overtaken = inOrder.filter((d) => !written.has(d.id))
  if (overtaken.length > 0)
    await sql`update exchange e set prepare_after = clock_timestamp(), prepare_lease = null
      from unnest(${overtaken.map((d) => d.id)}::uuid[], ${overtaken.map((d) => d.tries)}::int[]) as w (id, tries)
      where e.district_id = ${districtId} and e.id = w.id and e.prepare_lease is not null and e.prepare_tries = w.tries`.execute(
      trx,
    )
  const events: NewEvent[] = []
  const lacking = new Map<string, string>()
  const toSay: string[] = []
  const unreached: string[] = []
  for (const d of done) {
    const row = written.get(d.id)
    if (row === undefined) continue
    const at = moment.database
    // What goes on at once is one event: translated, and thereby queued.
    const goesOn = d.translation !== null && d.status === 'queued'
    if (d.translation !== null)
      events.push({
        exchangeId: d.id,
        at,
        what: 'translated',
        detail: {
          by: d.translation.by,
          from: d.originalLanguage,
          to: d.translation.language,
          ...(d.asked === undefined ? {} : { ms: d.asked.milliseconds }),
          ...(goesOn ? { status: d.status } : {}),
        },
        text: { translation: d.translation.text },
      })
    if (d.translationNote !== null)
      events.push({
        exchangeId: d.id,
        at,
        what: d.translationNote,
        detail: { ...(d.noteDetail === null ? {} : { why: d.noteDetail }), ...languagesOf(d.asked) },
        // Prepared anew, a text can lose the translation that it had.
        ...(d.translation === null ? { text: { translation: null } } : {}),
      })
    if (!goesOn)
      events.push({
        exchangeId: d.id,
        at,
        what: d.status === 'received' ? 'ready' : d.status,
        detail: {
          status: d.status,
          ...(d.hold === null ? {} : { hold: d.hold }),
          ...(d.status === 'held' ? { sendAfter: d.sendAfter?.toString() ?? null } : {}),
          ...(d.status === 'failed' ? { reason: 'no_way' } : {}),
        },
      })
    if (d.hold === 'no_number') lacking.set(row.conversation_id, d.id)
    if (d.hold === 'person') toSay.push(d.id)
    if (d.status === 'failed') unreached.push(d.id)
  }
  for (const [conversationId, id] of [...lacking].sort(([a], [b]) => compare(a, b)))
    await openTask(trx, districtId, 'no_number', conversationId, { exchangeId: id })
  for (const id of toSay) await openTask(trx, districtId, 'to_record', id, { exchangeId: id })
  for (const id of unreached) await openTask(trx, districtId, 'unreached', id, { exchangeId: id })
  await appendEvents(trx, districtId, events)
  await insertNotices(
    trx,
    districtId,
    moment.database,
    moment.now,
    done
      .flatMap((d) => {
        const row = written.get(d.id)
        if (d.answer === null || row === undefined) return []
        const back = row.direction === 'to_family' ? 'to_staff' : 'to_family'
        return [
          {
            ...d.answer,
            conversationId: row.conversation_id,
            direction: back as Direction,
            answers: d.id,
            phoneId: null,
            proxyNumberId: null,
          },
        ]
      })
      .sort((a, b) => compare(a.key ?? '', b.key ?? '')),
  )
}
