/** The exchange rows: how they come into being. Moves between stages are in the store of the step that makes them. */

import { randomUUIDv7 } from 'node:crypto'
import { sql } from 'kysely'
import type { Direction, Status } from '../core/exchange.ts'
import type { Detour } from '../relay/ports.ts'
import type { Trx } from './database.ts'
import { appendEvents, type NewEvent } from './events.ts'
import { endWaitingTasks } from './tasks.ts'

/** A new message of a person. Its place in its lane is given here, under the conversation's lock. */
export type NewMessage = {
  readonly id: string
  readonly conversationId: string | null
  /** Where a message without a conversation belongs: a stranger's, at the office. */
  readonly deskId: string | null
  readonly direction: Direction
  /** Absent: a message. */
  readonly kind?: 'message' | 'voicemail'
  readonly authorId: string | null
  readonly guardianId: string | null
  readonly text: string
  readonly urgent: boolean
  readonly urgentReason: string | null
  /** What its writer asked for: a time before which it must not go, a call. Absent: it goes as soon and by the way that the family's own rules say. */
  readonly asked?: { readonly notBefore: Temporal.Instant | null; readonly byVoice: boolean }
  readonly status: Status
  readonly sendAfter: Temporal.Instant | null
  readonly hold: 'hours' | 'no_hours' | 'no_number' | null
  /** Whether `prepare` has work on it. */
  readonly toPrepare: boolean
  readonly carrierSid: string | null
  /** The stranger's own phone, where there is no conversation. */
  readonly phoneId: string | null
  readonly proxyNumberId: string | null
  readonly keyword: string | null
  /** Whether anything came or goes with it, pictures or not. */
  readonly pictures: boolean
  /** Null: it came directly, or was written here. */
  readonly detour: Detour | null
}

/** A notice of the gateway itself: outside the lanes, to one phone over one proxy number. */
export type NewNotice = {
  readonly conversationId: string | null
  readonly direction: Direction
  readonly notice: string
  /** The same key is the same notice: it is not sent twice. */
  readonly key: string | null
  readonly text: string
  readonly language: string
  /** What is handed over, where it holds a secret that the log must not keep; else the text itself. */
  readonly handedOver?: string
  /** The exchange whose author it answers; null where it answers nobody's own text. */
  readonly answers: string | null
  /** Null: by the conversation's binding of that side. */
  readonly phoneId: string | null
  readonly proxyNumberId: string | null
}

/** For so long a text waits for what came with it, and what was written after it waits with it; then it goes without. */
const PICTURE_SECONDS = 90

/** A fresh id that sorts by the time of its making (UUID version 7): rows of one hour lie beside each other in every index. */
export function timeOrderedId(): string {
  return randomUUIDv7()
}

/** Inserts messages in the given order with their `received` or `written` events. `at` is the database's clock. */
export async function insertMessages(
  trx: Trx,
  districtId: string,
  at: Temporal.Instant,
  messages: readonly NewMessage[],
  what: 'received' | 'written',
): Promise<void> {
  if (messages.length === 0) return
  const seqs = await takeSeqs(trx, districtId, messages)
  await sql`
    insert into exchange (district_id, id, conversation_id, desk_id, kind, direction, author, author_id, guardian_id, seq, status, send_after, hold,
      urgent, urgent_reason, prepare_after, original_text, carrier_sid, phone_id, proxy_number_id,
      keyword, pictures, reached_at, not_before, by_voice, created_at)
    select ${districtId}, m.id, m.conversation_id, m.desk_id, m.kind, m.direction, 'person', m.author_id, m.guardian_id, m.seq, m.status, m.send_after, m.hold,
      m.urgent, m.urgent_reason, case when m.to_prepare then ${at.toString()}::timestamptz
        + case when m.pictures and m.carrier_sid is not null then ${PICTURE_SECONDS} else 0 end * interval '1 second' end, m.text, m.carrier_sid, m.phone_id, m.proxy_number_id,
      m.keyword, m.pictures, m.reached_at, m.not_before, m.by_voice, ${at.toString()}::timestamptz + m.n * interval '1 microsecond'
    from unnest(
      ${messages.map((m) => m.id)}::uuid[], ${messages.map((m) => m.conversationId)}::uuid[], ${messages.map((m) => m.deskId)}::text[],
      ${messages.map((m) => m.direction)}::text[], ${messages.map((m) => m.authorId)}::text[], ${messages.map((m) => m.guardianId)}::text[],
      ${seqs}::bigint[], ${messages.map((m) => m.status)}::text[], ${messages.map((m) => m.sendAfter?.toString() ?? null)}::timestamptz[],
      ${messages.map((m) => m.hold)}::text[], ${messages.map((m) => m.urgent)}::boolean[], ${messages.map((m) => m.urgentReason)}::text[],
      ${messages.map((m) => m.toPrepare)}::boolean[], ${messages.map((m) => m.text)}::text[], ${messages.map((m) => m.carrierSid)}::text[],
      ${messages.map((m) => m.phoneId)}::uuid[], ${messages.map((m) => m.proxyNumberId)}::uuid[],
      ${messages.map((m) => m.keyword)}::text[], ${messages.map((m) => m.pictures)}::boolean[],
      ${messages.map((m) => m.detour?.at.toString() ?? null)}::timestamptz[], ${messages.map((m) => m.asked?.notBefore?.toString() ?? null)}::timestamptz[],
      ${messages.map((m) => m.asked?.byVoice ?? false)}::boolean[], ${messages.map((m) => m.kind ?? 'message')}::text[]) with ordinality
      as m (id, conversation_id, desk_id, direction, author_id, guardian_id, seq, status, send_after, hold, urgent, urgent_reason, to_prepare, text,
        carrier_sid, phone_id, proxy_number_id, keyword, pictures, reached_at, not_before, by_voice, kind, n)`.execute(trx)
  await appendEvents(
    trx,
    districtId,
    messages.flatMap((m, i): NewEvent[] => [
      ...detoured(m),
      {
        exchangeId: m.id,
        at,
        what,
        who: m.authorId,
        // What the row says of itself, so that no column can be changed without the log saying so.
        detail: {
          status: m.status,
          kind: m.kind ?? 'message',
          direction: m.direction,
          conversation: m.conversationId,
          desk: m.deskId,
          guardian: m.guardianId,
          n: i + 1,
          ...(m.urgent ? { urgent: true } : {}),
          ...(m.asked?.notBefore ? { notBefore: m.asked.notBefore.toString() } : {}),
          ...(m.asked?.byVoice ? { byVoice: true } : {}),
          ...(m.keyword === null ? {} : { keyword: m.keyword }),
          ...(m.pictures ? { pictures: true } : {}),
        },
        text: { original: m.text, ...(m.urgentReason === null ? {} : { reason: m.urgentReason }) },
      },
    ]),
  )
}

/** By which way a text came that did not come directly, under the time by the clock of whoever had it first. */
function detoured({ id, detour }: NewMessage): NewEvent[] {
  if (detour === null) return []
  const what = detour.via === 'sweep' ? 'reached_carrier' : 'reached_fallback'
  return [{ exchangeId: id, at: detour.at, what, detail: { foundBy: detour.via } }]
}

/** A conversation ended while somebody was writing into it: who writes looks again where the text belongs. */
export class ConversationEnded extends Error {}

/** The next places in each lane, taken under the lock of the conversation's row so that commit order is lane order. */
async function takeSeqs(trx: Trx, districtId: string, messages: readonly NewMessage[]): Promise<(number | null)[]> {
  const counts = new Map<string, { family: number; staff: number }>()
  for (const m of messages) {
    if (m.conversationId === null) continue
    const c = counts.get(m.conversationId) ?? { family: 0, staff: 0 }
    if (m.direction === 'to_family') c.family++
    else c.staff++
    counts.set(m.conversationId, c)
  }
  if (counts.size === 0) return messages.map(() => null)
  // Locked in the order of ids: two transactions that need the same conversations cannot wait for each other.
  const ids = [...counts.keys()].sort()
  const locked = await sql<{ ended: boolean }>`select ended_at is not null as ended from conversation
    where district_id = ${districtId} and id = any(${ids}::uuid[]) order by id for update`.execute(trx)
  if (locked.rows.some((row) => row.ended)) throw new ConversationEnded('A conversation ended meanwhile.')
  const { rows } = await sql<{ id: string; family: number; staff: number }>`
    update conversation c set last_seq_to_family = last_seq_to_family + w.family, last_seq_to_staff = last_seq_to_staff + w.staff
    from unnest(${ids}::uuid[], ${ids.map((id) => counts.get(id)?.family ?? 0)}::bigint[], ${ids.map((id) => counts.get(id)?.staff ?? 0)}::bigint[])
      as w (id, family, staff)
    where c.district_id = ${districtId} and c.id = w.id
    returning c.id, c.last_seq_to_family - w.family as family, c.last_seq_to_staff - w.staff as staff`.execute(trx)
  const next = new Map(rows.map((r) => [r.id, { family: r.family, staff: r.staff }]))
  return messages.map((m) => {
    if (m.conversationId === null) return null
    const n = next.get(m.conversationId) as { family: number; staff: number }
    return m.direction === 'to_family' ? ++n.family : ++n.staff
  })
}

/** Inserts notices; one whose key is there already is left out. They are due at once; `deliver` asks about hours. */
export async function insertNotices(
  trx: Trx,
  districtId: string,
  at: Temporal.Instant,
  now: Temporal.Instant,
  notices: readonly NewNotice[],
): Promise<void> {
  if (notices.length === 0) return
  const { rows } = await sql<{
    id: string
    conversation_id: string | null
    original_text: string
    notice: string
    direction: Direction
  }>`
    insert into exchange (district_id, id, conversation_id, direction, author, notice, notice_key, answers, status, send_after, original_language,
      original_text, body, phone_id, proxy_number_id, created_at)
    select ${districtId}, m.id, m.conversation_id, m.direction, 'gateway', m.notice, m.notice_key, m.answers, 'queued', ${now.toString()}::timestamptz,
      m.language, m.text, m.body, m.phone_id, m.proxy_number_id, ${at.toString()}::timestamptz
    from unnest(
      ${notices.map(timeOrderedId)}::uuid[], ${notices.map((m) => m.conversationId)}::uuid[], ${notices.map((m) => m.direction)}::text[], ${notices.map((m) => m.notice)}::text[],
      ${notices.map((m) => m.key)}::text[], ${notices.map((m) => m.answers)}::uuid[], ${notices.map((m) => m.language)}::text[],
      ${notices.map((m) => m.text)}::text[], ${notices.map((m) => m.handedOver ?? m.text)}::text[], ${notices.map((m) => m.phoneId)}::uuid[], ${notices.map((m) => m.proxyNumberId)}::uuid[])
      as m (id, conversation_id, direction, notice, notice_key, answers, language, text, body, phone_id, proxy_number_id)
    on conflict (district_id, notice_key) where notice_key is not null do nothing
    returning id, conversation_id, original_text, notice, direction`.execute(trx)
  await appendEvents(
    trx,
    districtId,
    rows.map(
      (r): NewEvent => ({
        exchangeId: r.id,
        at,
        what: 'notice',
        detail: {
          status: 'queued',
          notice: r.notice,
          direction: r.direction,
          conversation: r.conversation_id,
          desk: null,
          guardian: null,
          n: 0,
        },
        text: { original: r.original_text },
      }),
    ),
  )
}

/** The introduction went with a message that did not arrive: the next one to that phone introduces us. */
export async function forgetIntroductions(trx: Trx, districtId: string, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return
  await sql`update phone p set introduced_at = null from exchange e join attempt a on a.district_id = e.district_id and a.id = e.attempt_id
    where e.district_id = ${districtId} and e.id = any(${[...ids]}::uuid[]) and e.introduces and p.district_id = ${districtId} and p.id = a.phone_id`.execute(
    trx,
  )
}

/** True for an exchange `e` of which the carrier has taken all that was handed over, and has sent nothing back: whatever is tried beside it, it was sent. */
const WAS_SENT = sql`(e.rescue and exists (select from attempt a where a.district_id = e.district_id and a.exchange_id = e.id and a.sid is not null)
  and not exists (select from attempt a where a.district_id = e.district_id and a.exchange_id = e.id and (a.sid is null or a.carrier_status in ('failed', 'undelivered'))))`

/** What became of exchanges that waited, by id. `staySent`: texts that the carrier had taken and that a call was still to say; the call is given up. */
export type TakenBack = { readonly canceled: readonly string[]; readonly staySent: readonly string[] }

/** Cancels what waits among these exchanges, or gives up the call for what was sent before, with an event each. */
export async function cancelWaiting(
  trx: Trx,
  districtId: string,
  at: Temporal.Instant,
  ids: readonly string[],
  why: string,
  who: string | null,
): Promise<TakenBack> {
  if (ids.length === 0) return { canceled: [], staySent: [] }
  const { rows } = await sql<{ id: string; status: 'canceled' | 'sent'; conversation_id: string | null; in_lane: boolean }>`
    update exchange e set status = case when ${WAS_SENT} then 'sent' else 'canceled' end, channel = case when ${WAS_SENT} then 'text' else channel end,
      prepare_after = null, prepare_lease = null, send_after = null, hold = null, notice_key = case when ${why} = 'too_late' then null else notice_key end
    where district_id = ${districtId} and id = any(${[...ids]}::uuid[])
      and (status in ('held', 'queued') or (status = 'received' and prepare_after is not null))
    returning id, status, conversation_id, author = 'person' and direction = 'to_family' as in_lane`.execute(trx)
  // What waits behind a person's message is written anew: the first of it now names the school.
  await sql`update exchange set prepare_after = clock_timestamp()
    where district_id = ${districtId} and conversation_id = any(${rows.flatMap((r) => (r.in_lane ? [r.conversation_id] : []))}::uuid[]) and direction = 'to_family'
      and author = 'person' and status in ('held', 'queued') and prepare_after is null and tries = 0 and part = 0`.execute(trx)
  await appendEvents(
    trx,
    districtId,
    rows.map(
      (r): NewEvent => ({
        exchangeId: r.id,
        at,
        what: r.status === 'sent' ? 'rescue_given_up' : 'canceled',
        who,
        detail: { status: r.status, why },
      }),
    ),
  )
  await endWaitingTasks(
    trx,
    districtId,
    rows.map((r) => r.id),
    rows.flatMap((r) => (r.conversation_id === null ? [] : [r.conversation_id])),
  )
  const that = (status: 'canceled' | 'sent') => rows.filter((r) => r.status === status).map(({ id }) => id)
  return { canceled: that('canceled'), staySent: that('sent') }
}
