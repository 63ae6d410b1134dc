/** A staff member's own phone: whether it is reached at all, and when; kept apart from the roster, so that an import leaves it alone. */

import { sql } from 'kysely'
import type { SchoolHours, Week } from '../core/hours.ts'
import type { OwnPhoneSetting, TimeOf } from '../relay/compose-ports.ts'
import type { Moment } from '../relay/ports.ts'
import type { Trx } from './database.ts'
import { keepInBrowser } from './delivering.ts'
import { appendEvents } from './events.ts'
import { cancelWaiting } from './exchanges.ts'
import { sideHours } from './hours.ts'
import type { Keys } from './keys.ts'
import { retime } from './retiming.ts'

/** The setting, whether there is a phone on file that takes texts, and the hours of the own schools. */
export type OwnPhone = OwnPhoneSetting & {
  readonly onFile: boolean
  readonly schools: readonly { readonly name: string; readonly hours: SchoolHours }[]
}

/** A staff member's own phone as it is set now. */
export async function ownPhone(trx: Trx, districtId: string, staffId: string): Promise<OwnPhone> {
  const { rows } = await sql<{ is_off: boolean; hours: Week | null; on_file: boolean }>`
    select coalesce(op.is_off, false) as is_off, op.hours, exists (
      select from person_phone pp where pp.district_id = ${districtId} and pp.person_id = ${staffId} and pp.use = 'sms') as on_file
    from (select 1) as one left join own_phone op on op.district_id = ${districtId} and op.person_id = ${staffId}`.execute(trx)
  const { rows: schools } = await sql<{ name: string; hours: SchoolHours }>`
    select s.name, s.hours from person_org po join school s on s.district_id = po.district_id and s.id = po.org_id and s.active and s.hours is not null
    where po.district_id = ${districtId} and po.person_id = ${staffId} order by s.name, s.id`.execute(trx)
  const row = rows[0]
  return { isOff: row?.is_off ?? false, hours: row?.hours ?? null, onFile: row?.on_file ?? false, schools }
}

type Waiting = {
  id: string
  author: 'person' | 'gateway'
  status: string
  send_after: Temporal.Instant | null
  preparing: boolean
  waits: boolean
  hours: unknown
}

/** Keeps the setting. What waits for the phone is timed anew; when it is switched off, it stays to be read in the browser, and notices end. */
export async function setOwnPhone(
  trx: Trx,
  keys: Keys,
  districtId: string,
  moment: Moment,
  staffId: string,
  { isOff, hours }: OwnPhoneSetting,
  timeOf: TimeOf,
): Promise<void> {
  const week = hours === null ? null : JSON.stringify(hours)
  await sql`insert into own_phone (district_id, person_id, is_off, hours) values (${districtId}, ${staffId}, ${isOff}, ${week}::jsonb)
    on conflict (district_id, person_id) do update set is_off = excluded.is_off, hours = excluded.hours`.execute(trx)
  await appendEvents(trx, districtId, [
    { exchangeId: null, at: moment.database, what: 'own_phone_set', who: staffId, detail: { off: isOff, hours: week } },
  ])
  const { rows: open } = await sql<Waiting>`
    select e.id, e.author, e.status, e.send_after, e.prepare_after is not null as preparing, s.hours,
      e.status in ('held', 'queued') and (e.hold is null or e.hold in ('hours', 'no_hours')) and (e.tries = 0 or e.status = 'held') as waits
    from conversation c join exchange e on e.district_id = c.district_id and e.conversation_id = c.id
    join school s on s.district_id = c.district_id and s.id = c.school_id
    where c.district_id = ${districtId} and c.staff_side = ${staffId} and c.ended_at is null and e.direction = 'to_staff'
      and (e.status in ('held', 'queued', 'sending') or e.prepare_after is not null)
    order by e.id for update of e`.execute(trx)
  // What is being prepared may have been timed by the old setting: its result is not taken.
  const preparing = open.flatMap((row) => (row.preparing ? [row.id] : []))
  await sql`update exchange set prepare_after = clock_timestamp(), prepare_lease = null
    where district_id = ${districtId} and id = any(${preparing}::uuid[])`.execute(trx)
  const rows = open.filter((row) => row.waits)
  if (isOff) {
    const ids = (author: Waiting['author']) => rows.flatMap((row) => (row.author === author ? [row.id] : []))
    await keepInBrowser(trx, districtId, moment, ids('person'), 'phone_off')
    await cancelWaiting(trx, districtId, moment.database, ids('gateway'), 'phone_off', staffId)
    return
  }
  // A notice that is due at once is decided on when it is handed over: it may be the answer to a text of a moment ago.
  const timed = rows.filter((row) => row.author === 'person' || row.status === 'held')
  await retime(
    trx,
    keys,
    districtId,
    moment,
    timed.map((row) => ({
      row,
      time: timeOf(moment.now, {
        urgent: false,
        optedOut: false,
        hours: sideHours(row.hours, 'to_staff', null, hours),
        notBefore: null,
      }),
    })),
    'own_phone_set',
  )
}
