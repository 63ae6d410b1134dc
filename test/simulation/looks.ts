/**
 * When each job next has something to do, and so which of its idle looks would find nothing. Almost all statements of a quiet server are looks; one
 * that found nothing finds nothing again until something is committed or comes due, and need not be carried out to know it.
 */

import { WORD_BLOCK } from '../../src/core/search-words.ts'

type Kind = { readonly text: RegExp; readonly tables: readonly string[]; readonly due: string }

/**
 * What may be handed over but for its time, as far as nothing but a commit changes that: what was put off stands before others later than now, and what stands
 * behind it is taken for free.
 */
const HEAD = `status in ('held', 'queued') and prepare_after is null and (seq is null or rescue or not exists (
  select from exchange o where o.district_id = e.district_id and o.conversation_id = e.conversation_id and o.direction = e.direction
    and (o.status in ('held', 'queued', 'sending') or o.prepare_after is not null) and o.seq is not null and not o.rescue and o.id <> e.id
    and (o.status = 'sending' or (o.seq < e.seq and (o.urgent or not e.urgent) and o.not_before is null)
      or (o.seq > e.seq and o.part > 0 and e.not_before is not null))))`

/** Each job's look (`findWork`), the tables that it reads, and when it next finds something by what they say now (null: never). */
const LOOKS: readonly Kind[] = [
  { text: /from unsealed u/, tables: ['unsealed'], due: `(select '-infinity'::timestamptz from unsealed limit 1)` },
  {
    text: /from recording r/,
    tables: ['recording', 'picture'],
    due: `least((select min(fetch_after) from recording), (select min(fetch_after) from picture))`,
  },
  {
    text: /from word_waiting w/,
    tables: ['word_waiting'],
    due: `(select '-infinity'::timestamptz from word_waiting group by district_id having sum(texts) >= ${WORD_BLOCK} limit 1)`,
  },
  {
    text: /from export x/,
    tables: ['export'],
    due: `(select min(coalesce(lease, '-infinity')) from export where ended_at is null)`,
  },
  { text: /from talk_line t/, tables: ['talk_line'], due: `(select min(look_after) from talk_line)` },
  {
    text: /c\.look_after/,
    tables: ['attempt', 'call', 'exchange'],
    due: `least((select min(look_after) from attempt), (select min(look_after) from call),
      (select min(a.started_at) + interval '45 seconds' from exchange e join attempt a on a.district_id = e.district_id and a.id = e.attempt_id
        where e.status = 'sending' and e.attempt_id is not null and a.outcome is null and a.look_after is null))`,
  },
  {
    text: /e\.prepare_after <= /,
    tables: ['exchange'],
    due: `(select min(greatest(prepare_after, prepare_lease)) from exchange where prepare_after is not null)`,
  },
  {
    text: /e\.channel = 'call'/,
    tables: ['call', 'exchange'],
    due: `least((select min(ring_after) from call), (select min(rescue_after) from exchange),
      (select min(send_after) from exchange e where channel = 'call' and ${HEAD}))`,
  },
  {
    text: /e\.channel = 'text'/,
    tables: ['exchange'],
    due: `(select min(send_after) from exchange e where channel = 'text' and ${HEAD})`,
  },
]
/** The inbox is looked into under a lock, and that look is always carried out. */
const INBOX: Kind = { text: /^(?!)/, tables: ['inbox'], due: `(select min(try_after) from inbox where taken_at is null)` }
const ALL = [...LOOKS, INBOX]
/** Nothing is written but by a statement that names its table: there are no triggers. */
const WRITTEN = /\b(?:insert\s+into|update|delete\s+from)\s+"?(\w+)/gi
const LOOK = /^select d\.id from district d where exists \(/
/** Of the looks that would find nothing, every so many-th is carried out all the same. */
const TRUSTED = 40

function kindOf(text: string) {
  return LOOKS.find((known) => known.text.test(text))
}

/** What a look must have found nothing for so often before it is asked when it next finds something: asking costs as much as looking. */
const QUIET_AFTER = 2

/** What is known of a database's looks. */
export type Looks = {
  /** Whether this statement is a look that would find nothing. */
  readonly wouldFindNothing: (text: string) => Promise<boolean>
  /** A statement was carried out outside a transaction and found so many rows. Throws when it was known to find none. */
  readonly found: (text: string, rows: number) => void
  /** Something was committed: these statements. */
  readonly changed: (statements: readonly string[]) => void
  /** When anything is due, in microseconds since 1970 (0: now); null: nothing is. */
  readonly nextDue: () => Promise<number | null>
  /** Looks that were not carried out. */
  readonly spared: () => number
}

/** `look` asks the database beside the world; `now` is the world's clock in microseconds. */
export function createLooks(look: (text: string) => Promise<Record<string, string | null>[]>, now: () => number): Looks {
  const nothing = new Map<string, number>()
  /** By kind, as far as known; what changes one of its tables drops it. */
  const due = new Map<Kind, number | null>()
  let spared = 0
  let trusted = 0
  let audited: string | null = null
  const read = async (kinds: readonly Kind[]): Promise<(number | null)[]> => {
    const unknown = kinds.filter((kind) => !due.has(kind))
    if (unknown.length > 0) {
      const columns = unknown.map((kind, i) => `(extract(epoch from ${kind.due}) * 1000000)::text as d${i}`)
      const [row] = await look(`select ${columns.join(', ')}`)
      for (const [i, kind] of unknown.entries()) {
        const text = row?.[`d${i}`] ?? null
        due.set(kind, text === null ? null : text === '-Infinity' ? 0 : Math.ceil(Number(text)))
      }
    }
    return kinds.map((kind) => due.get(kind) ?? null)
  }
  return {
    wouldFindNothing: async (text) => {
      const kind = LOOK.test(text) ? kindOf(text) : undefined
      if (kind === undefined || (nothing.get(text) ?? 0) < QUIET_AFTER) return false
      const [at] = await read([kind])
      if (at != null && at <= now()) return false
      if (++trusted % TRUSTED === 0) {
        audited = text
        return false
      }
      spared++
      return true
    },
    found: (text, rows) => {
      if (!LOOK.test(text)) return
      if (audited === text && rows > 0)
        throw new Error(`The simulation is at fault: a look that was to find nothing found ${rows}: ${text}`)
      audited = null
      if (rows === 0) nothing.set(text, (nothing.get(text) ?? 0) + 1)
      else nothing.delete(text)
    },
    changed: (statements) => {
      const tables = new Set(statements.flatMap((text) => [...text.matchAll(WRITTEN)].map(([, table]) => table)))
      const touched = ALL.filter((kind) => kind.tables.some((table) => tables.has(table)))
      for (const kind of touched) due.delete(kind)
      for (const text of nothing.keys()) if (touched.some((kind) => kind === kindOf(text))) nothing.delete(text)
      audited = null
    },
    nextDue: async () => {
      const known = (await read(ALL)).filter((at) => at !== null)
      return known.length === 0 ? null : Math.min(...known)
    },
    spared: () => spared,
  }
}
