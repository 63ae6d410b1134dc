/** The rows of calls: one a leg that the carrier plays a script to. */

import { type RawBuilder, sql } from 'kysely'
import type { Verb } from '../core/call-script.ts'
import type { Direction, Status } from '../core/exchange.ts'
import type { ScriptName } from '../relay/answer-ports.ts'
import type { Trx } from './database.ts'
import { appendEvents } from './events.ts'

/** A call as its turns need it, locked. */
export type CallRow = {
  readonly id: string
  readonly script: ScriptName
  readonly conversationId: string | null
  readonly householdId: string | null
  readonly schoolId: string | null
  /** Whose phone it is, where a staff member's is. */
  readonly staffId: string | null
  readonly phoneId: string | null
  readonly proxyNumberId: string
  readonly exchangeId: string | null
  /** The message that was heard last: what is answered now answers it. */
  readonly aboutId: string | null
  readonly state: unknown
  readonly turn: number
  readonly verbs: readonly Verb[] | null
  /** Whether the callee of the last `connect` took it. */
  readonly through: boolean
  readonly sid: string | null
  /** Whose leg of a common call it is; null: the call has one leg of ours. */
  readonly side: 'staff' | 'family' | 'aide' | 'interpreter' | null
  /** The common call is over: this leg goes at its next turn, or by the next look at it. */
  readonly hangUp: boolean
  readonly ended: boolean
}

const COLUMNS = sql`id, script, conversation_id as "conversationId", household_id as "householdId", school_id as "schoolId", staff_id as "staffId",
  phone_id as "phoneId", proxy_number_id as "proxyNumberId", exchange_id as "exchangeId", about_id as "aboutId", state, turn, verbs, through, sid, side, hang_up as "hangUp",
  ended_at is not null as ended`

/**
 * Locks a call with all legs of its common call, always in the same order: what ends one leg writes to the others, and two that end at the same moment
 * would each wait for the other.
 */
async function lockLegs(trx: Trx, districtId: string, call: RawBuilder<unknown>): Promise<readonly CallRow[]> {
  const { rows } = await sql<CallRow>`
    select ${COLUMNS} from call where district_id = ${districtId} and (${call} or exchange_id =
      (select exchange_id from call where district_id = ${districtId} and ${call}))
    order by id for update`.execute(trx)
  return rows
}

/** A call, locked until the end of the transaction; null: there is none. */
export async function lockCall(trx: Trx, districtId: string, callId: string): Promise<CallRow | null> {
  const legs = await lockLegs(trx, districtId, sql`id = ${callId}`)
  return legs.find((leg) => leg.id === callId) ?? null
}

/** The call that the carrier names so, locked; null: there is none. */
export async function lockCallBySid(trx: Trx, districtId: string, sid: string): Promise<CallRow | null> {
  const legs = await lockLegs(trx, districtId, sql`sid = ${sid}`)
  return legs.find((leg) => leg.sid === sid) ?? null
}

/** The exchange that a call is: outside the lanes, without words. */
export type NewCallExchange = {
  readonly id: string
  readonly conversationId: string | null
  readonly deskId: string | null
  readonly direction: Direction
  readonly authorId: string | null
  readonly guardianId: string | null
  readonly status: Extract<Status, 'received' | 'queued' | 'sending'>
  readonly sendAfter: Temporal.Instant | null
  readonly callId: string | null
  readonly phoneId: string | null
  readonly proxyNumberId: string | null
}

/** Writes a call's exchange with its first event. `at` is the database's clock. */
export async function insertCallExchange(
  trx: Trx,
  districtId: string,
  at: Temporal.Instant,
  call: NewCallExchange,
  what: 'called' | 'written',
): Promise<void> {
  await sql`
    insert into exchange (district_id, id, conversation_id, desk_id, kind, channel, direction, author, author_id, guardian_id, status, send_after,
      original_text, call_id, phone_id, proxy_number_id, created_at)
    values (${districtId}, ${call.id}, ${call.conversationId}, ${call.deskId}, 'call', 'call', ${call.direction}, 'person', ${call.authorId},
      ${call.guardianId}, ${call.status}, ${call.sendAfter?.toString() ?? null}::timestamptz, '', ${call.callId}, ${call.phoneId},
      ${call.proxyNumberId}, ${at.toString()}::timestamptz)`.execute(trx)
  await appendEvents(trx, districtId, [
    {
      exchangeId: call.id,
      at,
      what,
      who: call.authorId,
      detail: {
        status: call.status,
        direction: call.direction,
        conversation: call.conversationId,
        desk: call.deskId,
        guardian: call.guardianId,
        n: 0,
        kind: 'call',
      },
      text: { original: '' },
    },
  ])
}

/** Whose voice it is: the staff member, or the guardian who is named for the household. */
export async function whoOf(trx: Trx, districtId: string, call: CallRow): Promise<string | null> {
  if (call.staffId !== null) return call.staffId
  const { rows } = await sql<{ guardian_id: string | null }>`
    select coalesce((select guardian_id from exchange where district_id = ${districtId} and id = ${call.exchangeId}::uuid),
      (select guardian_id from exchange where district_id = ${districtId} and call_id = ${call.id} and guardian_id is not null order by created_at limit 1)) as guardian_id`.execute(
    trx,
  )
  return rows[0]?.guardian_id ?? null
}
