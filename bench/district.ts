/** What the benchmarks share: an embedded PostgreSQL of their own (fsync on) and a made-up district with many open conversations. */

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { sql } from 'kysely'
import type { E164 } from '../src/core/phone-number.ts'
import { openConversations } from '../src/store/conversations.ts'
import { connect, type Db, inDistrict, migrate } from '../src/store/database.ts'
import { startEmbeddedPostgres } from '../src/store/embedded-postgres.ts'
import { createKeys, type Keys } from '../src/store/keys.ts'
import { ensurePhones } from '../src/store/phones.ts'

/** A database in a temporary folder. */
export type BenchDatabase = {
  readonly ownerUrl: string
  readonly db: Db
  readonly scheduler: Db
  readonly keys: Keys
  /** As the cluster's administrator: for what no role of Homeline may do (vacuum, truncate). */
  readonly admin: (text: string) => Promise<void>
  readonly close: () => Promise<void>
}

/** Starts one, migrated and empty. */
export async function benchDatabase(): Promise<BenchDatabase> {
  const dir = await mkdtemp(path.join(tmpdir(), 'homeline-bench-'))
  const postgres = await startEmbeddedPostgres(path.join(dir, 'postgres'))
  await migrate(postgres.url)
  const db = connect(postgres.url, 'homeline_app', 10, 600)
  const scheduler = connect(postgres.url, 'homeline_scheduler', 3)
  const owner = connect(postgres.url, 'homeline' as 'homeline_app', 1)
  return {
    ownerUrl: postgres.url,
    db,
    scheduler,
    keys: createKeys(Buffer.alloc(32, 1)),
    admin: async (text) => {
      await sql.raw(text).execute(owner)
    },
    close: async () => {
      for (const one of [db, scheduler, owner]) await one.destroy()
      await postgres.release()
      await rm(dir, { recursive: true, force: true })
    },
  }
}

/** One conversation: the family's real phone and the proxy number that it texts. */
export type Line = { readonly conversationId: string; readonly from: E164; readonly to: E164 }

/** A teacher has so many families: as many as one staff phone has numbers. */
const FAMILIES_OF_A_TEACHER = 30
/** A carrier campaign allows about so many numbers. */
const NUMBERS = 49

const family = (i: number) => `+1${200 + Math.floor(i / 100)}55501${String(i % 100).padStart(2, '0')}` as E164
const teacher = (i: number) => `+1${900 + Math.floor(i / 100)}55501${String(i % 100).padStart(2, '0')}` as E164
const proxy = (i: number) => `+198055501${String(i).padStart(2, '0')}` as E164
const ALWAYS = ['00:00-24:00']
const WEEK = { mon: ALWAYS, tue: ALWAYS, wed: ALWAYS, thu: ALWAYS, fri: ALWAYS, sat: ALWAYS, sun: ALWAYS }

/** A district of one school, open all day: `size` (at most 70,000) Spanish-speaking families, each with a child in a class and an open conversation with its teacher. */
export async function benchDistrict(
  { db, keys, admin }: BenchDatabase,
  size: number,
): Promise<{ readonly districtId: string; readonly lines: readonly Line[] }> {
  const { id: districtId } = await db
    .insertInto('district')
    .values({ sourced_id: 'd', name: 'D' })
    .returning('id')
    .executeTakeFirstOrThrow()
  const numbers = Array.from({ length: NUMBERS }, (_, i) => ({
    number: proxy(i),
    carrier_sid: `PN${i}`,
    district_id: districtId,
  }))
  await db.insertInto('proxy_number').values(numbers).execute()
  const teachers = Math.ceil(size / FAMILIES_OF_A_TEACHER)
  const hours = JSON.stringify({ timezone: 'America/Chicago', families: WEEK, staff: WEEK, closures: [] })
  const lines = await inDistrict(db, districtId, async (trx) => {
    await sql`insert into school (district_id, id, name, hours) values (${districtId}, 's', 'Lincoln School', ${hours}::jsonb)`.execute(
      trx,
    )
    await sql`insert into desk (district_id, id, school_id, kind) values (${districtId}, 's/office', 's', 'office')`.execute(trx)
    await sql`insert into person (district_id, id, kind, role, given_name, family_name, language)
      select ${districtId}::uuid, 't' || i, 'staff', 'teacher', 'Ana' || i, 'Rivera', 'en' from generate_series(0, ${teachers - 1}::int) i
      union all select ${districtId}::uuid, 'g' || i, 'guardian', 'parent', 'Rosa' || i, 'Lopez', 'es' from generate_series(0, ${size - 1}::int) i
      union all select ${districtId}::uuid, 'c' || i, 'student', 'student', 'Maya' || i, 'Lopez', null from generate_series(0, ${size - 1}::int) i`.execute(
      trx,
    )
    await sql`insert into person_org (district_id, person_id, org_id) select ${districtId}, id, 's' from person where district_id = ${districtId} and kind <> 'guardian'`.execute(
      trx,
    )
    await sql`insert into guardianship (district_id, guardian_id, student_id, since)
      select ${districtId}, 'g' || i, 'c' || i, null from generate_series(0, ${size - 1}::int) i`.execute(trx)
    await sql`insert into class (district_id, id, school_id, title) select ${districtId}, 'k' || i, 's', 'Class' from generate_series(0, ${teachers - 1}::int) i`.execute(
      trx,
    )
    await sql`insert into enrollment (district_id, id, class_id, person_id, role)
      select ${districtId}::uuid, 'et' || i, 'k' || i, 't' || i, 'teacher' from generate_series(0, ${teachers - 1}::int) i
      union all select ${districtId}::uuid, 'es' || i, 'k' || (i / ${FAMILIES_OF_A_TEACHER}::int), 'c' || i, 'student' from generate_series(0, ${size - 1}::int) i`.execute(
      trx,
    )
    const people = [
      ...Array.from({ length: size }, (_, i) => [`g${i}`, family(i)] as const),
      ...Array.from({ length: teachers }, (_, i) => [`t${i}`, teacher(i)] as const),
    ]
    const phones = await ensurePhones(
      trx,
      keys,
      districtId,
      people.map(([, number]) => number),
    )
    // Everybody knows us already.
    await sql`update phone set introduced_at = now() where district_id = ${districtId}`.execute(trx)
    await sql`insert into person_phone (district_id, person_id, use, phone_id)
      select ${districtId}, p.id, 'sms', p.phone from unnest(${people.map(([id]) => id)}::text[], ${people.map(([, n]) => phones.get(n))}::uuid[]) as p (id, phone)`.execute(
      trx,
    )
    await sql`insert into household (district_id, phone_id) select ${districtId}, phone_id from person_phone where district_id = ${districtId} and person_id like 'g%'`.execute(
      trx,
    )
    const { rows: households } = await sql<{ id: string; guardian_id: string }>`
      insert into household_guardian (district_id, household_id, guardian_id)
      select ${districtId}, h.id, pp.person_id from household h join person_phone pp on pp.district_id = h.district_id and pp.phone_id = h.phone_id
      where h.district_id = ${districtId} returning household_id as id, guardian_id`.execute(trx)
    const wanted = households.map((h) => ({
      staffSide: `t${Math.floor(Number(h.guardian_id.slice(1)) / FAMILIES_OF_A_TEACHER)}`,
      householdId: h.id,
      schoolId: 's',
    }))
    await openConversations(trx, districtId, Temporal.Now.instant(), wanted)
    const { rows } = await sql<{ conversationId: string; guardian_id: string; to: E164 }>`
      select c.id as "conversationId", hg.guardian_id, n.number as to from conversation c
      join household_guardian hg on hg.district_id = c.district_id and hg.household_id = c.household_id
      join binding b on b.district_id = c.district_id and b.conversation_id = c.id and b.side = 'family'
      join proxy_number n on n.id = b.proxy_number_id where c.district_id = ${districtId} order by c.id`.execute(trx)
    return rows.map(
      ({ conversationId, guardian_id, to }): Line => ({ conversationId, from: family(Number(guardian_id.slice(1))), to }),
    )
  })
  await admin('vacuum analyze')
  return { districtId, lines }
}

/** The middle one. */
export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] as number
}
