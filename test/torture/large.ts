/** The gravest rules for runs whose history does not fit into memory: the database counts, and the carrier's record is read line by line. */

import { createReadStream } from 'node:fs'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { connect } from '../../src/store/database.ts'
import { createKeys } from '../../src/store/keys.ts'
import { verifyLog } from '../../src/store/verify.ts'
import { UNATTENDED } from '../simulation/evidence.ts'
import { KEY } from '../simulation/host.ts'
import type { RecordLine } from './carrier-protocol.ts'
import type { Database } from './postgres.ts'

/** Each counts what breaks it. Nobody says "again", and no window closes, in the runs that are judged by these. */
const COUNTED: Readonly<Record<string, string>> = {
  'A message has come to no end': `select count(*)::int as n from exchange
    where prepare_after is not null or status not in ('sent', 'delivered', 'undelivered', 'failed', 'canceled', 'received')`,
  'A part was handed over more than once': `select count(*)::int as n from (
    select from attempt where outcome is distinct from 'retry' group by exchange_id, part having count(*) > 1) as twice`,
  'A message was handed over before one that was written before it': `select count(*)::int as n from (
    select a.first, max(a.first) over (partition by e.conversation_id, e.direction order by e.seq rows between unbounded preceding and 1 preceding) as before
    from exchange e join (select exchange_id, min(started_at) as first from attempt group by exchange_id) as a on a.exchange_id = e.id
    where e.seq is not null and not e.urgent and e.not_before is null) as lane where first < before`,
  'A text that came stands in no conversation, and no task is about it': `select count(*)::int as n from (${UNATTENDED}) as alone`,
  'A webhook waits in the inbox': 'select count(*)::int as n from inbox where taken_at is null',
  'An event is not sealed': 'select count(*)::int as n from unsealed',
}

/** Gives the sentences of what is broken. Whoever calls has stopped the load, and everything has come to an end. */
export async function judgeLarge(
  database: Pick<Database, 'look' | 'ownerUrl'>,
  folder: string,
  districtIds: Iterable<string>,
): Promise<string[]> {
  const violations: string[] = []
  for (const [says, text] of Object.entries(COUNTED)) {
    const [row] = await database.look<{ n: number }>(text)
    if (row?.n !== 0) violations.push(`${says}: ${row?.n} of them.`)
  }
  violations.push(...(await judgeRecord(database, folder)))
  const db = connect(database.ownerUrl, 'homeline_app', 2)
  try {
    for (const district of districtIds) {
      const verdict = await verifyLog(db, createKeys(KEY), district, null)
      if (verdict.kind !== 'intact') violations.push(`The log is broken: ${verdict.what}`)
    }
  } finally {
    await db.destroy()
  }
  return violations
}

/** Holds what the carrier brought and took against what the log has. */
async function judgeRecord({ look }: Pick<Database, 'look'>, folder: string): Promise<string[]> {
  const kept = new Map<string, number>()
  for (const { sid } of await look<{ sid: string }>('select carrier_sid as sid from exchange where carrier_sid is not null'))
    kept.set(sid, (kept.get(sid) ?? 0) + 1)
  const [brought, attempts] = [new Set<string>(), new Set<string>()]
  let [missing, twice, doubled] = [0, 0, 0]
  for await (const line of createInterface({ input: createReadStream(path.join(folder, 'record.jsonl')) })) {
    const entry = JSON.parse(line) as RecordLine
    if (entry.kind === 'sent' && !brought.has(entry.sid)) {
      brought.add(entry.sid)
      const times = kept.get(entry.sid) ?? 0
      if (times === 0) missing++
      if (times > 1) twice++
    }
    if (entry.kind === 'taken') {
      const attempt = entry.callback.split('/').at(-1) ?? ''
      if (attempts.has(attempt)) doubled++
      attempts.add(attempt)
    }
  }
  const more = [...kept.keys()].filter((sid) => !brought.has(sid)).length
  const told: readonly (readonly [number, string])[] = [
    [missing, 'A text that the carrier brought is not in the log'],
    [twice, 'A text that the carrier brought is in the log more than once'],
    [more, 'A text is in the log that the carrier never brought'],
    [doubled, 'The carrier took an attempt more than once'],
  ]
  return told.flatMap(([n, says]) => (n === 0 ? [] : [`${says}: ${n} of them.`]))
}
