/** What is held or unknown, and how it goes on: by a person's decision, by new hours, by new numbers. */

import { sql } from 'kysely'
import { type Direction, type Status, statusOfWord } from '../core/exchange.ts'
import type { Week } from '../core/hours.ts'
import { splitBody } from '../core/segments.ts'
import type { Action, TimeOf } from '../relay/compose-ports.ts'
import type { Moment } from '../relay/ports.ts'
import type { Trx } from './database.ts'
import { appendEvents, type NewEvent } from './events.ts'
import { cancelWaiting } from './exchanges.ts'
import { sideHours } from './hours.ts'
import type { Keys } from './keys.ts'
import { retime } from './retiming.ts'
import { closeTasks } from './tasks.ts'

/** What a person's decision came to. */
export type Settled =
  | { readonly kind: 'done'; readonly status: Status; readonly sendAfter: Temporal.Instant | null }
  | { readonly kind: 'conflict'; readonly problem: string }

/**
 * Carries a person's decision out. `again` hands over once more what failed or is unknown; `dismiss` leaves an unknown as it is; `release`
 * sends what is held now (as urgent when hours hold it, for the `reason`: whoever calls has checked the right); `cancel` ends what waits.
 */
export async function settleByPerson(
  trx: Trx,
  districtId: string,
  moment: Moment,
  exchangeId: string,
  action: Action,
  staffId: string,
  reason: string | null = null,
): Promise<Settled> {
  const { rows } = await sql<{
    status: Status
    hold: string | null
    outcome: string | null
    sid: string | null
    sendable: boolean
    dismissed: boolean
  }>`
    select e.status, e.hold, a.outcome, a.sid, e.body is not null and e.attempt_id is not null as sendable,
      exists (select from event v where v.district_id = e.district_id and v.exchange_id = e.id and v.what = 'dismissed') as dismissed
    from exchange e left join attempt a on a.district_id = e.district_id and a.id = e.attempt_id
    where e.district_id = ${districtId} and e.id = ${exchangeId} for update of e`.execute(trx)
  const row = rows[0]
  if (row === undefined) return { kind: 'conflict', problem: 'There is no such message.' }
  const event = (what: string, detail: NewEvent['detail'], text?: NewEvent['text']) =>
    appendEvents(trx, districtId, [
      {
        exchangeId,
        at: moment.database,
        what,
        who: staffId,
        ...(detail === undefined ? {} : { detail }),
        ...(text === undefined ? {} : { text }),
      },
    ])
  const set = async (status: Status, sendAfter: Temporal.Instant | null, urgent: boolean): Promise<Settled> => {
    await sql`update exchange set status = ${status}, send_after = ${sendAfter?.toString() ?? null}::timestamptz, hold = null, urgent = urgent or ${urgent}, urgent_reason = coalesce(${reason}, urgent_reason)
      where district_id = ${districtId} and id = ${exchangeId}`.execute(trx)
    return { kind: 'done', status, sendAfter }
  }
  const unknown = row.status === 'failed' && row.outcome === 'unknown' && row.sid === null
  switch (action) {
    case 'again':
      if (row.status !== 'failed' && row.status !== 'undelivered')
        return { kind: 'conflict', problem: 'Only a message that did not go out can be sent again.' }
      // What failed before it had words or a conversation (no phone, opted out then) has nothing that could go out.
      if (!row.sendable) return { kind: 'conflict', problem: 'This message never had a phone to go to: write it anew.' }
      await event('again', { status: 'queued' })
      await sql`update exchange set part = ${await firstToRepeat(trx, districtId, exchangeId)} where district_id = ${districtId} and id = ${exchangeId}`.execute(
        trx,
      )
      await closeTasks(trx, districtId, 'unknown', [exchangeId])
      return set('queued', moment.now, false)
    case 'dismiss':
      if (!unknown || row.dismissed)
        return { kind: 'conflict', problem: 'Only a message whose sending is unknown can be dismissed.' }
      await event('dismissed', undefined)
      await closeTasks(trx, districtId, 'unknown', [exchangeId])
      return { kind: 'done', status: row.status, sendAfter: null }
    case 'release': {
      if (row.status !== 'held' && row.status !== 'queued')
        return { kind: 'conflict', problem: 'Only a message that waits can be released.' }
      if (row.hold === 'person')
        return { kind: 'conflict', problem: 'No computer voice speaks this language: it goes out when somebody has recorded it.' }
      if (row.hold === 'no_number') {
        await sql`update exchange set prepare_after = clock_timestamp(), prepare_lease = null where district_id = ${districtId} and id = ${exchangeId}`.execute(
          trx,
        )
        await event('released', {})
        return { kind: 'done', status: row.status, sendAfter: null }
      }
      const byHours = row.hold === 'hours' || row.hold === 'no_hours'
      // What nothing but its turn holds (a paced number, a lane) is no urgent message for being asked for.
      await event(
        'released',
        { status: 'queued', ...(byHours ? { urgent: true } : {}) },
        reason === null ? undefined : { reason },
      )
      return set('queued', moment.now, byHours)
    }
    case 'cancel': {
      const { canceled, staySent } = await cancelWaiting(trx, districtId, moment.database, [exchangeId], 'person', staffId)
      if (staySent.length > 0) return { kind: 'done', status: 'sent', sendAfter: null }
      return canceled.length > 0
        ? { kind: 'done', status: 'canceled', sendAfter: null }
        : { kind: 'conflict', problem: 'Only a message that waits can be canceled.' }
    }
  }
}

/** The first part of a message that has not arrived, by the latest attempt of each. */
async function firstToRepeat(trx: Trx, districtId: string, exchangeId: string): Promise<number> {
  const { rows } = await sql<{ body: string; part: number; word: string | null }>`
    select distinct on (a.part) e.body, a.part, a.carrier_status as word from exchange e
    join attempt a on a.district_id = e.district_id and a.exchange_id = e.id
    where e.district_id = ${districtId} and e.id = ${exchangeId} order by a.part, a.started_at desc`.execute(trx)
  const words = new Map(rows.map((r) => [r.part, statusOfWord(r.word)]))
  const count = rows[0] === undefined ? 1 : Math.max(1, splitBody(rows[0].body).length)
  const arrived = (part: number) => ['sent', 'delivered'].includes(words.get(part) ?? '')
  return Array.from({ length: count }, (_, part) => part).find((part) => !arrived(part)) ?? 0
}

/** Sets a school's hours and times anew what they hold (and what waits and would now be held); who wrote it on a phone is told, where that may still go out. `version`: only where they are still that one; null: whatever they are. Gives whether they are set. */
export async function setHours(
  trx: Trx,
  keys: Keys,
  districtId: string,
  moment: Moment,
  schoolId: string,
  hours: unknown,
  staffId: string,
  timeOf: TimeOf,
  version: number | null,
): Promise<boolean> {
  const set =
    await sql`update school set hours = ${JSON.stringify(hours)}::jsonb, hours_version = hours_version + 1 where district_id = ${districtId} and id = ${schoolId}
    and (${version}::int is null or hours_version = ${version})`.execute(trx)
  if (set.numAffectedRows === 0n) return false
  await appendEvents(trx, districtId, [
    {
      exchangeId: null,
      at: moment.database,
      what: 'hours_set',
      who: staffId,
      detail: { school: schoolId, hours: JSON.stringify(hours) },
    },
  ])
  // A notice that is due at once is decided on when it is handed over: it may be the answer to a text of a moment ago.
  const { rows } = await sql<{
    id: string
    direction: Direction
    time_zone: string | null
    status: string
    send_after: Temporal.Instant | null
    not_before: Temporal.Instant | null
    staff_side: string
    own_hours: Week | null
  }>`
    select e.id, e.direction, e.status, e.send_after, e.not_before, c.staff_side, op.hours as own_hours, (select g.time_zone from person g where g.district_id = ${districtId} and g.id = e.guardian_id) as time_zone
    from exchange e join conversation c on c.district_id = e.district_id and c.id = e.conversation_id
    left join own_phone op on op.district_id = c.district_id and op.person_id = c.staff_side
    where e.district_id = ${districtId} and c.school_id = ${schoolId} and e.status in ('held', 'queued') and not e.urgent and (e.tries = 0 or e.status = 'held')
      and (e.hold is null or e.hold in ('hours', 'no_hours'))
      and (e.author = 'person' or e.status = 'held')
    order by e.id for update of e`.execute(trx)
  const times = new Map<string, ReturnType<TimeOf>>()
  const timed = rows.map((row) => {
    const { not_before: notBefore } = row
    const side = row.direction === 'to_staff' && row.own_hours !== null ? row.staff_side : ''
    const key = `${row.direction} ${row.time_zone ?? ''} ${notBefore?.toString() ?? ''} ${side}`
    const time =
      times.get(key) ??
      timeOf(moment.now, {
        urgent: false,
        optedOut: false,
        hours: sideHours(hours, row.direction, row.time_zone, row.own_hours),
        notBefore,
      })
    times.set(key, time)
    return { row, time }
  })
  await retime(trx, keys, districtId, moment, timed, 'hours_set')
  return true
}

/** After numbers were adopted: what waited for one is prepared anew; where it still lacks one, that opens its task again. */
export async function retryWithoutNumber(trx: Trx, districtId: string): Promise<void> {
  await sql`update task set closed_at = clock_timestamp() where district_id = ${districtId} and kind = 'no_number' and closed_at is null`.execute(
    trx,
  )
  // What is being prepared may have been told that there is no number: its result is not taken.
  await sql`update exchange set prepare_after = clock_timestamp(), prepare_lease = null
    where district_id = ${districtId} and ((hold = 'no_number' and status = 'held') or (prepare_after is not null and prepare_lease is not null))`.execute(
    trx,
  )
}
