/** What waits for a family to be heard by phone. */

import { sql } from 'kysely'
import type { WaitingMessage } from '../core/call-script.ts'
import { sameLanguage } from '../core/language.ts'
import { fullName } from '../core/people.ts'
import { fixedText } from '../core/texts.ts'
import { NO_WORDINGS, type Wordings } from '../core/wordings.ts'
import type { Moment } from '../relay/ports.ts'
import type { CallRow } from './call-rows.ts'
import type { Trx } from './database.ts'
import { wordingsOf } from './fixed-texts.ts'

/** Days for which a message that was not heard is offered to who calls in. */
const OFFERED_DAYS = 7
const MOST_OFFERED = 10

/** What a call was made for; or, for who calls in, what was not heard yet of the conversation (or, by PIN, of the household). */
export async function waitingFor(trx: Trx, districtId: string, moment: Moment, call: CallRow): Promise<WaitingMessage[]> {
  if (call.householdId === null) return []
  const which =
    call.script === 'message'
      ? sql`e.call_id = ${call.id} and e.status = 'sending' and e.heard_at is null`
      : sql`c.household_id = ${call.householdId} and (${call.conversationId}::uuid is null or c.id = ${call.conversationId}::uuid) and c.ended_at is null
          and e.heard_at is null and e.prepare_after is null and e.body is not null
          and e.created_at > ${moment.database.toString()}::timestamptz - ${OFFERED_DAYS} * interval '1 day'
          and (e.status in ('sent', 'delivered', 'undelivered', 'failed') or (e.status = 'queued' and e.send_after <= ${moment.now.toString()}::timestamptz))`
  const { rows } = await sql<{
    id: string
    staff_side: string
    given_name: string | null
    family_name: string | null
    display_name: string | null
    school_name: string
    original_language: string | null
    original_text: string
    translation_language: string | null
    translation_text: string | null
    kind: string
    recording_id: string | null
    urgent: boolean
    differs: boolean
    pictures: boolean
  }>`
    select e.id, c.staff_side, t.given_name, t.family_name, t.display_name, s.name as school_name, e.original_language, e.original_text,
      e.translation_language, e.translation_text, e.kind, r.id as recording_id, e.urgent, e.pictures and not e.with_pictures as pictures,
      coalesce((select v.what from event v where v.district_id = e.district_id and v.exchange_id = e.id and v.what in ('translated', 'differs') order by v.id desc limit 1) = 'differs', false) as differs
    from exchange e join conversation c on c.district_id = e.district_id and c.id = e.conversation_id
    join school s on s.district_id = c.district_id and s.id = c.school_id
    left join person t on t.district_id = c.district_id and t.id = c.staff_side
    left join recording r on r.district_id = e.district_id and r.id = e.recording_id and r.kept_at is not null
    where e.district_id = ${districtId} and e.direction = 'to_family' and e.author = 'person' and e.kind <> 'call' and ${which}
    order by e.created_at, e.id limit ${MOST_OFFERED}`.execute(trx)
  const wordings = rows.some(({ pictures, differs }) => pictures || differs) ? await wordingsOf(trx, districtId) : NO_WORDINGS
  return rows.map((row) => {
    const said = (language: string, text: string) => ({
      language,
      text: row.pictures ? withPictures(language, text, wordings) : text,
    })
    const original = said(row.original_language ?? 'en', row.original_text)
    const translation = row.translation_text === null ? [] : [said(row.translation_language ?? 'en', row.translation_text)]
    return {
      exchangeId: row.id,
      from:
        row.given_name === null
          ? row.school_name
          : fullName({ givenName: row.given_name, familyName: row.family_name ?? '', displayName: row.display_name }),
      // A translation whose facts differ goes with a word of it and its original, as in the text that was prepared.
      texts: (translation.length === 0
        ? [original]
        : row.differs
          ? [...translation, fixedText('translation_differs', row.translation_language ?? 'en', {}, wordings), original]
          : translation
      ).filter(({ text }) => text !== ''),
      // Her own voice is heard where nobody could put into the family's language what a teacher said.
      recordingId: row.kind === 'voicemail' && translation.length > 0 ? null : row.recording_id,
      urgent: row.urgent,
    }
  })
}

/** A call carries no picture: that there is one is said behind the words, where the gateway has words in their language. */
function withPictures(language: string, text: string, wordings: Wordings): string {
  const note = fixedText('picture_stays', language, {}, wordings)
  return sameLanguage(note.language, language) ? `${text} ${note.text}`.trim() : text
}
