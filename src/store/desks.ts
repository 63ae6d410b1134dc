/** Who staffs a desk: an administrator says so, and imports leave it alone. */

import { type RawBuilder, sql } from 'kysely'
import { isStale } from './began.ts'
import { endLostClaims } from './claims.ts'
import { databaseNow, type Trx } from './database.ts'
import { appendEvents } from './events.ts'

/** The kinds of desks that a school may have; every school has an office from the start. */
export const DESK_KINDS = ['office', 'attendance', 'nurse', 'aides'] as const
export type DeskKind = (typeof DESK_KINDS)[number]

/** A desk with the people who staff it. */
export type Desk = {
  readonly kind: DeskKind
  readonly staff: readonly { readonly id: string; readonly name: string }[]
}

/** The desks of a school, also those that nobody has staffed yet. */
export async function desksOf(trx: Trx, districtId: string, schoolId: string): Promise<Desk[]> {
  const { rows } = await sql<Desk>`
    select k.kind, coalesce((
        select jsonb_agg(jsonb_build_object('id', p.id, 'name', coalesce(p.display_name, concat_ws(' ', p.given_name, p.family_name))) order by p.family_name, p.id)
        from desk d join desk_staff ds on ds.district_id = d.district_id and ds.desk_id = d.id
        join person p on p.district_id = ds.district_id and p.id = ds.person_id and p.active
        where d.district_id = ${districtId} and d.school_id = ${schoolId} and d.kind = k.kind), '[]') as staff
    from unnest(${[...DESK_KINDS]}::text[]) with ordinality as k (kind, n) order by k.n`.execute(trx)
  return rows
}

/**
 * Gives a school's desk its people, in the place of those before, and opens the desk when there is none; only active staff of the school, or of the district
 * itself, can be. Who leaves it loses what was taken there. `by`: who does it, null for the gateway; `began`: the stamp of the people whom this one saw at the desk, empty: none.
 * `unfit`: somebody may not staff it; `changed`: others staff it meanwhile; then nothing is changed.
 */
export async function staffDesk(
  trx: Trx,
  districtId: string,
  desk: { readonly schoolId: string; readonly kind: DeskKind },
  staff: readonly string[],
  by: string | null,
  began = '',
): Promise<'done' | 'unfit' | 'changed'> {
  const wanted = [...new Set(staff)]
  const { schoolId, kind } = desk
  const { rows: fit } = await sql<{ id: string }>`
    select p.id from person p where p.district_id = ${districtId} and p.kind = 'staff' and p.active and p.id = any(${wanted}::text[]) and exists (
      select from person_org po where po.district_id = p.district_id and po.person_id = p.id
        and (po.org_id = ${schoolId} or not exists (select from school s where s.district_id = po.district_id and s.id = po.org_id)))`.execute(
    trx,
  )
  if (fit.length !== wanted.length) return 'unfit'
  await sql`insert into desk (district_id, id, school_id, kind) values (${districtId}, ${`${schoolId}/${kind}`}, ${schoolId}, ${kind})
    on conflict do nothing`.execute(trx)
  const { rows } = await sql<{ id: string }>`
    select id from desk where district_id = ${districtId} and school_id = ${schoolId} and kind = ${kind} order by id limit 1 for update`.execute(
    trx,
  )
  const deskId = rows[0]?.id ?? ''
  const before = (await desksOf(trx, districtId, schoolId)).find((desk) => desk.kind === kind)?.staff ?? []
  if (
    isStale(
      began,
      before.map(({ id }) => id),
    )
  )
    return 'changed'
  await sql`delete from desk_staff where district_id = ${districtId} and desk_id = ${deskId} and person_id <> all(${wanted}::text[])`.execute(
    trx,
  )
  await sql`insert into desk_staff (district_id, desk_id, person_id)
    select ${districtId}, ${deskId}, id from unnest(${wanted}::text[]) as id on conflict do nothing`.execute(trx)
  await appendEvents(trx, districtId, [
    {
      exchangeId: null,
      at: await databaseNow(trx),
      what: 'desk_staffed',
      who: by,
      detail: { desk: deskId, staff: wanted.join(' ') },
    },
  ])
  await endLostClaims(trx, districtId)
  return 'done'
}

/** A desk by its school and kind, `Lincoln School office`, where `id` is one; null: it is none. */
export function deskName(districtId: string, id: RawBuilder<unknown>): RawBuilder<string | null> {
  return sql<
    string | null
  >`(select concat(ns.name, ' ', nd.kind) from desk nd join school ns on ns.district_id = nd.district_id and ns.id = nd.school_id
    where nd.district_id = ${districtId} and nd.id = ${id})`
}

/**
 * Where a text of nobody we know waits to be identified, by the proxy number that it came to: the office of the one school whose
 * conversations use that number now, else that of the district's first school; null in a district without an office, where the text is kept
 * at no desk and the district's administrators find it.
 */
export async function officesOf(
  trx: Trx,
  districtId: string,
  proxyNumberIds: readonly string[],
): Promise<ReadonlyMap<string, string | null>> {
  if (proxyNumberIds.length === 0) return new Map()
  const { rows } = await sql<{ id: string; desk: string | null }>`
    select w.id, coalesce(
      (select min(k.id) from desk k where k.district_id = ${districtId} and k.kind = 'office' and k.school_id = (
        select min(c.school_id) from binding b join conversation c on c.district_id = b.district_id and c.id = b.conversation_id
        where b.district_id = ${districtId} and b.proxy_number_id = w.id and b.until is null having count(distinct c.school_id) = 1)),
      (select k.id from desk k join school s on s.district_id = k.district_id and s.id = k.school_id
        where k.district_id = ${districtId} and k.kind = 'office' order by s.active desc, k.school_id limit 1)) as desk
    from unnest(${[...new Set(proxyNumberIds)]}::uuid[]) as w (id)`.execute(trx)
  return new Map(rows.map((row) => [row.id, row.desk]))
}
