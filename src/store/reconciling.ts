/** Hand-overs of which nothing is known: when the carrier is asked about one, and what follows when it never knew it. */

import { sql } from 'kysely'
import type { Direction } from '../core/exchange.ts'
import { fullName } from '../core/people.ts'
import type { E164 } from '../core/phone-number.ts'
import { excerpt } from '../core/segments.ts'
import { fixedText, sayWhen } from '../core/texts.ts'
import type { Moment, ReconcileStore, UnknownAttempt } from '../relay/ports.ts'
import { abandonedAttempts } from './abandoned.ts'
import { type Db, inDistrict, type Trx } from './database.ts'
import { appendEvents } from './events.ts'
import { insertNotices } from './exchanges.ts'
import { wordingsOf } from './fixed-texts.ts'
import type { Keys } from './keys.ts'
import { readNumber } from './phones.ts'
import { momentOf } from './settings.ts'
import { adoptRecord } from './settling.ts'
import { openTask } from './tasks.ts'

/** The reconciliation port. */
export function reconcileStore(db: Db, keys: Keys): ReconcileStore {
  return {
    dueLooks: (districtId, limit) =>
      inDistrict(db, districtId, async (trx) => {
        const moment = await momentOf(trx)
        await sql`update attempt set look_after = clock_timestamp() where district_id = ${districtId} and outcome is null and look_after is null and id in (
          select a.id ${abandonedAttempts(sql`${districtId}::uuid`)})`.execute(trx)
        // Leased by moving the look on, so that another process does not ask at the same time.
        const { rows } = await sql<{
          id: string
          exchange_id: string
          body: string
          started_at: Temporal.Instant
          looks: number
          number_encrypted: Buffer
          proxy: E164
        }>`
          update attempt a set look_after = clock_timestamp() + interval '60 seconds', looks = a.looks + 1, outcome = coalesce(a.outcome, 'unknown')
          from phone p, proxy_number n
          where a.district_id = ${districtId} and p.district_id = a.district_id and p.id = a.phone_id and n.id = a.proxy_number_id and a.id in (
            select id from attempt where district_id = ${districtId} and look_after <= clock_timestamp() order by look_after limit ${limit} for update skip locked)
          returning a.id, a.exchange_id, a.body, a.started_at, a.looks, p.number_encrypted, n.number as proxy`.execute(trx)
        return {
          moment,
          attempts: rows.map(
            (r): UnknownAttempt => ({
              attemptId: r.id,
              exchangeId: r.exchange_id,
              from: r.proxy,
              to: readNumber(keys, districtId, r.number_encrypted),
              body: r.body,
              startedAt: r.started_at,
              looks: r.looks,
            }),
          ),
        }
      }),
    adopt: (districtId, attempt, record) =>
      inDistrict(db, districtId, async (trx) => adoptRecord(trx, districtId, await momentOf(trx), attempt.attemptId, record)),
    lookAgain: (districtId, attemptId, seconds) =>
      inDistrict(db, districtId, async (trx) => {
        await sql`update attempt set look_after = clock_timestamp() + ${seconds} * interval '1 second'
          where district_id = ${districtId} and id = ${attemptId} and sid is null`.execute(trx)
      }),
    giveUp: (districtId, attempt) =>
      inDistrict(db, districtId, async (trx) => giveUp(trx, districtId, await momentOf(trx), attempt)),
  }
}

/** The carrier never knew it, as far as it says: failed, later ones go, and the sender decides. */
async function giveUp(trx: Trx, districtId: string, moment: Moment, attempt: UnknownAttempt): Promise<void> {
  await sql`update attempt set look_after = null, outcome = 'unknown' where district_id = ${districtId} and id = ${attempt.attemptId} and sid is null`.execute(
    trx,
  )
  const { rows } = await sql<{ id: string }>`
    update exchange set status = 'failed' where district_id = ${districtId} and id = ${attempt.exchangeId} and attempt_id = ${attempt.attemptId}
      and status = 'sending' returning id`.execute(trx)
  if (rows.length === 0) return
  await appendEvents(trx, districtId, [
    { exchangeId: attempt.exchangeId, at: moment.database, what: 'unknown', detail: { status: 'failed' } },
  ])
  await openTask(trx, districtId, 'unknown', attempt.exchangeId, { exchangeId: attempt.exchangeId })
  await askSender(trx, districtId, moment, attempt.exchangeId)
}

/** A person who wrote on a phone is asked there. A notice of the gateway itself is let go. */
async function askSender(trx: Trx, districtId: string, moment: Moment, exchangeId: string): Promise<void> {
  const { rows } = await sql<{
    conversation_id: string
    direction: Direction
    original_text: string
    created_at: Temporal.Instant
    language: string | null
    school_name: string
    zone: string | null
    staff: { given_name: string; family_name: string; display_name: string | null; language: string | null } | null
  }>`
    select e.conversation_id, e.direction, e.original_text, e.created_at, g.language, s.name as school_name, coalesce(s.hours->>'timezone', s.time_zone) as zone, to_jsonb(p) as staff
    from exchange e join conversation c on c.district_id = e.district_id and c.id = e.conversation_id
    join school s on s.district_id = c.district_id and s.id = c.school_id
    left join person p on p.district_id = c.district_id and p.id = c.staff_side
    left join person g on g.district_id = e.district_id and g.id = e.guardian_id
    where e.district_id = ${districtId} and e.id = ${exchangeId} and e.author = 'person'`.execute(trx)
  const row = rows[0]
  if (row === undefined) return
  const { staff } = row
  const staffName =
    staff === null
      ? row.school_name
      : fullName({ givenName: staff.given_name, familyName: staff.family_name, displayName: staff.display_name })
  const toFamily = row.direction === 'to_family'
  const written = toFamily
    ? fixedText('unknown_to_staff', staff?.language ?? 'en', {
        when: sayWhen(row.created_at, moment.database, row.zone ?? 'UTC', staff?.language ?? 'en'),
        excerpt: excerpt(row.original_text, 40),
      })
    : fixedText(
        'unknown_to_family',
        row.language ?? 'en',
        { excerpt: excerpt(row.original_text, 30), staff: staffName },
        await wordingsOf(trx, districtId),
      )
  // Without a phone of its own the side has no binding: the staff member sees the task instead.
  const { rows: bound } =
    await sql`select 1 from binding where district_id = ${districtId} and conversation_id = ${row.conversation_id} and until is null
    and side = ${toFamily ? 'staff' : 'family'}`.execute(trx)
  if (bound.length === 0) return
  await insertNotices(trx, districtId, moment.database, moment.now, [
    {
      conversationId: row.conversation_id,
      direction: toFamily ? 'to_staff' : 'to_family',
      notice: toFamily ? 'unknown_to_staff' : 'unknown_to_family',
      key: `unknown:${exchangeId}`,
      answers: null,
      phoneId: null,
      proxyNumberId: null,
      ...written,
    },
  ])
}
