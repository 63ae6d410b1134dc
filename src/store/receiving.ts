/** `receive`'s side of the store: what is known of a text, and what is kept of it. */

import { sql } from 'kysely'
import type { E164 } from '../core/phone-number.ts'
import type { InboundText, Moment } from '../relay/ports.ts'
import type { KnownText, ReceivingDistrict } from '../relay/receive-ports.ts'
import { openConversations, pairKey } from './conversations.ts'
import type { Trx } from './database.ts'
import { appendEvents } from './events.ts'
import { cancelWaiting, insertMessages, insertNotices, type NewMessage, timeOrderedId } from './exchanges.ts'
import type { Keys } from './keys.ts'
import { ensurePhones } from './phones.ts'
import { namedGuardian, schoolOfHousehold } from './reach.ts'
import { settleCallbacks } from './settling.ts'
import { openTask } from './tasks.ts'
import { settleByPerson } from './waiting.ts'

/** One district's part of the transaction that takes a batch of the inbox. */
export function receivingDistrict(trx: Trx, keys: Keys, districtId: string, moment: Moment): ReceivingDistrict {
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
            r.place.kind === 'conversation' ? r.place.conversationId : office?.kind === 'open' ? office.id : null
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
      await insertMessages(
        trx,
        districtId,
        moment.database,
        texts
          .filter((t) => !seen.has(t.text.sid))
          .map((t) => ({
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
          })),
        'received',
      )
    },
    settleUnknown: async (conversationId, staffId, action) => {
      const { rows } = await sql<{ id: string }>`
        select e.id from exchange e join event v on v.district_id = e.district_id and v.exchange_id = e.id and v.what = 'unknown'
        where e.district_id = ${districtId} and e.conversation_id = ${conversationId} and e.direction = 'to_family' and e.status = 'failed'
          and not exists (select from event d where d.district_id = e.district_id and d.exchange_id = e.id and d.what = 'dismissed')
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
    settle: (callbacks) => settleCallbacks(trx, districtId, moment, callbacks),
  }
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
    pictures: text.pictures > 0,
    detour: text.detour,
  } satisfies Partial<NewMessage>
}

/**
 * Where a text of nobody we know waits to be identified, by the proxy number that it came to: the office of the one school whose
 * conversations use that number now, else that of the district's first school; null in a district without an office, where the text is kept
 * at no desk and the district's administrators find it.
 */
async function officesOf(
  trx: Trx,
  districtId: string,
  proxyNumberIds: readonly string[],
): Promise<ReadonlyMap<string, string | null>> {
  if (proxyNumberIds.length === 0) return new Map()
  const { rows } = await sql<{ id: string; desk: string | null }>`
    select w.id, coalesce(
      (select min(k.id) from desk k where k.district_id = ${districtId} and k.kind = 'office' and k.school_id = (
        select min(c.school_id) from binding b join conversation c on c.district_id = b.district_id and c.id = b.conversation_id
        where b.district_id = ${districtId} and b.proxy_number_id = w.id and b.until is null having count(distinct c.school_id) = 1)),
      (select k.id from desk k join school s on s.district_id = k.district_id and s.id = k.school_id
        where k.district_id = ${districtId} and k.kind = 'office' order by s.active desc, k.school_id limit 1)) as desk
    from unnest(${[...new Set(proxyNumberIds)]}::uuid[]) as w (id)`.execute(trx)
  return new Map(rows.map((row) => [row.id, row.desk]))
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
  const phoneIds = fresh.map((t) => phones.get(t.text.from) as string)
  const { rows } = await sql<{
    n: number
    opted_out: KnownText['optedOut']
    conversation_id: string | null
    side: 'family' | 'staff' | null
    staff_side: string | null
    bound_guardian: string | null
    household_id: string | null
    school_id: string | null
    home_guardian: string | null
    staff_id: string | null
  }>`
    select g.n, case when p.opted_out_at is not null then case when p.opted_out_how like 'carrier%' then 'carrier' else 'ours' end end as opted_out, b.conversation_id, b.side, c.staff_side,
      case when c.id is not null then ${namedGuardian(districtId, sql`c.household_id`, sql`c.staff_side`)} end as bound_guardian,
      h.id as household_id,
      case when c.id is null and h.id is not null then ${schoolOfHousehold(districtId, sql`h.id`)} end as school_id,
      case when c.id is null and h.id is not null then ${namedGuardian(districtId, sql`h.id`, sql`''`)} end as home_guardian,
      case when b.side is distinct from 'family' then (select pp.person_id from person_phone pp
        join person q on q.district_id = pp.district_id and q.id = pp.person_id and q.kind = 'staff' and q.active
        where pp.district_id = ${districtId} and pp.phone_id = g.phone_id
          and (c.staff_side is null or not exists (select from person s where s.district_id = ${districtId} and s.id = c.staff_side) or pp.person_id = c.staff_side)
        order by pp.person_id limit 1) end as staff_id
    from unnest(${phoneIds}::uuid[], ${fresh.map((t) => t.proxyNumberId)}::uuid[]) with ordinality as g (phone_id, proxy_number_id, n)
    join phone p on p.district_id = ${districtId} and p.id = g.phone_id
    left join binding b on b.district_id = ${districtId} and b.phone_id = g.phone_id and b.proxy_number_id = g.proxy_number_id and b.until is null
    left join conversation c on c.district_id = ${districtId} and c.id = b.conversation_id and c.ended_at is null
    left join household h on h.district_id = ${districtId} and h.phone_id = g.phone_id and h.until is null
    order by g.n`.execute(trx)
  return rows.map((row) => {
    const given = fresh[row.n - 1] as Given[number]
    const school = row.school_id
    return {
      text: given.text as KnownText['text'],
      proxyNumberId: given.proxyNumberId,
      phoneId: phones.get(given.text.from as E164) as string,
      optedOut: row.opted_out,
      known: {
        bound:
          row.conversation_id === null || row.side === null || row.staff_side === null
            ? null
            : { conversationId: row.conversation_id, side: row.side, staffSide: row.staff_side, guardianId: row.bound_guardian },
        household:
          row.household_id === null || school === null
            ? null
            : { id: row.household_id, schoolId: school, guardianId: row.home_guardian },
        staffId: row.staff_id,
      },
    }
  })
}
