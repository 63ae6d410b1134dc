/** What a call's script may know: read anew for each turn, since a turn can last minutes. */

import { type RawBuilder, sql } from 'kysely'
import { familyLabel } from '../core/body.ts'
import type { CallFacts, Party } from '../core/call-script.ts'
import { promptLanguage } from '../core/call-speech.ts'
import type { Direction } from '../core/exchange.ts'
import type { SchoolHours, Week } from '../core/hours.ts'
import { fullName, officeDesk, shortName } from '../core/people.ts'
import { sayWhen } from '../core/texts.ts'
import type { Moment } from '../relay/ports.ts'
import { roomOf, talkOf } from './call-rooms.ts'
import type { CallRow } from './call-rows.ts'
import { recordsPrompts, toRecord } from './call-studio.ts'
import { waitingFor } from './call-waiting.ts'
import { counts, phoneOfFamily } from './conversations.ts'
import type { Trx } from './database.ts'
import { wordingsOf } from './fixed-texts.ts'
import { isOpen, opening } from './hours.ts'
import { teaches } from './reach.ts'
import { hasUsedMinutes } from './talk-time.ts'
import { voicemailsFor } from './voicemails.ts'

/** More than a menu has room for: those that nobody can be led in yet are left out of it, and are what an aide records. */
const MENU_LANGUAGES = 20

type Place = {
  district_name: string
  school_name: string | null
  hours: SchoolHours | null
  staff_side: string | null
  given_name: string | null
  family_name: string | null
  display_name: string | null
  staff_language: string | null
  own_language: string | null
  staff_phone: string | null
  staff_proxy: string | null
  family_phone: string | null
  family_proxy: string | null
  family_closed: boolean
  phone_off: boolean
  own_hours: Week | null
}

/** Everything that the call's next turn may need. */
export async function callFacts(trx: Trx, districtId: string, moment: Moment, call: CallRow): Promise<CallFacts> {
  const place = await placeOf(trx, districtId, call)
  const family = await familyOf(trx, districtId, call, place.staff_side)
  const open = (direction: Direction) => isOpen(moment, place.hours, direction, family.zone, null)
  const office =
    call.schoolId === null
      ? null
      : await deskParty(trx, districtId, moment, place.hours, officeDesk(call.schoolId), call.proxyNumberId)
  const staffName =
    place.given_name === null
      ? (place.school_name ?? place.district_name)
      : fullName({ givenName: place.given_name, familyName: place.family_name ?? '', displayName: place.display_name })
  // A desk has no phone of its own: somebody who staffs it has.
  const staffParty =
    place.staff_side !== null && place.given_name === null
      ? await deskParty(trx, districtId, moment, place.hours, place.staff_side, call.proxyNumberId)
      : takesCalls(moment, place.hours, place)
        ? party(place.staff_phone, place.staff_proxy)
        : null
  const minutesUsed =
    isFamilys(call) && open('to_staff') && (await hasUsedMinutes(trx, districtId, moment, call.householdId, place.hours))
  const staffTakes = open('to_staff') && !minutesUsed
  const menu = family.languages.length > 0 ? [] : await menuOf(trx, districtId)
  return {
    school: place.school_name ?? place.district_name,
    own: place.own_language,
    languages: family.languages,
    menu,
    guardian: family.guardian,
    family: family.label,
    staff:
      place.staff_side === null
        ? null
        : { name: staffName, language: place.staff_language ?? 'en', party: staffTakes ? staffParty : null },
    familyOpens: place.family_closed || open('to_family') ? null : opens(moment, place, family.zone),
    familyParty: open('to_family') && !place.family_closed ? party(place.family_phone, place.family_proxy) : null,
    office: staffTakes ? office : null,
    minutesUsed,
    waiting: await waitingFor(trx, districtId, moment, call),
    voicemails:
      call.script === 'staff' && call.staffId !== null ? await voicemailsFor(trx, districtId, moment, call, call.staffId) : [],
    recorded: await recordedPrompts(trx, districtId, [...family.languages, ...menu]),
    wordings: await wordingsOf(trx, districtId),
    toRecord: call.script === 'studio' && call.staffId !== null ? await toRecord(trx, districtId, call.staffId) : [],
    recordsPrompts: call.script === 'studio' && call.staffId !== null && (await recordsPrompts(trx, districtId, call.staffId)),
    room: roomOf(call),
    talk: await talkOf(trx, districtId, call, {
      staff: place.staff_language ?? 'en',
      family: family.languages[0] ?? 'en',
    }),
  }
}

/** Whether a family's own phone, or its PIN, is on the line, and nobody of the staff yet. */
function isFamilys(call: CallRow): call is CallRow & { readonly householdId: string } {
  return call.householdId !== null && ['message', 'family', 'stranger'].includes(call.script)
}

function party(phoneId: string | null, shows: string | null): Party | null {
  return phoneId === null || shows === null ? null : { phoneId, shows }
}

/** Whether somebody's own phone may ring now: within the school's hours and the person's own, and not switched off. */
export function takesCalls(
  moment: Moment,
  hours: SchoolHours | null,
  own: { readonly phone_off: boolean; readonly own_hours: Week | null },
): boolean {
  return !own.phone_off && isOpen(moment, hours, 'to_staff', null, own.own_hours)
}

/** On the school's clock, since it is told to its staff. */
function opens(moment: Moment, { hours, staff_language: language }: Place, familyZone: string | null): string | null {
  const at = opening(moment, hours, 'to_family', familyZone, null)
  if (at === null || hours === null) return null
  return sayWhen(at, moment.now, hours.timezone, promptLanguage(language ?? 'en'))
}

async function placeOf(trx: Trx, districtId: string, call: CallRow): Promise<Place> {
  const { rows } = await sql<Place>`
    select d.name as district_name, s.name as school_name, s.hours, c.staff_side, t.given_name, t.family_name, t.display_name, t.language as staff_language, w.language as own_language,
      sb.phone_id as staff_phone, sb.proxy_number_id as staff_proxy, fb.phone_id as family_phone, fb.proxy_number_id as family_proxy,
      coalesce(fp.opted_out_at is not null or fp.calls_refused_at is not null, true) as family_closed,
      coalesce(op.is_off, false) as phone_off, op.hours as own_hours
    from district d
    left join conversation c on c.district_id = d.id and c.id = ${call.conversationId}::uuid and c.ended_at is null
    left join school s on s.district_id = d.id and s.id = ${call.schoolId}
    left join person t on t.district_id = d.id and t.id = c.staff_side and t.active
    left join own_phone op on op.district_id = d.id and op.person_id = c.staff_side
    left join person w on w.district_id = d.id and w.id = ${call.staffId}
    left join binding sb on sb.district_id = d.id and sb.conversation_id = c.id and sb.side = 'staff' and sb.until is null
    left join binding fb on fb.district_id = d.id and fb.conversation_id = c.id and fb.side = 'family' and fb.until is null
      and ${counts('fb', phoneOfFamily(sql`d.id`, sql`c.id`))}
    left join phone fp on fp.district_id = d.id and fp.id = fb.phone_id
    where d.id = ${districtId}`.execute(trx)
  return rows[0] as Place
}

type Family = {
  readonly languages: readonly string[]
  readonly guardian: string | null
  readonly label: string
  readonly zone: string | null
}

async function familyOf(trx: Trx, districtId: string, call: CallRow, staffSide: string | null): Promise<Family> {
  if (call.householdId === null) return { languages: [], guardian: null, label: familyLabel([]), zone: null }
  type Person = { id: string; given_name: string; family_name: string; display_name: string | null; language: string | null }
  const { rows: guardians } = await sql<Person & { time_zone: string | null }>`
    select p.id, p.given_name, p.family_name, p.display_name, coalesce(p.spoken_language, p.language) as language, p.time_zone
    from household_guardian hg join person p on p.district_id = hg.district_id and p.id = hg.guardian_id
    where hg.district_id = ${districtId} and hg.household_id = ${call.householdId} and hg.until is null
    order by p.id is distinct from (select e.guardian_id from exchange e where e.district_id = ${districtId}
      and (e.call_id = ${call.id} or e.id = ${call.exchangeId}::uuid) and e.guardian_id is not null order by e.created_at limit 1), p.id`.execute(
    trx,
  )
  const { rows: students } = await sql<Person & { own: boolean }>`
    select distinct st.id, st.given_name, st.family_name, st.display_name, st.language, ${own(districtId, staffSide)} as own
    from household_guardian hg join guardianship gs on gs.district_id = hg.district_id and gs.guardian_id = hg.guardian_id
    join person st on st.district_id = gs.district_id and st.id = gs.student_id and st.active
    where hg.district_id = ${districtId} and hg.household_id = ${call.householdId} and hg.until is null
    order by st.given_name, st.id`.execute(trx)
  const mine = students.filter((s) => s.own)
  const first = guardians[0]
  return {
    languages: [...new Set(guardians.flatMap((g) => (g.language === null ? [] : [g.language])))],
    guardian:
      first === undefined
        ? null
        : fullName({ givenName: first.given_name, familyName: first.family_name, displayName: first.display_name }),
    label: familyLabel(
      (mine.length > 0 ? mine : students).map((s) => shortName({ givenName: s.given_name, familyName: s.family_name })),
    ),
    zone: first?.time_zone ?? null,
  }
}

function own(districtId: string, staffSide: string | null): RawBuilder<boolean> {
  return staffSide === null ? sql<boolean>`false` : teaches(districtId, sql`${staffSide}`, sql`st.id`)
}

/** Somebody who staffs a desk and has a phone; which of our numbers that phone sees does not matter, so long as it is one of ours. */
async function deskParty(
  trx: Trx,
  districtId: string,
  moment: Moment,
  hours: SchoolHours | null,
  deskId: string,
  shows: string,
): Promise<Party | null> {
  const { rows } = await sql<{ phone_id: string; phone_off: boolean; own_hours: Week | null }>`
    select pp.phone_id, coalesce(op.is_off, false) as phone_off, op.hours as own_hours from desk_staff ds
    join person p on p.district_id = ds.district_id and p.id = ds.person_id and p.active
    join person_phone pp on pp.district_id = p.district_id and pp.person_id = p.id
    left join own_phone op on op.district_id = p.district_id and op.person_id = p.id
    where ds.district_id = ${districtId} and ds.desk_id = ${deskId} order by p.id, pp.use`.execute(trx)
  return party(rows.find((row) => takesCalls(moment, hours, row))?.phone_id ?? null, shows)
}

async function menuOf(trx: Trx, districtId: string): Promise<string[]> {
  const { rows } = await sql<{ language: string }>`
    select language from (
      select coalesce(spoken_language, language) as language from person where district_id = ${districtId} and kind = 'guardian' and active) as g
    where language is not null group by language order by count(*) desc, language limit ${MENU_LANGUAGES}`.execute(trx)
  return rows.map((row) => row.language)
}

async function recordedPrompts(trx: Trx, districtId: string, languages: readonly string[]): Promise<Map<string, string>> {
  if (languages.length === 0) return new Map()
  const { rows } = await sql<{ language: string; id: string; recording_id: string }>`
    select p.language, p.id, p.recording_id from prompt p
    join recording r on r.district_id = p.district_id and r.id = p.recording_id and r.kept_at is not null
    where p.district_id = ${districtId} and p.language = any(${[...languages]}::text[])`.execute(trx)
  return new Map(rows.map((row) => [`${row.language} ${row.id}`, row.recording_id]))
}

/** The language of the staff member whose phone this is; null: nobody's, or not recorded. */
export async function languageOfPhone(trx: Trx, districtId: string, phoneId: string): Promise<string | null> {
  const { rows } = await sql<{ language: string | null }>`
    select p.language from person_phone pp join person p on p.district_id = pp.district_id and p.id = pp.person_id and p.kind = 'staff' and p.active
    where pp.district_id = ${districtId} and pp.phone_id = ${phoneId} order by p.id limit 1`.execute(trx)
  return rows[0]?.language ?? null
}
