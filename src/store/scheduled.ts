/** Messages that their writer put off to a later time. */

import { sql } from 'kysely'
import type { Acted, TimeOf } from '../relay/compose-ports.ts'
import type { Moment } from '../relay/ports.ts'
import type { Trx } from './database.ts'
import { appendEvents } from './events.ts'
import { sideHours } from './hours.ts'

/** Takes the chosen time off what waits for it: it goes as if it were written now, in its old place in the lane, in the hours. */
export async function sendWithoutWaiting(
  trx: Trx,
  districtId: string,
  moment: Moment,
  exchangeId: string,
  staffId: string,
  timeOf: TimeOf,
): Promise<Acted> {
  // In the order in which every other step takes them: the school's hours before the message that they time.
  const { rows: places } = await sql<{ hours: unknown; zone: string | null }>`
    select s.hours, g.time_zone as zone from exchange e join conversation c on c.district_id = e.district_id and c.id = e.conversation_id
    join school s on s.district_id = c.district_id and s.id = c.school_id
    left join person g on g.district_id = e.district_id and g.id = e.guardian_id
    where e.district_id = ${districtId} and e.id = ${exchangeId} for share of s`.execute(trx)
  const { rows } = await sql<{ hold: string | null }>`
    select hold from exchange where district_id = ${districtId} and id = ${exchangeId} and status in ('held', 'queued')
      and not_before > ${moment.now.toString()}::timestamptz for update`.execute(trx)
  const [place, row] = [places[0], rows[0]]
  if (place === undefined || row === undefined) return { kind: 'conflict', problem: 'Only a message that waits can be released.' }
  // What waits for a number or a person's voice as well goes on waiting for that.
  const waits = row.hold === 'person' || row.hold === 'no_number'
  const hours = sideHours(place.hours, 'to_family', place.zone)
  const time = waits
    ? { status: 'held' as const, sendAfter: null, hold: row.hold }
    : timeOf(moment.now, { urgent: false, optedOut: false, hours, notBefore: null })
  await sql`update exchange set not_before = null, status = ${time.status}, send_after = ${time.sendAfter?.toString() ?? null}::timestamptz, hold = ${time.hold}
    where district_id = ${districtId} and id = ${exchangeId}`.execute(trx)
  await appendEvents(trx, districtId, [
    {
      exchangeId,
      at: moment.database,
      what: 'released',
      who: staffId,
      detail: { status: time.status, hold: time.hold, sendAfter: time.sendAfter?.toString() ?? null, notBefore: null },
    },
  ])
  return { kind: 'done', status: time.status, sendAfter: time.sendAfter }
}
