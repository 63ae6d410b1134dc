/** What staff write and decide, as the store carries it out: one transaction a request. */

import { sql } from 'kysely'
import type { Staff } from '../core/people.ts'
import type { Accepted, Acted, ComposeStore, ComposingDistrict, Recipient, Target, Written } from '../relay/compose-ports.ts'
import type { StoredPicture } from '../relay/picture-ports.ts'
import type { Moment } from '../relay/ports.ts'
import { scheduledOf, writeAnnouncement } from './announcements.ts'
import { callingDistrict } from './calling.ts'
import { openConversations } from './conversations.ts'
import { type Db, inDistrict, type Trx } from './database.ts'
import { appendEvents, type NewEvent } from './events.ts'
import { exchangeById } from './exchange-view.ts'
import { ConversationEnded, insertMessages, timeOrderedId } from './exchanges.ts'
import { sideHours } from './hours.ts'
import type { Keys } from './keys.ts'
import { setOwnPhone } from './own-phone.ts'
import { staffById } from './people.ts'
import { takesTexts } from './phones.ts'
import { attachPicture } from './pictures.ts'
import { enrolledNow, teaches } from './reach.ts'
import { sendWithoutWaiting } from './scheduled.ts'
import { momentOf } from './settings.ts'
import { setHours, settleByPerson } from './waiting.ts'

/** A roster import, new hours or the other side's text can come between; looked at anew, the request mostly goes through. */
const TRIES = 3
const DEADLOCK = '40P01'

function isPassing(error: unknown): boolean {
  return error instanceof ConversationEnded || (error as { code?: unknown }).code === DEADLOCK
}

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
    announce: (staffId, target, exchanges) =>
      writeAnnouncement(trx, districtId, { id: timeOrderedId(), staffId, target, at: moment.database, exchanges }),
    ...callingDistrict(trx, keys, districtId, moment),
    exchange: async (staff, id) => {
      if ((await exchangeById(trx, districtId, staff, id, moment.now)) === null) return null
      const { rows } = await sql<{ hold: string | null; scheduled: boolean; may: boolean }>`
        select e.hold, coalesce(e.not_before > ${moment.now.toString()}::timestamptz, false) as scheduled, coalesce(s.teachers_may_send_urgent, false) as may
        from exchange e left join conversation c on c.district_id = e.district_id and c.id = e.conversation_id
        left join school s on s.district_id = c.district_id and s.id = c.school_id
        where e.district_id = ${districtId} and e.id = ${id}::uuid`.execute(trx)
      return { hold: rows[0]?.hold ?? null, scheduled: rows[0]?.scheduled ?? false, teachersMayUrgent: rows[0]?.may ?? false }
    },
    act: async (id, action, staffId): Promise<Acted> => settleByPerson(trx, districtId, moment, id, action, staffId),
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
    setOwnPhone: (staffId, setting, timeOf) => setOwnPhone(trx, districtId, moment, staffId, setting, timeOf),
    setHours: (schoolId, hours, staffId, timeOf) => setHours(trx, districtId, moment, schoolId, hours, staffId, timeOf),
  }
}

type Row = {
  guardian_id: string
  school_id: string
  household_id: string | null
  opted_out: boolean
  refuses_calls: boolean
  hours: unknown
  time_zone: string | null
  may: boolean
}

/** The guardians of the target's students whom this staff member may reach, one a household; null when there is no such target. */
async function recipients(
  trx: Trx,
  districtId: string,
  staff: Staff,
  to: Exclude<Target, { readonly unknown: string }>,
): Promise<Recipient[] | null> {
  const [kind, id] = Object.entries(to)[0] as ['guardian' | 'student' | 'class' | 'school', string]
  if (kind === 'school' && staff.scope.kind === 'own') return null
  const schools = staff.scope.kind === 'schools' ? staff.scope.schools : null
  const inTarget = {
    guardian: sql`exists (select from guardianship w where w.district_id = ${districtId} and w.student_id = st.id and w.guardian_id = ${id})`,
    student: sql`st.id = ${id}`,
    class: sql`exists (select from enrollment w where w.district_id = ${districtId} and w.person_id = st.id and w.class_id = ${id} and w.role = 'student' and ${enrolledNow('w')})`,
    school: sql`exists (select from person_org w where w.district_id = ${districtId} and w.person_id = st.id and w.org_id = ${id})`,
  }[kind]
  const mayReach = staff.scope.kind === 'own' ? teaches(districtId, sql`${staff.id}`, sql`st.id`) : sql<boolean>`true`
  // The school that speaks: that of a class in common, else one of the student's (an administrator's own first).
  const classSchool = sql`(
    select min(k.school_id) from enrollment es join class k on k.district_id = es.district_id and k.id = es.class_id and k.active
    join enrollment et on et.district_id = es.district_id and et.class_id = es.class_id and et.role = 'teacher' and ${enrolledNow('et')} and et.person_id = ${staff.id}
    where es.district_id = ${districtId} and es.person_id = st.id and es.role = 'student' and ${enrolledNow('es')})`
  const studentSchool = sql`(
    select min(s.id) from person_org po join school s on s.district_id = po.district_id and s.id = po.org_id and s.active
    where po.district_id = ${districtId} and po.person_id = st.id and (${schools === null} or s.id = any(${schools === null ? [] : [...schools]}::text[])))`
  const { rows: known } = await sql<{ known: boolean }>`select case ${kind}
      when 'guardian' then exists (select from person where district_id = ${districtId} and id = ${id} and kind = 'guardian' and active)
      when 'student' then exists (select from person where district_id = ${districtId} and id = ${id} and kind = 'student' and active)
      when 'class' then exists (select from class k where k.district_id = ${districtId} and k.id = ${id} and k.active
        and (${staff.scope.kind === 'district'} or k.school_id = any(${schools === null ? [] : [...schools]}::text[])
          or exists (select from enrollment t where t.district_id = ${districtId} and t.class_id = k.id and t.person_id = ${staff.id} and t.role = 'teacher' and ${enrolledNow('t')})))
      else exists (select from school where district_id = ${districtId} and id = ${id} and active and (${schools === null} or id = any(${schools === null ? [] : [...schools]}::text[]))) end as known`.execute(
    trx,
  )
  if (!known[0]?.known) return null
  const { rows } = await sql<Row>`
    with pupil as materialized (
      select st.id, coalesce(${classSchool}, ${studentSchool}) as school_id from person st
      where st.district_id = ${districtId} and st.kind = 'student' and st.active and ${inTarget} and ${mayReach}
    )
    select distinct on (g.id) g.id as guardian_id, pupil.school_id, h.id as household_id,
      coalesce(p.opted_out_at is not null or (p.calls_refused_at is not null and not ${takesTexts(districtId, sql`p`)}), false) as opted_out,
      coalesce(p.calls_refused_at is not null, false) as refuses_calls,
      s.hours, g.time_zone, s.teachers_may_send_urgent as may
    from pupil
    join school s on s.district_id = ${districtId} and s.id = pupil.school_id
    join guardianship gs on gs.district_id = ${districtId} and gs.student_id = pupil.id
    join person g on g.district_id = ${districtId} and g.id = gs.guardian_id and g.active
    left join household_guardian hg on hg.district_id = ${districtId} and hg.guardian_id = g.id and hg.until is null
    left join household h on h.district_id = ${districtId} and h.id = hg.household_id and h.until is null
    left join phone p on p.district_id = ${districtId} and p.id = h.phone_id
    where ${kind !== 'guardian'} or g.id = ${id}
    order by g.id, pupil.school_id`.execute(trx)
  if (rows.length === 0 && (kind === 'guardian' || kind === 'student')) return null
  const perPhone = new Map<string, Row>()
  for (const row of rows) {
    const key = row.household_id ?? `none ${row.guardian_id}`
    if (!perPhone.has(key)) perPhone.set(key, row)
  }
  return [...perPhone.values()].map((row) => ({
    guardianId: row.guardian_id,
    schoolId: row.school_id,
    household:
      row.household_id === null ? null : { id: row.household_id, optedOut: row.opted_out, refusesCalls: row.refuses_calls },
    hours: sideHours(row.hours, 'to_family', row.time_zone),
    teachersMayUrgent: row.may,
  }))
}

/** The phone of an office's conversation while nobody knows whose it is; null: it is known meanwhile, or the conversation is none of these schools. */
async function unknownPhone(trx: Trx, staff: Staff, conversationId: string): Promise<Recipient[] | null> {
  const { districtId, scope } = staff
  const { rows } = await sql<{
    household_id: string
    school_id: string
    opted_out: boolean
    refuses: boolean
    hours: unknown
    may: boolean
  }>`
    select c.household_id, c.school_id, p.opted_out_at is not null as opted_out, p.calls_refused_at is not null as refuses, s.hours,
      s.teachers_may_send_urgent as may
    from conversation c join household h on h.district_id = c.district_id and h.id = c.household_id and h.until is null
    join phone p on p.district_id = h.district_id and p.id = h.phone_id
    join school s on s.district_id = c.district_id and s.id = c.school_id
    where c.district_id = ${districtId} and c.id = ${conversationId}::uuid and c.ended_at is null
      and c.school_id = any(${scope.kind === 'schools' ? [...scope.schools] : []}::text[])
      and not exists (select from household_guardian hg where hg.district_id = c.district_id and hg.household_id = c.household_id and hg.until is null)`.execute(
    trx,
  )
  return rows.length === 0
    ? null
    : rows.map((row) => ({
        guardianId: null,
        schoolId: row.school_id,
        household: { id: row.household_id, optedOut: row.opted_out, refusesCalls: row.refuses },
        hours: sideHours(row.hours, 'to_family', null),
        teachersMayUrgent: row.may,
      }))
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
