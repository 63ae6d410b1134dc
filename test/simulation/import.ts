/** `roster import` beside the running servers. */

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { importRoster } from '../../src/roster/import.ts'
import { createKeys } from '../../src/store/keys.ts'
import { beside } from './beside.ts'
import { KEY } from './host.ts'
import { type District, writeRoster } from './people.ts'
import type { World } from './world.ts'

/** Imports what the district's books say now. */
export function importDistrict(world: World, district: District): void {
  beside(
    world,
    'import',
    async (db) => {
      const folder = await mkdtemp(path.join(tmpdir(), 'homeline-simulated-roster-'))
      try {
        await writeRoster(district, folder)
        return await importRoster(db, createKeys(KEY), folder, { dryRun: false, confirmRemovals: true })
      } finally {
        await rm(folder, { recursive: true, force: true })
      }
    },
    (result) =>
      void world.seen.push({ kind: 'imported', at: world.scheduler.now(), district: district.sourcedId, result: result.kind }),
  )
}
