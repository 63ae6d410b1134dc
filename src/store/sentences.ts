/** Saved sentences: a staff member's own, and those that a school keeps for all its staff. */

import { sql } from 'kysely'
import { isUuid } from '../core/uuid.ts'
import type { Trx } from './database.ts'
import { appendEvents } from './events.ts'

/** Whose it is. */
export type SentenceOwner = { readonly staff: string } | { readonly school: string }

/** A saved sentence; `school`: the name of the school that keeps it, null: an own one. */
export type Sentence = {
  readonly id: string
  readonly name: string
  readonly words: string
  readonly school: string | null
  readonly schoolId: string | null
}

/** As many as one list can show; nobody finds anything in more. */
const MOST = 100

const ownerIs = (owner: SentenceOwner) =>
  'staff' in owner ? sql`t.staff_id = ${owner.staff}` : sql`t.school_id = ${owner.school}`

/** What a staff member can put into a message: the own sentences, then those of the own schools. */
export async function sentencesFor(trx: Trx, districtId: string, staffId: string): Promise<readonly Sentence[]> {
  const { rows } = await sql<Sentence>`
    select t.id, t.name, t.words, null as school, null as "schoolId" from sentence t where t.district_id = ${districtId} and t.staff_id = ${staffId}
    union all
    select t.id, t.name, t.words, s.name, s.id from person_org po
    join school s on s.district_id = po.district_id and s.id = po.org_id and s.active
    join sentence t on t.district_id = s.district_id and t.school_id = s.id
    where po.district_id = ${districtId} and po.person_id = ${staffId}
    order by school nulls first, name, id`.execute(trx)
  return rows
}

/** The sentences of these schools, by name. */
export async function sentencesOfSchools(trx: Trx, districtId: string, schools: readonly string[]): Promise<readonly Sentence[]> {
  const { rows } = await sql<Sentence>`
    select t.id, t.name, t.words, s.name as school, s.id as "schoolId" from sentence t
    join school s on s.district_id = t.district_id and s.id = t.school_id
    where t.district_id = ${districtId} and t.school_id = any(${[...schools]}::text[]) order by s.name, t.name, t.id`.execute(trx)
  return rows
}

/** Saves a sentence; the same words of the same owner are one, under the newer name. False: the list is full. `by`: who does it. */
export async function saveSentence(
  trx: Trx,
  districtId: string,
  owner: SentenceOwner,
  { name, words }: Pick<Sentence, 'name' | 'words'>,
  by: { readonly staffId: string; readonly at: Temporal.Instant },
): Promise<boolean> {
  // One at a time for an owner, so that two presses are one sentence.
  const lock = `sentences ${districtId} ${JSON.stringify(owner)}`
  await sql`select pg_advisory_xact_lock(hashtextextended(${lock}, 0))`.execute(trx)
  const { rows: same } = await sql`
    update sentence t set name = ${name} where t.district_id = ${districtId} and ${ownerIs(owner)} and t.words = ${words} returning id`.execute(
    trx,
  )
  if (same.length === 0) {
    const { rows } = await sql`
      insert into sentence (district_id, staff_id, school_id, name, words)
      select ${districtId}, ${'staff' in owner ? owner.staff : null}, ${'school' in owner ? owner.school : null}, ${name}, ${words}
      where (select count(*) from sentence t where t.district_id = ${districtId} and ${ownerIs(owner)}) < ${MOST} returning id`.execute(
      trx,
    )
    if (rows.length === 0) return false
  }
  await noteChange(trx, districtId, owner, 'saved', by)
  return true
}

/** Gives an owner's sentence another name and other words; false: there is no such sentence of this owner. */
export async function changeSentence(
  trx: Trx,
  districtId: string,
  owner: SentenceOwner,
  { id, name, words }: Pick<Sentence, 'id' | 'name' | 'words'>,
  by: { readonly staffId: string; readonly at: Temporal.Instant },
): Promise<boolean> {
  if (!isUuid(id)) return false
  const { rows } = await sql`
    update sentence t set name = ${name}, words = ${words} where t.district_id = ${districtId} and t.id = ${id}::uuid and ${ownerIs(owner)} returning id`.execute(
    trx,
  )
  if (rows.length > 0) await noteChange(trx, districtId, owner, 'changed', by)
  return rows.length > 0
}

/** Deletes an owner's sentence; false: there is no such sentence of this owner. */
export async function deleteSentence(
  trx: Trx,
  districtId: string,
  owner: SentenceOwner,
  id: string,
  by: { readonly staffId: string; readonly at: Temporal.Instant },
): Promise<boolean> {
  if (!isUuid(id)) return false
  const { rows } = await sql`
    delete from sentence t where t.district_id = ${districtId} and t.id = ${id}::uuid and ${ownerIs(owner)} returning id`.execute(
    trx,
  )
  if (rows.length > 0) await noteChange(trx, districtId, owner, 'deleted', by)
  return rows.length > 0
}

/** What a school lends its staff leaves a trace; an own list is nobody else's business. */
async function noteChange(
  trx: Trx,
  districtId: string,
  owner: SentenceOwner,
  done: 'saved' | 'changed' | 'deleted',
  { staffId, at }: { readonly staffId: string; readonly at: Temporal.Instant },
): Promise<void> {
  if ('staff' in owner) return
  await appendEvents(trx, districtId, [
    { exchangeId: null, at, what: 'school_sentence', who: staffId, detail: { school: owner.school, done } },
  ])
}
