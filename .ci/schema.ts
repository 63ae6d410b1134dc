/**
 * `npm run schema` writes the types of src/store/schema.ts from a freshly migrated database; with `--check` it only
 * compares and says how to mend a difference.
 */

import { execFileSync } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { migrate } from '../src/store/database.ts'
import { startEmbeddedPostgres } from '../src/store/embedded-postgres.ts'

const FILE = 'src/store/schema.ts'
const dir = await mkdtemp(path.join(tmpdir(), 'homeline-schema-'))
const postgres = await startEmbeddedPostgres(dir)
try {
  const before = await readFile(FILE, 'utf8').catch(() => '')
  await migrate(postgres.url)
  const out = process.argv.includes('--check') ? path.join(dir, 'schema.ts') : FILE
  execFileSync(
    'node_modules/.bin/kysely-codegen',
    ['--config-file', '.kysely-codegenrc.json', '--url', postgres.url, '--out-file', out],
    { stdio: 'pipe' },
  )
  if ((await readFile(out, 'utf8')) !== before && out !== FILE) {
    console.error(`${FILE} is not what the migrations make: run \`npm run schema\` and commit it.`)
    process.exitCode = 1
  }
} finally {
  await postgres.release()
  await rm(dir, { recursive: true, force: true })
}
