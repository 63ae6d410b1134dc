/** What a school decides of how somebody is reached: kept across imports, whatever the list says. */

import { sql } from 'kysely'
import type { Staff } from '../core/people.ts'
import type { Moment } from '../relay/ports.ts'
import type { Trx } from './database.ts'
import { appendEvents } from './events.ts'
import { moveHome } from './households.ts'
import { moveAlone } from './moving.ts'
import { ROSTER_HOME } from './office-phones.ts'

/** Languages are BCP 47 and known here. `spoken` null: the same as the written one. `contactBy`: null leaves it as it is. */
export type Preferences = {
  readonly language: string
  readonly spoken: string | null
  readonly contactBy: 'sms' | 'voice' | null
}

/** Sets what the school decides. A guardian who wants calls is reached by the list's phone for calls. Whoever calls has checked that this person may. */
export async function setPreferences(trx: Trx, moment: Moment, by: Staff, personId: string, wanted: Preferences): Promise<void> {
  const { districtId } = by
  const { language, spoken, contactBy } = wanted
  const { rows } = await sql<{ contact_by: string }>`
    select contact_by from person where district_id = ${districtId} and id = ${personId} for update`.execute(trx)
  // A form says the way again that the list gave: only another one is a decision.
  const changes = contactBy !== null && contactBy !== rows[0]?.contact_by
  await sql`update person set language = ${language}, spoken_language = ${spoken}, language_decided = true,
      contact_by = coalesce(${contactBy}, contact_by), contact_decided = contact_decided or ${changes}
    where district_id = ${districtId} and id = ${personId}`.execute(trx)
  if (changes) await moveToListed(trx, districtId, moment, personId)
  await appendEvents(trx, districtId, [
    {
      exchangeId: null,
      at: moment.database,
      what: 'preferences_set',
      who: by.id,
      detail: { person: personId, language, spoken, contactBy },
    },
  ])
}

/** Takes back what the school decided: the next import says what holds. */
export async function forgetPreferences(trx: Trx, moment: Moment, by: Staff, personId: string): Promise<void> {
  const { districtId } = by
  await sql`update person set spoken_language = null, language_decided = false, contact_decided = false
    where district_id = ${districtId} and id = ${personId}`.execute(trx)
  await appendEvents(trx, districtId, [
    { exchangeId: null, at: moment.database, what: 'preferences_left_to_list', who: by.id, detail: { person: personId } },
  ])
}

async function moveToListed(trx: Trx, districtId: string, moment: Moment, guardianId: string): Promise<void> {
  const { rows } = await sql<{ phone: string | null }>`
    select ${ROSTER_HOME} as phone from person p where p.district_id = ${districtId} and p.id = ${guardianId} and p.kind = 'guardian'
      and not exists (select from office_phone w where w.district_id = p.district_id and w.guardian_id = p.id)`.execute(trx)
  const phone = rows[0]?.phone ?? null
  if (phone === null) return
  await moveAlone(trx, districtId, moment, guardianId, phone)
  await moveHome(trx, districtId, moment, [guardianId], phone)
}
