/** Calls as the voice webhooks see them: each turn is one short transaction that reads, decides and writes. */

import { sql } from 'kysely'
import type { CallInput, Verb } from '../core/call-script.ts'
import type { E164 } from '../core/phone-number.ts'
import type { AnswerStore, IncomingCall, Played, Scripts } from '../relay/answer-ports.ts'
import type { CallStatus, InboundCallStatus, RecordingStatus } from '../relay/call-ports.ts'
import type { Moment } from '../relay/ports.ts'
import { applyEffects } from './call-effects.ts'
import { endCall } from './call-ending.ts'
import { callFacts, languageOfPhone } from './call-facts.ts'
import { placeOf } from './call-place.ts'
import { type CallRow, insertCallExchange, lockCall, lockCallBySid, whoOf } from './call-rows.ts'
import { type Db, inDistrict, type Trx } from './database.ts'
import { timeOrderedId } from './exchanges.ts'
import type { Keys } from './keys.ts'
import { ensurePhones, readNumber } from './phones.ts'
import { checkPin } from './pins.ts'
import { momentOf } from './settings.ts'

/** The carrier's words for a call that is over. */
const ENDS: ReadonlySet<string> = new Set(['completed', 'busy', 'no-answer', 'failed', 'canceled'])

/** The answer port. */
export function answerStore(db: Db, keys: Keys, scripts: Scripts): AnswerStore {
  const inCall = <T>(districtId: string, callId: string, work: (trx: Trx, moment: Moment, call: CallRow) => Promise<T>) =>
    inDistrict(db, districtId, async (trx) => {
      const call = await lockCall(trx, districtId, callId)
      return call === null ? null : work(trx, await momentOf(trx), call)
    })
  return {
    incoming: async (call) => {
      const { rows } = await sql<{ id: string; district_id: string; ours: boolean }>`
        select id, district_id, exists (select from proxy_number where number = ${call.from}) as ours from proxy_number
        where number = ${call.to} and district_id is not null`.execute(db)
      const dialled = rows[0]
      if (dialled === undefined) return null
      // A call from one of our own numbers has no caller: two of ours would talk to each other.
      const from = dialled.ours ? null : call.from
      return inDistrict(db, dialled.district_id, async (trx) => {
        const moment = await momentOf(trx)
        await openCall(trx, keys, dialled.district_id, moment, { ...call, from }, dialled.id)
        const opened = await lockCallBySid(trx, dialled.district_id, call.sid)
        if (opened === null || opened.ended) return null
        if (opened.turn > 0) return opened.turn === 1 ? played(trx, keys, dialled.district_id, opened) : null
        return nextTurn(trx, keys, dialled.district_id, moment, opened, { kind: 'answered', by: 'person' }, scripts)
      })
    },
    turn: (districtId, callId, turn, sid, input) =>
      inCall(districtId, callId, async (trx, moment, call) => {
        if (call.sid !== null && call.sid !== sid) return null
        // The carrier may ask before the create call's answer is here: it names attempt and sid together.
        if (call.sid === null)
          await sql`update call set sid = ${sid} where district_id = ${districtId} and id = ${callId}`.execute(trx)
        if (turn === call.turn - 1 && !call.ended) return played(trx, keys, districtId, call)
        // What was being recorded when the caller hung up is told after the end as well as before.
        if (turn !== call.turn || (call.ended && input.kind !== 'recorded')) return null
        return nextTurn(trx, keys, districtId, moment, call, input, scripts)
      }),
    screen: (districtId, callId) =>
      inCall(districtId, callId, async (trx, moment, call) => {
        if (call.ended) return null
        const connecting = call.verbs?.find((verb) => verb.kind === 'connect')
        if (connecting === undefined) return null
        const facts = await callFacts(trx, districtId, moment, call)
        if (call.staffId !== null) return { side: 'family', facts }
        // It need not be the teacher's phone: the office, or somebody who staffs a desk.
        return { side: 'staff', facts: { ...facts, own: await languageOfPhone(trx, districtId, connecting.to.phoneId) } }
      }),
    through: async (districtId, callId) =>
      (await inCall(districtId, callId, async (trx, _moment, call) => {
        if (call.ended) return false
        await sql`update call set through = true where district_id = ${districtId} and id = ${callId}`.execute(trx)
        return true
      })) ?? false,
  }
}

/** What the carrier tells of a call besides its turns: that it rings, was answered, is over; that a recording is there. */
export async function hearOfCall(
  trx: Trx,
  keys: Keys,
  districtId: string,
  moment: Moment,
  told: CallStatus | InboundCallStatus | RecordingStatus,
  scripts: Scripts,
): Promise<void> {
  const call =
    told.kind === 'inbound_call' ? await lockCallBySid(trx, districtId, told.sid) : await lockCall(trx, districtId, told.callId)
  if (call === null) return
  if (told.kind === 'recording') {
    if (told.word !== 'completed' || told.turn !== call.turn) return
    const input = { kind: 'recorded', sid: told.sid, seconds: told.seconds, hungUp: call.ended } as const
    await nextTurn(trx, keys, districtId, moment, call, input, scripts)
    return
  }
  // A callback names call and sid together; another sid is not of this call.
  if (call.ended || (call.sid !== null && call.sid !== told.sid)) return
  await sql`update call set sid = ${told.sid}, carrier_status = ${told.word},
      answered_at = case when ${told.word} = 'in-progress' then coalesce(answered_at, ${moment.database.toString()}::timestamptz) else answered_at end
    where district_id = ${districtId} and id = ${call.id}`.execute(trx)
  if (ENDS.has(told.word)) await endCall(trx, districtId, moment, call, told, scripts.play)
}

/** Opens the call once, however often the carrier tells of it. */
async function openCall(
  trx: Trx,
  keys: Keys,
  districtId: string,
  moment: Moment,
  incoming: IncomingCall,
  proxyNumberId: string,
): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`call ${incoming.sid}`}, 0))`.execute(trx)
  if ((await lockCallBySid(trx, districtId, incoming.sid)) !== null) return
  const phones = incoming.from === null ? new Map<E164, string>() : await ensurePhones(trx, keys, districtId, [incoming.from])
  const phoneId = incoming.from === null ? null : (phones.get(incoming.from) ?? null)
  const place = await placeOf(trx, districtId, moment, phoneId, proxyNumberId)
  const id = timeOrderedId()
  const exchangeId = timeOrderedId()
  await sql`
    insert into call (district_id, id, direction, script, conversation_id, household_id, school_id, staff_id, phone_id, proxy_number_id,
      exchange_id, sid, outcome, answered_at, look_after)
    values (${districtId}, ${id}, 'inbound', ${place.script}, ${place.conversationId}, ${place.householdId}, ${place.schoolId}, ${place.staffId},
      ${phoneId}, ${proxyNumberId}, ${exchangeId}, ${incoming.sid}, 'accepted', clock_timestamp(),
      clock_timestamp() + interval '60 seconds')`.execute(trx)
  const fromStaff = place.staffId !== null
  await insertCallExchange(
    trx,
    districtId,
    moment.database,
    {
      id: exchangeId,
      conversationId: place.conversationId,
      deskId: place.conversationId === null && place.schoolId !== null ? `${place.schoolId}/office` : null,
      direction: fromStaff && place.conversationId !== null ? 'to_family' : 'to_staff',
      authorId: place.staffId ?? place.guardianId,
      guardianId: place.guardianId,
      status: fromStaff && place.conversationId !== null ? 'sending' : 'received',
      sendAfter: null,
      callId: id,
      phoneId: place.conversationId === null ? phoneId : null,
      proxyNumberId: place.conversationId === null ? proxyNumberId : null,
    },
    'called',
  )
}

/** Plays the next turn: facts, script, effects, and what is to be played kept for a repeat. */
async function nextTurn(
  trx: Trx,
  keys: Keys,
  districtId: string,
  moment: Moment,
  before: CallRow,
  given: CallInput,
  { play, asksForPin }: Scripts,
): Promise<Played> {
  const proof = given.kind === 'keys' && asksForPin(before.state) ? await tryPin(trx, keys, districtId, before, given.keys) : null
  const call = proof?.call ?? before
  const input: CallInput =
    proof !== null
      ? { kind: 'pin', outcome: proof.outcome }
      : given.kind === 'connected' && !call.through
        ? { ...given, outcome: unbridged(given.outcome) }
        : given
  if (input.kind === 'connected' && input.outcome === 'answered')
    await sql`update exchange set seconds = coalesce(seconds, 0) + ${input.seconds} where district_id = ${districtId} and id = ${call.exchangeId}::uuid`.execute(
      trx,
    )
  const facts = await callFacts(trx, districtId, moment, call)
  const { verbs, state, effects } = play(call.script, call.state, input, facts)
  await applyEffects(trx, districtId, moment, call, await whoOf(trx, districtId, call), facts, effects)
  await sql`update call set state = ${JSON.stringify(state)}::jsonb, verbs = ${JSON.stringify(verbs)}::jsonb, turn = turn + 1, through = false,
      answered_at = coalesce(answered_at, clock_timestamp()),
      joined_at = case when ${verbs.some((verb) => verb.kind === 'join')} then coalesce(joined_at, clock_timestamp()) else joined_at end
    where district_id = ${districtId} and id = ${call.id}`.execute(trx)
  return played(trx, keys, districtId, { ...call, turn: call.turn + 1, verbs })
}

/** Looks a PIN up; the right one opens its household's messages, or makes a staff member's call one for work. */
async function tryPin(
  trx: Trx,
  keys: Keys,
  districtId: string,
  call: CallRow,
  pin: string,
): Promise<{ readonly outcome: 'right' | 'wrong' | 'locked'; readonly call: CallRow }> {
  const caller = call.phoneId ?? `at ${call.proxyNumberId}`
  const found = await checkPin(trx, keys, districtId, caller, pin)
  if (found.kind !== 'right') return { outcome: found.kind, call }
  const { owner, id } = found.owner
  if (owner === 'staff') {
    // At her own phone only her own PIN counts.
    if (call.staffId !== null && call.staffId !== id) return { outcome: 'wrong', call }
    const state = call.script === 'studio' ? call.state : null
    await sql`update call set staff_id = ${id}, script = 'studio' where district_id = ${districtId} and id = ${call.id}`.execute(
      trx,
    )
    return { outcome: 'right', call: { ...call, staffId: id, script: 'studio', state } }
  }
  if (call.script === 'studio') return { outcome: 'wrong', call }
  await sql`update call set household_id = ${id} where district_id = ${districtId} and id = ${call.id}`.execute(trx)
  return { outcome: 'right', call: { ...call, householdId: id } }
}

/** The phone was picked up, but nobody pressed the key: to the caller that is no answer. */
function unbridged(outcome: Extract<CallInput, { kind: 'connected' }>['outcome']) {
  return outcome === 'answered' ? 'no_answer' : outcome
}

async function played(trx: Trx, keys: Keys, districtId: string, call: CallRow): Promise<Played> {
  const verbs = call.verbs ?? []
  const { rows } = await sql<{ number: E164 }>`
    select number from proxy_number where district_id = ${districtId} and id = ${call.proxyNumberId}`.execute(trx)
  return {
    districtId,
    callId: call.id,
    turn: call.turn,
    verbs,
    numbers: await numbersOf(trx, keys, districtId, verbs),
    own: rows[0]?.number as E164,
  }
}

/** The numbers of the phones that are connected and of ours that they see, by id. */
async function numbersOf(trx: Trx, keys: Keys, districtId: string, verbs: readonly Verb[]): Promise<ReadonlyMap<string, E164>> {
  const parties = verbs.flatMap((verb) => (verb.kind === 'connect' ? [verb.to] : []))
  if (parties.length === 0) return new Map()
  const { rows: phones } = await sql<{ id: string; number_encrypted: Buffer }>`
    select id, number_encrypted from phone where district_id = ${districtId} and id = any(${parties.map((p) => p.phoneId)}::uuid[])`.execute(
    trx,
  )
  const { rows: proxies } = await sql<{ id: string; number: E164 }>`
    select id, number from proxy_number where district_id = ${districtId} and id = any(${parties.map((p) => p.shows)}::uuid[])`.execute(
    trx,
  )
  return new Map([
    ...phones.map((p): [string, E164] => [p.id, readNumber(keys, districtId, p.number_encrypted)]),
    ...proxies.map((p): [string, E164] => [p.id, p.number]),
  ])
}
