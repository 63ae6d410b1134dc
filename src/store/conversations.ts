/** Conversations and their bindings: which pair of phone and proxy number means which conversation. */

import { type RawBuilder, sql } from 'kysely'
import { chooseNumber, QUARANTINE_DAYS, STAFF_PHONE_NUMBERS } from '../core/number-pool.ts'
import type { Trx } from './database.ts'

/** A conversation that is wanted: one staff side (a person or a desk) and one household. */
export type Wanted = {
  readonly staffSide: string
  readonly householdId: string
  readonly schoolId: string
  /** The proxy number that the family has just texted: kept where it is free. */
  readonly dialled?: string
  /** Without a free number it is opened all the same: its messages wait until one is bought. */
  readonly mayWait?: boolean
}

/**
 * An open conversation; one that waits for a number, since the family's phone has every proxy number already; or that so many more
 * must be bought first.
 */
export type Opened =
  | { readonly kind: 'open' | 'waits'; readonly id: string }
  | { readonly kind: 'no_number'; readonly buy: number }

/**
 * True where the binding `b` counts: a family's does only at the phone (an SQL uuid) that its household has now. One that was made while the household moved to
 * another phone is given up when the side is bound anew.
 */
export function counts(b: string, phone: RawBuilder<unknown>): RawBuilder<boolean> {
  return sql<boolean>`(${sql.ref(`${b}.side`)} = 'staff' or ${sql.ref(`${b}.phone_id`)} = ${phone})`
}

/** The phone that the household of a conversation (an SQL uuid) has now. */
export function phoneOfFamily(districtId: RawBuilder<unknown>, conversation: RawBuilder<unknown>): RawBuilder<string> {
  return sql<string>`(select fh.phone_id from conversation fc join household fh on fh.district_id = fc.district_id and fh.id = fc.household_id
    where fc.district_id = ${districtId} and fc.id = ${conversation})`
}

/** The key of a wanted pair in `openConversations`' answer. */
export function pairKey(staffSide: string, householdId: string): string {
  return `${householdId} ${staffSide}`
}

/**
 * Finds the open conversations of these pairs and makes the missing ones, each side with a proxy number of its own. A staff phone
 * without a free number leaves the conversation with the family's side only: the staff member reads it in the browser.
 */
export async function openConversations(
  trx: Trx,
  districtId: string,
  now: Temporal.Instant,
  wanted: readonly Wanted[],
): Promise<Map<string, Opened>> {
  const answer = new Map<string, Opened>()
  const unique = new Map(wanted.map((w) => [pairKey(w.staffSide, w.householdId), w]))
  const findOpen = async () => {
    const missing = [...unique.entries()].filter(([key]) => !answer.has(key)).map(([, w]) => w)
    if (missing.length === 0) return
    const { rows } = await sql<{ id: string; staff_side: string; household_id: string }>`
      select c.id, c.staff_side, c.household_id
      from unnest(${missing.map((w) => w.staffSide)}::text[], ${missing.map((w) => w.householdId)}::uuid[]) as w (staff_side, household_id)
      join conversation c on c.district_id = ${districtId} and c.staff_side = w.staff_side and c.household_id = w.household_id and c.ended_at is null`.execute(
      trx,
    )
    for (const row of rows) answer.set(pairKey(row.staff_side, row.household_id), { kind: 'open', id: row.id })
  }
  await findOpen()
  if (answer.size === unique.size) return answer

  await lockNumbers(trx, districtId)
  await findOpen()
  const missing = [...unique.values()].filter((w) => !answer.has(pairKey(w.staffSide, w.householdId)))
  if (missing.length === 0) return answer

  const familyPhones = await phonesOfHouseholds(
    trx,
    districtId,
    missing.map((w) => w.householdId),
  )
  const staffPhones = await phonesOfStaff(
    trx,
    districtId,
    missing.map((w) => w.staffSide),
  )
  const numbers = await numbersInUse(trx, districtId, now, [...familyPhones.values(), ...staffPhones.values()])
  const usual = await usualNumbers(
    trx,
    districtId,
    missing.map((w) => w.staffSide),
  )
  const lacking = new Map<string, number>()
  const made: (Wanted & { family: Side | null; staff: Side | null })[] = []
  for (const w of missing) {
    const phone = familyPhones.get(w.householdId) as string
    const family = numbers.take(phone, w.dialled ?? usual.get(w.staffSide) ?? null)
    if (family === null) {
      lacking.set(phone, (lacking.get(phone) ?? 0) + 1)
      if (w.mayWait === true) made.push({ ...w, family: null, staff: null })
      continue
    }
    if (!usual.has(w.staffSide)) usual.set(w.staffSide, family)
    const staffPhone = staffPhones.get(w.staffSide)
    const staff = staffPhone === undefined ? null : numbers.takeForStaff(staffPhone)
    made.push({
      ...w,
      family: { phone, proxy: family },
      staff: staffPhone === undefined || staff === null ? null : { phone: staffPhone, proxy: staff },
    })
  }
  const buy = Math.max(0, ...lacking.values())
  for (const w of missing) answer.set(pairKey(w.staffSide, w.householdId), { kind: 'no_number', buy })
  if (made.length === 0) return answer

  const { rows } = await sql<{ id: string; staff_side: string; household_id: string }>`
    insert into conversation (district_id, staff_side, household_id, school_id, started_at)
    select ${districtId}, w.*, ${now.toString()}::timestamptz from unnest(
      ${made.map((m) => m.staffSide)}::text[], ${made.map((m) => m.householdId)}::uuid[], ${made.map((m) => m.schoolId)}::text[]) as w
    returning id, staff_side, household_id`.execute(trx)
  const ids = new Map(rows.map((row) => [pairKey(row.staff_side, row.household_id), row.id]))
  const bindings: NewBinding[] = []
  for (const m of made) {
    const key = pairKey(m.staffSide, m.householdId)
    const id = ids.get(key) as string
    answer.set(key, { kind: m.family === null ? 'waits' : 'open', id })
    if (m.family !== null) bindings.push({ side: 'family', ...m.family, conversationId: id })
    if (m.staff !== null) bindings.push({ side: 'staff', ...m.staff, conversationId: id })
  }
  await insertBindings(trx, districtId, now, bindings)
  return answer
}

/**
 * Gives each side of these conversations a number where its phone has none: a staff member who has a phone since, a family whose
 * number the carrier blocks or the account has given up, or that has another phone since, which keeps the number of before where it is free there. Answers the sides that still have none because every number is taken (or the staff phone has its 30).
 */
export async function bindPhones(
  trx: Trx,
  districtId: string,
  now: Temporal.Instant,
  conversationIds: readonly string[],
): Promise<{ readonly family: ReadonlySet<string>; readonly staff: ReadonlySet<string> }> {
  const lacking = { family: new Set<string>(), staff: new Set<string>() }
  const unbound = async () =>
    (
      await sql<{ id: string; side: 'family' | 'staff'; phone_id: string; before: string | null }>`
        select c.id, s.side, s.phone_id, (select b.proxy_number_id from binding b where b.district_id = ${districtId} and b.conversation_id = c.id
            and b.side = s.side order by b.since desc limit 1) as before from conversation c
        join household h on h.district_id = c.district_id and h.id = c.household_id
        left join person_phone pp on pp.district_id = c.district_id and pp.person_id = c.staff_side and pp.use = 'sms'
        cross join lateral (values ('family', h.phone_id), ('staff', pp.phone_id)) as s (side, phone_id)
        where c.district_id = ${districtId} and c.id = any(${[...conversationIds]}::uuid[]) and c.ended_at is null and s.phone_id is not null
          and not exists (select from binding b join proxy_number n on n.id = b.proxy_number_id and n.gone_at is null
            where b.district_id = ${districtId} and b.conversation_id = c.id and b.side = s.side and b.phone_id = s.phone_id and b.until is null)
        order by c.started_at, c.id`.execute(trx)
    ).rows
  if (conversationIds.length === 0 || (await unbound()).length === 0) return lacking
  await lockNumbers(trx, districtId)
  const rows = await unbound()
  const numbers = await numbersInUse(
    trx,
    districtId,
    now,
    rows.map((r) => r.phone_id),
  )
  const bindings: NewBinding[] = []
  for (const row of rows) {
    const proxy = row.side === 'staff' ? numbers.takeForStaff(row.phone_id) : numbers.take(row.phone_id, row.before)
    if (proxy === null) lacking[row.side].add(row.id)
    else bindings.push({ side: row.side, phone: row.phone_id, proxy, conversationId: row.id })
  }
  await sql`update binding b set until = ${now.toString()}::timestamptz
    from unnest(${bindings.map((b) => b.conversationId)}::uuid[], ${bindings.map((b) => b.side)}::text[]) as w (conversation_id, side)
    where b.district_id = ${districtId} and b.conversation_id = w.conversation_id and b.side = w.side and b.until is null`.execute(
    trx,
  )
  await insertBindings(trx, districtId, now, bindings)
  return lacking
}

type Side = { readonly phone: string; readonly proxy: string }
type NewBinding = Side & { readonly side: 'family' | 'staff'; readonly conversationId: string }

/** One assignment of numbers at a time in a district: two that run together could give one phone the same number twice. */
async function lockNumbers(trx: Trx, districtId: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`numbers ${districtId}`}, 0))`.execute(trx)
}

async function phonesOfHouseholds(trx: Trx, districtId: string, ids: readonly string[]): Promise<Map<string, string>> {
  const rows = await trx
    .selectFrom('household')
    .select(['id', 'phone_id'])
    .where('district_id', '=', districtId)
    .where('id', 'in', [...ids])
    .execute()
  return new Map(rows.map((r) => [r.id, r.phone_id]))
}

async function phonesOfStaff(trx: Trx, districtId: string, sides: readonly string[]): Promise<Map<string, string>> {
  const rows = await trx
    .selectFrom('person_phone')
    .select(['person_id', 'phone_id'])
    .where('district_id', '=', districtId)
    .where('use', '=', 'sms')
    .where('person_id', 'in', [...new Set(sides)])
    .execute()
  return new Map(rows.map((r) => [r.person_id, r.phone_id]))
}

/** The family-side number that most of a staff side's conversations have. */
async function usualNumbers(trx: Trx, districtId: string, sides: readonly string[]): Promise<Map<string, string>> {
  const { rows } = await sql<{ staff_side: string; proxy_number_id: string }>`
    select distinct on (c.staff_side) c.staff_side, b.proxy_number_id
    from conversation c join binding b on b.district_id = c.district_id and b.conversation_id = c.id and b.side = 'family' and b.until is null
    join proxy_number n on n.id = b.proxy_number_id and n.gone_at is null
    where c.district_id = ${districtId} and c.staff_side = any(${[...new Set(sides)]}::text[]) and c.ended_at is null
    group by c.staff_side, b.proxy_number_id
    order by c.staff_side, count(*) desc, b.proxy_number_id`.execute(trx)
  return new Map(rows.map((r) => [r.staff_side, r.proxy_number_id]))
}

type NumbersInUse = {
  readonly take: (phone: string, preferred: string | null) => string | null
  readonly takeForStaff: (phone: string) => string | null
}

async function numbersInUse(
  trx: Trx,
  districtId: string,
  now: Temporal.Instant,
  phones: readonly string[],
): Promise<NumbersInUse> {
  const pool = await trx
    .selectFrom('proxy_number')
    .select('id')
    .where('district_id', '=', districtId)
    .where('gone_at', 'is', null)
    .orderBy('id')
    .execute()
  const quarantine = now.subtract({ hours: QUARANTINE_DAYS * 24 }).toString()
  const { rows } = await sql<{ phone_id: string; proxy_number_id: string; staff_open: boolean }>`
    select phone_id, proxy_number_id, side = 'staff' and until is null as staff_open from binding
    where district_id = ${districtId} and phone_id = any(${[...new Set(phones)]}::uuid[]) and (until is null or until > ${quarantine}::timestamptz)`.execute(
    trx,
  )
  const counts = await sql<{ proxy_number_id: string; n: number }>`
    select proxy_number_id, count(*)::int as n from binding where district_id = ${districtId} and until is null group by 1`.execute(
    trx,
  )
  const load = new Map(counts.rows.map((r) => [r.proxy_number_id, r.n]))
  const taken = new Map<string, Set<string>>()
  const asStaff = new Map<string, number>()
  for (const row of rows) {
    const set = taken.get(row.phone_id) ?? new Set()
    taken.set(row.phone_id, set.add(row.proxy_number_id))
    if (row.staff_open) asStaff.set(row.phone_id, (asStaff.get(row.phone_id) ?? 0) + 1)
  }
  const ids = pool.map((p) => p.id)
  const take = (phone: string, preferred: string | null) => {
    const mine = taken.get(phone) ?? new Set<string>()
    const chosen = chooseNumber(ids, mine, preferred, load)
    if (chosen === null) return null
    taken.set(phone, mine.add(chosen))
    load.set(chosen, (load.get(chosen) ?? 0) + 1)
    return chosen
  }
  return {
    take,
    takeForStaff: (phone) => {
      if ((asStaff.get(phone) ?? 0) >= STAFF_PHONE_NUMBERS) return null
      const chosen = take(phone, null)
      if (chosen !== null) asStaff.set(phone, (asStaff.get(phone) ?? 0) + 1)
      return chosen
    },
  }
}

async function insertBindings(
  trx: Trx,
  districtId: string,
  now: Temporal.Instant,
  bindings: readonly NewBinding[],
): Promise<void> {
  if (bindings.length === 0) return
  await sql`
    insert into binding (district_id, side, phone_id, proxy_number_id, conversation_id, since)
    select ${districtId}, b.*, ${now.toString()}::timestamptz from unnest(
      ${bindings.map((b) => b.side)}::text[], ${bindings.map((b) => b.phone)}::uuid[],
      ${bindings.map((b) => b.proxy)}::uuid[], ${bindings.map((b) => b.conversationId)}::uuid[]) as b`.execute(trx)
}
