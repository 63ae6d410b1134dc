/** Everything that is known about an exchange when it is prepared: whose it is, who reads it, in which languages, and how it goes. */

import { type RawBuilder, sql } from 'kysely'
import { familyLabel } from '../core/body.ts'
import { channelOf } from '../core/channel.ts'
import type { Direction } from '../core/exchange.ts'
import type { Week } from '../core/hours.ts'
import { fullName, shortName } from '../core/people.ts'
import { takesPictures } from '../core/phone-number.ts'
import { fitsPhones } from '../core/picture.ts'
import type { Unseen } from '../relay/picture-ports.ts'
import type { Attached, ToPrepare } from '../relay/prepare-ports.ts'
import { counts } from './conversations.ts'
import type { Trx } from './database.ts'
import { describedFamilies } from './described-families.ts'
import { wordingsOf } from './fixed-texts.ts'
import { sideHours } from './hours.ts'
import type { Keys } from './keys.ts'
import { readNumber } from './phones.ts'

type Row = {
  id: string
  conversation_id: string
  direction: Direction
  first: boolean
  original_text: string
  keyword: string | null
  pictures: boolean
  urgent: boolean
  not_before: Temporal.Instant | null
  by_voice: boolean
  from_phone: boolean
  created_at: Temporal.Instant
  reached_at: Temporal.Instant | null
  prepare_tries: number
  guardian_id: string | null
  staff_side: string
  household_id: string
  school_id: string
  school_name: string
  country: string
  hours: unknown
  hours_version: number
  staff_given_name: string | null
  staff_family_name: string
  staff_display_name: string | null
  staff_language: string | null
  has_phone: boolean
  phone_off: boolean
  own_hours: Week | null
  other_bound: boolean
  opted_out: boolean
  contact_by: 'sms' | 'voice' | null
  textable: boolean
  line_type: 'mobile' | 'landline' | 'voip' | 'unknown' | null
  refuses_calls: boolean
  phone_id: string | null
  /** The phone's, where anything came or goes with the exchange; null: of every other. */
  pictured_number: Buffer | null
  mms: boolean
  /** Of a line of which nobody knows anything; null: of every other. */
  unasked_number: Buffer | null
  recorded: boolean
  voice_seconds: number | null
  rescue: boolean
  /** What a phone that nobody knows wrote last; null: it is known, or it wrote nothing. */
  unknown_words: string | null
}
/** What `prepare` is told of an exchange. `otherBound`: whether the writer's own side has a number too, over which its notices come and it can be answered. */
export type Described = ToPrepare & { readonly otherBound: boolean; readonly takesPictures: boolean }

/** What is known about these exchanges at `now`. */
export function describeExchanges(
  trx: Trx,
  keys: Keys,
  districtId: string,
  now: Temporal.Instant,
  ids: readonly string[],
): Promise<Described[]> {
  return describe(
    trx,
    keys,
    districtId,
    now,
    sql`select e.* from unnest(${[...ids]}::uuid[]) as g (id) join exchange e on e.district_id = ${districtId} and e.id = g.id`,
    true,
  )
}

/** A message to a conversation's family that is not written yet. */
export type DraftMessage = {
  readonly conversationId: string
  readonly guardianId: string | null
  readonly text: string
  readonly urgent: boolean
  readonly notBefore: Temporal.Instant | null
  readonly byVoice: boolean
  readonly picture: boolean
  /** The message whose place it takes; null: it is a new one. */
  readonly replaces: string | null
}

/** What would be known about a message, were it written `now`; null: there is no such conversation. */
export async function describeDraft(
  trx: Trx,
  keys: Keys,
  districtId: string,
  now: Temporal.Instant,
  draft: DraftMessage,
): Promise<ToPrepare | null> {
  const [item] = await describe(
    trx,
    keys,
    districtId,
    now,
    sql`select gen_random_uuid() as id, d.id as conversation_id, 'to_family' as direction, ${draft.text}::text as original_text, null as keyword, ${draft.picture}::boolean as pictures, false as pictures_failed,
      ${draft.urgent}::boolean as urgent, ${draft.notBefore?.toString() ?? null}::timestamptz as not_before, ${draft.byVoice}::boolean as by_voice, null as carrier_sid, clock_timestamp() as created_at, null::timestamptz as reached_at, 0 as prepare_tries, ${draft.guardianId}::text as guardian_id,
      false as rescue, null as recording_id, 'message' as kind, null::int as seconds, d.last_seq_to_family + 1 as seq
      from conversation d where d.district_id = ${districtId} and d.id = ${draft.conversationId}::uuid`,
    false,
    draft.replaces,
  )
  if (item === undefined) return null
  return { ...item, attached: draft.picture ? { kept: 1, goes: item.takesPictures, waiting: 0, unseen: [] } : null }
}

/** `exchanges`: a query of rows with the columns of `exchange` that are read here; `asking`: whether a line of which nobody knows anything may be asked about; `without`: an exchange that counts as taken back. */
async function describe(
  trx: Trx,
  keys: Keys,
  districtId: string,
  now: Temporal.Instant,
  exchanges: RawBuilder<unknown>,
  asking: boolean,
  without: string | null = null,
): Promise<Described[]> {
  const { rows } = await sql<Row>`
    select w.id, w.conversation_id, w.direction, w.original_text, w.keyword, w.pictures, w.urgent, w.not_before, w.by_voice, w.carrier_sid is not null as from_phone,
      w.created_at, w.reached_at, w.prepare_tries, w.guardian_id, c.staff_side, c.household_id, c.school_id, s.name as school_name, d.country, s.hours, s.hours_version,
      t.given_name as staff_given_name, t.family_name as staff_family_name, t.display_name as staff_display_name, t.language as staff_language,
      n.id is not null as has_phone, coalesce(op.is_off, false) as phone_off, op.hours as own_hours, other.id is not null as other_bound, coalesce(p.opted_out_at is not null, false) as opted_out,
      case when w.pictures then p.number_encrypted end as pictured_number, coalesce(n.mms, false) and p.pictures_refused_at is null and not w.pictures_failed as mms,
      p.line_type, coalesce(p.calls_refused_at is not null, false) as refuses_calls, p.id as phone_id,
      case when w.direction = 'to_family' and p.line_type is null and p.line_checked_at is null and p.introduced_at is null and not ${hasTexted(districtId)}
        then p.number_encrypted end as unasked_number, w.rescue, w.recording_id is not null as recorded,
      case when w.kind = 'voicemail' then w.seconds end as voice_seconds,
      case when w.guardian_id is null and w.direction = 'to_family' then (select i.original_text from exchange i where i.district_id = ${districtId}
        and i.conversation_id = c.id and i.direction = 'to_staff' and i.original_text <> '' order by i.created_at desc limit 1) end as unknown_words,
      case when w.direction = 'to_family' then (select g.contact_by from person g where g.district_id = ${districtId} and g.id = w.guardian_id) end as contact_by,
      w.direction = 'to_staff' or exists (select from person_phone pp where pp.district_id = ${districtId} and pp.phone_id = b.phone_id and pp.use = 'sms')
        or (not exists (select from person_phone pp where pp.district_id = ${districtId} and pp.phone_id = b.phone_id) and ${hasTexted(districtId)}) as textable,
      not exists (select from exchange o where o.district_id = ${districtId} and o.conversation_id = w.conversation_id and o.direction = w.direction
        and o.seq < w.seq and o.id is distinct from ${without}::uuid and o.status not in ('canceled', 'failed', 'undelivered') and (o.status not in ('received', 'held', 'queued')
          or ((o.urgent or not w.urgent) and (o.not_before is null or o.not_before <= ${now.toString()}::timestamptz or o.not_before <= w.not_before)))) as first
    from (${exchanges}) w
    join conversation c on c.district_id = ${districtId} and c.id = w.conversation_id
    join school s on s.district_id = ${districtId} and s.id = c.school_id
    join district d on d.id = ${districtId}
    left join person t on t.district_id = ${districtId} and t.id = c.staff_side
    left join own_phone op on op.district_id = ${districtId} and op.person_id = c.staff_side
    join household h on h.district_id = ${districtId} and h.id = c.household_id
    left join binding b on b.district_id = ${districtId} and b.conversation_id = w.conversation_id and b.until is null
      and b.side = case w.direction when 'to_family' then 'family' else 'staff' end and ${counts('b', sql`h.phone_id`)}
    left join proxy_number n on n.id = b.proxy_number_id and n.gone_at is null
    left join binding ob on ob.district_id = ${districtId} and ob.conversation_id = w.conversation_id and ob.until is null
      and ob.side = case w.direction when 'to_family' then 'staff' else 'family' end and ${counts('ob', sql`h.phone_id`)}
    left join proxy_number other on other.id = ob.proxy_number_id and other.gone_at is null
    left join phone p on p.district_id = ${districtId} and p.id = b.phone_id
    order by w.created_at, w.seq`.execute(trx)
  const families = await describedFamilies(trx, districtId, rows)
  const wordings = await wordingsOf(trx, districtId)
  const attached = await attachedTo(
    trx,
    districtId,
    rows.flatMap((row) => (row.pictures ? [row.id] : [])),
  )
  return rows.map((row): Described => {
    const { guardians, students, own } = families(row)
    const staffNames = row.staff_given_name === null ? [] : [row.staff_given_name, row.staff_family_name]
    const toStaff = row.direction === 'to_staff'
    const reachable = {
      contactBy: row.rescue || row.by_voice ? 'voice' : (row.contact_by ?? 'sms'),
      textable: row.textable,
      lineType: row.line_type,
      refusesCalls: row.refuses_calls,
    } as const
    const phone = row.has_phone && !(toStaff && (row.opted_out || row.phone_off)) ? 'ready' : 'none'
    const channel = toStaff ? 'text' : channelOf(reachable)
    const spoken = languagesOf(guardians.map((g) => g.spoken_language ?? g.language))
    const takes = row.mms && row.pictured_number !== null && takesPictures(readNumber(keys, districtId, row.pictured_number))
    const asks = asking && phone === 'ready' && channel === 'text' && !row.opted_out && row.keyword === null
    return {
      id: row.id,
      conversationId: row.conversation_id,
      direction: row.direction,
      first: row.first,
      text: row.original_text,
      keyword: row.keyword,
      attached: row.pictures ? attached(row.id, takes) : null,
      takesPictures: takes,
      urgent: row.urgent,
      notBefore: row.not_before,
      fromPhone: row.from_phone,
      createdAt: row.created_at,
      reachedAt: row.reached_at,
      tries: row.prepare_tries,
      guardianId: row.guardian_id,
      staffSide: row.staff_side,
      staffName:
        row.staff_given_name === null
          ? row.school_name
          : fullName({ givenName: row.staff_given_name, familyName: row.staff_family_name, displayName: row.staff_display_name }),
      staffLanguage: row.staff_language ?? 'en',
      familyLanguages: channel === 'call' ? spoken : languagesOf(guardians.map((g) => g.language)),
      unknownWords: guardians.length === 0 ? row.unknown_words : null,
      schoolId: row.school_id,
      schoolName: row.school_name,
      country: row.country,
      familyName: familyLabel(own.map((s) => shortName({ givenName: s.given_name, familyName: s.family_name }))),
      names: [...new Set([...[...students, ...guardians].flatMap(namesOf), ...staffNames])].filter((n) => n.length > 1),
      // A staff phone that said STOP, or is switched off, gets nothing: the message stays where the staff member reads it.
      phone,
      channel,
      unasked:
        asks && row.phone_id !== null && row.unasked_number !== null
          ? {
              phoneId: row.phone_id,
              number: readNumber(keys, districtId, row.unasked_number),
              landline: channelOf({ ...reachable, lineType: 'landline' }) === 'call' ? 'call' : 'none',
              spoken,
            }
          : null,
      recorded: row.recorded,
      voiceSeconds: row.voice_seconds,
      otherBound: row.other_bound,
      optedOut: row.opted_out,
      hours: sideHours(row.hours, row.direction, guardians[0]?.time_zone ?? null, row.own_hours),
      writerZone: sideHours(row.hours, toStaff ? 'to_family' : 'to_staff', guardians[0]?.time_zone ?? null)?.zone ?? null,
      wordings,
      hoursVersion: row.hours_version,
    }
  })
}

/** What came or goes with each of these exchanges; the answer takes whether the phone takes pictures. */
async function attachedTo(
  trx: Trx,
  districtId: string,
  exchangeIds: readonly string[],
): Promise<(exchangeId: string, takes: boolean) => Attached> {
  const { rows } =
    exchangeIds.length === 0
      ? { rows: [] }
      : await sql<{ exchange_id: string; fate: 'kept' | Unseen | 'erased' | null; type: string | null; size: number | null }>`
          select exchange_id, fate, type, size from picture where district_id = ${districtId} and exchange_id = any(${[...exchangeIds]}::uuid[])
          order by exchange_id, n`.execute(trx)
  const byExchange = Map.groupBy(rows, (row) => row.exchange_id)
  return (exchangeId, takes) => {
    const all = byExchange.get(exchangeId) ?? []
    const kept = all.filter(({ fate }) => fate === 'kept')
    const sizes = kept.map(({ type, size }) => ({ type: type ?? '', size: size ?? 0 }))
    return {
      kept: kept.length,
      goes: takes && kept.length > 0 && fitsPhones(sizes),
      waiting: all.filter(({ fate }) => fate === null).length,
      unseen: all.flatMap(({ fate }) => (fate === null || fate === 'kept' || fate === 'erased' ? [] : [fate])),
    }
  }
}

function languagesOf(given: readonly (string | null)[]): readonly string[] {
  return [...new Set(given.filter((language) => language !== null))]
}

/** True where the household `h` of the conversation `c` has sent us a text since it had another phone, if it ever had: the one of now takes them. */
function hasTexted(districtId: string): RawBuilder<boolean> {
  return sql<boolean>`exists (select from exchange i join conversation ic on ic.district_id = i.district_id and ic.id = i.conversation_id
    where i.district_id = ${districtId} and ic.household_id = c.household_id and i.direction = 'to_staff' and i.carrier_sid ~ '^[SM]M'
      and not exists (select from binding ob where ob.district_id = ${districtId} and ob.conversation_id = ic.id and ob.side = 'family' and ob.phone_id <> h.phone_id and ob.until > i.created_at))`
}

/** How somebody is called in a text; in Chinese, whose names are of one character each, by both together. */
function namesOf({ given_name: given, family_name: family }: { given_name: string; family_name: string }): string[] {
  return /\p{Script=Han}/u.test(given + family) ? [given, family, `${family}${given}`] : [given, family]
}
