import pg from 'pg'
import { expect, onTestFinished, test } from 'vitest'
import { assertBound, connect } from '../../src/store/database.ts'
import { createKeys } from '../../src/store/keys.ts'
import { appLogin } from '../../src/store/login.ts'
import { freshDatabase } from '../support/database.ts'

const t = await freshDatabase()

async function session(url: string, role?: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url, ...(role === undefined ? {} : { options: `-c role=${role}` }) })
  await client.connect()
  onTestFinished(() => client.end())
  return client
}

test('the login works as the two roles of the server, and as nobody else', async () => {
  const url = (await appLogin(t.ownerUrl, t.keys)) ?? ''
  for (const role of ['homeline_app', 'homeline_scheduler'] as const) {
    const db = connect(url, role, 1)
    onTestFinished(() => db.destroy())
    await assertBound(db, role)
  }
  const client = await session(url, 'homeline_app')
  const rights = await client.query(`
    select rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolinherit as strong,
      (select count(*)::int from pg_class where relowner = r.oid) as owns from pg_roles r where rolname = session_user`)
  expect(rights.rows).toEqual([{ strong: false, owns: 0 }])
  expect((await client.query('select count(*) from district')).rowCount).toBe(1)
  for (const role of ['homeline', 'homeline_eraser', 'postgres'])
    await expect(client.query(`set role ${role}`), role).rejects.toMatchObject({ code: '42501' })
  await client.query('set role none')
  for (const statement of ['select from district', 'select from event', 'drop table event', 'create table public.x ()'])
    await expect(client.query(statement), statement).rejects.toMatchObject({ code: '42501' })
})

test('hosts that share the key share the login, however they start; another key has another', async () => {
  const keys = createKeys(Buffer.alloc(32, 9))
  const [one, two] = await Promise.all([appLogin(t.ownerUrl, keys), appLogin(t.ownerUrl, keys)])
  expect(one).toBe(two)
  expect(one).toBe(await appLogin(t.ownerUrl, keys))
  expect(one).not.toBe(await appLogin(t.ownerUrl, t.keys))
})

test('there is none where the owner may not make one, or where the address has no place for it', async () => {
  const owner = await session(t.ownerUrl)
  const name = `plain_${Date.now()}`
  await owner.query(`create role ${name} login password 'plain'; grant homeline_app, homeline_scheduler to ${name}`)
  const plain = new URL(t.ownerUrl)
  plain.username = name
  plain.password = 'plain'
  const keys = createKeys(Buffer.alloc(32, 10))
  expect(await appLogin(plain.href, keys)).toBeNull()
  expect(await appLogin('postgres:///homeline?host=/var/run/postgresql', keys)).toBeNull()
  expect(await appLogin('postgres://h/homeline?user=somebody', keys)).toBeNull()
})

test('a database that is not there is no reason to go on as the owner', async () => {
  const url = new URL(t.ownerUrl)
  url.port = '1'
  await expect(appLogin(url.href, t.keys)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
})
