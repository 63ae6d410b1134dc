/**
 * Measures the release of held messages against the database itself in the same run: 100,000 messages of 20,000 conversations become due at once and are
 * claimed, attempted, handed to a carrier that answers at once, settled, logged and sealed; the yardstick is two plain UPDATEs (held -> sending -> sent)
 * over the same rows. Asserts that every message is handed over once and that every lane keeps its order. Aim: at least 0.25 x. Run:
 * `node bench/release.ts [rounds] [messages] [conversations]`; exit status 1 when the aim is missed.
 */

import { randomUUID } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { sql } from 'kysely'
import { startJobs } from '../src/jobs/path.ts'
import { scripts } from '../src/relay/answer.ts'
import type { Carrier, Translator } from '../src/relay/ports.ts'
import { inDistrict } from '../src/store/database.ts'
import { deliverStore } from '../src/store/delivering.ts'
import { inboxStore } from '../src/store/inbox.ts'
import { prepareStore } from '../src/store/preparing.ts'
import { reconcileStore } from '../src/store/reconciling.ts'
import { findWork, queueState } from '../src/store/scheduler.ts'
import { sealDistrict } from '../src/store/seal.ts'
import { now } from '../src/store/settings.ts'
import { indexWords } from '../src/store/words.ts'
import { benchDatabase, benchDistrict, median } from './district.ts'
import { noCalls } from './no-calls.ts'

const rounds = Number(process.argv[2] ?? 1)
const messages = Number(process.argv[3] ?? 100_000)
const conversations = Number(process.argv[4] ?? 20_000)

const database = await benchDatabase()
const { db, scheduler, keys, admin } = database
try {
  const { districtId } = await benchDistrict(database, conversations)
  const ratios: number[] = []
  // The planner knows the tables of a database that has been at work.
  await measure(districtId, 0, Math.min(2_000, messages))
  await admin('vacuum analyze')
  for (let round = 1; round <= rounds; round++) ratios.push(await measure(districtId, round, messages))
  const ratio = median(ratios)
  console.log(`release: ${ratio.toFixed(2)} x two plain UPDATEs (aim 0.25)`)
  process.exitCode = ratio >= 0.25 ? 0 : 1
} finally {
  await database.close()
}

async function measure(districtId: string, round: number, count: number): Promise<number> {
  const seqs = await holdMessages(districtId, round, count)
  const move = (from: string, to: string) =>
    inDistrict(db, districtId, async (trx) => {
      const began = performance.now()
      await sql`update exchange set status = ${to} where district_id = ${districtId} and status = ${from} and part = 0 and tries = ${round}`.execute(
        trx,
      )
      return () => (performance.now() - began) / 1000
    }).then((seconds) => seconds())
  const plain = (await move('held', 'sending')) + (await move('sending', 'sent'))
  await move('sent', 'held')
  await admin('vacuum analyze')

  const handed = new Map<string, number>()
  const order: string[] = []
  const carrier: Carrier = {
    send: async ({ body }) => {
      handed.set(body, (handed.get(body) ?? 0) + 1)
      order.push(body)
      return { kind: 'accepted', sid: `SM${randomUUID().replaceAll('-', '')}` }
    },
    sentSince: async () => null,
  }
  const translator: Translator = {
    name: 'none',
    covers: async () => 'none',
    translate: async () => ({ kind: 'unavailable', reason: 'none' }),
  }
  const detect = () => ({ language: 'und', confidence: 0 })
  await inDistrict(db, districtId, (trx) =>
    sql`update exchange set send_after = now() where district_id = ${districtId} and status = 'held'`.execute(trx),
  )
  await admin('vacuum analyze')
  const began = performance.now()
  const jobs = startJobs({
    receive: { inbox: inboxStore(db, keys, () => null, scripts), detect },
    prepare: { store: prepareStore(db, keys), translator, detect, lines: null, monotonic: () => performance.now() },
    deliver: { store: deliverStore(db, keys, null), carrier, monotonic: () => performance.now() },
    ...noCalls(db, keys),
    reconcile: { store: reconcileStore(db, keys), carrier },
    seal: (id, limit) => sealDistrict(db, keys, id, limit),
    words: (districtId, limit) => indexWords(db, districtId, limit),
    makeExport: async () => 0,
    findWork: (step) => findWork(scheduler, step, () => now(db)),
    report: (step, error) => console.error(step, error),
    caughtUp: async () => {},
    changed: () => {},
  })
  while (order.length < count) await wait(20)
  const released = (performance.now() - began) / 1000
  for (;;) {
    const state = await queueState(scheduler, await now(db))
    if (state.due + state.sending + state.unsealed === 0) break
    await wait(50)
  }
  const seconds = (performance.now() - began) / 1000
  await jobs.stop()
  if (order.length !== count || handed.size !== count)
    throw new Error(`${order.length} hand-overs of ${handed.size} messages, not ${count}`)
  const last = new Map<string, number>()
  for (const body of order) {
    const { lane, seq } = seqs.get(body) as { lane: string; seq: number }
    if (seq <= (last.get(lane) ?? 0)) throw new Error('A lane lost its order')
    last.set(lane, seq)
  }
  const ratio = plain / seconds
  console.log(
    `${round === 0 ? 'warm-up' : `round ${round}`}: two UPDATEs ${Math.round(count / plain)}/s; released ${Math.round(count / released)}/s, and sealed ${Math.round(count / seconds)}/s; ratio ${ratio.toFixed(2)}; order kept in ${last.size} lanes`,
  )
  return ratio
}

/** Prepared and held until tomorrow, spread over all conversations; gives each body's lane and place. */
async function holdMessages(
  districtId: string,
  round: number,
  count: number,
): Promise<Map<string, { lane: string; seq: number }>> {
  const rows = await inDistrict(db, districtId, async (trx) => {
    const made = await sql<{ body: string; lane: string; seq: number }>`
      with lane as (select id, last_seq_to_family as last, row_number() over (order by id) - 1 as n from conversation where district_id = ${districtId})
      insert into exchange (district_id, conversation_id, direction, author, author_id, seq, status, send_after, hold, original_language, original_text,
        translation_language, translation_text, translation_by, body, tries)
      select ${districtId}, lane.id, 'to_family', 'person', 't0', lane.last + 1 + i / ${conversations}::int, 'held', clock_timestamp() + interval '1 day', 'hours', 'en',
        'Please remember the meeting on Thursday at 6:30 PM in the library.', 'es', 'Recuerde la reunion del jueves a las 6:30 PM en la biblioteca.', 'echo',
        'Ms Rivera: Recuerde la reunion del jueves a las 6:30 PM en la biblioteca. ' || ${round}::int || ':' || i, ${round}::int
      from generate_series(0, ${count - 1}::int) i join lane on lane.n = i % ${conversations}::int
      returning body, conversation_id as lane, seq`.execute(trx)
    await sql`update conversation set last_seq_to_family = last_seq_to_family + 1 + ${count}::int / ${conversations}::int where district_id = ${districtId}`.execute(
      trx,
    )
    return made.rows
  })
  await admin('vacuum analyze')
  return new Map(rows.map(({ body, lane, seq }) => [body, { lane, seq }]))
}
