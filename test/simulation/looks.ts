/**
 * When each job next has something to do, and so which of its idle looks would find nothing. Almost all statements of a quiet server are looks; one
 * that found nothing finds nothing again until something is committed or comes due, and need not be carried out to know it.
 */

/** Each job's look (`findWork`), the tables that it reads, and when it next finds something by what they say now (null: never). */
const LOOKS: readonly { readonly text: RegExp; readonly tables: readonly string[]; readonly due: string }[] = [
  { text: /from unsealed u/, tables: ['unsealed'], due: `(select '-infinity'::timestamptz from unsealed limit 1)` },
  { text: /from recording r/, tables: ['recording'], due: `(select min(fetch_after) from recording)` },
  { text: /from talk_line t/, tables: ['talk_line'], due: `(select min(look_after) from talk_line)` },
  {
    text: /from call c/,
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
    tables: ['exchange'],
    due: `least((select min(rescue_after) from exchange),
      (select min(send_after) from exchange where channel = 'call' and status in ('held', 'queued') and prepare_after is null))`,
  },
  {
    text: /e\.channel = 'text'/,
    tables: ['exchange'],
    due: `(select min(send_after) from exchange where channel = 'text' and status in ('held', 'queued') and prepare_after is null)`,
  },
]
const INBOX = `(select min(try_after) from inbox where taken_at is null)`
/** Nothing is written but by a statement that names its table: there are no triggers. */
const WRITTEN = /\b(?:insert\s+into|update|delete\s+from)\s+"?(\w+)/gi
const LOOK = /^select d\.id from district d where exists \(/
/** Of the looks that would find nothing, every so many-th is carried out all the same. */
const TRUSTED = 40

function kindOf(text: string) {
  return LOOKS.find((known) => known.text.test(text))
}

const micros = (due: string) => `(extract(epoch from ${due}) * 1000000)::text`
const QUERY = `select ${[...LOOKS.map(({ due }) => due), INBOX].map((due, i) => `${micros(due)} as d${i}`).join(', ')}`

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
  const nothing = new Set<string>()
  let due: readonly (number | null)[] | null = null
  let spared = 0
  let trusted = 0
  let audited: string | null = null
  const read = async () => {
    if (due !== null) return due
    const [row] = await look(QUERY)
    due = Object.values(row ?? {}).map((text) => (text === null ? null : text === '-Infinity' ? 0 : Math.ceil(Number(text))))
    return due
  }
  return {
    wouldFindNothing: async (text) => {
      if (!nothing.has(text)) return false
      const i = LOOKS.indexOf(kindOf(text) as (typeof LOOKS)[number])
      const at = (await read())[i]
      if (i < 0 || (at !== null && at !== undefined && at <= now())) return false
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
      if (rows === 0) nothing.add(text)
    },
    changed: (statements) => {
      const tables = new Set(statements.flatMap((text) => [...text.matchAll(WRITTEN)].map(([, table]) => table)))
      for (const text of nothing.keys()) if (kindOf(text)?.tables.some((table) => tables.has(table))) nothing.delete(text)
      due = null
      audited = null
    },
    nextDue: async () => {
      const known = (await read()).filter((at): at is number => at !== null)
      return known.length === 0 ? null : Math.min(...known)
    },
    spared: () => spared,
  }
}
