/** A process of its own beside the servers (an import, housekeeping, `numbers sync`): it has its own connection, works with files, and may be cut off. */

import { Kysely, PostgresDialect } from 'kysely'
import type { Db } from '../../src/store/database.ts'
import type { DB } from '../../src/store/schema.ts'
import { onHost } from './platform.ts'
import type { Owner } from './scheduler.ts'
import type { World } from './world.ts'

const TRIES = 5
const AGAIN = 60_000_000

/** Runs something beside the servers; again a minute later when the database failed it, as whoever started it would. */
export function beside<T>(
  world: Pick<World, 'scheduler' | 'statements' | 'random'>,
  name: string,
  work: (db: Db) => Promise<T>,
  done: (result: T) => void = () => {},
  tries = TRIES,
): void {
  const { scheduler, statements } = world
  const owner: Owner = { name: `${name}${scheduler.steps()}`, alive: true, sleepsUntil: 0 }
  const db = new Kysely<DB>({ dialect: new PostgresDialect({ pool: statements.poolFor(owner, 'homeline_app', 1) }) })
  let over = false
  scheduler.holdFor(() => (over ? 'over' : statements.pending(owner) > 0 ? 'waits' : 'works'))
  const platform = {
    after: (milliseconds: number, label: string, run: () => void) => scheduler.after(milliseconds * 1000, label, owner, run),
    now: () => scheduler.now() / 1000,
    random: world.random.fork(owner.name),
  }
  void onHost(platform, () => work(db))
    .then(done, () => {
      if (tries > 1) scheduler.after(AGAIN, `${name} again`, null, () => beside(world, name, work, done, tries - 1))
    })
    .finally(() => {
      owner.alive = false
      over = true
    })
}
