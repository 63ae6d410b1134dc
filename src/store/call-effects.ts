/** What a call's turn leaves behind: in the log, in the conversation, with the family's phone. */

import { sql } from 'kysely'
import type { CallEffect, CallFacts } from '../core/call-script.ts'
import { officeDesk } from '../core/people.ts'
import type { Moment } from '../relay/ports.ts'
import { bringPerson } from './call-person.ts'
import { addTalkLine } from './call-rooms.ts'
import type { CallRow } from './call-rows.ts'
import { openConversations, pairKey } from './conversations.ts'
import type { Trx } from './database.ts'
import { appendEvents, type NewEvent } from './events.ts'
import { insertMessages, type NewMessage, timeOrderedId } from './exchanges.ts'
import { closeTasks, openTask } from './tasks.ts'

/** A voicemail waits so long for its words; then it goes on as audio alone. */
const TRANSCRIPT_SECONDS = 120

type Of<Kind extends CallEffect['kind']> = Extract<CallEffect, { kind: Kind }>
type Apply = { readonly [Kind in CallEffect['kind']]: (work: Work, effect: Of<Kind>) => Promise<void> }
type Work = {
  readonly trx: Trx
  readonly districtId: string
  readonly moment: Moment
  readonly call: CallRow
  /** Unique within the call: what a turn makes is made once. */
  readonly key: string
  readonly facts: CallFacts
  /** Whom the call's own side is: a guardian or a staff member; null: a stranger. */
  readonly who: string | null
}

/** Carries out what a turn says, in its order. */
export async function applyEffects(
  trx: Trx,
  districtId: string,
  moment: Moment,
  call: CallRow,
  who: string | null,
  facts: CallFacts,
  effects: readonly CallEffect[],
): Promise<void> {
  let about = call.aboutId
  for (const [i, effect] of effects.entries()) {
    const work: Work = {
      trx,
      districtId,
      moment,
      call: { ...call, aboutId: about },
      key: `${call.id}/${call.turn}/${i}`,
      who,
      facts,
    }
    await (APPLY[effect.kind] as (work: Work, effect: CallEffect) => Promise<void>)(work, effect)
    if (effect.kind === 'heard') about = effect.exchangeId
  }
  if (about !== call.aboutId)
    await sql`update call set about_id = ${about} where district_id = ${districtId} and id = ${call.id}`.execute(trx)
}

const APPLY: Apply = {
  heard: async ({ trx, districtId, moment, who }, { exchangeId }) => {
    const { rows } = await sql<{ before: string }>`
      with old as (select id, status from exchange where district_id = ${districtId} and id = ${exchangeId} and status <> 'canceled' and heard_at is null for update)
      update exchange e set heard_at = ${moment.database.toString()}::timestamptz, status = 'delivered', hold = null, rescue_after = null
      from old where e.district_id = ${districtId} and e.id = old.id returning old.status as before`.execute(trx)
    const before = rows[0]?.before
    if (before === undefined) return
    await log(trx, districtId, moment, exchangeId, who, 'heard', before === 'delivered' ? {} : { status: 'delivered' })
  },
  voicemail_played: ({ trx, districtId, moment, call, who }, { exchangeId, recordingId }) =>
    log(trx, districtId, moment, exchangeId, who, 'recording_played', { recording: recordingId, call: call.id }),
  voicemail_heard: async ({ trx, districtId, moment }, { exchangeId }) => {
    await sql`update exchange set heard_at = ${moment.database.toString()}::timestamptz
      where district_id = ${districtId} and id = ${exchangeId} and kind = 'voicemail' and heard_at is null`.execute(trx)
  },
  reply: async (work, { text }) => {
    await insertAnswer(work, { kind: 'message', text, sid: work.key, toPrepare: true })
    if (work.call.aboutId !== null) await log(work.trx, work.districtId, work.moment, work.call.aboutId, work.who, 'answered')
  },
  recording: async (work, { use, to, sid, seconds, language }) => {
    const { trx, districtId, moment, call } = work
    const exchangeId = await insertAnswer(work, {
      kind: 'voicemail',
      text: '',
      sid: work.key,
      toPrepare: false,
      toOffice: to === 'office',
    })
    const recordingId = await insertRecording(work, { sid, seconds, language, exchangeId })
    await sql`update exchange set recording_id = ${recordingId}, seconds = ${seconds}, original_language = ${language},
        prepare_after = case when conversation_id is not null then ${moment.database.toString()}::timestamptz + ${TRANSCRIPT_SECONDS} * interval '1 second' end
      where district_id = ${districtId} and id = ${exchangeId}`.execute(trx)
    if (use === 'answer' && call.aboutId !== null) await log(trx, districtId, moment, call.aboutId, work.who, 'answered')
  },
  prompt_recorded: async (work, { prompt, language, sid, seconds }) => {
    const { trx, districtId, moment, who } = work
    const recordingId = await insertRecording(work, { sid, seconds, language, exchangeId: null })
    await sql`insert into prompt (district_id, language, id, recording_id, recorded_by)
      values (${districtId}, ${language}, ${prompt}, ${recordingId}, ${who ?? ''})
      on conflict (district_id, language, id) do update
        set recording_id = excluded.recording_id, recorded_by = excluded.recorded_by, recorded_at = clock_timestamp()`.execute(
      trx,
    )
    await log(trx, districtId, moment, null, who, 'prompt_recorded', { prompt, language, seconds })
  },
  message_recorded: async (work, { exchangeId, sid, seconds }) => {
    const { trx, districtId, moment, who } = work
    const { rows } = await sql<{ language: string }>`
      select coalesce(e.translation_language, g.spoken_language, g.language, 'und') as language from exchange e
      left join person g on g.district_id = e.district_id and g.id = e.guardian_id
      where e.district_id = ${districtId} and e.id = ${exchangeId} and e.status = 'held' and e.hold = 'person' for update of e`.execute(
      trx,
    )
    const language = rows[0]?.language
    if (language === undefined) return
    const recordingId = await insertRecording(work, { sid, seconds, language, exchangeId })
    // Prepared anew, it finds its recording and is timed.
    await sql`update exchange set recording_id = ${recordingId}, hold = null, prepare_after = ${moment.database.toString()}::timestamptz, prepare_lease = null
      where district_id = ${districtId} and id = ${exchangeId}`.execute(trx)
    await closeTasks(trx, districtId, 'to_record', [exchangeId])
    await log(trx, districtId, moment, exchangeId, who, 'recorded', { seconds })
  },
  answer_told: async (work, { exchangeId, sid, seconds }) => {
    const recordingId = await insertRecording(work, { sid, seconds, language: 'en', exchangeId })
    await log(work.trx, work.districtId, work.moment, exchangeId, work.who, 'told', { seconds, recording: recordingId })
  },
  no_more_calls: async ({ trx, districtId, moment, call, who }) => {
    if (call.phoneId === null) return
    await sql`update phone set calls_refused_at = ${moment.database.toString()}::timestamptz
      where district_id = ${districtId} and id = ${call.phoneId} and calls_refused_at is null`.execute(trx)
    await log(trx, districtId, moment, call.aboutId ?? call.exchangeId, who, 'calls_refused', { how: 'key' })
    // What waits to be called goes as a text where the phone takes one, and is canceled where it does not.
    await sql`update exchange e set prepare_after = ${moment.database.toString()}::timestamptz, prepare_lease = null
      from conversation c where e.district_id = ${districtId} and c.district_id = e.district_id and c.id = e.conversation_id
        and c.household_id = ${call.householdId}::uuid and e.channel = 'call' and e.kind <> 'call' and e.direction = 'to_family' and e.status in ('held', 'queued')`.execute(
      trx,
    )
    await openTask(trx, districtId, 'calls_refused', call.phoneId, { phoneId: call.phoneId })
  },
  call_back: async ({ trx, districtId, call }, { language }) => {
    await openTask(trx, districtId, 'call_back', taskKey(call, language), whose(call))
  },
  talk_agreed: async ({ trx, districtId, moment, call, who }, { side }) => {
    await sql`update call set joined_at = clock_timestamp() where district_id = ${districtId} and id = ${call.id}`.execute(trx)
    await log(trx, districtId, moment, call.exchangeId, who, 'agreed', { call: call.id, side })
  },
  talk_line: async ({ trx, districtId, moment, call, who, facts }, { side, text, language }) => {
    const into = facts.talk?.languages[side === 'staff' ? 'family' : 'staff'] ?? 'en'
    if (call.exchangeId !== null) await addTalkLine(trx, districtId, moment, call.exchangeId, who, { side, text, language, into })
  },
  person_wanted: async ({ trx, districtId, call }, { language }) => {
    await openTask(trx, districtId, 'person_wanted', taskKey(call, language), whose(call))
  },
  bring_person: async ({ trx, districtId, moment, call, who }, { language }) => {
    await log(trx, districtId, moment, call.exchangeId, who, 'person_wanted', { call: call.id, language })
    await bringPerson(trx, districtId, moment, call)
  },
  event: async ({ trx, districtId, moment, call, who }, { what, detail }) => {
    // A call that says messages is told of at each of them.
    const { rows } = await sql<{ id: string }>`
      select id from exchange where district_id = ${districtId} and call_id = ${call.id} and kind <> 'call' order by id`.execute(
      trx,
    )
    const of = call.script === 'message' ? rows.map((row) => row.id) : [call.exchangeId ?? call.aboutId]
    for (const id of of) await log(trx, districtId, moment, id, who, what, { ...detail, call: call.id })
  },
}

/** One task however often it is asked for: by both sides of a common call, or in several calls of one phone to a school. */
function taskKey(call: CallRow, language: string): string {
  return call.side === null ? `${call.phoneId ?? call.id}:${call.schoolId ?? ''}:${language}` : (call.exchangeId ?? call.id)
}

/** Whom a task is about, and the school that was called: the phone; of a common call, the call. */
function whose(call: CallRow): { readonly phoneId?: string; readonly exchangeId?: string; readonly schoolId?: string } {
  return {
    ...(call.schoolId === null ? {} : { schoolId: call.schoolId }),
    ...(call.phoneId === null || call.side !== null ? {} : { phoneId: call.phoneId }),
    ...(call.exchangeId === null ? {} : { exchangeId: call.exchangeId }),
  }
}

async function log(
  trx: Trx,
  districtId: string,
  moment: Moment,
  exchangeId: string | null,
  who: string | null,
  what: string,
  detail: NonNullable<NewEvent['detail']> = {},
): Promise<void> {
  await appendEvents(trx, districtId, [{ exchangeId, at: moment.database, what, who, detail }])
}

/** What the caller said, as a new message of its own: in the conversation of what was just heard, else in the call's, else at the office. */
async function insertAnswer(
  { trx, districtId, moment, call, who }: Work,
  answer: {
    readonly kind: 'message' | 'voicemail'
    readonly text: string
    readonly sid: string
    readonly toPrepare: boolean
    readonly toOffice?: boolean
  },
): Promise<string> {
  const { rows } = await sql<{ conversation_id: string | null; side: string | null }>`
    select coalesce((select e.conversation_id from exchange e where e.district_id = ${districtId} and e.id = ${call.aboutId}::uuid), ${call.conversationId}::uuid) as conversation_id,
      (select b.side from binding b where b.district_id = ${districtId} and b.conversation_id = ${call.conversationId}::uuid and b.phone_id = ${call.phoneId}::uuid limit 1) as side`.execute(
    trx,
  )
  const fromStaff = call.staffId !== null
  const meant = answer.toOffice === true ? null : await stillOpen(trx, districtId, rows[0]?.conversation_id ?? null)
  const conversationId = meant ?? (fromStaff ? null : await officeConversation(trx, districtId, moment, call))
  const message: NewMessage = {
    id: timeOrderedId(),
    conversationId,
    deskId: conversationId === null && call.schoolId !== null ? officeDesk(call.schoolId) : null,
    direction: fromStaff ? 'to_family' : 'to_staff',
    kind: answer.kind,
    authorId: who,
    guardianId: fromStaff ? await guardianOf(trx, districtId, call) : who,
    text: answer.text,
    urgent: false,
    urgentReason: null,
    status: 'received',
    sendAfter: null,
    hold: null,
    toPrepare: answer.toPrepare && conversationId !== null,
    carrierSid: answer.sid,
    phoneId: conversationId === null ? call.phoneId : null,
    proxyNumberId: conversationId === null ? call.proxyNumberId : null,
    keyword: null,
    pictures: false,
    detour: null,
  }
  await insertMessages(trx, districtId, moment.database, [message], 'received')
  if (meant === null) await openTask(trx, districtId, 'voicemail', message.id, { exchangeId: message.id })
  return message.id
}

/** The conversation, kept open until this is done; null: it ended while somebody was speaking. */
async function stillOpen(trx: Trx, districtId: string, conversationId: string | null): Promise<string | null> {
  const { rows } = await sql<{ id: string }>`
    select id from conversation where district_id = ${districtId} and id = ${conversationId}::uuid and ended_at is null for update`.execute(
    trx,
  )
  return rows[0]?.id ?? null
}

/** Where a household speaks with the office of the school that it called; null: it is nobody's call, or the household is no more. */
async function officeConversation(
  trx: Trx,
  districtId: string,
  moment: Moment,
  { householdId, schoolId }: CallRow,
): Promise<string | null> {
  if (householdId === null || schoolId === null) return null
  const { rows } =
    await sql`select from household where district_id = ${districtId} and id = ${householdId} and until is null`.execute(trx)
  if (rows.length === 0) return null
  const desk = officeDesk(schoolId)
  const opened = await openConversations(trx, districtId, moment.now, [{ staffSide: desk, householdId, schoolId, mayWait: true }])
  const office = opened.get(pairKey(desk, householdId))
  return office === undefined || office.kind === 'no_number' ? null : office.id
}

async function guardianOf(trx: Trx, districtId: string, call: CallRow): Promise<string | null> {
  const { rows } = await sql<{ guardian_id: string }>`
    select guardian_id from household_guardian where district_id = ${districtId} and household_id = ${call.householdId}::uuid and until is null
    order by guardian_id limit 1`.execute(trx)
  return rows[0]?.guardian_id ?? null
}

async function insertRecording(
  { trx, districtId, call, moment }: Work,
  recording: { readonly sid: string; readonly seconds: number; readonly language: string; readonly exchangeId: string | null },
): Promise<string> {
  const id = timeOrderedId()
  const { rows } = await sql<{ id: string }>`
    insert into recording (district_id, id, call_id, exchange_id, sid, seconds, language, fetch_after)
    values (${districtId}, ${id}, ${call.id}, ${recording.exchangeId}::uuid, ${recording.sid}, ${recording.seconds}, ${recording.language}, ${moment.database.toString()}::timestamptz)
    on conflict (district_id, sid) do update set exchange_id = coalesce(recording.exchange_id, excluded.exchange_id)
    returning id`.execute(trx)
  return rows[0]?.id as string
}
