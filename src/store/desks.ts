/** Who staffs a desk: an administrator says so, and imports leave it alone. */

import { sql } from 'kysely'
import { databaseNow, type Trx } from './database.ts'
import { appendEvents } from './events.ts'

/** A desk with the people who staff it. */
export type Desk = {
  readonly id: string
  readonly kind: string
  readonly school: string
  readonly staff: readonly { readonly id: string; readonly name: string }[]
}

/** The desks of a school. */
export async function desksOf(trx: Trx, districtId: string, schoolId: string): Promise<Desk[]> {
  const { rows } = await sql<Desk>`
    select d.id, d.kind, s.name as school, coalesce((
        select jsonb_agg(jsonb_build_object('id', p.id, 'name', coalesce(p.display_name, concat_ws(' ', p.given_name, p.family_name))) order by p.family_name, p.id)
        from desk_staff ds join person p on p.district_id = ds.district_id and p.id = ds.person_id and p.active
        where ds.district_id = d.district_id and ds.desk_id = d.id), '[]') as staff
    from desk d join school s on s.district_id = d.district_id and s.id = d.school_id
    where d.district_id = ${districtId} and d.school_id = ${schoolId} order by d.kind`.execute(trx)
  return rows
}

/**
 * Gives a desk its people, in the place of those before; only active staff of the desk's school (or of the district) can be. `by`: who does it, null for the
 * gateway itself. Whether the desk exists and everybody may staff it; otherwise nothing is changed.
 */
export async function staffDesk(
  trx: Trx,
  districtId: string,
  deskId: string,
  staff: readonly string[],
  by: string | null,
): Promise<boolean> {
  const wanted = [...new Set(staff)]
  const { rows: fit } = await sql<{ id: string }>`
    select p.id from person p where p.district_id = ${districtId} and p.kind = 'staff' and p.active and p.id = any(${wanted}::text[])
      and exists (select from desk d where d.district_id = p.district_id and d.id = ${deskId} and exists (
        select from person_org po where po.district_id = p.district_id and po.person_id = p.id
          and (po.org_id = d.school_id or not exists (select from school s where s.district_id = po.district_id and s.id = po.org_id))))`.execute(
    trx,
  )
  const { rows: desks } = await sql`select from desk where district_id = ${districtId} and id = ${deskId} for update`.execute(trx)
  if (desks.length === 0 || fit.length !== wanted.length) return false
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
  return true
}
