/**
 * Imports a made-up roster twice and prints seconds, rows a second and the memory of this process.
 * `node bench/roster.ts [users]` (100,000 when not said) starts an embedded database of its own and removes it afterwards.
 */

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { IMPORT_SECONDS, importRoster } from '../src/roster/import.ts'
import { connect, migrate } from '../src/store/database.ts'
import { startEmbeddedPostgres } from '../src/store/embedded-postgres.ts'
import { createKeys } from '../src/store/keys.ts'
import { writeBigRoster } from '../test/roster/big-roster.ts'

const users = Number(process.argv[2] ?? 100_000)
const dir = await mkdtemp(path.join(tmpdir(), 'homeline-bench-'))
const rows = await writeBigRoster(path.join(dir, 'roster'), users)
const postgres = await startEmbeddedPostgres(path.join(dir, 'database'))
try {
  await migrate(postgres.url)
  const db = connect(postgres.url, 'homeline_app', 1, IMPORT_SECONDS)
  for (const name of ['first import', 'same files again']) {
    let memory = 0
    const began = performance.now()
    const result = await importRoster(db, createKeys(Buffer.alloc(32, 1)), path.join(dir, 'roster'), {
      dryRun: false,
      confirmRemovals: false,
      progress: () => {
        memory = Math.max(memory, process.memoryUsage().rss)
      },
    })
    const seconds = (performance.now() - began) / 1000
    console.log(
      `${name}: ${result.kind}, ${rows} rows in ${seconds.toFixed(1)} s, ${Math.round(rows / seconds)} rows/s, ${Math.round(memory / 2 ** 20)} MB RSS`,
    )
  }
  await db.destroy()
} finally {
  await postgres.release()
  await rm(dir, { recursive: true, force: true })
}
