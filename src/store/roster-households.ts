/** What a new roster means for households and conversations: who shares a phone now, and which talks are over. */

import { sql } from 'kysely'
import type { Moment } from '../relay/ports.ts'
import type { Trx } from './database.ts'
import { type Ended, endedTogether, endHouseholds, WAITING } from './households.ts'
import { movedHouseholds, takeAlong } from './moving.ts'
import { heedOfficePhones } from './office-phones.ts'
import { endPins } from './pins.ts'

/**
 * Makes each phone's open household hold exactly the guardians whom the roster gives that phone (`sms`, or `phone` where there is no
 * `sms` or the guardian wants to be called), or of whom the office was told that it is theirs. A household of nobody we know, whom the office
 * answers, stays until the phone is somebody's. Guardians who all get the same other phone take their household along. Where not one of its guardians is left the household ends, and its
 * conversations, their bindings and what waits in them with it: the number may be a stranger's now. An opt-out stays with the phone. Gives what ended, and the conversations of those that moved.
 */
export async function mergeHouseholds(
  trx: Trx,
  districtId: string,
  moment: Moment,
): Promise<{ readonly ended: Ended; readonly moved: readonly string[] }> {
  const since = moment.database.toString()
  await sql`create temp table roster_home on commit drop as
    select case when contact_by = 'voice' then coalesce(phone, sms) else coalesce(sms, phone) end as phone_id, id as guardian_id from roster_person
    where kind = 'guardian' and coalesce(sms, phone) is not null`.execute(trx)
  await heedOfficePhones(trx, districtId, moment)
  await sql`analyze roster_home`.execute(trx)
  const moved = await takeAlong(
    trx,
    districtId,
    moment,
    await movedHouseholds(trx, districtId, sql`select guardian_id, phone_id from roster_home`),
  )
  const { rows: ended } = await sql<{ id: string }>`
    select h.id from household h where h.district_id = ${districtId} and h.until is null and not exists (
      select from household_guardian g join roster_home w on w.guardian_id = g.guardian_id
      where g.district_id = h.district_id and g.household_id = h.id and g.until is null and w.phone_id = h.phone_id)
    and (exists (select from household_guardian g where g.district_id = h.district_id and g.household_id = h.id)
      or exists (select from roster_home w where w.phone_id = h.phone_id))`.execute(trx)
  const over = await endHouseholds(
    trx,
    districtId,
    moment,
    ended.map((row) => row.id),
  )
  await sql`insert into household (district_id, phone_id, since)
    select distinct ${districtId}::uuid, w.phone_id, ${since}::timestamptz from roster_home w
    where not exists (select from household h where h.district_id = ${districtId} and h.phone_id = w.phone_id and h.until is null)`.execute(
    trx,
  )
  const { rows: left } = await sql<{ id: string }>`update household_guardian g set until = ${since} from household h
    where g.district_id = ${districtId} and h.district_id = g.district_id and h.id = g.household_id and g.until is null
      and (h.until is not null or not exists (select from roster_home w where w.phone_id = h.phone_id and w.guardian_id = g.guardian_id))
    returning h.id`.execute(trx)
  await endPins(
    trx,
    districtId,
    left.map(({ id }) => id),
  )
  await sql`insert into household_guardian (district_id, household_id, guardian_id, since)
    select h.district_id, h.id, w.guardian_id, ${since} from roster_home w
    join household h on h.district_id = ${districtId} and h.phone_id = w.phone_id and h.until is null
    where not exists (select from household_guardian g where g.district_id = h.district_id and g.household_id = h.id
      and g.guardian_id = w.guardian_id and g.until is null)`.execute(trx)
  return { ended: endedTogether(moved.ended, over), moved: moved.conversations }
}

/**
 * Lets go of numbers on which staff no longer get texts (`sms`): the staff side of their conversations is bound anew, and what waits for them is
 * prepared again for the phone that they have now.
 */
export async function rebindStaff(trx: Trx, districtId: string, moment: Moment): Promise<void> {
  const { rows } = await sql<{ conversation_id: string }>`
    update binding b set until = ${moment.now.toString()} from conversation c
    join person p on p.district_id = c.district_id and p.id = c.staff_side and p.kind = 'staff'
    left join roster_person r on r.id = p.id
    where b.district_id = ${districtId} and b.side = 'staff' and b.until is null
      and c.district_id = b.district_id and c.id = b.conversation_id and b.phone_id is distinct from r.sms
    returning b.conversation_id`.execute(trx)
  const ids = rows.map((row) => row.conversation_id)
  await sql`update exchange set phone_id = null, proxy_number_id = null, prepare_after = ${moment.database.toString()}, prepare_lease = null
    where district_id = ${districtId} and conversation_id = any(${ids}::uuid[]) and direction = 'to_staff' and author = 'person' and ${WAITING}`.execute(
    trx,
  )
}
