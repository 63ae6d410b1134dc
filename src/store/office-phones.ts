/**
 * Phones of which the office was told that they are a guardian's: the office's word, kept across imports beside the roster's, one a guardian. It ends when
 * the roster says the same, gives the phone to another family, or no longer has the guardian.
 */

import { sql } from 'kysely'
import type { Staff } from '../core/people.ts'
import type { Moment } from '../relay/ports.ts'
import type { Trx } from './database.ts'
import { appendEvents } from './events.ts'
import { moveHome } from './households.ts'
import { openTask } from './tasks.ts'

/** By which phone a staged guardian `r` is reached, as the roster says. */
const STAGED_HOME = sql`case when r.contact_by = 'voice' then coalesce(r.phone, r.sms) else coalesce(r.sms, r.phone) end`

/** By which phone a guardian `p` is reached, as the last roster said: a phone's id in SQL, null for none. */
export const ROSTER_HOME = sql`(select pp.phone_id from person_phone pp where pp.district_id = p.district_id and pp.person_id = p.id
  order by (pp.use = 'sms') = (p.contact_by = 'voice') limit 1)`

/** From now on these guardians are reached by this phone, and by no other. Whoever calls has locked the phone. */
export async function sayPhone(
  trx: Trx,
  moment: Moment,
  staff: Staff,
  guardians: readonly string[],
  phoneId: string,
): Promise<void> {
  const { districtId } = staff
  await sql`delete from office_phone where district_id = ${districtId} and guardian_id = any(${[...guardians]}::text[])`.execute(
    trx,
  )
  await sql`insert into office_phone (district_id, guardian_id, phone_id, roster_phone_id, said_by)
    select ${districtId}, p.id, ${phoneId}::uuid, ${ROSTER_HOME}, ${staff.id} from person p
    where p.district_id = ${districtId} and p.id = any(${[...guardians]}::text[])`.execute(trx)
  await moveHome(trx, districtId, moment, guardians, phoneId)
  await appendEvents(
    trx,
    districtId,
    guardians.map((guardian) => ({
      exchangeId: null,
      at: moment.database,
      what: 'phone_identified',
      who: staff.id,
      detail: { guardian, phone: phoneId },
    })),
  )
}

/** Takes the office's word back: the guardian is reached as the roster says. False: there was none. */
export async function unsayPhone(trx: Trx, moment: Moment, staff: Staff, guardianId: string): Promise<boolean> {
  const { districtId } = staff
  const { rows } = await sql<{ phone_id: string; home: string | null }>`
    delete from office_phone o using person p where o.district_id = ${districtId} and o.guardian_id = ${guardianId}
      and p.district_id = o.district_id and p.id = o.guardian_id
    returning o.phone_id, ${ROSTER_HOME} as home`.execute(trx)
  const word = rows[0]
  if (word === undefined) return false
  await moveHome(trx, districtId, moment, [guardianId], word.home)
  await appendEvents(trx, districtId, [
    {
      exchangeId: null,
      at: moment.database,
      what: 'office_phone_ended',
      who: staff.id,
      detail: { guardian: guardianId, phone: word.phone_id, why: 'taken_back' },
    },
  ])
  return true
}

/** Warns where a staged roster has another phone for somebody than it had when the office was told one, or gives that one to others. */
export async function warnOfOfficePhones(trx: Trx, districtId: string): Promise<void> {
  await sql`insert into roster_finding (file, line, reason, task_kind, person_id, refuses)
    select 'users.csv', r.line, 'The list has a new phone for ' || r.id || ', and the office was told another one, which is used. Correct the list, or go back to its phone.',
      'roster_office_phone', r.id, false
    from office_phone o join roster_person r on r.id = o.guardian_id and r.kind = 'guardian'
    where o.district_id = ${districtId} and ${STAGED_HOME} is distinct from o.roster_phone_id and ${STAGED_HOME} is distinct from o.phone_id
      and not exists (${othersHave(sql`o`)})
    union all
    select 'users.csv', coalesce(r.line, 0), 'The office was told a phone of ' || o.guardian_id || ' which the list gives to somebody else: the list counts.',
      null, null, false
    from office_phone o left join roster_person r on r.id = o.guardian_id
    where o.district_id = ${districtId} and ${STAGED_HOME} is distinct from o.phone_id and exists (${othersHave(sql`o`)})`.execute(
    trx,
  )
}

/** The guardians to whom a staged roster gives the phone of the word `o`, beside its own. */
function othersHave(o: ReturnType<typeof sql>) {
  return sql`select from roster_person other where other.kind = 'guardian' and other.id <> ${o}.guardian_id
    and case when other.contact_by = 'voice' then coalesce(other.phone, other.sms) else coalesce(other.sms, other.phone) end = ${o}.phone_id`
}

/**
 * Puts the office's words into `roster_home`, by which an import makes the households, and ends those that no longer count. A phone that the roster
 * gives to another family is that family's: two that are strangers to each other never share a household by the office's word.
 */
export async function heedOfficePhones(trx: Trx, districtId: string, moment: Moment): Promise<void> {
  const { rows: over } = await sql<{ guardian_id: string; phone_id: string; why: string }>`
    with over as (
      select o.guardian_id, o.phone_id, case when r.id is null then 'gone' when ${STAGED_HOME} = o.phone_id then 'same' else 'others' end as why
      from office_phone o left join roster_person r on r.id = o.guardian_id and r.kind = 'guardian'
      where o.district_id = ${districtId} and (r.id is null or ${STAGED_HOME} = o.phone_id or exists (${othersHave(sql`o`)})))
    delete from office_phone o using over
    where o.district_id = ${districtId} and o.guardian_id = over.guardian_id returning over.*`.execute(trx)
  await appendEvents(
    trx,
    districtId,
    over.map(({ guardian_id, phone_id, why }) => ({
      exchangeId: null,
      at: moment.database,
      what: 'office_phone_ended',
      detail: { guardian: guardian_id, phone: phone_id, why },
    })),
  )
  for (const { guardian_id, why } of over) {
    if (why !== 'others') continue
    const { rows } = await sql<{ id: string | null }>`
      select min(w.org_id) as id from roster_person_org w join roster_org o on o.id = w.org_id and o.type = 'school'
      where w.person_id = ${guardian_id}`.execute(trx)
    const school = rows[0]?.id ?? null
    await openTask(trx, districtId, 'office_phone_ended', guardian_id, {
      personId: guardian_id,
      ...(school === null ? {} : { schoolId: school }),
    })
  }
  await sql`delete from roster_home w using office_phone o where o.district_id = ${districtId} and o.guardian_id = w.guardian_id`.execute(
    trx,
  )
  await sql`insert into roster_home select phone_id, guardian_id from office_phone where district_id = ${districtId}`.execute(trx)
}
