/** One Homeline on one host: its database brought up to date, its keys checked, for the server and for every command. */

import { randomBytes } from 'node:crypto'
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Config } from './config.ts'
import { cannotWrite, Problem } from './problem.ts'
import { assertBound, connect, type Db, migrate, type Program } from './store/database.ts'
import { startEmbeddedPostgres } from './store/embedded-postgres.ts'
import { createKeys, type Keys } from './store/keys.ts'
import { appLogin } from './store/login.ts'
import { isRightKey } from './store/settings.ts'

/** An opened installation. */
export type Installation = {
  readonly config: Config
  /** As homeline_app. */
  readonly db: Db
  /** As homeline_scheduler. */
  readonly scheduler: Db
  readonly keys: Keys
  /** Signs the dashboard's cookies. */
  readonly sessionSecret: string
  /** The names of the migrations that this opening ran. */
  readonly migrated: readonly string[]
  readonly close: () => Promise<void>
}

/**
 * Starts or finds the database, migrates it, connects as the roles that row level security binds and checks the key. Throws a `Problem` when
 * the database cannot be started or reached, or was first used with another key. `statementSeconds`: for work whose statements may take longer.
 */
export async function openInstallation(
  config: Config,
  statementSeconds?: number,
  program: Program = 'homeline',
): Promise<Installation> {
  const embedded = config.databaseUrl === null ? await startEmbedded(config.dataDir) : null
  const url = config.databaseUrl ?? (embedded?.url as string)
  const closing: (() => Promise<void>)[] = embedded === null ? [] : [embedded.release]
  const close = async () => {
    for (const end of closing.splice(0).reverse()) await end()
  }
  try {
    const migrated = await migrate(url).catch((cause) => {
      throw databaseProblem(cause)
    })
    const keys = createKeys(
      config.key ??
        (await secretFile(config.dataDir, 'key', () => randomBytes(32).toString('base64')).then((text) =>
          Buffer.from(text, 'base64'),
        )),
    )
    const sessionSecret =
      config.sessionSecret ?? (await secretFile(config.dataDir, 'session-secret', () => randomBytes(32).toString('base64')))
    const asOwner = connect(url, 'homeline_app', 1)
    const rightKey = await isRightKey(asOwner, keys).finally(() => asOwner.destroy())
    if (!rightKey)
      throw new Problem('HOMELINE_KEY is not the key that this database was first used with: set the key it was made with.')
    const loginUrl = (await appLogin(url, keys)) ?? url
    const db = connect(loginUrl, 'homeline_app', undefined, statementSeconds, program)
    closing.push(() => db.destroy())
    const scheduler = connect(loginUrl, 'homeline_scheduler', 3, undefined, program)
    closing.push(() => scheduler.destroy())
    await assertBound(db, 'homeline_app')
    await assertBound(scheduler, 'homeline_scheduler')
    return { config, db, scheduler, keys, sessionSecret, migrated, close }
  } catch (error) {
    await close()
    throw error
  }
}

/** What keeps it from starting is said in whole: what PostgreSQL writes of its start holds nothing of anybody. */
async function startEmbedded(dataDir: string): ReturnType<typeof startEmbeddedPostgres> {
  try {
    return await startEmbeddedPostgres(path.join(dataDir, 'postgres'))
  } catch (error) {
    if (cannotWrite(error))
      throw new Problem('HOMELINE_DATA_DIR names a folder that cannot be written: check path, rights and space.')
    if (error instanceof Error && error.name === 'Error' && !('code' in error)) throw new Problem(error.message)
    throw error
  }
}

/** A secret kept beside the embedded database, made at first use, readable by its owner only. */
async function secretFile(dataDir: string, name: string, make: () => string): Promise<string> {
  const file = path.join(dataDir, name)
  await mkdir(dataDir, { recursive: true })
  const draft = `${file}.${process.pid}`
  await writeFile(draft, make(), { mode: 0o600 })
  try {
    // Linked whole: of two processes that start together one makes it and both read it, and a crash leaves no half of it.
    await link(draft, file)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    await rm(draft, { force: true })
  }
  return (await readFile(file, 'utf8')).trim()
}

/** Nobody there, cut off, or a PostgreSQL that is starting up or going down (57P01 to 57P03). */
const NO_ANSWER = new Set('ECONNREFUSED ECONNRESET ENOTFOUND EPIPE ETIMEDOUT EAI_AGAIN 57P01 57P02 57P03'.split(' '))

function databaseProblem(cause: unknown): unknown {
  const chain: { code?: string; message?: string }[] = []
  for (
    let error = cause as (Error & { code?: string }) | undefined;
    error !== undefined && chain.length < 5;
    error = error.cause as typeof error
  )
    chain.push(error)
  const code = chain.map((e) => e.code).find((c) => c !== undefined)
  // pg gives what the other end has cut off no code.
  if (NO_ANSWER.has(code ?? '') || chain.some((e) => e.message?.startsWith('Connection terminated')))
    return new Problem('DATABASE_URL names a database that does not answer: check host and port, and that it runs.')
  if (code === '28P01' || code === '28000') return new Problem('The database refuses the name or password in DATABASE_URL.')
  if (code === '3D000') return new Problem('DATABASE_URL names a database that does not exist: make it first.')
  if (code === '42501')
    return new Problem(
      'The account in DATABASE_URL may not make the roles that Homeline works as: give it CREATEROLE, or make homeline_app, homeline_scheduler and homeline_eraser and grant them to it.',
    )
  if (chain.some((e) => e.message?.includes('PostgreSQL 15')))
    return new Problem('DATABASE_URL should name a PostgreSQL 15 or newer.')
  return cause
}
