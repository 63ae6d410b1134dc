/** The simulated world's view of real processes: the same people act in it and the same checker judges it, but its clock and its database are real. */

import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { importRoster } from '../../src/roster/import.ts'
import { connect, inDistrict, migrate } from '../../src/store/database.ts'
import { createKeys } from '../../src/store/keys.ts'
import { adoptNumbers } from '../../src/store/numbers.ts'
import { staffById } from '../../src/store/people.ts'
import { createToken } from '../../src/store/tokens.ts'
import type { Shown } from '../simulation/carrier.ts'
import { KEY } from '../simulation/host.ts'
import { type District, writeRoster } from '../simulation/people.ts'
import type { World } from '../simulation/world.ts'
import { type CarrierProcess, readRecord } from './carrier.ts'
import type { Database } from './postgres.ts'
import type { Servers } from './processes.ts'

/** Districts with their rosters, numbers and tokens. */
export type Town = {
  readonly districts: readonly District[]
  readonly districtIds: ReadonlyMap<string, string>
  readonly tokens: ReadonlyMap<string, string>
}

/** Microseconds since 1970. */
export const now = (): number => Math.round((performance.timeOrigin + performance.now()) * 1000)

/** Brings districts into a fresh database. */
export async function makeTown(ownerUrl: string, districts: readonly District[]): Promise<Town> {
  await migrate(ownerUrl)
  const folder = await mkdtemp(path.join(tmpdir(), 'homeline-roster-'))
  const db = connect(ownerUrl, 'homeline_app', 2)
  const keys = createKeys(KEY)
  const [districtIds, tokens] = [new Map<string, string>(), new Map<string, string>()]
  const owned: { sid: string; number: string }[] = []
  try {
    for (const district of districts) {
      await writeRoster(district, path.join(folder, district.sourcedId))
      const imported = await importRoster(db, keys, path.join(folder, district.sourcedId), {
        dryRun: false,
        confirmRemovals: false,
      })
      if (imported.kind !== 'imported') throw new Error('The roster is refused.')
      const districtId = imported.district.id
      districtIds.set(district.sourcedId, districtId)
      owned.push(...district.numbers.map((number) => ({ sid: `PN${number.slice(1)}`, number })))
      await adoptNumbers(db, districtId, owned)
      for (const { id } of district.staff) {
        const staff = await inDistrict(db, districtId, (trx) => staffById(trx, districtId, id))
        const token = await createToken(db, districtId, id)
        if (staff === null || token === null) throw new Error(`The roster lacks ${id}.`)
        tokens.set(id, token)
      }
    }
  } finally {
    await db.destroy()
    await rm(folder, { recursive: true, force: true })
  }
  return { districts, districtIds, tokens }
}

/** What the people of the simulated world act in, over real processes. */
export function actorsWorld(town: Town, database: Database, servers: Servers, carrier: CarrierProcess): World {
  const screens = new Map<string, Shown[]>()
  carrier.hear((message) => {
    if (message.kind !== 'shown') return
    const { phone, from, body } = message
    const screen = screens.get(phone) ?? []
    // Whoever answers looks at the last few texts.
    screens.set(phone, [...screen.slice(-30), { phone, from, body, at: now(), sid: null }])
  })
  const world: Pick<World, 'districts' | 'seen' | 'ask'> & Record<string, unknown> = {
    districts: town.districts,
    account: new Set(town.districts.flatMap((d) => d.numbers)),
    checkpoints: null,
    seen: [],
    plan: { start: now(), days: 1 },
    ownerUrl: database.ownerUrl,
    scheduler: {
      now,
      stir: () => {},
      after: (micros: number, _label: string, _owner: unknown, run: () => void) => {
        const timer = setTimeout(run, micros / 1000)
        return () => clearTimeout(timer)
      },
      instant: () => Temporal.Now.instant(),
    },
    carrier: { screens, text: (from: string, to: string, body: string) => carrier.say({ kind: 'text', from, to, body }) },
    prepared: { tokens: town.tokens, districtIds: town.districtIds },
    statements: { look: database.look },
    ask: (asked, answered) => {
      const up = servers.up()
      const slot = up[Math.floor(Math.random() * up.length)]
      if (slot === undefined) return void setTimeout(() => answered(null), 500)
      const call = request(
        { host: '127.0.0.1', port: slot.port, path: asked.url, method: asked.method, headers: asked.headers, agent: false },
        (answer) => {
          let body = ''
          answer.setEncoding('utf8').on('data', (chunk) => {
            body += chunk
          })
          answer.on('error', () => answered(null)).on('end', () => answered({ status: answer.statusCode ?? 500, body }))
        },
      )
      call.setTimeout(25_000, () => call.destroy(new Error('No answer.')))
      call.on('error', () => answered(null))
      call.end(asked.body)
    },
  }
  // The actors and the rules look at nothing else.
  return world as unknown as World
}

/** The same world when all is over, as the checker reads it. */
export async function finishedWorld(world: World, database: Database, folder: string): Promise<World> {
  const commits = await database.look<{ xid: string; at: number }>(
    `select distinct xmin::text as xid, (extract(epoch from pg_xact_commit_timestamp(xmin)) * 1000000)::float8 as at from event`,
  )
  const logs = (await readdir(folder)).filter((file) => /^server-\d+\.log$/.test(file))
  const lines = await Promise.all(logs.map(async (file) => (await readFile(path.join(folder, file), 'utf8')).split('\n')))
  return {
    ...world,
    carrier: { ...world.carrier, ...readRecord(folder) },
    commits: new Map(commits.map((row) => [row.xid, row.at])),
    logLines: lines.flat(),
  }
}
