/** Whom a message to many would reach, as far as it makes a difference to what arrives. */

import { sql } from 'kysely'
import { channelOf } from '../core/channel.ts'
import type { Staff } from '../core/people.ts'
import type { Recipient } from '../relay/compose-ports.ts'
import type { ToPrepare } from '../relay/prepare-ports.ts'
import type { Trx } from './database.ts'
import { wordingsOf } from './fixed-texts.ts'
import { takesTexts } from './phones.ts'
import { momentOf } from './settings.ts'

/** Families to whom the same arrives. */
export type Alike = {
  /** What `prepare` would be told of one of them; the words and the picture are still to be put in. */
  readonly item: ToPrepare
  readonly families: number
  /** BCP 47; `und`: none is on file, and they get what was written. */
  readonly language: string
  /** Whether their phones know who writes; the first text says it. */
  readonly introduced: boolean
  /** Whether their phones take pictures, where they get texts. */
  readonly takesPictures: boolean
}

/** The families that get it, the most first, and how many others do not, by the reason. */
export type Audience = {
  readonly alike: readonly Alike[]
  readonly notReached: { readonly noPhone: number; readonly optedOut: number }
}

/** Countries (ISO 3166-1) in which phones get picture messages; a phone from elsewhere in such a district is reckoned as one of it. */
const PICTURES = ['US', 'CA']

/** What a message of `staff` to these recipients would meet. */
export async function audienceOf(trx: Trx, staff: Staff, recipients: readonly Recipient[]): Promise<Audience> {
  const { districtId } = staff
  const reached = recipients.filter(({ household }) => household !== null && !household.optedOut)
  const { rows } = await sql<{
    school_id: string
    school_name: string
    country: string
    staff_names: string[]
    staff_language: string | null
    contact_by: 'sms' | 'voice' | null
    textable: boolean
    line_type: 'mobile' | 'landline' | 'voip' | 'unknown' | null
    refuses_calls: boolean
    introduced: boolean
    pictures: boolean
    first: boolean
    written: string | null
    spoken: string | null
    families: number
  }>`
    select w.school_id, s.name as school_name, d.country, array[me.given_name, me.family_name] as staff_names, me.language as staff_language,
      g.contact_by, ${takesTexts(districtId, sql`p`)} as textable, p.line_type, p.calls_refused_at is not null as refuses_calls, p.introduced_at is not null as introduced,
      p.pictures_refused_at is null as pictures, not exists (select from conversation c join exchange x on x.district_id = c.district_id and x.conversation_id = c.id
        where c.district_id = ${districtId} and c.household_id = h.id and c.staff_side = ${staff.id} and c.ended_at is null
          and x.direction = 'to_family' and x.status not in ('canceled', 'failed', 'undelivered')) as first,
      l.written, l.spoken, count(*)::int as families
    from unnest(${reached.map(({ household }) => household?.id ?? '')}::uuid[], ${reached.map(({ guardianId }) => guardianId)}::text[], ${reached.map(({ schoolId }) => schoolId)}::text[]) as w (household_id, guardian_id, school_id)
    join district d on d.id = ${districtId}
    join person me on me.district_id = ${districtId} and me.id = ${staff.id}
    join school s on s.district_id = ${districtId} and s.id = w.school_id
    join household h on h.district_id = ${districtId} and h.id = w.household_id
    join phone p on p.district_id = ${districtId} and p.id = h.phone_id
    join person g on g.district_id = ${districtId} and g.id = w.guardian_id
    cross join lateral (
      select (array_agg(o.language order by o.id <> w.guardian_id, o.id) filter (where o.language is not null))[1] as written,
        (array_agg(coalesce(o.spoken_language, o.language) order by o.id <> w.guardian_id, o.id) filter (where coalesce(o.spoken_language, o.language) is not null))[1] as spoken
      from household_guardian hg join person o on o.district_id = ${districtId} and o.id = hg.guardian_id
      where hg.district_id = ${districtId} and hg.household_id = h.id and hg.until is null) l
    group by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14 order by families desc`.execute(trx)
  const wordings = await wordingsOf(trx, districtId)
  const { database } = await momentOf(trx)
  const alike = rows.map((row): Alike => {
    const channel = channelOf({
      contactBy: row.contact_by ?? 'sms',
      textable: row.textable,
      lineType: row.line_type,
      refusesCalls: row.refuses_calls,
    })
    const language = channel === 'call' ? row.spoken : row.written
    return {
      families: row.families,
      language: language ?? 'und',
      introduced: row.introduced,
      takesPictures: channel === 'text' && row.pictures && PICTURES.includes(row.country),
      item: {
        id: '',
        conversationId: '',
        direction: 'to_family',
        first: row.first,
        text: '',
        keyword: null,
        attached: null,
        urgent: false,
        notBefore: null,
        fromPhone: false,
        createdAt: database,
        reachedAt: null,
        tries: 0,
        guardianId: null,
        staffSide: staff.id,
        staffName: staff.displayName,
        staffLanguage: row.staff_language ?? 'en',
        familyLanguages: language === null ? [] : [language],
        unknownWords: null,
        schoolId: row.school_id,
        schoolName: row.school_name,
        country: row.country,
        familyName: '',
        names: row.staff_names.filter((name) => name.length > 1),
        phone: 'ready',
        channel,
        unasked: null,
        recorded: false,
        voiceSeconds: null,
        optedOut: false,
        hours: null,
        writerZone: null,
        wordings,
        hoursVersion: 0,
      },
    }
  })
  return {
    alike,
    notReached: {
      noPhone: recipients.filter(({ household }) => household === null).length,
      optedOut: recipients.filter(({ household }) => household?.optedOut).length,
    },
  }
}
