/** A person takes the machine's place in an interpreted call: an aide who speaks the family's language and is on duty, else the school's interpreters. */

import { sql } from 'kysely'
import { sameSpoken } from '../core/call-voices.ts'
import type { SchoolHours, Week } from '../core/hours.ts'
import type { Moment } from '../relay/ports.ts'
import { takesCalls } from './call-facts.ts'
import type { CallRow } from './call-rows.ts'
import type { Trx } from './database.ts'
import { appendEvents } from './events.ts'
import { timeOrderedId } from './exchanges.ts'
import { openTask } from './tasks.ts'

/**
 * Calls the next person who can interpret between the two, or, when nobody is left, leaves a task. The machine interprets this call no more. Whoever
 * calls has locked the call's legs; `leg` is one of them.
 */
export async function bringPerson(trx: Trx, districtId: string, moment: Moment, leg: CallRow): Promise<void> {
  if (leg.exchangeId === null) return
  await sql`update exchange set call_mode = 'room' where district_id = ${districtId} and id = ${leg.exchangeId}`.execute(trx)
  const person = await nextPerson(trx, districtId, moment, leg.exchangeId)
  if (person === null) {
    await openTask(trx, districtId, 'person_wanted', leg.exchangeId, { exchangeId: leg.exchangeId })
    await appendEvents(trx, districtId, [{ exchangeId: leg.exchangeId, at: moment.database, what: 'person_not_reached' }])
    return
  }
  const id = timeOrderedId()
  // Any number of ours will do for a phone that is asked in.
  await sql`
    insert into call (district_id, id, direction, script, side, staff_id, phone_id, proxy_number_id, conversation_id, household_id, school_id, exchange_id, ring_after)
    values (${districtId}, ${id}, 'outbound', 'room', ${person.side}, ${person.staffId}, ${person.phoneId}, ${leg.proxyNumberId}, ${leg.conversationId}::uuid,
      ${leg.householdId}::uuid, ${leg.schoolId}, ${leg.exchangeId}, clock_timestamp())`.execute(trx)
  await appendEvents(trx, districtId, [
    {
      exchangeId: leg.exchangeId,
      at: moment.database,
      what: 'person_asked',
      who: person.staffId,
      detail: { call: id, side: person.side },
    },
  ])
}

/** A leg of a call has ended: when it was a person who was asked in for the machine and never came, the next one is called. */
export async function passOnAsking(trx: Trx, districtId: string, moment: Moment, leg: CallRow): Promise<void> {
  if (leg.script !== 'room' || leg.exchangeId === null || (leg.side !== 'aide' && leg.side !== 'interpreter')) return
  const { rows } = await sql<{ never: boolean; waited_for: boolean }>`
    select bool_or(id = ${leg.id} and joined_at is null) as never, bool_or(script = 'interpreted' and ended_at is null) as waited_for
    from call where district_id = ${districtId} and exchange_id = ${leg.exchangeId}`.execute(trx)
  if (rows[0]?.never && rows[0].waited_for) await bringPerson(trx, districtId, moment, leg)
}

type Person = { readonly phoneId: string; readonly staffId: string | null; readonly side: 'aide' | 'interpreter' }

async function nextPerson(trx: Trx, districtId: string, moment: Moment, exchangeId: string): Promise<Person | null> {
  const { rows: places } = await sql<{
    school_id: string
    hours: SchoolHours | null
    interpreters: string | null
    language: string | null
    asked: string[]
  }>`
    select c.school_id, s.hours, s.interpreter_phone_id as interpreters, coalesce(g.spoken_language, g.language) as language,
      array(select l.phone_id from call l where l.district_id = ${districtId} and l.exchange_id = ${exchangeId} and l.phone_id is not null) as asked
    from exchange e join conversation c on c.district_id = e.district_id and c.id = e.conversation_id
    join school s on s.district_id = c.district_id and s.id = c.school_id
    left join person g on g.district_id = e.district_id and g.id = e.guardian_id
    where e.district_id = ${districtId} and e.id = ${exchangeId}`.execute(trx)
  const place = places[0]
  if (place === undefined) return null
  const language = place.language ?? 'en'
  const free = (phoneId: string) => !place.asked.includes(phoneId)
  // Who reads it, or has lent it her voice, speaks it.
  const { rows: aides } = await sql<{
    id: string
    phone_id: string
    languages: string[]
    phone_off: boolean
    own_hours: Week | null
  }>`
      select p.id, pp.phone_id, coalesce(op.is_off, false) as phone_off, op.hours as own_hours, array_remove(array(select distinct r.language from prompt r where r.district_id = ${districtId} and r.recorded_by = p.id)
          || p.language, null) as languages
      from desk k join desk_staff ds on ds.district_id = k.district_id and ds.desk_id = k.id
      join person p on p.district_id = ds.district_id and p.id = ds.person_id and p.active
      join person_phone pp on pp.district_id = p.district_id and pp.person_id = p.id
      left join own_phone op on op.district_id = p.district_id and op.person_id = p.id
      where k.district_id = ${districtId} and k.school_id = ${place.school_id} and k.kind = 'aides'
        and not exists (select from call b where b.district_id = ${districtId} and b.phone_id = pp.phone_id and b.ended_at is null)
      order by p.id, pp.use`.execute(trx)
  const aide = aides.find(
    (one) => free(one.phone_id) && takesCalls(moment, place.hours, one) && one.languages.some((own) => sameSpoken(own, language)),
  )
  if (aide !== undefined) return { phoneId: aide.phone_id, staffId: aide.id, side: 'aide' }
  return place.interpreters === null || !free(place.interpreters)
    ? null
    : { phoneId: place.interpreters, staffId: null, side: 'interpreter' }
}
