/** Calls of several legs: a person in the middle, or a machine that interprets. All legs are calls that we make for one exchange. */

import { sql } from 'kysely'
import { ROOM_NODE } from '../core/call-interpreted.ts'
import type { CallRoom, Talk, TalkLine, TalkSide } from '../core/call-script.ts'
import type { TalkStore } from '../relay/interpret-ports.ts'
import type { Moment } from '../relay/ports.ts'
import type { CallRow } from './call-rows.ts'
import { type Db, inDistrict, type Trx } from './database.ts'
import { appendEvents } from './events.ts'
import { momentOf } from './settings.ts'

/** The room that a leg belongs to, or would go to with a person in the machine's place; null: none. */
export function roomOf(call: CallRow): CallRoom | null {
  const common = call.script === 'room' || call.script === 'interpreted'
  return !common || call.exchangeId === null || call.side === null
    ? null
    : { id: call.exchangeId, side: call.side, over: call.hangUp }
}

/** The interpreted call that a leg is one side of; null: none. */
export async function talkOf(trx: Trx, districtId: string, call: CallRow, languages: Talk['languages']): Promise<Talk | null> {
  if (call.script !== 'interpreted' || call.exchangeId === null || call.side === null) return null
  const { rows: legs } = await sql<{ side: CallRow['side']; joined: boolean; ended: boolean; by_person: boolean }>`
    select c.side, c.joined_at is not null as joined, c.ended_at is not null as ended, e.call_mode = 'room' as by_person
    from call c join exchange e on e.district_id = c.district_id and e.id = c.exchange_id
    where c.district_id = ${districtId} and c.exchange_id = ${call.exchangeId}`.execute(trx)
  const stateOf = (...sides: readonly CallRow['side'][]) => {
    const leg = legs.find((one) => sides.includes(one.side) && !one.ended)
    return leg === undefined ? 'gone' : leg.joined ? 'here' : 'asked'
  }
  const { rows: lines } = await sql<{ seq: number; by: TalkSide; made: string | null; failed: boolean }>`
    select seq, by, made, failed from talk_line where district_id = ${districtId} and exchange_id = ${call.exchangeId} order by seq`.execute(
    trx,
  )
  return {
    side: call.side === 'family' ? 'family' : 'staff',
    languages,
    sides: { staff: stateOf('staff'), family: stateOf('family') },
    person: legs.some((leg) => leg.by_person) ? stateOf('aide', 'interpreter') : 'none',
    lines: lines.map(
      ({ seq, by, made, failed }): TalkLine => ({
        seq,
        by,
        words: failed ? { kind: 'failed' } : made === null ? { kind: 'pending' } : { kind: 'made', text: made },
      }),
    ),
  }
}

/** Takes down what one side said; a translator makes it into the other's language at once. Silence needs none. */
export async function addTalkLine(
  trx: Trx,
  districtId: string,
  moment: Moment,
  exchangeId: string,
  who: string | null,
  line: { readonly side: TalkSide; readonly text: string; readonly language: string; readonly into: string },
): Promise<void> {
  await sql`select id from exchange where district_id = ${districtId} and id = ${exchangeId} for update`.execute(trx)
  await sql`
    insert into talk_line (district_id, exchange_id, seq, by, language, text, into_language, made, look_after)
    select ${districtId}, ${exchangeId}, coalesce(max(seq), 0) + 1, ${line.side}, ${line.language}, ${line.text}, ${line.into},
      ${line.text === '' ? '' : null}, case when ${line.text !== ''} then clock_timestamp() end
    from talk_line where district_id = ${districtId} and exchange_id = ${exchangeId}`.execute(trx)
  if (line.text !== '')
    await appendEvents(trx, districtId, [
      {
        exchangeId,
        at: moment.database,
        what: 'said',
        who,
        detail: { side: line.side, language: line.language },
        text: { said: line.text },
      },
    ])
}

/** The port of `interpret`. */
export function talkStore(db: Db): TalkStore {
  return {
    due: (districtId, limit) =>
      inDistrict(db, districtId, async (trx) => {
        const { rows } = await sql<{
          exchangeId: string
          seq: number
          text: string
          from: string
          to: string
          country: string
          names: string[]
        }>`
          update talk_line t set look_after = clock_timestamp() + interval '15 seconds' from exchange e
          join conversation c on c.district_id = e.district_id and c.id = e.conversation_id
          where t.district_id = ${districtId} and e.district_id = ${districtId} and e.id = t.exchange_id and (t.exchange_id, t.seq) in (
            select exchange_id, seq from talk_line where district_id = ${districtId} and look_after <= clock_timestamp()
            order by look_after limit ${limit} for update skip locked)
          returning t.exchange_id as "exchangeId", t.seq, t.text, t.language as from, t.into_language as to, (select country from district where id = ${districtId}) as country,
            array(select distinct n from household_guardian hg
              join guardianship gs on gs.district_id = hg.district_id and gs.guardian_id = hg.guardian_id
              join person p on p.district_id = hg.district_id and p.id in (hg.guardian_id, gs.student_id)
              cross join lateral (values (p.given_name), (p.family_name)) as v (n)
              where hg.district_id = ${districtId} and hg.household_id = c.household_id and hg.until is null) as names`.execute(
          trx,
        )
        return rows
      }),
    made: (districtId, { exchangeId, seq }, made) =>
      inDistrict(db, districtId, async (trx) => {
        const { rows } = await sql<{ by: string }>`
          update talk_line set made = ${made?.text ?? null}, failed = ${made === null}, look_after = null
          where district_id = ${districtId} and exchange_id = ${exchangeId} and seq = ${seq} and look_after is not null returning by`.execute(
          trx,
        )
        if (rows.length === 0) return
        await appendEvents(trx, districtId, [
          {
            exchangeId,
            at: (await momentOf(trx)).database,
            what: made === null ? 'not_interpreted' : 'interpreted',
            detail: made === null ? { side: rows[0]?.by ?? '' } : { side: rows[0]?.by ?? '', by: made.by },
            ...(made === null ? {} : { text: { interpreted: made.text } }),
          },
        ])
      }),
  }
}

/**
 * A leg without which a common call is none has ended, or never came: the others are hung up by the next look at them. Who is in an interpreted call
 * already is told by its own script, unless it waits in the room for one who never came there; a phone that still rings for it stops, and whoever was asked
 * in goes.
 */
export async function endRoom(trx: Trx, districtId: string, call: CallRow): Promise<void> {
  if (call.exchangeId === null || (call.side !== 'staff' && call.side !== 'family')) return
  const others = sql`exchange_id = ${call.exchangeId} and id <> ${call.id} and ended_at is null`
  // Nobody has asked the carrier for these yet.
  await sql`update call set ended_at = clock_timestamp(), carrier_status = 'canceled', ring_after = null
    where district_id = ${districtId} and ${others} and ring_after is not null`.execute(trx)
  await sql`update call set hang_up = true, look_after = clock_timestamp() where district_id = ${districtId} and ${others}
    and (${call.script === 'room'} or side not in ('staff', 'family') or answered_at is null
      or (state ->> 'node' = ${ROOM_NODE} and ${!isInRoom(call)}))`.execute(trx)
}

function isInRoom({ state }: CallRow): boolean {
  return typeof state === 'object' && state !== null && 'node' in state && state.node === ROOM_NODE
}
