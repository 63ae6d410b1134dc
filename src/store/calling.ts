/** Calls that staff ask for: what the store knows and writes of them, inside the transaction of one request. */

import { sql } from 'kysely'
import { isOpenAt, type Week } from '../core/hours.ts'
import type { E164 } from '../core/phone-number.ts'
import { fixedText } from '../core/texts.ts'
import type { ComposingDistrict } from '../relay/compose-ports.ts'
import type { Moment } from '../relay/ports.ts'
import { insertCallExchange } from './call-rows.ts'
import { bindPhones } from './conversations.ts'
import type { Trx } from './database.ts'
import { appendEvents } from './events.ts'
import { insertNotices } from './exchanges.ts'
import { wordingsOf } from './fixed-texts.ts'
import { sideHours } from './hours.ts'
import type { Keys } from './keys.ts'
import { ensurePhones } from './phones.ts'
import { pinOf } from './pins.ts'

type Reachable = { phone_id: string | null; school_hours: unknown; own_hours: Week | null }

/** The part of a district that calls are made of. */
export function callingDistrict(
  trx: Trx,
  keys: Keys,
  districtId: string,
  moment: Moment,
): Pick<
  ComposingDistrict,
  'ownPhone' | 'writeCall' | 'isCalling' | 'third' | 'interpreted' | 'setCalls' | 'pin' | 'notePin' | 'textPin'
> {
  return {
    ownPhone: async (conversationId) => {
      await bindPhones(trx, districtId, moment.now, [conversationId])
      const { rows } = await sql<{ off: boolean }>`select coalesce(op.is_off, false) as off from conversation c
        join binding b on b.district_id = c.district_id and b.conversation_id = c.id and b.side = 'staff' and b.until is null
        left join own_phone op on op.district_id = c.district_id and op.person_id = c.staff_side
        where c.district_id = ${districtId} and c.id = ${conversationId}`.execute(trx)
      return rows[0] === undefined ? 'none' : rows[0].off ? 'off' : 'ready'
    },
    isCalling: async (conversationId) => {
      // Of two requests at the same moment neither would see the other's call.
      await sql`select from conversation where district_id = ${districtId} and id = ${conversationId} for update`.execute(trx)
      const { rows } = await sql`select from exchange
        where district_id = ${districtId} and conversation_id = ${conversationId} and kind = 'call' and direction = 'to_family'
          and status in ('queued', 'sending') limit 1`.execute(trx)
      return rows.length > 0
    },
    writeCall: async ({ id, conversationId, staffId, guardianId, mode, third }) => {
      await insertCallExchange(
        trx,
        districtId,
        moment.database,
        {
          id,
          conversationId,
          deskId: null,
          direction: 'to_family',
          authorId: staffId,
          guardianId,
          status: 'queued',
          sendAfter: moment.now,
          callId: null,
          phoneId: null,
          proxyNumberId: null,
        },
        'written',
      )
      if (mode !== null)
        await sql`update exchange set call_mode = ${mode}, third_phone_id = ${third?.phoneId ?? null}::uuid, third_side = ${third?.side ?? null}
          where district_id = ${districtId} and id = ${id}`.execute(trx)
    },
    third: async (schoolId, who) => {
      const { rows } =
        who === 'interpreter'
          ? await sql<Reachable>`
              select interpreter_phone_id as phone_id, null as school_hours, null as own_hours from school where district_id = ${districtId} and id = ${schoolId}`.execute(
              trx,
            )
          : await sql<Reachable>`
              select pp.phone_id, s.hours as school_hours, op.hours as own_hours from person p join person_phone pp on pp.district_id = p.district_id and pp.person_id = p.id
              join person_org po on po.district_id = p.district_id and po.person_id = p.id and po.org_id = ${schoolId}
              join school s on s.district_id = p.district_id and s.id = ${schoolId}
              left join own_phone op on op.district_id = p.district_id and op.person_id = p.id
              where not coalesce(op.is_off, false) and p.district_id = ${districtId} and p.id = ${who.staff} and p.kind = 'staff' and p.active order by pp.use limit 1`.execute(
              trx,
            )
      // A colleague's own hours count here as for a family's call; the school's do not, since a colleague asks.
      const own = rows[0]?.own_hours ? sideHours(rows[0].school_hours, 'to_staff', null, rows[0].own_hours) : null
      const phoneId = own === null || isOpenAt(moment.now, own) ? (rows[0]?.phone_id ?? null) : null
      return phoneId === null ? null : { phoneId, side: who === 'interpreter' ? 'interpreter' : 'aide' }
    },
    interpreted: async (conversationId) => {
      const { rows } = await sql<{ staff: string | null; family: string | null }>`
        select t.language as staff, (
            select coalesce(g.spoken_language, g.language) from household_guardian hg join person g on g.district_id = hg.district_id and g.id = hg.guardian_id
            where hg.district_id = ${districtId} and hg.household_id = c.household_id and hg.until is null and coalesce(g.spoken_language, g.language) is not null order by g.id limit 1) as family
        from conversation c join school s on s.district_id = c.district_id and s.id = c.school_id and s.interpreted_calls
        left join person t on t.district_id = c.district_id and t.id = c.staff_side
        where c.district_id = ${districtId} and c.id = ${conversationId}`.execute(trx)
      const row = rows[0]
      return row === undefined ? null : { staff: row.staff ?? 'en', family: row.family ?? 'en' }
    },
    pin: (owner, anew) => pinOf(trx, keys, districtId, owner, anew),
    notePin: (staffId, guardianId) =>
      appendEvents(trx, districtId, [
        { exchangeId: null, at: moment.database, what: 'pin_given', who: staffId, detail: { guardian: guardianId } },
      ]),
    textPin: async (conversationId, pin) => {
      const { rows } = await sql<{ school: string; language: string | null }>`
        select s.name as school, (
            select g.language from household_guardian hg join person g on g.district_id = hg.district_id and g.id = hg.guardian_id
            where hg.district_id = ${districtId} and hg.household_id = c.household_id and hg.until is null and g.language is not null order by g.id limit 1) as language
        from conversation c join school s on s.district_id = c.district_id and s.id = c.school_id
        where c.district_id = ${districtId} and c.id = ${conversationId}`.execute(trx)
      const to = rows[0]
      if (to === undefined) return
      const key = `pin:${conversationId}:${moment.database.toString()}`
      const wordings = await wordingsOf(trx, districtId)
      const textWith = (shown: string) => fixedText('pin', to.language ?? 'en', { school: to.school, pin: shown }, wordings)
      await insertNotices(trx, districtId, moment.database, moment.now, [
        {
          conversationId,
          direction: 'to_family',
          notice: 'pin',
          key,
          ...textWith('·'.repeat(pin.length)),
          handedOver: textWith(pin).text,
          answers: null,
          phoneId: null,
          proxyNumberId: null,
        },
      ])
    },
    setCalls: async (schoolId, settings, staffId) => {
      const { interpreterLine, interpretedCalls, rescueOtherGuardian } = settings
      if (interpreterLine !== undefined) {
        const phones = interpreterLine === null ? null : await ensurePhones(trx, keys, districtId, [interpreterLine as E164])
        const phoneId = phones?.get(interpreterLine as E164) ?? null
        await sql`update school set interpreter_phone_id = ${phoneId}::uuid where district_id = ${districtId} and id = ${schoolId}`.execute(
          trx,
        )
      }
      await sql`update school set interpreted_calls = coalesce(${interpretedCalls ?? null}, interpreted_calls),
          rescue_other_guardian = coalesce(${rescueOtherGuardian ?? null}, rescue_other_guardian)
        where district_id = ${districtId} and id = ${schoolId}`.execute(trx)
      await appendEvents(trx, districtId, [
        {
          exchangeId: null,
          at: moment.database,
          what: 'calls_set',
          who: staffId,
          detail: {
            school: schoolId,
            ...(interpreterLine === undefined ? {} : { interpreterLine: interpreterLine !== null }),
            ...(interpretedCalls === undefined ? {} : { interpretedCalls }),
            ...(rescueOtherGuardian === undefined ? {} : { rescueOtherGuardian }),
          },
        },
      ])
    },
  }
}
