import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { sql } from 'kysely'
import { beforeAll, describe, expect, it } from 'vitest'
import { inDistrict } from '../../src/store/database.ts'
import { freshDatabase, type TestDatabase } from '../support/database.ts'
import { addExchange, type LogSchool, logSchool } from '../support/log-school.ts'

/** Tables that are no district's: what is known before a district is, and what tells the district. */
const SHARED = new Set(['district', 'setting', 'inbox', 'proxy_number'])

let database: TestDatabase
let [one, two]: LogSchool[] = []
beforeAll(async () => {
  database = await freshDatabase()
  const { db, keys } = database
  one = await logSchool(db, keys, 'one')
  two = await logSchool(db, keys, 'two')
  for (const school of [one, two]) await addExchange(db, school)
})

async function rows<T>(query: ReturnType<typeof sql<T>>): Promise<T[]> {
  return (await query.execute(database.db)).rows
}

async function tenantTables(): Promise<string[]> {
  const tables = await rows(
    sql<{
      name: string
    }>`select relname as name from pg_class where relkind in ('r', 'p') and relnamespace = 'public'::regnamespace order by 1`,
  )
  return tables.map((t) => t.name).filter((name) => !SHARED.has(name) && !name.startsWith('kysely_'))
}

describe('the catalog', () => {
  it('every other table carries district_id, never null, in its primary key', async () => {
    const keyed = await rows(sql<{ name: string }>`
      select c.relname as name from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'district_id' and a.attnotnull
      join pg_constraint k on k.conrelid = c.oid and k.contype = 'p' and a.attnum = any(k.conkey) where c.relnamespace = 'public'::regnamespace`)
    const tables = await tenantTables()
    expect(tables.length).toBeGreaterThan(20)
    expect(tables.filter((name) => !keyed.some((k) => k.name === name))).toEqual([])
  })

  it('every unique index of theirs begins with district_id', async () => {
    const loose = await rows(sql<{ index: string; table: string }>`
      select i.indexrelid::regclass::text as index, c.relname as table from pg_index i join pg_class c on c.oid = i.indrelid
      where c.relnamespace = 'public'::regnamespace and i.indisunique
        and (select attname from pg_attribute where attrelid = i.indrelid and attnum = i.indkey[0]) is distinct from 'district_id'`)
    expect(loose.filter((i) => !SHARED.has(i.table) && !i.table.startsWith('kysely_'))).toEqual([])
  })

  it('every foreign key of theirs carries district_id, but to the shared tables', async () => {
    const loose = await rows(sql<{ name: string }>`
      select k.conname as name from pg_constraint k join pg_class target on target.oid = k.confrelid
      where k.contype = 'f' and target.relname not in ('district', 'proxy_number') and not exists (
        select from unnest(k.conkey, k.confkey) as pair (near, far)
        join pg_attribute a on a.attrelid = k.conrelid and a.attnum = pair.near join pg_attribute b on b.attrelid = k.confrelid and b.attnum = pair.far
        where a.attname = 'district_id' and b.attname = 'district_id')`)
    expect(loose).toEqual([])
  })

  it('every one of them has forced row level security with the district’s policy for reading and writing', async () => {
    const secured = await rows(sql<{ name: string }>`
      select c.relname as name from pg_class c join pg_policy p on p.polrelid = c.oid and p.polname = 'tenant' and p.polcmd = '*' and p.polroles = '{0}'
      where c.relrowsecurity and c.relforcerowsecurity and pg_get_expr(p.polqual, c.oid) like '%district_id = %app.district_id%'
        and pg_get_expr(p.polwithcheck, c.oid) like '%district_id = %app.district_id%'`)
    expect((await tenantTables()).filter((name) => !secured.some((s) => s.name === name))).toEqual([])
  })

  it('has no trigger, rule or view of its own, and no function that works with its owner’s rights', async () => {
    expect(await rows(sql`select tgname from pg_trigger where not tgisinternal`)).toEqual([])
    expect(
      await rows(sql`select relname from pg_class where relkind in ('v', 'm') and relnamespace = 'public'::regnamespace`),
    ).toEqual([])
    expect(await rows(sql`select proname from pg_proc where prosecdef and pronamespace = 'public'::regnamespace`)).toEqual([])
  })

  it('the roles are no superusers, own nothing, cannot log in and cannot pass row level security by', async () => {
    const roles = await rows(sql<{ name: string; strong: boolean; owns: number }>`
      select rolname as name, rolsuper or rolbypassrls or rolcanlogin or rolcreaterole or rolcreatedb as strong,
        (select count(*)::int from pg_class where relowner = r.oid) as owns from pg_roles r where rolname like 'homeline\\_%' and rolname not like 'homeline\\_login\\_%' order by 1`)
    expect(roles).toEqual(
      ['homeline_app', 'homeline_eraser', 'homeline_scheduler'].map((name) => ({ name, strong: false, owns: 0 })),
    )
    expect(
      await rows(
        sql`select rolname from pg_roles r where rolname = 'homeline_app' and exists (select from pg_auth_members m where m.member = r.oid)`,
      ),
    ).toEqual([])
  })

  it('the app may add to the log and read it, and nothing else', async () => {
    const rights = await rows(sql<{ name: string; rights: string }>`
      select table_name as name, string_agg(lower(privilege_type), ' ' order by privilege_type) as rights from information_schema.role_table_grants
      where grantee = 'homeline_app' and table_name in ('event', 'event_text', 'seal') group by 1 order by 1`)
    expect(rights).toEqual(['event', 'event_text', 'seal'].map((name) => ({ name, rights: 'insert select' })))
    const columns = await rows(sql`select table_name from information_schema.column_privileges where grantee = 'homeline_app'
      and table_name in ('event', 'event_text', 'seal') and privilege_type in ('UPDATE', 'REFERENCES')`)
    expect(columns).toEqual([])
  })

  it('the scheduler sees where and when, never what or whom', async () => {
    const seen = await rows(sql<{ column: string }>`
      select table_name || '.' || column_name as column from information_schema.column_privileges where grantee = 'homeline_scheduler' order by 1`)
    const forbidden = /text|body|name|number|phone|raw|hash|who|detail|guardian|author|language|key/
    expect(seen.map((s) => s.column).filter((column) => forbidden.test(column) && !column.startsWith('district.'))).toEqual([])
    expect(
      await rows(
        sql`select from information_schema.role_table_grants where grantee = 'homeline_scheduler' and privilege_type <> 'SELECT'`,
      ),
    ).toEqual([])
  })
})

describe('one district', () => {
  it('sees no row of another, in any table', async () => {
    const tables = await tenantTables()
    const found = await inDistrict(database.db, one?.district ?? '', async (trx) => {
      const counts: string[] = []
      for (const table of tables) {
        const { rows: foreign } = await sql<{
          n: number
        }>`select count(*)::int as n from ${sql.table(table)} where district_id <> ${one?.district}`.execute(trx)
        if (foreign[0]?.n !== 0) counts.push(table)
      }
      return counts
    })
    expect(found).toEqual([])
  })

  it('without one, no tenant table shows a row', async () => {
    for (const table of await tenantTables()) expect(await rows(sql`select from ${sql.table(table)}`)).toEqual([])
  })

  it('cannot write a row of another, nor move one there', async () => {
    const [mine, other] = [one?.district ?? '', two?.district ?? '']
    const within = (statement: string) => inDistrict(database.db, mine, (trx) => sql.raw(statement).execute(trx))
    await expect(within(`insert into school (district_id, id, name) values ('${other}', 'x', 'x')`)).rejects.toMatchObject({
      code: '42501',
    })
    await expect(within(`update school set district_id = '${other}'`)).rejects.toMatchObject({
      code: expect.stringMatching(/42501|23503/),
    })
    expect(await within(`update person set given_name = 'x' where district_id = '${other}'`)).toMatchObject({
      numAffectedRows: 0n,
    })
    expect(await within(`delete from person_org where district_id = '${other}'`)).toMatchObject({ numAffectedRows: 0n })
  })

  it('cannot be left within its transaction’s end: the next one on the connection has none', async () => {
    await inDistrict(database.db, one?.district ?? '', async () => {})
    expect(await rows(sql<{ d: string }>`select coalesce(current_setting('app.district_id', true), '') as d`)).toEqual([
      { d: '' },
    ])
  })

  it.each([
    `update event set what = 'x'`,
    `delete from event`,
    `truncate event`,
    `update event_text set text = '{}'`,
    `delete from event_text`,
    `update seal set mac = ''`,
    `delete from seal`,
    `delete from exchange`,
    `delete from attempt`,
    `alter table event disable row level security`,
    `create trigger t before insert on event execute function suppress_redundant_updates_trigger()`,
    `create table mine (x int)`,
  ])('the app may not: %s', async (statement) => {
    await expect(inDistrict(database.db, one?.district ?? '', (trx) => sql.raw(statement).execute(trx))).rejects.toMatchObject({
      code: '42501',
    })
  })

  it.each([
    'select original_text from exchange',
    'select body from attempt',
    'select raw from inbox',
    'select text from event_text',
    'select number_encrypted from phone',
    `update exchange set status = 'sent'`,
  ])('the scheduler may not: %s', async (statement) => {
    await expect(sql.raw(statement).execute(database.scheduler)).rejects.toMatchObject({ code: '42501' })
  })
})

describe('the statements of the store', () => {
  it('name district_id wherever they touch a tenant table', async () => {
    const tables = await tenantTables()
    const touching = new RegExp(`\\b(?:from|join|into|update)\\s+(?:only\\s+)?(${tables.join('|')})\\b`, 'gi')
    const folder = path.resolve('src/store')
    const loose: string[] = []
    let seen = 0
    for (const file of await readdir(folder)) {
      // Finds work over all districts: the one place without.
      if (file === 'scheduler.ts') continue
      const source = await readFile(path.join(folder, file), 'utf8')
      for (const [statement] of source.matchAll(/sql(?:<[^`]*?>)?`(?:[^`\\$]|\\.|\$\{(?:[^{}`]|`[^`]*`|\{[^{}]*\})*\}|\$)*`/g)) {
        const named = [...statement.matchAll(touching)].map((m) => m[1])
        if (named.length > 0) seen++
        if (named.length > 0 && !/district_id|districtId/.test(statement)) loose.push(`${file}: ${statement.slice(0, 120)}`)
      }
    }
    expect(seen).toBeGreaterThan(80)
    expect(loose).toEqual([])
  })
})
