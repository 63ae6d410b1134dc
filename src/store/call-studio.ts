/** What waits for an aide who phones in: messages that a person has to say, and answers that a person has to put into words. */

import { sql } from 'kysely'
import type { ToRecord } from '../core/call-script.ts'
import { hasVoice } from '../core/call-voices.ts'
import type { Trx } from './database.ts'

const MOST_OFFERED = 20
/** Days for which a spoken answer waits for an aide. */
const OFFERED_DAYS = 14

type Row = {
  readonly id: string
  readonly language: string
  readonly original_language: string | null
  readonly original_text: string
  readonly recording_id: string | null
}

/** Whether a staff member lends families the voice of the house: at some school's aides' desk, or as an administrator. */
export async function recordsPrompts(trx: Trx, districtId: string, staffId: string): Promise<boolean> {
  const { rows } = await sql`
    select from person p where p.district_id = ${districtId} and p.id = ${staffId} and p.active and (p.role = 'administrator' or exists (
      select from desk_staff ds join desk k on k.district_id = ds.district_id and k.id = ds.desk_id and k.kind = 'aides'
      where ds.district_id = ${districtId} and ds.person_id = ${staffId}))`.execute(trx)
  return rows.length > 0
}

/** The queue of the schools at whose aides' desk this staff member works, urgent ones first, then the oldest. */
export async function toRecord(trx: Trx, districtId: string, staffId: string): Promise<ToRecord[]> {
  const hers = sql`exists (
    select from desk_staff ds join desk k on k.district_id = ds.district_id and k.id = ds.desk_id and k.kind = 'aides'
    where ds.district_id = ${districtId} and ds.person_id = ${staffId} and k.school_id = c.school_id)`
  const { rows } = await sql<Row>`
    select e.id, coalesce(e.translation_language, g.spoken_language, g.language, 'und') as language, e.original_language, e.original_text, null as recording_id,
      e.urgent, e.created_at
    from exchange e join conversation c on c.district_id = e.district_id and c.id = e.conversation_id
    left join person g on g.district_id = e.district_id and g.id = e.guardian_id
    where e.district_id = ${districtId} and e.kind = 'message' and e.channel = 'call' and e.direction = 'to_family' and e.status = 'held' and e.hold = 'person'
      and e.prepare_after is null and e.recording_id is null and ${hers}
    union all
    select e.id, r.language, null, '', r.id, e.urgent, e.created_at
    from exchange e join conversation c on c.district_id = e.district_id and c.id = e.conversation_id
    join recording r on r.district_id = e.district_id and r.id = e.recording_id and r.kept_at is not null and r.transcribed_at is not null
    where e.district_id = ${districtId} and e.kind = 'voicemail' and e.direction = 'to_staff' and e.original_text = '' and ${hers}
      and e.created_at > now() - ${OFFERED_DAYS} * interval '1 day'
      and e.translation_text is null and not exists (select from recording told
        where told.district_id = e.district_id and told.exchange_id = e.id and told.id <> r.id and told.transcribed_at is null)
    order by urgent desc, created_at, id limit ${MOST_OFFERED}`.execute(trx)
  return rows
    .filter((row) => !hasVoice(row.language))
    .map((row) => ({
      exchangeId: row.id,
      language: row.language,
      text: { language: row.original_language ?? 'en', text: row.original_text },
      recordingId: row.recording_id,
    }))
}
