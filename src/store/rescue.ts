/** What a text could not do and a call may: each rung is an event, and a rescue call blocks nothing. */

import { sql } from 'kysely'
import { excerpt } from '../core/segments.ts'
import { fixedText } from '../core/texts.ts'
import type { Moment } from '../relay/ports.ts'
import { openConversations, pairKey } from './conversations.ts'
import type { Trx } from './database.ts'
import { appendEvents, type NewEvent } from './events.ts'
import { insertMessages, insertNotices, type NewMessage, timeOrderedId } from './exchanges.ts'
import { teaches } from './reach.ts'
import { openTask } from './tasks.ts'

/** Minutes after which an urgent text without a sign of life becomes a call. */
const SIGN_MINUTES = 10

/** Texts to families that came back for a reason that a call can cure go by call, once each; within the hours, as `ring` asks about them. */
export async function rescueByCall(trx: Trx, districtId: string, moment: Moment, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return
  const { rows } = await sql<{ id: string }>`
    update exchange e set status = 'queued', channel = 'call', rescue = true, rescue_after = null, tries = 0, hold = null,
      send_after = ${moment.now.toString()}::timestamptz
    from conversation c, household h, phone p
    where e.district_id = ${districtId} and e.id = any(${[...ids]}::uuid[]) and e.status in ('failed', 'undelivered') and not e.rescue
      and e.direction = 'to_family' and e.author = 'person' and e.kind <> 'call' and e.channel = 'text'
      and c.district_id = e.district_id and c.id = e.conversation_id and c.ended_at is null
      and h.district_id = c.district_id and h.id = c.household_id
      and p.district_id = h.district_id and p.id = h.phone_id and p.opted_out_at is null and p.calls_refused_at is null
    returning e.id`.execute(trx)
  await appendRescues(trx, districtId, moment, rows, 'undelivered')
}

/** Urgent texts that the carrier has taken wait so long for a sign that they arrived. */
export async function awaitSign(trx: Trx, districtId: string, moment: Moment, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return
  await sql`update exchange set rescue_after = case when status = 'sent' then ${moment.database.toString()}::timestamptz + ${SIGN_MINUTES} * interval '1 minute' end
    where district_id = ${districtId} and id = any(${[...ids]}::uuid[]) and urgent and channel = 'text' and direction = 'to_family' and author = 'person'
      and kind <> 'call' and not rescue and (status = 'sent') is distinct from (rescue_after is not null)`.execute(trx)
}

/** An urgent text without a sign of life by its deadline becomes a call. */
export async function rescueSilent(trx: Trx, districtId: string, moment: Moment): Promise<void> {
  const { rows } = await sql<{ id: string }>`
    update exchange e set status = 'queued', channel = 'call', rescue = true, rescue_after = null, tries = 0,
      send_after = ${moment.now.toString()}::timestamptz
    where e.district_id = ${districtId} and e.rescue_after <= ${moment.database.toString()}::timestamptz and e.status = 'sent' returning e.id`.execute(
    trx,
  )
  await appendRescues(trx, districtId, moment, rows, 'no_sign')
}

/**
 * Calls did not reach the family either: the other guardian where the school allows it, who has a phone and a right to it; else a person on the
 * staff, with the honest reason. The sender is told in either case.
 */
export async function nextRung(trx: Trx, districtId: string, moment: Moment, ids: readonly string[]): Promise<void> {
  for (const id of ids) {
    const other = await otherGuardian(trx, districtId, id)
    if (other === null) await openTask(trx, districtId, 'unreached', id, { exchangeId: id })
    else await passOn(trx, districtId, moment, id, other)
    await tellSender(trx, districtId, moment, id)
  }
}

type Other = { readonly guardianId: string; readonly householdId: string; readonly staffSide: string; readonly schoolId: string }

/** Another guardian of the same students, on another phone that takes messages; each message goes on once. */
async function otherGuardian(trx: Trx, districtId: string, exchangeId: string): Promise<Other | null> {
  const { rows } = await sql<Other>`
    select g.id as "guardianId", h.id as "householdId", c.staff_side as "staffSide", c.school_id as "schoolId"
    from exchange e join conversation c on c.district_id = e.district_id and c.id = e.conversation_id
    join school s on s.district_id = c.district_id and s.id = c.school_id and s.rescue_other_guardian
    join guardianship mine on mine.district_id = e.district_id and mine.guardian_id = e.guardian_id
    join guardianship theirs on theirs.district_id = e.district_id and theirs.student_id = mine.student_id and theirs.guardian_id <> e.guardian_id
    join person g on g.district_id = e.district_id and g.id = theirs.guardian_id and g.active
    join household_guardian hg on hg.district_id = g.district_id and hg.guardian_id = g.id and hg.until is null
    join household h on h.district_id = g.district_id and h.id = hg.household_id and h.until is null and h.id <> c.household_id
    join phone p on p.district_id = h.district_id and p.id = h.phone_id and p.opted_out_at is null
    where e.district_id = ${districtId} and e.id = ${exchangeId} and e.answers is null and ${teaches(districtId, sql`c.staff_side`, sql`theirs.student_id`)}
    order by g.id limit 1`.execute(trx)
  return rows[0] ?? null
}

/** The same words to the other guardian, in that one's own conversation and language. */
async function passOn(trx: Trx, districtId: string, moment: Moment, exchangeId: string, other: Other): Promise<void> {
  const opened = await openConversations(trx, districtId, moment.now, [
    { staffSide: other.staffSide, householdId: other.householdId, schoolId: other.schoolId, mayWait: true },
  ])
  const conversation = opened.get(pairKey(other.staffSide, other.householdId))
  const { rows } = await sql<{ author_id: string | null; original_text: string; urgent: boolean; urgent_reason: string | null }>`
    select author_id, original_text, urgent, urgent_reason from exchange where district_id = ${districtId} and id = ${exchangeId}`.execute(
    trx,
  )
  const message = rows[0]
  // A voice message that nobody put into words says nothing to another phone.
  if (
    message === undefined ||
    message.original_text.trim() === '' ||
    conversation === undefined ||
    conversation.kind === 'no_number'
  ) {
    await openTask(trx, districtId, 'unreached', exchangeId, { exchangeId })
    return
  }
  const id = timeOrderedId()
  const copy: NewMessage = {
    id,
    conversationId: conversation.id,
    deskId: null,
    direction: 'to_family',
    authorId: message.author_id,
    guardianId: other.guardianId,
    text: message.original_text,
    urgent: message.urgent,
    urgentReason: message.urgent_reason,
    status: 'queued',
    sendAfter: moment.now,
    hold: null,
    toPrepare: true,
    carrierSid: null,
    phoneId: null,
    proxyNumberId: null,
    keyword: null,
    pictures: false,
    detour: null,
  }
  await insertMessages(trx, districtId, moment.database, [copy], 'written')
  // Of which message it is the rescue: it is not passed on once more.
  await sql`update exchange set answers = ${exchangeId} where district_id = ${districtId} and id = ${id}`.execute(trx)
  await appendEvents(trx, districtId, [
    { exchangeId, at: moment.database, what: 'rescue', detail: { rung: 'other_guardian', guardian: other.guardianId } },
  ])
}

/** A staff member with a phone is told there that nobody answered. */
async function tellSender(trx: Trx, districtId: string, moment: Moment, exchangeId: string): Promise<void> {
  const { rows } = await sql<{ conversation_id: string; text: string; language: string | null; family: string }>`
    select e.conversation_id, e.original_text as text, t.language, coalesce(g.given_name, '') as family
    from exchange e join conversation c on c.district_id = e.district_id and c.id = e.conversation_id
    join person t on t.district_id = c.district_id and t.id = c.staff_side
    join binding b on b.district_id = c.district_id and b.conversation_id = c.id and b.side = 'staff' and b.until is null
    left join person g on g.district_id = e.district_id and g.id = e.guardian_id
    where e.district_id = ${districtId} and e.id = ${exchangeId}`.execute(trx)
  const row = rows[0]
  if (row === undefined) return
  const slots = { family: row.family, excerpt: excerpt(row.text, 40) }
  await insertNotices(trx, districtId, moment.database, moment.now, [
    {
      conversationId: row.conversation_id,
      direction: 'to_staff',
      notice: 'not_reached',
      key: `not_reached:${exchangeId}`,
      ...fixedText('not_reached', row.language ?? 'en', slots),
      answers: null,
      phoneId: null,
      proxyNumberId: null,
    },
  ])
}

async function appendRescues(
  trx: Trx,
  districtId: string,
  moment: Moment,
  rows: readonly { readonly id: string }[],
  why: string,
): Promise<void> {
  await appendEvents(
    trx,
    districtId,
    rows.map(
      ({ id }): NewEvent => ({
        exchangeId: id,
        at: moment.database,
        what: 'rescue',
        detail: { status: 'queued', rung: 'call', why },
      }),
    ),
  )
}
