/**
 * `npm run torture -- [--kills N] [--minutes M] [--exchanges N]`: real servers on one real PostgreSQL, the simulator as its own process, and no rest
 * for any of them; then the checker of the simulated world judges what is left. With `--soak` nothing is killed and what grows is watched instead.
 * Exit status 1 on any violation, with everything kept in a folder.
 */

import { setTimeout as wait } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { makeDistricts } from '../simulation/people.ts'
import { startTorturer } from './faults.ts'
import { setAllHours, startLoad } from './load.ts'
import { faketime } from './processes.ts'
import { conclude, type Rig, say, startRig } from './rig.ts'
import { soak } from './soak.ts'

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '100' },
    minutes: { type: 'string', default: '600' },
    exchanges: { type: 'string', default: '1000000' },
    soak: { type: 'boolean', default: false },
  },
})
/** A run ends at the first of these. */
const LIMIT = { kills: Number(values.kills), minutes: Number(values.minutes), exchanges: Number(values.exchanges) }
const SLOTS = 3
const PER_SECOND = 8
const DISK_MB = 1_500
const SAY_EVERY = 5_000
/** After the troubles are over there must be less to do than before each time that so long has passed, until nothing is left: a long run leaves thousands of texts, and numbers have their pace. */
const DRAIN_MS = 300_000

/** What has not come to its end yet. */
async function countOpen({ database }: Rig) {
  const [row] = await database.look<{ exchanges: number; open: number; inbox: number; unsealed: number }>(`select
    (select count(*)::int from exchange) as exchanges,
    (select count(*)::int from exchange where status in ('queued', 'sending') or prepare_after is not null or (status = 'held' and hold in ('hours', 'no_hours'))) as open,
    (select count(*)::int from inbox where taken_at is null) as inbox, (select count(*)::int from unsealed) as unsealed`)
  return row ?? { exchanges: 0, open: 0, inbox: 0, unsealed: 0 }
}

async function torture(): Promise<number> {
  if (faketime() === null) say('Skipped: a clock that is a day off, since Debian’s faketime is not installed.')
  const rig = await startRig(makeDistricts(), SLOTS, DISK_MB)
  const { database, servers, world } = rig
  if (database.fillDisk === null) say('Skipped: a full disk, since no small one can be mounted here.')
  say(`${SLOTS} servers are up${servers.slots.some((s) => s.clock !== null) ? ', one of them a day ahead' : ''}.`)
  setAllHours(world, Math.min(LIMIT.minutes + 30, 20 * 60))
  await wait(2_000)
  const load = startLoad(world, PER_SECOND)
  const torturer = startTorturer({ ...rig, kills: LIMIT.kills })
  rig.atEnd(load.end)
  rig.atEnd(torturer.end)

  /** Time goes by for calls that are to be tried again, and for hand-overs that nobody can hold any more: the twenty minutes in which the carrier is asked after them. */
  const age = async () => {
    await database.look(
      `update exchange set send_after = clock_timestamp() where channel = 'call' and status = 'queued' and tries > 0 and send_after > clock_timestamp() + interval '60 seconds'`,
    )
    const asleep = torturer.asleepSince()
    await database.look(
      `update attempt set started_at = least(started_at, clock_timestamp() - interval '21 minutes'), look_after = clock_timestamp()
        where sid is null and (outcome is null or look_after is not null) and (started_at > clock_timestamp() - interval '20 minutes' or look_after > clock_timestamp() + interval '61 seconds')
          and started_at < clock_timestamp() - interval '60 seconds'
          and not exists (select from attempt o where o.district_id = attempt.district_id and o.phone_id = attempt.phone_id and o.proxy_number_id = attempt.proxy_number_id
            and o.body = attempt.body and o.id <> attempt.id and o.sid is null and o.started_at < attempt.started_at and (o.outcome is null or o.look_after is not null))
          and ($1::float8 is null or started_at not between to_timestamp($1) - interval '40 seconds' and to_timestamp($1) + interval '5 seconds')`,
      [asleep === null ? null : asleep / 1000],
    )
  }
  const report = async () => {
    const { exchanges, open, inbox, unsealed } = await countOpen(rig)
    const others = Object.values(torturer.done.others).reduce((sum, n) => sum + n, 0)
    say(
      `${torturer.kills()} kills, ${others} other troubles, ${exchanges} exchanges (${open} on their way, ${inbox} in the inbox, ${unsealed} unsealed), ${servers.up().length} servers up`,
    )
    return { exchanges, left: open + inbox + unsealed }
  }
  const until = performance.now() + LIMIT.minutes * 60_000
  while (torturer.kills() < LIMIT.kills && performance.now() < until) {
    await wait(SAY_EVERY)
    await age()
    if ((await report()).exchanges >= LIMIT.exchanges) break
  }
  say('The troubles are over; what is under way must come to an end.')
  load.end()
  await torturer.end()
  let drainBy = performance.now() + DRAIN_MS
  for (let least = Number.POSITIVE_INFINITY; least > 0 && performance.now() < drainBy; ) {
    setAllHours(world, null)
    await wait(SAY_EVERY)
    await age()
    const { left } = await report()
    if (left < least) drainBy = performance.now() + DRAIN_MS
    least = Math.min(least, left)
  }
  const { violations, carrier } = await rig.judge()
  const { exchanges } = await countOpen(rig)
  console.log(`\nKills: ${torturer.kills()}`)
  printCounts(torturer.done.kills)
  console.log('Other troubles:')
  printCounts(torturer.done.others)
  const own = servers.slots.flatMap((slot) => slot.ownEnds).length
  if (own > 0) console.log(`Servers that ended by themselves, as they do when they start without a database: ${own}`)
  console.log(`Exchanges: ${exchanges}; the carrier brought ${carrier.sent.length} texts and took ${carrier.taken.length}.`)
  return conclude(rig, violations, { 'an exchange': exchanges, 'a kill': torturer.kills() })
}

function printCounts(counts: Readonly<Record<string, number>>): void {
  for (const [what, n] of Object.entries(counts).sort(([a], [b]) => a.localeCompare(b)))
    console.log(`${String(n).padStart(7)}  ${what}`)
}

process.exit(values.soak ? await soak(LIMIT) : await torture())
