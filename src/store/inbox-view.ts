/** A staff member's inbox: own conversations and those of the desks that this person staffs, what needs an answer first. */

import { sql } from 'kysely'
import type { Direction, Status } from '../core/exchange.ts'
import { isUuid } from '../core/uuid.ts'
import { type Claim, type ClaimColumns, claimOf } from './claims.ts'
import { cursorParts, cursorWord } from './cursor-words.ts'
import { contains, type Trx } from './database.ts'
import { readTime } from './exchange-view.ts'
import { familiesOf } from './family-names.ts'

/** One conversation in the inbox. */
export type InboxRow = {
  readonly id: string
  /** The desk, when it is one's: `SCHOOL_ID/office`; null: the reader's own conversation. */
  readonly desk: string | null
  /** Who has taken it; null: nobody, or it is no desk's. */
  readonly claim: Claim | null
  readonly guardians: readonly string[]
  readonly students: readonly string[]
  readonly languages: readonly string[]
  /** Whether it is over. */
  readonly ended: boolean
  /** Texts of the family that the reader has not seen. */
  readonly unread: number
  /** Whether the last word is the family's. */
  readonly unanswered: boolean
  /** Held or of unknown outcome. */
  readonly waiting: number
  readonly last: {
    readonly at: Temporal.Instant
    readonly kind: 'message' | 'call' | 'voicemail'
    readonly direction: Direction
    readonly status: Status
    /** Whether anything came or goes with it. */
    readonly pictures: boolean
    readonly text: string
    readonly language: string
  } | null
}

/** What the inbox shows of all conversations: `unanswered` those in which the last word is the family's. */
export const INBOX_FILTERS = ['all', 'unread', 'unanswered'] as const
export type InboxFilter = (typeof INBOX_FILTERS)[number]

/** For so many days a conversation that ended before its last message could go stands among the others. */
const ENDED_DAYS = 14

/** Unread, unanswered, the others. */
const RANKS = [0, 1, 2]

/** Where the next page of an inbox begins. */
export type InboxCursor = { readonly rank: number; readonly at: string; readonly id: string }

/** The cursor as a word for an address, and back; null when the word is none. */
export const inboxCursor = {
  write: (c: InboxCursor): string => cursorWord([c.rank, c.at, c.id]),
  read: (word: string): InboxCursor | null => {
    const [rank, at, id] = cursorParts(word)
    const known = typeof at === 'string' ? readTime(at) : null
    const valid = known !== null && RANKS.includes(rank as number) && typeof id === 'string' && isUuid(id)
    return valid ? { rank: rank as number, at: known.toString(), id } : null
  },
}

type Row = ClaimColumns & {
  id: string
  household_id: string
  ended: boolean
  staff_side: string
  unread: number
  waiting: number
  rank: number
  sort_at: Temporal.Instant
  created_at: Temporal.Instant | null
  kind: 'message' | 'call' | 'voicemail' | null
  direction: Direction | null
  status: Status | null
  pictures: boolean | null
  original_text: string | null
  original_language: string | null
  translation_text: string | null
  translation_language: string | null
}

/**
 * One page: unread conversations first, then those whose family waits for an answer, then the others, each by the newest word. `search` finds names of
 * guardians and students, and words of what was written, in either language, also in conversations that have ended.
 */
export async function inboxPage(
  trx: Trx,
  districtId: string,
  staffId: string,
  given: {
    readonly filter: InboxFilter
    readonly search: string
    readonly after: InboxCursor | null
    readonly limit: number
    readonly now: Temporal.Instant
  },
): Promise<{ readonly rows: readonly InboxRow[]; readonly next: InboxCursor | null }> {
  const pattern = contains(given.search.trim())
  const found =
    given.search.trim() === ''
      ? // What was not sent because a talk ended is seen by its writer for a while; a page that somebody opened and left is no talk.
        sql`and x.created_at is not null and (c.ended_at is null or c.ended_at > ${given.now.subtract({ hours: 24 * ENDED_DAYS }).toString()}::timestamptz)
          and (c.ended_at is null or (x.status = 'canceled' and x.direction = 'to_family'))`
      : // A scalar question each: EXISTS would be answered by reading what all of the district ever wrote.
        sql`and coalesce((
          select true from household_guardian hg join person g on g.district_id = hg.district_id and g.id = hg.guardian_id
          left join guardianship gs on gs.district_id = g.district_id and gs.guardian_id = g.id
          left join person st on st.district_id = gs.district_id and st.id = gs.student_id
          where hg.district_id = ${districtId} and hg.household_id = c.household_id
            and (concat_ws(' ', g.given_name, g.family_name, g.display_name) ilike ${pattern} or concat_ws(' ', st.given_name, st.family_name) ilike ${pattern}) limit 1),
          (select true from exchange w where w.district_id = ${districtId} and w.conversation_id = c.id and w.author = 'person'
            and (w.original_text ilike ${pattern} or w.translation_text ilike ${pattern}) limit 1), false)`
  const only = {
    all: sql``,
    unread: sql`and rank = 0`,
    unanswered: sql`and (direction = 'to_staff' and kind <> 'call')`,
  }[given.filter]
  const after =
    given.after === null
      ? sql``
      : sql`and (rank, -extract(epoch from sort_at), id) > (${given.after.rank}::int, -extract(epoch from ${given.after.at}::timestamptz), ${given.after.id}::uuid)`
  const { rows } = await sql<Row>`
    select * from (
      select c.id, c.household_id, c.ended_at is not null as ended, c.staff_side, u.unread, x.created_at, x.kind, x.direction, x.status, x.pictures, x.original_text, x.original_language, x.translation_text,
        x.translation_language, coalesce(x.created_at, to_timestamp(0)) as sort_at, c.claimed_by, c.claimed_at,
        coalesce(cl.display_name, concat_ws(' ', cl.given_name, cl.family_name)) as claimer,
        case when u.unread > 0 then 0 when x.direction = 'to_staff' and x.kind <> 'call' then 1 else 2 end as rank,
        (select count(*)::int from exchange h where h.district_id = c.district_id and h.conversation_id = c.id and h.direction = 'to_family'
          and h.status in ('held', 'queued', 'sending')) as waiting
      from conversation c
      left join seen on seen.district_id = c.district_id and seen.conversation_id = c.id and seen.staff_id = ${staffId}
      left join person cl on cl.district_id = c.district_id and cl.id = c.claimed_by
      cross join lateral (select greatest(0, c.last_seq_to_staff - coalesce(seen.seq, 0)) as unread) u
      left join lateral (
        select x.created_at, x.kind, x.direction, x.status, x.pictures, x.original_text, x.original_language, x.translation_text, x.translation_language
        from exchange x where x.district_id = c.district_id and x.conversation_id = c.id and x.author = 'person'
        order by x.created_at desc, x.id desc limit 1) x on true
      where c.district_id = ${districtId} ${found} and c.staff_side = any(
        array(select ${staffId}::text union all select desk_id from desk_staff where district_id = ${districtId} and person_id = ${staffId}))
    ) page where true ${only} ${after}
    order by rank, sort_at desc, id limit ${given.limit + 1}`.execute(trx)
  const shown = rows.slice(0, given.limit)
  const families = await familiesOf(
    trx,
    districtId,
    shown.map((row) => row.household_id),
  )
  const last = shown.at(-1)
  return {
    rows: shown.map((row) => ({
      id: row.id,
      desk: row.staff_side === staffId ? null : row.staff_side,
      claim: claimOf(row),
      ended: row.ended,
      ...(families.get(row.household_id) ?? { guardians: [], students: [], languages: [] }),
      unread: row.unread,
      unanswered: row.direction === 'to_staff' && row.kind !== 'call',
      waiting: row.waiting,
      last: lastOf(row),
    })),
    next: rows.length > given.limit && last !== undefined ? { rank: last.rank, at: last.sort_at.toString(), id: last.id } : null,
  }
}

/** What the reader understands of the last word: the translation of a family's, the original of one's own. */
function lastOf(row: Row): InboxRow['last'] {
  const { created_at: at, kind, direction, status } = row
  if (at === null || kind === null || direction === null || status === null) return null
  const translated = direction === 'to_staff' && row.translation_text !== null
  return {
    at,
    kind,
    direction,
    status,
    pictures: row.pictures === true,
    text: (translated ? row.translation_text : row.original_text) ?? '',
    language: (translated ? row.translation_language : row.original_language) ?? 'und',
  }
}

/** How many conversations of the reader have something unread. */
export async function unreadConversations(trx: Trx, districtId: string, staffId: string): Promise<number> {
  const { rows } = await sql<{ n: number }>`
    select count(*)::int as n from conversation c
    left join seen on seen.district_id = c.district_id and seen.conversation_id = c.id and seen.staff_id = ${staffId}
    where c.district_id = ${districtId} and c.ended_at is null and c.last_seq_to_staff > coalesce(seen.seq, 0) and c.staff_side = any(
      array(select ${staffId}::text union all select desk_id from desk_staff where district_id = ${districtId} and person_id = ${staffId}))`.execute(
    trx,
  )
  return rows[0]?.n ?? 0
}

/** The reader has looked at a conversation to its end. An administrator who looks into somebody else's leaves no mark. */
export async function markSeen(trx: Trx, districtId: string, staffId: string, conversationId: string): Promise<void> {
  await sql`insert into seen (district_id, staff_id, conversation_id, seq)
    select c.district_id, ${staffId}, c.id, c.last_seq_to_staff from conversation c
    where c.district_id = ${districtId} and c.id = ${conversationId}::uuid and c.staff_side = any(
      array(select ${staffId}::text union all select desk_id from desk_staff where district_id = ${districtId} and person_id = ${staffId}))
    on conflict (district_id, staff_id, conversation_id) do update set seq = excluded.seq where seen.seq < excluded.seq`.execute(
    trx,
  )
}
