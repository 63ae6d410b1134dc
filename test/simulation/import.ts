/** `roster import` beside the running servers: a process of its own, that may be cut off from the database and then is started anew. */

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Kysely, PostgresDialect } from 'kysely'
import { importRoster } from '../../src/roster/import.ts'
import { createKeys } from '../../src/store/keys.ts'
import type { DB } from '../../src/store/schema.ts'
import { KEY } from './host.ts'
import { type District, writeRoster } from './people.ts'
import { onHost } from './platform.ts'
import type { Owner } from './scheduler.ts'
import type { World } from './world.ts'

const TRIES = 5
const AGAIN = 60_000_000

/** Imports what the district's books say now; again a minute later when the database failed. */
export async function importDistrict(world: World, district: District, tries = TRIES): Promise<void> {
  const { scheduler, statements } = world
  const folder = await mkdtemp(path.join(tmpdir(), 'homeline-simulated-roster-'))
  await writeRoster(district, folder)
  const owner: Owner = { name: `import${scheduler.steps()}`, alive: true, sleepsUntil: 0 }
  const db = new Kysely<DB>({ dialect: new PostgresDialect({ pool: statements.poolFor(owner, 'homeline_app', 1) }) })
  let over = false
  scheduler.holdFor(() => (over ? 'over' : statements.pending(owner) > 0 ? 'waits' : 'works'))
  const platform = {
    after: (milliseconds: number, label: string, run: () => void) => scheduler.after(milliseconds * 1000, label, owner, run),
    now: () => scheduler.now() / 1000,
    random: world.random.fork(owner.name),
  }
  void onHost(platform, () => importRoster(db, createKeys(KEY), folder, { dryRun: false, confirmRemovals: true }))
    .then(
      (result) => world.seen.push({ kind: 'imported', at: scheduler.now(), district: district.sourcedId, result: result.kind }),
      () => {
        if (tries > 1) scheduler.after(AGAIN, 'import again', null, () => importDistrict(world, district, tries - 1))
      },
    )
    .finally(async () => {
      owner.alive = false
      await rm(folder, { recursive: true, force: true })
      over = true
    })
}
