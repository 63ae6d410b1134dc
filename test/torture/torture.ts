/**
 * `npm run torture -- [--kills N] [--minutes M] [--exchanges N]`: real servers on one real PostgreSQL, the simulator as its own process, and no rest
 * for any of them; then the checker of the simulated world judges what is left. Exit status 1 on any violation, with everything kept in a folder.
 */

import { appendFile, cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { RETRIES } from '../../src/carriers/twilio/numbers.ts'
import { ACCOUNT } from '../simulation/carrier.ts'
import { gather } from '../simulation/evidence.ts'
import { KEY } from '../simulation/host.ts'
import { RULES } from '../simulation/rules.ts'
import { startCarrier } from './carrier.ts'
import { startTorturer } from './faults.ts'
import { setAllHours, startLoad } from './load.ts'
import { startDatabase } from './postgres.ts'
import { faketime, freePort, startServers } from './processes.ts'
import { actorsWorld, finishedWorld, makeTown } from './world.ts'

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '100' },
    minutes: { type: 'string', default: '10' },
    exchanges: { type: 'string', default: '20000' },
  },
})
const LIMIT = { kills: Number(values.kills), minutes: Number(values.minutes), exchanges: Number(values.exchanges) }
const SLOTS = 3
const PER_SECOND = 8
const DISK_MB = 1_500
const SAY_EVERY = 5_000
/** After the troubles are over everything must have come to an end within this time. */
const DRAIN_MS = 240_000

const begun = performance.now()
const say = (line: string) => console.log(`${String(Math.round((performance.now() - begun) / 1000)).padStart(5)} s  ${line}`)
const ends: (() => unknown)[] = []
const folder = await mkdtemp(path.join(tmpdir(), 'homeline-torture-'))
let ending: Promise<void> | null = null
const endAll = () => {
  ending ??= (async () => {
    for (const end of ends.splice(0).reverse()) await Promise.resolve(end()).catch(() => {})
  })()
  return ending
}
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.once(signal, async () => {
    await endAll()
    await rm(folder, { recursive: true, force: true })
    process.exit(130)
  })

const database = await startDatabase(path.join(folder, 'postgres'), DISK_MB)
ends.push(() => database.unmount(), database.stop)
if (database.noSmallDisk !== null) say(`Skipped: a full disk, since ${database.noSmallDisk}.`)
if (faketime() === null) say('Skipped: a clock that is a day off, since Debian’s faketime is not installed.')
const town = await makeTown(database.ownerUrl)
const publicUrl = `http://127.0.0.1:${await freePort()}`
const doors: { urls: readonly string[] } = { urls: [] }
const tell: { changed: () => void } = { changed: () => {} }
const ports = await Promise.all(Array.from({ length: SLOTS }, freePort))
const carrier = await startCarrier({
  account: { sid: ACCOUNT.accountSid, authToken: ACCOUNT.authToken, numbers: town.districts.flatMap((d) => d.numbers) },
  publicUrl,
  serverPorts: ports,
  folder,
  retries: RETRIES,
})
ends.push(carrier.end)
doors.urls = carrier.urls
const servers = startServers(
  ports,
  folder,
  (slot) => ({
    DATABASE_URL: `${database.ownerUrl}?application_name=slot-${slot.index}`,
    HOMELINE_KEY: KEY.toString('base64'),
    SESSION_SECRET: 's'.repeat(40),
    HOMELINE_DATA_DIR: path.join(folder, `data-${slot.index}`),
    PORT: String(slot.port),
    PUBLIC_URL: publicUrl,
    TWILIO_ACCOUNT_SID: ACCOUNT.accountSid,
    TWILIO_AUTH_TOKEN: ACCOUNT.authToken,
    TWILIO_API_URL: doors.urls[slot.index] ?? '',
    TRANSLATOR: 'phrasebook',
    LOG_LEVEL: 'info',
  }),
  () => tell.changed(),
)
ends.push(() => servers.end('SIGKILL'))
tell.changed = () => carrier.say({ kind: 'servers', up: servers.up().map((slot) => slot.index) })
while (servers.up().length < SLOTS) await wait(100)
say(
  `${SLOTS} servers are up${servers.slots.some((s) => s.clock !== null) ? ', one of them a day ahead' : ''}; all is kept in ${folder} while this runs.`,
)

const world = actorsWorld(town, database, servers, carrier)
setAllHours(world, LIMIT.minutes + 30)
await wait(2_000)
const load = startLoad(world, PER_SECOND)
ends.push(load.end)
const torturer = startTorturer({ servers, database, carrier, kills: LIMIT.kills, say })

/** Time goes by for hand-overs that nobody holds any more: the twenty minutes in which the carrier is asked after them. */
const age = async () => {
  if (torturer.sleeping()) return
  await database.look(`update attempt set started_at = started_at - interval '21 minutes', look_after = clock_timestamp()
    where sid is null and look_after is not null and started_at between clock_timestamp() - interval '20 minutes' and clock_timestamp() - interval '60 seconds'`)
}
const state = async () =>
  (
    await database.look<{ exchanges: number; open: number; inbox: number; unsealed: number }>(`select
      (select count(*)::int from exchange) as exchanges,
      (select count(*)::int from exchange where status in ('queued', 'sending') or prepare_after is not null or (status = 'held' and hold in ('hours', 'no_hours'))) as open,
      (select count(*)::int from inbox where taken_at is null) as inbox, (select count(*)::int from unsealed) as unsealed`)
  )[0] ?? { exchanges: 0, open: 0, inbox: 0, unsealed: 0 }
const report = async () => {
  const { exchanges, open, inbox, unsealed } = await state()
  const others = Object.values(torturer.done.others).reduce((sum, n) => sum + n, 0)
  say(
    `${torturer.kills()} kills, ${others} other troubles, ${exchanges} exchanges (${open} on their way, ${inbox} in the inbox, ${unsealed} unsealed), ${servers.up().length} servers up`,
  )
  return { exchanges, left: open + inbox + unsealed }
}
while (torturer.kills() < LIMIT.kills && performance.now() - begun < LIMIT.minutes * 60_000) {
  await wait(SAY_EVERY)
  await age()
  if ((await report()).exchanges >= LIMIT.exchanges) break
}
say('The troubles are over; what is under way must come to an end.')
load.end()
await torturer.end()
setAllHours(world, null)
const drainBy = performance.now() + DRAIN_MS
for (let left = 1; left > 0 && performance.now() < drainBy; ) {
  await wait(SAY_EVERY)
  await age()
  setAllHours(world, null)
  left = (await report()).left
}
await carrier.settled()
await servers.end('SIGTERM')

const finished = await finishedWorld(world, database, folder)
const evidence = await gather(finished)
const violations: string[] = []
for (const rule of RULES) for (const words of await rule.broken(evidence)) violations.push(`${rule.name}: ${words}`)
await evidence.db.destroy()
const { exchanges } = await state()
const kills = Object.entries(torturer.done.kills).sort(([a], [b]) => a.localeCompare(b))
console.log(`\nKills: ${torturer.kills()}`)
for (const [point, n] of kills) console.log(`  ${String(n).padStart(5)}  ${point}`)
console.log('Other troubles:')
for (const [what, n] of Object.entries(torturer.done.others).sort()) console.log(`  ${String(n).padStart(5)}  ${what}`)
const own = servers.slots.flatMap((slot) => slot.ownEnds)
if (own.length > 0) console.log(`Servers that ended by themselves (no database at their start): ${own.length}`)
console.log(
  `Exchanges: ${exchanges}; the carrier took ${finished.carrier.taken.length} texts and brought ${finished.carrier.sent.length}.`,
)
console.log(
  `Violations: ${violations.length}${violations.length === 0 ? `; with 95 % confidence fewer than ${(3 / Math.max(1, exchanges)).toPrecision(2)} an exchange and ${(3 / Math.max(1, torturer.kills())).toPrecision(2)} a kill (3/N)` : ''}`,
)
if (violations.length > 0) {
  for (const line of violations.slice(0, 40)) console.log(`  ${line}`)
  await writeFile(path.join(folder, 'violations.txt'), `${violations.join('\n')}\n`)
  await appendFile(path.join(folder, 'seen.json'), JSON.stringify(world.seen))
  await database.stop()
  // The small disk goes, its files stay.
  await cp(path.join(folder, 'postgres', 'data'), path.join(folder, 'postgres-data'), { recursive: true })
  console.log(
    `Kept in ${folder}: the database (postgres-data), the carrier's record (record.jsonl), the servers' logs, and violations.txt.`,
  )
}
await endAll()
if (violations.length === 0) await rm(folder, { recursive: true, force: true })
process.exit(violations.length === 0 ? 0 : 1)
