/** What all worlds of a process share: PostgreSQL with a template in which the districts, their numbers, hours and tokens are there already. */

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createDetector } from '../../src/detection/detect.ts'
import { setHours } from '../../src/relay/decide.ts'
import { importRoster } from '../../src/roster/import.ts'
import { composeStore } from '../../src/store/composing.ts'
import { connect, inDistrict } from '../../src/store/database.ts'
import { createKeys } from '../../src/store/keys.ts'
import { adoptNumbers } from '../../src/store/numbers.ts'
import { staffById } from '../../src/store/people.ts'
import { createToken } from '../../src/store/tokens.ts'
import { startCluster } from './cluster.ts'
import { KEY } from './host.ts'
import { LARGE, makeDistricts, usualHours, writeRoster } from './people.ts'
import { installPlatform, onHost, real } from './platform.ts'
import { createRandom } from './random.ts'
import type { Prepared } from './world.ts'

/** Before every plan. */
const BEFORE = '2026-08-03T12:00:00Z'

/** Prepares a process for simulated worlds; everything in the template is the same in every process. */
export async function prepareWorlds(): Promise<Prepared> {
  installPlatform()
  const cluster = await startCluster(BEFORE)
  const detect = await createDetector()
  const folder = await mkdtemp(path.join(tmpdir(), 'homeline-roster-'))
  const tokens = new Map<string, string>()
  const districtIds = new Map<string, string>()
  const keys = createKeys(KEY)
  const now = Temporal.Instant.from(BEFORE).epochMilliseconds
  await onHost(
    { after: (milliseconds, _label, run) => real.after(milliseconds, run), now: () => now, random: createRandom('template') },
    async () => {
      const db = connect(cluster.templateUrl, 'homeline_app', 1)
      const owned: { sid: string; number: string }[] = []
      for (const district of makeDistricts(LARGE)) {
        const source = path.join(folder, district.sourcedId)
        await writeRoster(district, source)
        const imported = await importRoster(db, keys, source, { dryRun: false, confirmRemovals: false })
        if (imported.kind !== 'imported' || imported.warningsTotal > 0) throw new Error(JSON.stringify(imported))
        const districtId = imported.district.id
        districtIds.set(district.sourcedId, districtId)
        owned.push(...district.numbers.map((number) => ({ sid: `PN${number.slice(1)}`, number })))
        await adoptNumbers(db, districtId, owned)
        for (const { id } of district.staff) {
          const staff = await inDistrict(db, districtId, (trx) => staffById(trx, districtId, id))
          const token = await createToken(db, districtId, id)
          if (staff === null || token === null) throw new Error(`The roster lacks ${id}.`)
          tokens.set(id, token)
          if (staff.scope.kind === 'district')
            for (const school of district.schools)
              await setHours(composeStore(db, keys), { districtId, staff, schoolId: school.id, hours: usualHours(school.zone) })
        }
      }
      await db.destroy()
    },
  )
  await rm(folder, { recursive: true, force: true })
  await cluster.analyze()
  return { cluster, detect, tokens, districtIds }
}
