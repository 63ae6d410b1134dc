/** Families' spoken messages as staff hear them on their own phones. The audio is the same as in a browser, and so is who may hear it. */

import { sql } from 'kysely'
import type { Voicemail } from '../core/call-script.ts'
import type { Moment } from '../relay/ports.ts'
import type { CallRow } from './call-rows.ts'
import type { Trx } from './database.ts'
import { exchangeById } from './exchange-view.ts'
import { staffById } from './people.ts'

/** Days for which a spoken message that was not heard is offered. */
const OFFERED_DAYS = 14
const MOST_OFFERED = 5

/** What was left in the conversation of a staff member's call and she has heard neither by phone nor in a browser, where her role lets her. */
export async function voicemailsFor(
  trx: Trx,
  districtId: string,
  moment: Moment,
  call: CallRow,
  staffId: string,
): Promise<Voicemail[]> {
  const staff = await staffById(trx, districtId, staffId)
  if (staff === null || call.conversationId === null) return []
  const { rows } = await sql<{ id: string; recording_id: string; language: string | null; text: string | null }>`
    select e.id, e.recording_id, e.translation_language as language, e.translation_text as text
    from exchange e join recording r on r.district_id = e.district_id and r.id = e.recording_id and r.kept_at is not null
    where e.district_id = ${districtId} and e.conversation_id = ${call.conversationId} and e.kind = 'voicemail' and e.direction = 'to_staff'
      and e.heard_at is null and e.created_at > ${moment.database.toString()}::timestamptz - ${OFFERED_DAYS} * interval '1 day'
      and not exists (select from event v where v.district_id = ${districtId} and v.exchange_id = e.id and v.what = 'recording_played'
        and v.who = ${staffId} and not v.detail ? 'call')
    order by e.created_at, e.id limit ${MOST_OFFERED}`.execute(trx)
  const offered: Voicemail[] = []
  for (const { id, recording_id, language, text } of rows)
    if ((await exchangeById(trx, districtId, staff, id, moment.now)) !== null)
      offered.push({
        exchangeId: id,
        recordingId: recording_id,
        translation: text === null ? null : { language: language ?? 'en', text },
      })
  return offered
}
