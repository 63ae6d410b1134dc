/** Whom exported exchanges are about: people and desks by name, students and school. */

import { sql } from 'kysely'
import type { Trx } from './database.ts'
import { deskName } from './desks.ts'
import type { ExchangeRecord } from './exchange-record.ts'
import { guardianshipsEver, whileGuardian } from './past-families.ts'

/** Where an exchange belongs. */
export type Place = {
  readonly school: string
  /** IANA; null: the school has set none. */
  readonly zone: string | null
  /** The students of its family at that time by their full names; none where nobody knows whose phone it is. */
  readonly students: readonly string[]
}

/** The people of some exchanges: staff, desks and guardians by their ids, places by the ids of the exchanges. An exchange of no school has no place. */
export type PeopleOf = {
  readonly names: ReadonlyMap<string, string>
  readonly places: ReadonlyMap<string, Place>
}

/** Reads them. */
export async function peopleOf(trx: Trx, districtId: string, records: readonly ExchangeRecord[]): Promise<PeopleOf> {
  const ids = [...new Set(records.flatMap(({ view }) => [view.staff ?? [], view.guardians].flat()))]
  const { rows: names } = await sql<{ id: string; name: string }>`
    select id, coalesce(display_name, nullif(trim(concat_ws(' ', given_name, family_name)), ''), id) as name from person
    where district_id = ${districtId} and id = any(${ids}::text[])
    union all select d.id, ${deskName(districtId, sql`d.id`)} from desk d where d.district_id = ${districtId} and d.id = any(${ids}::text[])`.execute(
    trx,
  )
  const { rows: places } = await sql<{ id: string; school: string; zone: string | null }>`
    select e.id, s.name as school, coalesce(s.hours ->> 'timezone', s.time_zone) as zone from exchange e
    left join conversation c on c.district_id = e.district_id and c.id = e.conversation_id
    left join desk d on d.district_id = e.district_id and d.id = e.desk_id
    join school s on s.district_id = e.district_id and s.id = case when c.id is null then d.school_id else c.school_id end
    where e.district_id = ${districtId} and e.id = any(${records.map(({ view }) => view.id)}::uuid[])`.execute(trx)
  // The guardians of then; where nobody knew then whose phone it was, those of now.
  const { rows: then } = await sql<{ id: string; guardians: string[] }>`
    select e.id, array_agg(distinct hg.guardian_id) as guardians from exchange e
    join conversation c on c.district_id = e.district_id and c.id = e.conversation_id
    join household_guardian hg on hg.district_id = c.district_id and hg.household_id = c.household_id
      and hg.since <= e.created_at and (hg.until is null or e.created_at <= hg.until)
    where e.district_id = ${districtId} and e.id = any(${records.map(({ view }) => view.id)}::uuid[]) group by e.id`.execute(trx)
  const guardiansThen = new Map(then.map(({ id, guardians }) => [id, guardians]))
  const guardiansOf = ({ view }: ExchangeRecord) => guardiansThen.get(view.id) ?? view.guardians
  const pairs = records.flatMap((record) => guardiansOf(record).map((guardian) => ({ id: record.view.id, guardian })))
  const { rows: children } = await sql<{ exchange: string; name: string }>`
    select distinct x.id as exchange, st.id, st.given_name, coalesce(nullif(trim(concat_ws(' ', st.given_name, st.family_name)), ''), st.id) as name
    from unnest(${pairs.map(({ id }) => id)}::uuid[], ${pairs.map(({ guardian }) => guardian)}::text[]) as w (id, guardian)
    join exchange x on x.district_id = ${districtId} and x.id = w.id
    join ${guardianshipsEver(districtId)} f on f.guardian_id = w.guardian and ${whileGuardian(districtId)}
    join person st on st.district_id = ${districtId} and st.id = f.student_id
    order by st.given_name, st.id`.execute(trx)
  const ofExchange = Map.groupBy(children, ({ exchange }) => exchange)
  return {
    names: new Map(names.map(({ id, name }) => [id, name])),
    places: new Map(
      places.map(({ id, school, zone }) => [id, { school, zone, students: (ofExchange.get(id) ?? []).map(({ name }) => name) }]),
    ),
  }
}
