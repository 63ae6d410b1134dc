/** Everything that a run starts, and its end in the right order, also when somebody presses Ctrl-C. */

import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { RETRIES } from '../../src/carriers/twilio/numbers.ts'
import { ACCOUNT } from '../simulation/carrier.ts'
import { gather } from '../simulation/evidence.ts'
import { KEY } from '../simulation/host.ts'
import type { District } from '../simulation/people.ts'
import { type Rule, when } from '../simulation/rule.ts'
import { RULES } from '../simulation/rules.ts'
import type { World } from '../simulation/world.ts'
import { type CarrierProcess, startCarrier } from './carrier.ts'
import { type Database, startDatabase } from './postgres.ts'
import { freePort, type Servers, startServers } from './processes.ts'
import { actorsWorld, finishedWorld, makeTown } from './world.ts'

/** A call that leaves within its five seconds is over within its thirty; when it arrives, a busy machine decides. */
const ARRIVES_WITHIN = 35_000_000

const arrivesSoon: Rule = {
  name: 'arrives soon or not at all',
  says: 'No hand-over reaches the carrier later than the call for it can last.',
  broken: ({ world, attempts, eventsOf }) =>
    world.carrier.taken.flatMap((text) => {
      const decided = eventsOf(attempts.get(text.attemptId)?.exchange ?? '').findLast(
        (e) => e.what === 'sending' && e.committed <= text.issued,
      )
      return decided !== undefined && text.issued - decided.at > ARRIVES_WITHIN
        ? [`${text.sid} was decided at ${when(decided.at)} and arrived at ${when(text.issued)}.`]
        : []
    }),
}

const JUDGING = [...RULES.filter((rule) => rule.name !== 'called soon or not at all'), arrivesSoon]

/** A run's processes. */
export type Rig = {
  readonly folder: string
  readonly database: Database
  readonly carrier: CarrierProcess
  readonly servers: Servers
  readonly world: World
  /** Called at the end, before what was started earlier is ended. */
  readonly atEnd: (end: () => unknown) => void
  /** Stops the servers and lets every rule look; gives the sentences of those that are broken, and what the carrier wrote down. */
  readonly judge: () => Promise<{ readonly violations: readonly string[]; readonly carrier: World['carrier'] }>
  /** Ends all; `keep` leaves what is needed to look into a violation and gives its folder. */
  readonly end: (keep: boolean) => Promise<string | null>
}

/** Prints a line with the seconds since the start. */
export function say(line: string): void {
  console.log(`${String(Math.round(performance.now() / 1000)).padStart(5)} s  ${line}`)
}

/** Starts the database (on a small disk of so many megabytes, where that is wanted and allowed), the carrier and the servers, and brings the districts in. */
export async function startRig(districts: readonly District[], slots: number, diskMb: number | null): Promise<Rig> {
  const folder = await mkdtemp(path.join(tmpdir(), 'homeline-torture-'))
  const ends: (() => unknown)[] = []
  const endAll = async () => {
    for (const end of ends.splice(0).reverse()) await Promise.resolve(end()).catch(() => {})
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.once(signal, async () => {
      await endAll()
      await rm(folder, { recursive: true, force: true })
      process.exit(130)
    })

  const database = await startDatabase(path.join(folder, 'postgres'), diskMb)
  ends.push(database.unmount, database.stop)
  const town = await makeTown(database.ownerUrl, districts)
  const publicUrl = `http://127.0.0.1:${await freePort()}`
  const ports = await Promise.all(Array.from({ length: slots }, freePort))
  const carrier = await startCarrier({
    account: { sid: ACCOUNT.accountSid, authToken: ACCOUNT.authToken, numbers: districts.flatMap((d) => d.numbers) },
    publicUrl,
    serverPorts: ports,
    folder,
    retries: RETRIES,
  })
  ends.push(carrier.end)
  const servers = startServers(
    ports,
    folder,
    (slot) => ({
      // Its connections carry its name: so the runner sees what each server is about.
      DATABASE_URL: `${database.ownerUrl}?application_name=slot-${slot.index}`,
      HOMELINE_KEY: KEY.toString('base64'),
      SESSION_SECRET: 's'.repeat(40),
      HOMELINE_DATA_DIR: path.join(folder, `data-${slot.index}`),
      PORT: String(slot.port),
      PUBLIC_URL: publicUrl,
      TWILIO_ACCOUNT_SID: ACCOUNT.accountSid,
      TWILIO_AUTH_TOKEN: ACCOUNT.authToken,
      TWILIO_API_URL: carrier.urls[slot.index] ?? '',
      TRANSLATOR: 'phrasebook',
    }),
    () => carrier.say({ kind: 'servers', up: servers.up().map((slot) => slot.index) }),
  )
  ends.push(() => servers.end('SIGKILL'))
  while (servers.up().length < slots) await wait(100)
  const world = actorsWorld(town, database, servers, carrier)
  return {
    folder,
    database,
    carrier,
    servers,
    world,
    atEnd: (end) => void ends.push(end),
    judge: async () => {
      await carrier.settled()
      await servers.end('SIGTERM')
      const finished = await finishedWorld(world, database, folder)
      const evidence = await gather(finished)
      const violations: string[] = []
      for (const rule of JUDGING) for (const words of await rule.broken(evidence)) violations.push(`${rule.name}: ${words}`)
      await evidence.db.destroy()
      return { violations, carrier: finished.carrier }
    },
    end: async (keep) => {
      if (keep) {
        await database.stop()
        // The small disk goes, its files stay.
        await cp(path.join(folder, 'postgres', 'data'), path.join(folder, 'postgres-data'), { recursive: true })
      }
      await endAll()
      if (!keep) await rm(folder, { recursive: true, force: true })
      return keep ? folder : null
    },
  }
}

/** Prints what the judge found and ends the run; gives the exit status. `counted`: what the bound 3/N is for, with how many there were. */
export async function conclude(
  rig: Rig,
  violations: readonly string[],
  counted: Readonly<Record<string, number>>,
): Promise<number> {
  const bounds = Object.entries(counted).map(([what, n]) => `${(3 / Math.max(1, n)).toPrecision(2)} ${what}`)
  console.log(
    violations.length === 0
      ? `Violations: 0; with 95 % confidence fewer than ${bounds.join(' and ')} (3/N)`
      : `Violations: ${violations.length}`,
  )
  if (violations.length > 0) await writeFile(path.join(rig.folder, 'violations.txt'), `${violations.join('\n')}\n`)
  for (const line of violations.slice(0, 40)) console.log(`  ${line}`)
  const kept = await rig.end(violations.length > 0)
  if (kept !== null)
    console.log(
      `Kept in ${kept}: the database (postgres-data), the carrier's record (record.jsonl), the servers' logs, violations.txt.`,
    )
  return violations.length === 0 ? 0 : 1
}
