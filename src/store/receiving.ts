/** `receive`'s side of the store: what is known of a text, and what is kept of it. */

import { sql } from 'kysely'
import type { Scripts } from '../relay/answer-ports.ts'
import type { InboundText, Moment } from '../relay/ports.ts'
import type { KnownText, ReceivingDistrict } from '../relay/receive-ports.ts'
import { hearOfCall } from './calls.ts'
import { openConversations, pairKey } from './conversations.ts'
import type { Trx } from './database.ts'
import { officesOf } from './desks.ts'
import { appendEvents } from './events.ts'
import { cancelWaiting, insertMessages, insertNotices, type NewMessage, timeOrderedId } from './exchanges.ts'
import { wordingsOf } from './fixed-texts.ts'
import type { Keys } from './keys.ts'
import { knownPairs } from './known.ts'
import { ensurePhones } from './phones.ts'
import { insertMedia } from './pictures.ts'
import { settleCallbacks } from './settling.ts'
import { openTask } from './tasks.ts'
import { settleByPerson } from './waiting.ts'

/** One district's part of the transaction that takes a batch of the inbox. */
export function receivingDistrict(trx: Trx, keys: Keys, districtId: string, moment: Moment, scripts: Scripts): ReceivingDistrict {
  return {
    moment,
    newId: timeOrderedId,
    know: (texts) => know(trx, keys, districtId, texts),
    addressing: async (text) => {
      const { rows } = await sql<{ languages: string[] | null; school: string | null; district: string }>`
        select d.name as district,
          (select array_agg(p.language order by p.id) filter (where p.language is not null) from household h
            join household_guardian hg on hg.district_id = h.district_id and hg.household_id = h.id and hg.until is null
            join person p on p.district_id = hg.district_id and p.id = hg.guardian_id
            where h.district_id = ${districtId} and h.phone_id = ${text.phoneId} and h.until is null) as languages,
          (select s.name from school s where s.district_id = ${districtId} and s.id = coalesce(
            (select c.school_id from conversation c where c.district_id = ${districtId} and c.id = ${text.known.bound?.conversationId ?? null}::uuid),
            ${text.known.household?.schoolId ?? null})) as school
        from district d where d.id = ${districtId}`.execute(trx)
      const row = rows[0]
      return {
        languages: row?.languages ?? [],
        schoolName: row?.school ?? row?.district ?? '',
        districtName: row?.district ?? '',
        wordings: await wordingsOf(trx, districtId),
      }
    },
    keepTexts: async (routed) => {
      const offices = routed.flatMap((r) =>
        r.place.kind === 'office'
          ? [
              {
                staffSide: `${r.place.schoolId}/office`,
                householdId: r.place.householdId,
                schoolId: r.place.schoolId,
                dialled: r.from.proxyNumberId,
                // What a family has written stands in a conversation, whether or not a number is free for the answer.
                mayWait: true,
              },
            ]
          : [],
      )
      const opened = offices.length === 0 ? new Map() : await openConversations(trx, districtId, moment.now, offices)
      const desks = await officesOf(
        trx,
        districtId,
        routed.flatMap((r) => (r.place.kind === 'desk' ? [r.from.proxyNumberId] : [])),
      )
      await insertMessages(
        trx,
        districtId,
        moment.database,
        routed.map((r) => {
          const office =
            r.place.kind === 'office' ? opened.get(pairKey(`${r.place.schoolId}/office`, r.place.householdId)) : undefined
          const conversationId =
            r.place.kind === 'conversation'
              ? r.place.conversationId
              : office !== undefined && office.kind !== 'no_number'
                ? office.id
                : null
          return {
            ...inbound(r.from.text),
            id: r.exchangeId,
            conversationId,
            deskId:
              conversationId !== null
                ? null
                : r.place.kind === 'office'
                  ? `${r.place.schoolId}/office`
                  : (desks.get(r.from.proxyNumberId) ?? null),
            direction: r.direction,
            authorId: r.authorId,
            guardianId: r.guardianId,
            toPrepare: r.passOn && conversationId !== null,
            phoneId: conversationId === null ? r.from.phoneId : null,
            proxyNumberId: conversationId === null ? r.from.proxyNumberId : null,
            keyword: r.keyword,
          }
        }),
        'received',
      )
      await seenOnPhone(
        trx,
        districtId,
        routed.flatMap((r) =>
          r.direction === 'to_family' && r.place.kind === 'conversation' && r.authorId !== null
            ? [{ staffId: r.authorId, conversationId: r.place.conversationId }]
            : [],
        ),
      )
      await insertMedia(
        trx,
        districtId,
        routed.map(({ exchangeId, from }) => ({ exchangeId, media: from.text.media })),
      )
    },
    keepSenderless: async (texts) => {
      const { rows: had } = await sql<{ carrier_sid: string }>`
        select carrier_sid from exchange where district_id = ${districtId} and carrier_sid = any(${texts.map((t) => t.text.sid)}::text[])`.execute(
        trx,
      )
      const seen = new Set(had.map((r) => r.carrier_sid))
      const desks = await officesOf(
        trx,
        districtId,
        texts.map((t) => t.proxyNumberId),
      )
      const messages = texts
        .filter((t) => !seen.has(t.text.sid))
        .map((t) => ({
          media: t.text.media,
          message: {
            ...inbound(t.text),
            id: timeOrderedId(),
            conversationId: null,
            deskId: desks.get(t.proxyNumberId) ?? null,
            direction: 'to_staff',
            authorId: null,
            guardianId: null,
            toPrepare: false,
            phoneId: null,
            proxyNumberId: t.proxyNumberId,
            keyword: null,
          } satisfies NewMessage,
        }))
      await insertMessages(
        trx,
        districtId,
        moment.database,
        messages.map(({ message }) => message),
        'received',
      )
      await insertMedia(
        trx,
        districtId,
        messages.map(({ message, media }) => ({ exchangeId: message.id, media })),
      )
      for (const { message } of messages)
        await openTask(trx, districtId, 'no_sender', message.deskId ?? '', { exchangeId: message.id })
    },
    settleUnknown: async (conversationId, staffId, action) => {
      const { rows } = await sql<{ id: string }>`
        select e.id from exchange e join event v on v.district_id = e.district_id and v.exchange_id = e.id and v.what = 'unknown'
        join attempt a on a.district_id = e.district_id and a.id = e.attempt_id and a.outcome = 'unknown' and a.sid is null
        where e.district_id = ${districtId} and e.conversation_id = ${conversationId} and e.direction = 'to_family' and e.status = 'failed'
          and v.at > ${moment.database.subtract({ hours: 24 * ANSWER_DAYS }).toString()}::timestamptz
          and not exists (select from event d where d.district_id = e.district_id and d.exchange_id = e.id and d.what = 'dismissed')
          -- Who has gone on writing since means the word for the family.
          and not exists (select from exchange n where n.district_id = e.district_id and n.conversation_id = e.conversation_id and n.direction = 'to_family'
            and n.author = 'person' and n.kind <> 'call' and n.keyword is null and n.created_at > v.at)
        order by e.seq desc limit 1`.execute(trx)
      const id = rows[0]?.id
      if (id === undefined) return false
      return (await settleByPerson(trx, districtId, moment, id, action, staffId)).kind === 'done'
    },
    answer: (answers) =>
      insertNotices(
        trx,
        districtId,
        moment.database,
        moment.now,
        answers.map((a) => ({ ...a, phoneId: a.to.phoneId, proxyNumberId: a.to.proxyNumberId })),
      ),
    changePhone: async (change) => {
      if (!change.optedOut) {
        await sql`update phone set opted_out_at = null, opted_out_how = 'started' where district_id = ${districtId} and id = ${change.phoneId}`.execute(
          trx,
        )
        await appendEvents(trx, districtId, [
          { exchangeId: change.exchangeId, at: moment.database, what: 'opted_in', detail: { how: change.how } },
        ])
        return
      }
      await sql`update phone set opted_out_at = ${moment.database.toString()}::timestamptz, opted_out_how = ${change.how}
        where district_id = ${districtId} and id = ${change.phoneId} and opted_out_at is null`.execute(trx)
      await appendEvents(trx, districtId, [
        { exchangeId: change.exchangeId, at: moment.database, what: 'opted_out', detail: { how: change.how } },
      ])
      const { rows } = await sql<{ id: string }>`
        select e.id from exchange e
        left join conversation c on c.district_id = e.district_id and c.id = e.conversation_id
        left join household h on h.district_id = c.district_id and h.id = c.household_id
        where e.district_id = ${districtId} and (e.status in ('held', 'queued') or e.prepare_after is not null)
          and e.direction = 'to_family' and coalesce(h.phone_id, e.phone_id) = ${change.phoneId}
        for update of e`.execute(trx)
      await cancelWaiting(
        trx,
        districtId,
        moment.database,
        rows.map((r) => r.id),
        'opted_out',
        null,
      )
    },
    lastOriginal: async (conversationId) => {
      const { rows } = await sql<{ original: string | null }>`
        select case when translation_text is not null then original_text end as original from exchange where district_id = ${districtId} and conversation_id = ${conversationId} and direction = 'to_family'
          and author = 'person' and status in ('sent', 'delivered', 'sending', 'undelivered') order by seq desc limit 1`.execute(
        trx,
      )
      return rows[0]?.original ?? null
    },
    task: (kind, key, what) => openTask(trx, districtId, kind, key, what),
    askOffice: async (phoneId, exchangeId) => {
      const { rows } = await sql<{ desk: string | null }>`
        select desk_id as desk from exchange where district_id = ${districtId} and id = ${exchangeId}`.execute(trx)
      await openTask(trx, districtId, 'stranger', `${phoneId} ${rows[0]?.desk ?? ''}`, { phoneId, exchangeId })
    },
    settle: (callbacks) => settleCallbacks(trx, districtId, moment, callbacks),
    hearOfCall: (told) => hearOfCall(trx, keys, districtId, moment, told, scripts),
  }
}

/** For so many days a teacher's AGAIN or DISMISS answers what was told: over a weekend and a holiday, and not a term later. */
const ANSWER_DAYS = 7

/** Who answers from the own phone has read there what had come to it. */
async function seenOnPhone(
  trx: Trx,
  districtId: string,
  answers: readonly { readonly staffId: string; readonly conversationId: string }[],
): Promise<void> {
  if (answers.length === 0) return
  await sql`insert into seen (district_id, staff_id, conversation_id, seq)
    select ${districtId}, w.staff_id, w.id, x.seq
    from (select distinct * from unnest(${answers.map((a) => a.staffId)}::text[], ${answers.map((a) => a.conversationId)}::uuid[]) as w (staff_id, id)) w
    cross join lateral (select seq from exchange where district_id = ${districtId} and conversation_id = w.id and direction = 'to_staff'
      and status in ('sent', 'delivered') and seq is not null order by seq desc limit 1) x
    on conflict (district_id, staff_id, conversation_id) do update set seq = excluded.seq where seen.seq < excluded.seq`.execute(
    trx,
  )
}

/** What every text from the carrier has in common as a new message. */
function inbound(text: InboundText) {
  return {
    text: text.body,
    urgent: false,
    urgentReason: null,
    status: 'received',
    sendAfter: null,
    hold: null,
    carrierSid: text.sid,
    pictures: text.media.length > 0,
    detour: text.detour,
  } satisfies Partial<NewMessage>
}

type Given = Parameters<ReceivingDistrict['know']>[0]

async function know(trx: Trx, keys: Keys, districtId: string, texts: Given): Promise<KnownText[]> {
  const { rows: had } = await sql<{ carrier_sid: string }>`
    select carrier_sid from exchange where district_id = ${districtId} and carrier_sid = any(${texts.map((t) => t.text.sid)}::text[])`.execute(
    trx,
  )
  const seen = new Set(had.map((r) => r.carrier_sid))
  const fresh = texts.filter((t) => !seen.has(t.text.sid) && seen.add(t.text.sid))
  if (fresh.length === 0) return []
  const phones = await ensurePhones(
    trx,
    keys,
    districtId,
    fresh.map((t) => t.text.from),
  )
  const pairs = fresh.map((t) => ({ phoneId: phones.get(t.text.from) as string, proxyNumberId: t.proxyNumberId }))
  const known = await knownPairs(trx, districtId, pairs)
  return fresh.map((given, i) => ({
    text: given.text as KnownText['text'],
    ...(pairs[i] as (typeof pairs)[number]),
    ...(known[i] as (typeof known)[number]),
  }))
}
