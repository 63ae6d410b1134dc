/** Exports that somebody asked for at a browser: made by a job, kept for a day, and given to nobody but who asked. */

import { sql } from 'kysely'
import type { Staff } from '../core/people.ts'
import { type Db, databaseNow, inDistrict, type Trx } from './database.ts'
import { appendEvents } from './events.ts'
import { askedFor, type ExportOptions, noteExport } from './export.ts'
import { staffById } from './people.ts'
import { removeSealed, sealedBefore } from './sealed-files.ts'

/** What somebody asked for. */
export type ExportAsked = Pick<ExportOptions, 'format'> & {
  /** The first and the last day, `2026-11-30`, in `zone`. */
  readonly first: string
  readonly last: string
  readonly zone: string
  readonly only: NonNullable<ExportOptions['only']>
  readonly reason: string
  /** What was chosen, in words, a line each. */
  readonly chosen: readonly string[]
}

/** An export and how far it is: exchanges done and in all. */
export type ExportRow = {
  readonly id: string
  readonly asked: ExportAsked
  readonly askedAt: Temporal.Instant
  readonly state: 'waits' | 'being_made' | 'ready' | 'failed'
  readonly done: number
  readonly total: number
  /** Bytes of the file; null: there is none yet. */
  readonly size: number | null
}

/** How long a file is kept, in hours. */
export const KEPT_HOURS = 24
/** A maker that does not tell of progress for so long is gone. */
const LEASE_SECONDS = 60
/** As often is an export begun; then it has failed. */
const MOST_TRIES = 3

const scopeText = ({ scope }: Staff) => JSON.stringify(scope)

/** The moments between which the days of an export lie. */
export function daysBetween({ first, last, zone }: Pick<ExportAsked, 'first' | 'last' | 'zone'>) {
  return {
    from: Temporal.PlainDate.from(first).toZonedDateTime(zone).toInstant(),
    to: Temporal.PlainDate.from(last).add({ days: 1 }).toZonedDateTime(zone).toInstant(),
  }
}

const inLog = (id: string, asked: ExportAsked) => ({
  ...askedFor(id, { ...daysBetween(asked), format: asked.format, only: asked.only }),
  reason: asked.reason,
})

/**
 * Asks for an export under an id that the form brings, so that a form sent twice asks once; false when something else was asked for under it. That it
 * began is in the log from here on, however often its making is begun.
 */
export async function askExport(trx: Trx, staff: Staff, id: string, asked: ExportAsked): Promise<boolean> {
  const { rows: made } = await sql`insert into export (district_id, id, staff_id, scope, asked)
    values (${staff.districtId}, ${id}, ${staff.id}, ${scopeText(staff)}::jsonb, ${JSON.stringify(asked)}::jsonb) on conflict do nothing returning id`.execute(
    trx,
  )
  if (made.length > 0) await noteExport(trx, staff.districtId, 'export_begun', staff.id, inLog(id, asked))
  const { rows } =
    await sql`select from export where district_id = ${staff.districtId} and id = ${id}::uuid and staff_id = ${staff.id}
    and asked = ${JSON.stringify(asked)}::jsonb`.execute(trx)
  return rows.length > 0
}

/** The own exports of the last day, the newest first; with an id, that one. What was asked for under other rights is not there any more. */
export async function exportsOf(trx: Trx, staff: Staff, id: string | null = null): Promise<ExportRow[]> {
  const { rows } = await sql<ExportRow>`
    select id, asked, asked_at as "askedAt", done, total, size,
      case when size is not null then 'ready' when ended_at is not null then 'failed' when lease > clock_timestamp() then 'being_made' else 'waits' end as state
    from export where district_id = ${staff.districtId} and staff_id = ${staff.id} and scope = ${scopeText(staff)}::jsonb
      and coalesce(ended_at, asked_at) > clock_timestamp() - ${KEPT_HOURS} * interval '1 hour' and (${id}::uuid is null or id = ${id}::uuid)
    order by asked_at desc, id limit 50`.execute(trx)
  return rows
}

/** Notes in the log that who asked has fetched the file. */
export async function noteFetched(trx: Trx, staff: Staff, { id, asked }: ExportRow): Promise<void> {
  const detail = { export: id, format: asked.format, reason: asked.reason }
  await appendEvents(trx, staff.districtId, [
    { exchangeId: null, at: await databaseNow(trx), what: 'export_fetched', who: staff.id, detail },
  ])
}

/** Takes an export back, made or not; who makes it notices. */
export async function dropExport(db: Db, dataDir: string, staff: Staff, id: string): Promise<void> {
  await inDistrict(db, staff.districtId, (trx) =>
    sql`delete from export where district_id = ${staff.districtId} and id = ${id}::uuid and staff_id = ${staff.id}`.execute(trx),
  )
  await removeSealed(dataDir, 'export', staff.districtId, id)
}

/** An export to make, and for whom; `staff` is null when who asked has other rights by now. */
export type DueExport = { readonly id: string; readonly tries: number; readonly asked: ExportAsked; readonly staff: Staff | null }

/** Whose making of an export it is: another server that took it over has another number of tries. */
export type Making = Pick<DueExport, 'id' | 'tries'>

/** Takes the oldest that nobody is making. Null: there is none. What was begun too often has failed. */
export async function takeExport(db: Db, districtId: string): Promise<DueExport | null> {
  return inDistrict(db, districtId, async (trx) => {
    const due = sql`ended_at is null and (lease is null or lease <= clock_timestamp())`
    await sql`update export set ended_at = clock_timestamp(), lease = null where district_id = ${districtId} and ${due} and tries >= ${MOST_TRIES}`.execute(
      trx,
    )
    const { rows } = await sql<{ id: string; tries: number; asked: ExportAsked; staff_id: string; scope: Staff['scope'] }>`
      update export set tries = tries + 1, done = 0, total = 0, lease = clock_timestamp() + ${LEASE_SECONDS} * interval '1 second'
      where district_id = ${districtId} and id = (select id from export where district_id = ${districtId} and ${due} order by asked_at limit 1 for update skip locked)
      returning id, tries, asked, staff_id, scope`.execute(trx)
    const row = rows[0]
    if (row === undefined) return null
    const staff = await staffById(trx, districtId, row.staff_id)
    // Two texts of one kind: what jsonb gives back has its keys in another order.
    const same = sql<{
      same: boolean
    }>`select ${JSON.stringify(staff?.scope)}::jsonb = ${JSON.stringify(row.scope)}::jsonb as same`
    const may = staff !== null && (await same.execute(trx)).rows[0]?.same === true
    return { id: row.id, tries: row.tries, asked: row.asked, staff: may ? staff : null }
  })
}

/** Says how far it is, and keeps it; false when it was taken back, or over by another server. */
export async function keepExport(
  db: Db,
  districtId: string,
  { id, tries }: Making,
  done: number,
  total: number,
): Promise<boolean> {
  const { rows } = await inDistrict(db, districtId, (trx) =>
    sql`update export set done = ${done}, total = ${total}, lease = clock_timestamp() + ${LEASE_SECONDS} * interval '1 second'
      where district_id = ${districtId} and id = ${id}::uuid and tries = ${tries} and ended_at is null returning id`.execute(trx),
  )
  return rows.length > 0
}

/** How the making ended: `size` bytes are ready, which is in the log then, or it failed for good, or it is to be begun anew, at once or a minute later. `gone`: it was taken back meanwhile; `another`: another server makes it. */
export async function endExport(
  db: Db,
  districtId: string,
  { id, tries }: Making,
  how: { readonly count: number; readonly size: number } | 'failed' | 'again' | 'later',
): Promise<'ended' | 'gone' | 'another'> {
  const { count, size } = typeof how === 'string' ? { count: 0, size: null } : how
  const set = {
    again: sql`lease = null, tries = tries - 1`,
    later: sql`lease = clock_timestamp() + ${LEASE_SECONDS} * interval '1 second'`,
    ended: sql`ended_at = clock_timestamp(), lease = null, done = ${count}, total = ${count}, size = ${size}`,
  }[how === 'again' || how === 'later' ? how : 'ended']
  return inDistrict(db, districtId, async (trx) => {
    const { rows: ended } = await sql<{ staff_id: string; asked: ExportAsked }>`
      update export set ${set} where district_id = ${districtId} and id = ${id}::uuid and tries = ${tries} and ended_at is null returning staff_id, asked`.execute(
      trx,
    )
    const [row] = ended
    if (row !== undefined && size !== null)
      await noteExport(trx, districtId, 'log_exported', row.staff_id, { ...inLog(id, row.asked), count })
    if (row !== undefined) return 'ended'
    const { rows } = await sql`select from export where district_id = ${districtId} and id = ${id}::uuid`.execute(trx)
    return rows.length === 0 ? 'gone' : 'another'
  })
}

/** Removes exports whose day is over, and files that belong to none. */
export async function forgetExports(db: Db, dataDir: string, districtId: string): Promise<void> {
  const { at, gone, kept } = await inDistrict(db, districtId, async (trx) => {
    const { rows: old } = await sql<{ id: string }>`delete from export where district_id = ${districtId}
      and coalesce(ended_at, asked_at) <= clock_timestamp() - ${KEPT_HOURS} * interval '1 hour' returning id`.execute(trx)
    const { rows: kept } = await sql<{ id: string }>`select id from export where district_id = ${districtId}`.execute(trx)
    return { at: await databaseNow(trx), gone: old.map(({ id }) => id), kept: new Set(kept.map(({ id }) => id)) }
  })
  const strays = await sealedBefore(dataDir, 'export', districtId, at.subtract({ hours: KEPT_HOURS }))
  for (const name of [...gone, ...strays.filter((name) => !kept.has(name.replace(/\.part$/, '')))])
    await removeSealed(dataDir, 'export', districtId, name)
}
