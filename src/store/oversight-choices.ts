/** The staff and the classes that an administrator may choose to look at. */

import { type RawBuilder, sql } from 'kysely'
import type { Staff } from '../core/people.ts'
import { contains, type Trx } from './database.ts'
import { deskName } from './desks.ts'
import { personView } from './person-view.ts'

/** Somebody, a desk or a class, by sourcedId. */
export type Choice = { readonly id: string; readonly name: string }

/** What was asked for, an id or a part of a name, and what there is to choose from. */
export type Choices = {
  /** Null: all, or it is not clear which. */
  readonly chosen: Choice | null
  /** Those of the name that was asked for, where it is not clear which is meant, or there is none; null: it is clear. */
  readonly unclear: readonly Choice[] | null
  /** Null: more than a menu holds. */
  readonly menu: readonly Choice[] | null
}

/** A menu of more is long to look through, and makes a page heavy. */
const MENU = 100

/** The choices for what was asked; empty: for all. */
export async function choicesOf(
  trx: Trx,
  admin: Staff,
  asked: { readonly staff: string; readonly classId: string },
): Promise<{ readonly staff: Choices; readonly classes: Choices }> {
  const { districtId, scope } = admin
  const schools = scope.kind === 'schools' ? [...scope.schools] : []
  const all = scope.kind === 'district'
  const read = (from: RawBuilder<unknown>) => async (condition: RawBuilder<unknown>) =>
    (await sql<Choice>`select id, name from (${from}) c where ${condition} order by name, id limit ${MENU + 1}`.execute(trx)).rows
  const staff = read(sql`
    select p.id, coalesce(p.display_name, concat_ws(' ', p.given_name, p.family_name)) as name, true as active from person p
    where p.district_id = ${districtId} and p.kind = 'staff' and p.active and (${all} or exists (
      select from person_org po where po.district_id = p.district_id and po.person_id = p.id and po.org_id = any(${schools}::text[])))
    union all select d.id, ${deskName(districtId, sql`d.id`)}, true from desk d
    where d.district_id = ${districtId} and (${all} or d.school_id = any(${schools}::text[]))`)
  const classes = read(sql`
    select k.id, k.title || case when k.active then '' else ', no longer taught' end as name, k.active from class k
    where k.district_id = ${districtId} and (${all} or k.school_id = any(${schools}::text[]))`)
  return {
    staff: await choicesFor(asked.staff, staff, async () => {
      const left = await personView(trx, admin, asked.staff)
      return left?.kind === 'staff' ? { id: left.id, name: left.active ? left.name : `${left.name}, who has left` } : null
    }),
    classes: await choicesFor(asked.classId, classes, async () => null),
  }
}

async function choicesFor(
  asked: string,
  read: (condition: RawBuilder<unknown>) => Promise<Choice[]>,
  former: () => Promise<Choice | null>,
): Promise<Choices> {
  const all = await read(sql`active`)
  const menu = all.length > MENU ? null : all
  if (asked.trim() === '') return { chosen: null, unclear: null, menu }
  const named = (await read(sql`id = ${asked}`))[0] ?? (await former())
  const fitting = named !== null ? [] : await read(sql`active and name ilike ${contains(asked.trim())}`)
  const chosen = named ?? (fitting.length === 1 ? (fitting[0] ?? null) : null)
  if (chosen === null) return { chosen, unclear: fitting, menu: 0 < fitting.length && fitting.length <= MENU ? fitting : menu }
  return { chosen, unclear: null, menu: menu?.some(({ id }) => id === chosen.id) ? menu : [...(menu ?? []), chosen] }
}
