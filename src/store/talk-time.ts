/** For how long a household was on the phone with us today, and what waits when that is enough. */

import { sql } from 'kysely'
import { afterToday, dayIn, MOST_CALL_SECONDS, minutesAreUsed } from '../core/call-limits.ts'
import type { SchoolHours } from '../core/hours.ts'
import type { Moment } from '../relay/ports.ts'
import type { Trx } from './database.ts'
import { dueOf, writeHolds } from './delivering.ts'
import type { DueRow } from './due.ts'
import type { Keys } from './keys.ts'

/** The zone whose day counts: the school's; a school without hours calls nobody but for what is urgent. */
function zoneOf(hours: SchoolHours | null | undefined): string {
  return hours?.timezone ?? 'UTC'
}

/** Whether a household has used up its minutes of the school's day. */
export async function hasUsedMinutes(
  trx: Trx,
  districtId: string,
  moment: Moment,
  householdId: string,
  hours: SchoolHours | null | undefined,
): Promise<boolean> {
  const sinceMidnight = moment.now.since(dayIn(zoneOf(hours), moment.now).starts)
  // A call between two people is as long as they talked, whatever its legs are; one that says messages has no more than its leg.
  const { rows } = await sql<{ seconds: number }>`
    select coalesce(sum(seconds), 0)::float8 as seconds from (
      select distinct on (coalesce(c.exchange_id, c.id))
        coalesce(e.seconds, least(extract(epoch from c.ended_at - c.answered_at), ${MOST_CALL_SECONDS})) as seconds
      from call c left join exchange e on e.district_id = c.district_id and e.id = c.exchange_id
      where c.district_id = ${districtId} and c.household_id = ${householdId} and c.ended_at is not null and c.answered_at is not null
        and c.started_at >= ${moment.database.subtract(sinceMidnight).toString()}::timestamptz and e.status is distinct from 'undelivered') as talked`.execute(
    trx,
  )
  return minutesAreUsed(rows[0]?.seconds ?? 0)
}

/** Lets what waits for a family wait for the next day. */
export async function waitForTomorrow(trx: Trx, keys: Keys, districtId: string, moment: Moment, row: DueRow): Promise<void> {
  const until = afterToday(moment.now, dueOf(row).hours, zoneOf(row.school?.hours))
  await writeHolds(trx, keys, districtId, moment, [{ row, until, hold: until === null ? 'no_hours' : 'hours', why: 'minutes' }])
}
