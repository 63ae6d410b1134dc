/** How many proxy numbers a school needs, who waits for one, and how busy each is. No phone's own number is read here. */

import { sql } from 'kysely'
import { type PhoneNeed, QUARANTINE_DAYS, STAFF_PHONE_NUMBERS } from '../core/number-pool.ts'
import { officeDesk } from '../core/people.ts'
import type { Trx } from './database.ts'
import { familiesOf } from './family-names.ts'
import { enrolledNow } from './reach.ts'

/** What one phone asks of the pool: `now` by its conversations, `forAll` if every teacher and the office wrote to every family of theirs. */
export type PhoneNeeds = { readonly now: PhoneNeed; readonly forAll: PhoneNeed }

/** The different needs of the phones of a school's families and staff, each once; a phone that serves both needs both. */
export async function phoneNeeds(trx: Trx, districtId: string, schoolId: string, now: Temporal.Instant): Promise<PhoneNeeds[]> {
  const quarantine = now.subtract({ hours: QUARANTINE_DAYS * 24 }).toString()
  const { rows } = await sql<{
    family_now: number
    family_all: number
    staff_now: number
    staff_all: number
    quarantined: number
  }>`
    with member as materialized (
      select po.person_id as id, p.kind from person_org po
      join lateral (select kind from person where district_id = ${districtId} and id = po.person_id and active offset 0) p on true
      where po.district_id = ${districtId} and po.org_id = ${schoolId}
    ), child as materialized (
      select h.phone_id, h.id as household_id, m.id as student_id from member m
      join guardianship gs on gs.district_id = ${districtId} and gs.student_id = m.id
      join household_guardian hg on hg.district_id = ${districtId} and hg.guardian_id = gs.guardian_id and hg.until is null
      join household h on h.district_id = ${districtId} and h.id = hg.household_id and h.until is null
      where m.kind = 'student'
    ), enrolled as materialized (
      select ch.household_id, ch.phone_id, es.class_id from child ch
      join enrollment es on es.district_id = ${districtId} and es.person_id = ch.student_id and es.role = 'student' and ${enrolledNow('es')}
    ), led as materialized (
      select k.id as class_id, et.person_id as staff_side from (select distinct class_id from enrolled) c
      join class k on k.district_id = ${districtId} and k.id = c.class_id and k.active
      join enrollment et on et.district_id = ${districtId} and et.class_id = k.id and et.role = 'teacher' and ${enrolledNow('et')}
    ), taught as materialized (
      select distinct e.household_id, e.phone_id, led.staff_side from enrolled e join led using (class_id)
    ), household as materialized (
      select distinct household_id, phone_id from child
    ), talking as materialized (
      select c.household_id, w.phone_id, c.staff_side from household w
      join conversation c on c.district_id = ${districtId} and c.household_id = w.household_id and c.ended_at is null
    ), family as (
      select phone_id, sum(now)::int as now, count(*)::int as for_all from (
        select phone_id, household_id, staff_side, sum(open) as now from (
          select phone_id, household_id, staff_side, 1 as open from talking
          union all select phone_id, household_id, staff_side, 0 from taught
          union all select phone_id, household_id, ${officeDesk(schoolId)}, 0 from household) as sides
        group by phone_id, household_id, staff_side) as pairs
      group by phone_id
    ), staffer as materialized (
      select m.id, pp.phone_id from member m
      join lateral (select phone_id from person_phone where district_id = ${districtId} and person_id = m.id and use = 'sms' offset 0) pp on true
      where m.kind = 'staff'
    ), staff as (
      select s.phone_id, sum(w.now)::int as now, count(*)::int as for_all from staffer s
      join (select staff_side, household_id, sum(open) as now from (
          select staff_side, household_id, 0 as open from taught
          union all select c.staff_side, c.household_id, 1 from staffer t
            join conversation c on c.district_id = ${districtId} and c.staff_side = t.id and c.ended_at is null) as sides
        group by staff_side, household_id) as w on w.staff_side = s.id
      group by s.phone_id
    ), phone as materialized (
      select phone_id, coalesce(f.now, 0) as family_now, coalesce(f.for_all, 0) as family_all, coalesce(s.now, 0) as staff_now, coalesce(s.for_all, 0) as staff_all
      from family f full join staff s using (phone_id)
    ), counted as (
      select w.*, (select count(distinct b.proxy_number_id)::int from binding b where b.district_id = ${districtId} and b.phone_id = w.phone_id
        and b.until > ${quarantine}::timestamptz and exists (select from proxy_number n where n.id = b.proxy_number_id and n.gone_at is null)
        and not exists (select from binding o where o.district_id = b.district_id and o.phone_id = b.phone_id
          and o.proxy_number_id = b.proxy_number_id and o.until is null)) as quarantined
      from phone w
    )
    select distinct family_now, family_all, staff_now, staff_all, quarantined from counted`.execute(trx)
  return rows.map((row) => ({
    now: { asFamily: row.family_now, asStaff: row.staff_now, quarantined: row.quarantined },
    forAll: { asFamily: row.family_all, asStaff: row.staff_all, quarantined: row.quarantined },
  }))
}

/**
 * A conversation with a side that waits for a number. `side` is whose: the `family`'s, so that nothing goes out to it; the `staff` member's own phone; or
 * `full_phone`, a staff phone that has as many as it may: what comes is read in the browser, and buying changes nothing.
 */
export type WaitingConversation = {
  readonly id: string
  readonly side: 'family' | 'staff' | 'full_phone'
  readonly staff: string
  readonly guardians: readonly string[]
  readonly students: readonly string[]
  readonly since: Temporal.Instant
}

/** A school's conversations that wait for a number, the longest first. */
export async function waitingForNumber(trx: Trx, districtId: string, schoolId: string): Promise<WaitingConversation[]> {
  const { rows } = await sql<{
    id: string
    household_id: string
    side: WaitingConversation['side']
    staff: string
    since: Temporal.Instant
  }>`
    select c.id, c.household_id, case
        when not exists (select from binding b join proxy_number n on n.id = b.proxy_number_id and n.gone_at is null
          where b.district_id = c.district_id and b.conversation_id = c.id and b.side = 'family' and b.until is null) then 'family'
        when (select count(*) from person_phone pp join binding b on b.district_id = pp.district_id and b.phone_id = pp.phone_id and b.side = 'staff' and b.until is null
          where pp.district_id = c.district_id and pp.person_id = c.staff_side and pp.use = 'sms') >= ${STAFF_PHONE_NUMBERS} then 'full_phone'
        else 'staff' end as side, t.created_at as since, coalesce(p.display_name, nullif(concat_ws(' ', p.given_name, p.family_name), ''), s.name) as staff
    from task t join conversation c on c.district_id = t.district_id and c.id = case when t.kind = 'no_number' then t.key::uuid end and c.ended_at is null
    join school s on s.district_id = c.district_id and s.id = c.school_id
    left join person p on p.district_id = c.district_id and p.id = c.staff_side
    where t.district_id = ${districtId} and t.kind = 'no_number' and t.closed_at is null and c.school_id = ${schoolId}
    order by t.created_at, c.id limit 200`.execute(trx)
  const families = await familiesOf(
    trx,
    districtId,
    rows.map((row) => row.household_id),
  )
  return rows.map(({ id, side, household_id, staff, since }) => ({
    id,
    side,
    staff,
    since,
    guardians: families.get(household_id)?.guardians ?? [],
    students: families.get(household_id)?.students ?? [],
  }))
}

/** One of the district's proxy numbers (E.164): its conversations now, and the messages and calls that went over it in the days looked at. */
export type PoolNumber = { readonly number: string; readonly conversations: number; readonly messages: number }

/** The numbers that the district has, with how busy each was since `since`, the busiest first. */
export async function poolNumbers(trx: Trx, districtId: string, since: Temporal.Instant): Promise<PoolNumber[]> {
  const { rows } = await sql<PoolNumber>`
    with said as materialized (
      select conversation_id,
        count(*) filter (where case direction when 'to_family' then status in ('sending', 'sent', 'delivered', 'undelivered') else carrier_sid is not null end)::int as family,
        count(*) filter (where case direction when 'to_staff' then status in ('sending', 'sent', 'delivered', 'undelivered') else carrier_sid is not null end)::int as staff
      from exchange where district_id = ${districtId} and created_at >= ${since.toString()}::timestamptz and conversation_id is not null
      group by conversation_id
    ), used as (
      select b.proxy_number_id, count(*)::int as conversations, sum(case b.side when 'family' then s.family else s.staff end)::int as messages
      from binding b left join said s on s.conversation_id = b.conversation_id where b.district_id = ${districtId} and b.until is null group by 1
    )
    select n.number, coalesce(u.conversations, 0) as conversations, coalesce(u.messages, 0) as messages
    from proxy_number n left join used u on u.proxy_number_id = n.id
    where n.district_id = ${districtId} and n.gone_at is null order by messages desc, conversations desc, n.number`.execute(trx)
  return rows
}

/** How many proxy numbers the district has. */
export async function numberCount(trx: Trx, districtId: string): Promise<number> {
  const { rows } = await sql<{ n: number }>`
    select count(*)::int as n from proxy_number where district_id = ${districtId} and gone_at is null`.execute(trx)
  return rows[0]?.n ?? 0
}
