import { sql } from 'kysely'
import type { E164 } from '../../src/core/phone-number.ts'
import { inDistrict } from '../../src/store/database.ts'
import { ensurePhones } from '../../src/store/phones.ts'
import type { TestDatabase } from './database.ts'
import { type LogSchool, logSchool, REAL_NUMBER } from './log-school.ts'

/** The staff's own phones. */
export const STAFF_NUMBERS = { rivera: '+13125550101', okafor: '+13125550102' } as const

/** `logSchool` with what calls need: hours, phones of `rivera` and `okafor`, four numbers of ours, and both sides of its conversation bound. */
export type CallSchool = LogSchool & {
  /** Phone ids. */
  readonly phones: Readonly<Record<'rosa' | 'rivera' | 'okafor', string>>
  /** Numbers of ours by the side that sees them; `spare` are bound to nobody. */
  readonly proxies: Readonly<Record<'family' | 'staff' | 'spare', { readonly id: string; readonly number: E164 }>>
}

const ALL_DAY = Object.fromEntries(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'].map((day) => [day, ['00:00-24:00']]))

let schools = 0

/** A district of its own within the test's database; the family speaks Spanish unless `language` says otherwise. */
export async function callSchool(t: TestDatabase, language = 'es'): Promise<CallSchool> {
  const n = ++schools
  const school = await logSchool(t.db, t.keys, `calls-${n}`)
  const { district, conversation } = school
  const proxy = async (i: number) => {
    const number = `+1503555${String(n * 3 + i).padStart(4, '0')}` as E164
    const { rows } = await sql<{ id: string }>`
      insert into proxy_number (number, carrier_sid, district_id) values (${number}, ${`PN${n}-${i}`}, ${district}) returning id`.execute(
      t.db,
    )
    return { id: rows[0]?.id as string, number }
  }
  const proxies = { family: await proxy(0), staff: await proxy(1), spare: await proxy(2) }
  const phones = await inDistrict(t.db, district, async (trx) => {
    const hours = { timezone: 'America/Chicago', families: ALL_DAY, staff: ALL_DAY, closures: [] }
    await sql`update school set hours = ${JSON.stringify(hours)}::jsonb where district_id = ${district}`.execute(trx)
    await sql`update person set language = ${language} where district_id = ${district} and kind = 'guardian'`.execute(trx)
    const numbers = [REAL_NUMBER, STAFF_NUMBERS.rivera, STAFF_NUMBERS.okafor] as E164[]
    const ids = await ensurePhones(trx, t.keys, district, numbers)
    const [rosa, rivera, okafor] = numbers.map((number) => ids.get(number) as string) as [string, string, string]
    await sql`insert into person_phone (district_id, person_id, use, phone_id)
      select ${district}, * from unnest(${['rosa', 'rivera', 'okafor']}::text[], ${['sms', 'sms', 'sms']}::text[], ${[rosa, rivera, okafor]}::uuid[])`.execute(
      trx,
    )
    await sql`insert into binding (district_id, side, phone_id, proxy_number_id, conversation_id) values
      (${district}, 'family', ${rosa}, ${proxies.family.id}, ${conversation}), (${district}, 'staff', ${rivera}, ${proxies.staff.id}, ${conversation})`.execute(
      trx,
    )
    return { rosa, rivera, okafor }
  })
  return { ...school, phones, proxies }
}
