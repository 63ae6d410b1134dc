/** What staff write and decide, as the store carries it out: one transaction a request. */

import { sql } from 'kysely'
import type { Accepted, Acted, ComposeStore, ComposingDistrict, Written } from '../relay/compose-ports.ts'
import type { StoredPicture } from '../relay/picture-ports.ts'
import type { Moment } from '../relay/ports.ts'
import { scheduledOf, takeBack, writeAnnouncement } from './announcements.ts'
import { callingDistrict } from './calling.ts'
import { openConversations } from './conversations.ts'
import { type Db, inDistrict, type Trx } from './database.ts'
import { appendEvents, type NewEvent } from './events.ts'
import { exchangeById } from './exchange-view.ts'
import { ConversationEnded, insertMessages, timeOrderedId } from './exchanges.ts'
import type { Keys } from './keys.ts'
import { setOwnPhone } from './own-phone.ts'
import { staffById } from './people.ts'
import { attachPicture } from './pictures.ts'
import { recipients, unknownPhone } from './recipients.ts'
import { sendWithoutWaiting } from './scheduled.ts'
import { momentOf } from './settings.ts'
import { setHours, settleByPerson } from './waiting.ts'

/** A roster import, new hours or the other side's text can come between; looked at anew, the request mostly goes through. */
const TRIES = 3
const DEADLOCK = '40P01'

function isPassing(error: unknown): boolean {
  return error instanceof ConversationEnded || (error as { code?: unknown }).code === DEADLOCK
}

/** The idempotency key under which what a page's form sends is remembered. */
export const pageKey = (key: string): string => `page:${key}`

/** The compose port. */
export function composeStore(db: Db, keys: Keys): ComposeStore {
  return {
    inDistrict: async (districtId, work) => {
      for (let tried = 1; ; tried++) {
        try {
          return await inDistrict(db, districtId, async (trx) =>
            work(composingDistrict(trx, keys, districtId, await momentOf(trx))),
          )
        } catch (error) {
          if (tried === TRIES || !isPassing(error)) throw error
        }
      }
    },
  }
}

function composingDistrict(trx: Trx, keys: Keys, districtId: string, moment: Moment): ComposingDistrict {
  return {
    moment,
    newId: timeOrderedId,
    staff: (staffId) => staffById(trx, districtId, staffId),
    remember: async (staffId, key, digest) => {
      // A second request with the key waits here until the first has its answer.
      const taken =
        await sql`insert into idempotency (district_id, staff_id, key, request_digest, answer) values (${districtId}, ${staffId}, ${key}, ${digest}, '[]')
        on conflict do nothing`.execute(trx)
      if (taken.numAffectedRows === 1n) return { kind: 'fresh' }
      const { rows } = await sql<{
        request_digest: Buffer
        answer: { id: string; status: Accepted['status']; sendAfter: string | null }[]
      }>`
        select request_digest, answer from idempotency where district_id = ${districtId} and staff_id = ${staffId} and key = ${key}`.execute(
        trx,
      )
      const row = rows[0]
      if (row === undefined || !row.request_digest.equals(digest)) return { kind: 'reused' }
      return {
        kind: 'known',
        exchanges: row.answer.map((a) => ({ ...a, sendAfter: a.sendAfter === null ? null : Temporal.Instant.from(a.sendAfter) })),
      }
    },
    answer: async (staffId, key, exchanges) => {
      if (exchanges === null) {
        await sql`delete from idempotency where district_id = ${districtId} and staff_id = ${staffId} and key = ${key}`.execute(
          trx,
        )
        return
      }
      const json = JSON.stringify(exchanges.map((e) => ({ ...e, sendAfter: e.sendAfter?.toString() ?? null })))
      await sql`update idempotency set answer = ${json}::jsonb where district_id = ${districtId} and staff_id = ${staffId} and key = ${key}`.execute(
        trx,
      )
    },
    deskSchool: async (staffId, desk) => {
      const { rows } = await sql<{ school_id: string }>`
        select d.school_id from desk_staff ds join desk d on d.district_id = ds.district_id and d.id = ds.desk_id
        where ds.district_id = ${districtId} and ds.person_id = ${staffId} and ds.desk_id = ${desk}`.execute(trx)
      return rows[0]?.school_id ?? null
    },
    recipients: (staff, to) => ('unknown' in to ? unknownPhone(trx, staff, to.unknown) : recipients(trx, districtId, staff, to)),
    open: async (staffSide, list, mayWait) => {
      const wanted = list.flatMap((r) =>
        r.household === null ? [] : [{ staffSide, householdId: r.household.id, schoolId: r.schoolId, mayWait }],
      )
      const opened = wanted.length === 0 ? new Map() : await openConversations(trx, districtId, moment.now, wanted)
      return new Map(wanted.map((w) => [w.householdId, opened.get(`${w.householdId} ${staffSide}`)]))
    },
    write: (messages, picture) => write(trx, districtId, moment, messages, picture),
    announce: (staffId, target, exchanges, id) =>
      writeAnnouncement(trx, districtId, { id: id ?? timeOrderedId(), staffId, target, at: moment.database, exchanges }),
    takeBack: (staffId, announcementId) => takeBack(trx, districtId, moment, staffId, announcementId),
    takeBackOne: async (staff, id) => {
      if ((await exchangeById(trx, districtId, staff, id, moment.now)) === null) return false
      const settled = await settleByPerson(trx, districtId, moment, id, 'cancel', staff.id)
      return settled.kind === 'done' && settled.status === 'canceled'
    },
    ...callingDistrict(trx, keys, districtId, moment),
    exchange: async (staff, id) => {
      if (staff !== null && (await exchangeById(trx, districtId, staff, id, moment.now)) === null) return null
      const { rows } = await sql<{ hold: string | null; scheduled: boolean; may: boolean }>`
        select e.hold, coalesce(e.not_before > ${moment.now.toString()}::timestamptz, false) as scheduled, coalesce(s.teachers_may_send_urgent, false) as may
        from exchange e left join conversation c on c.district_id = e.district_id and c.id = e.conversation_id
        left join school s on s.district_id = c.district_id and s.id = c.school_id
        where e.district_id = ${districtId} and e.id = ${id}::uuid`.execute(trx)
      return { hold: rows[0]?.hold ?? null, scheduled: rows[0]?.scheduled ?? false, teachersMayUrgent: rows[0]?.may ?? false }
    },
    act: async (id, action, staffId, reason): Promise<Acted> =>
      settleByPerson(trx, districtId, moment, id, action, staffId, reason),
    sendWithoutWaiting: (id, staffId, timeOf) => sendWithoutWaiting(trx, districtId, moment, id, staffId, timeOf),
    scheduledOf: (staffId, announcementId) => scheduledOf(trx, districtId, staffId, announcementId, moment.now),
    letTeachersSendUrgent: async (schoolId, teachers, staffId) => {
      await sql`update school set teachers_may_send_urgent = ${teachers} where district_id = ${districtId} and id = ${schoolId}`.execute(
        trx,
      )
      await appendEvents(trx, districtId, [
        { exchangeId: null, at: moment.database, what: 'urgent_right', who: staffId, detail: { school: schoolId, teachers } },
      ])
    },
    setOwnPhone: (staffId, setting, timeOf) => setOwnPhone(trx, keys, districtId, moment, staffId, setting, timeOf),
    setHours: (schoolId, hours, staffId, timeOf, version) =>
      setHours(trx, keys, districtId, moment, schoolId, hours, staffId, timeOf, version),
  }
}

async function write(
  trx: Trx,
  districtId: string,
  moment: Moment,
  messages: readonly Written[],
  picture: StoredPicture | null,
): Promise<void> {
  await insertMessages(
    trx,
    districtId,
    moment.database,
    messages.map((m) => ({
      id: m.id,
      conversationId: m.conversationId,
      deskId: m.conversationId === null ? m.staffId : null,
      direction: 'to_family',
      authorId: m.staffId,
      guardianId: m.guardianId,
      text: m.body,
      urgent: m.urgent,
      urgentReason: m.reason,
      asked: { notBefore: m.notBefore, byVoice: m.byVoice },
      status: m.status,
      sendAfter: m.sendAfter,
      hold: m.hold,
      toPrepare: m.failure === null,
      carrierSid: null,
      phoneId: null,
      proxyNumberId: null,
      keyword: null,
      pictures: picture !== null,
      detour: null,
    })),
    'written',
  )
  const writer = messages[0]?.staffId
  if (picture !== null && writer !== undefined)
    await attachPicture(
      trx,
      districtId,
      moment.database,
      writer,
      messages.map(({ id }) => id),
      picture,
    )
  await appendEvents(
    trx,
    districtId,
    messages.flatMap((m): NewEvent[] =>
      m.failure === null ? [] : [{ exchangeId: m.id, at: moment.database, what: m.failure, detail: { status: 'failed' } }],
    ),
  )
}

/** Days for which a repeat under the same Idempotency-Key is known. */
const REMEMBER_DAYS = 7

/** Forgets the answers of requests whose repeat nobody will send any more. */
export async function forgetOldAnswers(db: Db, districtId: string): Promise<void> {
  await inDistrict(db, districtId, (trx) =>
    sql`delete from idempotency where district_id = ${districtId} and created_at < clock_timestamp() - ${REMEMBER_DAYS} * interval '1 day'`.execute(
      trx,
    ),
  )
}
