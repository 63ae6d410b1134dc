/**
 * The login under which the server works. As `homeline_app` within the owner's own login it could leave the role again (`set role none`), and so
 * could whoever slips a statement in; this login owns nothing and may become nothing but the two roles of the server.
 */

import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto'
import pg from 'pg'
import type { Keys } from './keys.ts'

const TIME_LIMIT_MS = 10_000

/** What tells that the owner may not make logins, or that the server takes none but its own (a pooler, certificates): SQLSTATE. */
const NOT_HERE = new Set(['42501', '0LP01', '28000', '28P01', '08P01', '08004'])

/**
 * The address of the database under a login of our own, made when it is missing; null where that cannot be, and the owner's must do. Name and
 * password are derived from HOMELINE_KEY: nothing of them is kept, and hosts that share the key share the login. `url` is the owner's.
 */
export async function appLogin(url: string, keys: Keys): Promise<string | null> {
  const name = `homeline_login_${keys.derive('login-name').toString('hex').slice(0, 16)}`
  const password = keys.derive('login').toString('base64url')
  const own = new URL(url)
  own.username = name
  own.password = password
  // An address of a socket has no place for a name, and parameters would count before it.
  if (own.username !== name || own.searchParams.has('user') || own.searchParams.has('password')) return null
  try {
    await asOne(url, async (owner) => {
      const { rowCount } = await owner.query('select from pg_roles where rolname = $1', [name])
      if (rowCount === 0) await owner.query(creation(name, password))
    })
    await asOne(own.href, async (login) => {
      for (const role of ['homeline_app', 'homeline_scheduler']) await login.query(`set role ${role}`)
    })
    return own.href
  } catch (error) {
    if (NOT_HERE.has((error as { code?: string }).code ?? '')) return null
    throw error
  }
}

/** All or nothing; of two hosts that start together one makes it. Both texts are of letters, digits and `$+/:=_-` only. */
function creation(name: string, password: string): string {
  return `do $do$ begin
    create role ${name} login noinherit password '${scramVerifier(password)}';
    grant homeline_app, homeline_scheduler to ${name};
  exception when duplicate_object or unique_violation then null; end $do$`
}

/** What PostgreSQL keeps of a password (RFC 5803), so that no log of its statements ever holds the password. */
function scramVerifier(password: string): string {
  const salt = randomBytes(16)
  const salted = pbkdf2Sync(password, salt, 4096, 32, 'sha256')
  const sign = (text: string) => createHmac('sha256', salted).update(text).digest()
  const stored = createHash('sha256').update(sign('Client Key')).digest('base64')
  return `SCRAM-SHA-256$4096:${salt.toString('base64')}$${stored}:${sign('Server Key').toString('base64')}`
}

async function asOne(url: string, work: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: TIME_LIMIT_MS, query_timeout: TIME_LIMIT_MS })
  client.on('error', () => {})
  try {
    await client.connect()
    await work(client)
  } finally {
    await client.end()
  }
}
