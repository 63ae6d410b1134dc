/**
 * Measures the pages in a district of many families and years of exchanges, made here: server time of the queries behind inbox, conversation and
 * oversight, each asked as its page asks. Aim: each below 50 ms at the median. It prints the ratio of each to the smallest possible question in the same run. Run: `node bench/pages.ts [families] [exchanges]`; exit status 1 when an aim is missed.
 */

import { sql } from 'kysely'
import type { Staff } from '../src/core/people.ts'
import { inDistrict, type Trx } from '../src/store/database.ts'
import { inboxPage, unreadConversations } from '../src/store/inbox-view.ts'
import { searchExchanges } from '../src/store/oversight.ts'
import { inboxPulse, threadPulse } from '../src/store/pulse.ts'
import { openTasks } from '../src/store/task-list.ts'
import { threadHead, threadPage } from '../src/store/thread-view.ts'
import { benchDatabase, benchDistrict, median } from './district.ts'

const families = Number(process.argv[2] ?? 40_000)
const exchanges = Number(process.argv[3] ?? 5_000_000)
const ROUNDS = 40
const AIM_MS = 50

const database = await benchDatabase()
const { db, admin } = database
try {
  const { districtId } = await benchDistrict(database, families)
  const began = performance.now()
  await fill(districtId)
  console.log(`${families} families, ${exchanges} exchanges, made in ${Math.round((performance.now() - began) / 1000)} s`)
  await admin('vacuum analyze')

  const teacher: Staff = { districtId, id: 't7', displayName: 'T', scope: { kind: 'own' } } as Staff
  const admins: Staff = { ...teacher, id: 't0', scope: { kind: 'district' } }
  const now = await inDistrict(db, districtId, async (trx) => {
    const { rows } = await sql<{ now: Temporal.Instant }>`select now() as now`.execute(trx)
    return rows[0]?.now ?? Temporal.Now.instant()
  })
  const conversation = await inDistrict(db, districtId, async (trx) => {
    const { rows } = await sql<{
      id: string
    }>`select id from conversation where district_id = ${districtId} and staff_side = ${teacher.id} order by id limit 1`.execute(
      trx,
    )
    return rows[0]?.id ?? ''
  })
  const inbox = { filter: 'all', search: '', after: null, limit: 25 } as const
  const search = {
    from: now.subtract({ hours: 24 * 30 }),
    to: now.add({ hours: 1 }),
    staff: null,
    classId: null,
    status: null,
    words: '',
    before: null,
    limit: 40,
  }
  const pages: Readonly<Record<string, (trx: Trx) => Promise<unknown>>> = {
    'smallest question': (trx) => sql`select 1`.execute(trx),
    inbox: async (trx) => [
      await inboxPage(trx, districtId, teacher.id, inbox),
      await unreadConversations(trx, districtId, teacher.id),
      await inboxPulse(trx, districtId, teacher.id),
    ],
    'inbox, searched': (trx) => inboxPage(trx, districtId, teacher.id, { ...inbox, search: 'lunch' }),
    conversation: async (trx) => [
      await threadHead(trx, districtId, teacher, conversation),
      await threadPage(trx, districtId, conversation, { before: null, limit: 30, now }),
      await threadPulse(trx, districtId, conversation),
    ],
    oversight: (trx) => searchExchanges(trx, admins, search, now),
    'oversight of one teacher': (trx) => searchExchanges(trx, admins, { ...search, staff: teacher.id }, now),
    'oversight, a frequent word': (trx) => searchExchanges(trx, admins, { ...search, words: 'lunch' }, now),
    tasks: (trx) => openTasks(trx, admins, null, { id: null, limit: 100, asSeen: (at) => at }),
  }
  let smallest = 0
  for (const [name, page] of Object.entries(pages)) {
    const times: number[] = []
    for (let i = 0; i < ROUNDS; i++) {
      const start = performance.now()
      await inDistrict(db, districtId, page)
      times.push(performance.now() - start)
    }
    const middle = median(times)
    smallest ||= middle
    console.log(`${name}: ${middle.toFixed(1)} ms, ${(middle / smallest).toFixed(1)} x the smallest question`)
    if (middle > AIM_MS) process.exitCode = 1
  }
} finally {
  await database.close()
}

/** Exchanges of the last three years, spread evenly over the conversations. */
async function fill(districtId: string): Promise<void> {
  const each = Math.ceil(exchanges / families)
  // A part at a time, so that no statement holds everything at once.
  for (let from = 0; from < each; from += 10)
    await inDistrict(db, districtId, (trx) =>
      sql`insert into exchange (district_id, conversation_id, direction, author, seq, status, original_language, original_text, translation_language, translation_text, created_at)
        select c.district_id, c.id, case when k % 3 = 0 then 'to_staff' else 'to_family' end, 'person', 1000000 + k, 'delivered', 'en',
          'Message ' || k || case when k % 17 = 0 then ' about lunch on Friday' else ' about the homework of this week' end, 'es', 'Mensaje ' || k || ' sobre la tarea de esta semana',
          now() - (k * 3 * 365.0 / ${each}::int) * interval '1 day' - random() * interval '1 hour'
        from conversation c cross join generate_series(${from}::int, ${Math.min(each, from + 10) - 1}::int) k where c.district_id = ${districtId}`.execute(
        trx,
      ),
    )
}
