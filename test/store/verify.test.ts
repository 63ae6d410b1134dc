import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { sql } from 'kysely'
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { readNote, writeCheckpoint, writeNote } from '../../src/store/checkpoint.ts'
import { connect, type Db, databaseNow, inDistrict } from '../../src/store/database.ts'
import { appendEvents } from '../../src/store/events.ts'
import { createKeys } from '../../src/store/keys.ts'
import { sealDistrict } from '../../src/store/seal.ts'
import { verifyLog } from '../../src/store/verify.ts'
import { freshDatabase, type TestDatabase } from '../support/database.ts'
import { addExchange, type LogSchool, logSchool, tamper } from '../support/log-school.ts'

let t: TestDatabase
let owner: Db
let school: LogSchool
let exchanges: string[]
let dir: string
let districts = 0
beforeAll(async () => {
  t = await freshDatabase()
  // Not one of the roles that Homeline works as: whoever owns the schema may change any row.
  owner = connect(t.ownerUrl, 'homeline' as 'homeline_app')
  return () => owner.destroy()
})

/** Each test has a district of its own: four exchanges, eight sealed entries, a checkpoint at the sixth. */
beforeEach(async () => {
  districts++
  school = await logSchool(t.db, t.keys, `d${districts}`)
  dir = await mkdtemp(path.join(tmpdir(), 'homeline-checkpoints-'))
  exchanges = []
  for (let n = 0; n < 3; n++)
    exchanges.push(await addExchange(t.db, school, { original: `Hola ${n}`, status: n === 0 ? 'queued' : 'sent' }))
  await sealDistrict(t.db, t.keys, school.district)
  await writeCheckpoint(t.db, t.keys, school.district, dir)
  exchanges.push(await addExchange(t.db, school))
  await sealDistrict(t.db, t.keys, school.district)
})
afterEach(() => rm(dir, { recursive: true, force: true }))

const verify = (checkpoints: string | null = dir) => verifyLog(t.db, t.keys, school.district, checkpoints)
const change = (statement: string) => tamper(owner, school.district, statement)
const nth = (seq: number) =>
  `(select event_id from seal where seq = ${seq} and district_id = current_setting('app.district_id')::uuid)`
const first = () => `'${exchanges[0]}'`

describe('an untouched log', () => {
  test('is intact and counts its entries, in pages that tell how far they are', async () => {
    const seen: [number, number][] = []
    expect(await verifyLog(t.db, t.keys, school.district, dir, (done, total) => seen.push([done, total]))).toEqual({
      kind: 'intact',
      entries: 8,
      unsealed: 0,
    })
    expect(seen).toEqual([[8, 8]])
  })

  test('is intact when nothing was ever written', async () => {
    const empty = await logSchool(t.db, t.keys, `empty${districts}`)
    expect(await verifyLog(t.db, t.keys, empty.district, dir)).toEqual({ kind: 'intact', entries: 0, unsealed: 0 })
  })

  test('is intact while fresh events wait for the sealer, and with events that belong to no exchange', async () => {
    const at = await databaseNow(t.db)
    await inDistrict(t.db, school.district, (trx) =>
      appendEvents(trx, school.district, [{ exchangeId: null, at, what: 'roster_imported', detail: { staff: 3 } }]),
    )
    expect(await verify()).toEqual({ kind: 'intact', entries: 8, unsealed: 1 })
    await sealDistrict(t.db, t.keys, school.district)
    expect(await verify()).toEqual({ kind: 'intact', entries: 9, unsealed: 0 })
  })

  test('is intact after an erasure that the log tells of', async () => {
    const at = await databaseNow(t.db)
    const id = exchanges[0] as string
    await inDistrict(t.db, school.district, (trx) =>
      appendEvents(trx, school.district, [{ exchangeId: id, at, what: 'text_erased' }]),
    )
    await sealDistrict(t.db, t.keys, school.district)
    await change(`delete from event_text where event_id in (select id from event where exchange_id = ${first()});
      update exchange set original_text = '', translation_text = null where id = ${first()}`)
    expect(await verify()).toEqual({ kind: 'intact', entries: 9, unsealed: 0 })
    await change(`update exchange set original_text = 'never written' where id = ${first()}`)
    expect(await verify()).toMatchObject({ kind: 'broken', what: expect.stringContaining('another original') })
  })

  test('is broken under another key', async () => {
    expect(await verifyLog(t.db, createKeys(Buffer.alloc(32, 8)), school.district, null)).toMatchObject({
      kind: 'broken',
      seq: 1,
    })
  })
})

/** What somebody with the owner's rights may do, and where it must show. */
const attacks: [string, () => string, { seq?: number | null; what: RegExp }][] = [
  ['another what', () => `update event set what = 'delivered' where id = ${nth(3)}`, { seq: 3, what: /not what was sealed/ }],
  [
    'another detail',
    () => `update event set detail = '{"status":"sent","x":1}' where id = ${nth(4)}`,
    { seq: 4, what: /not what was sealed/ },
  ],
  [
    'a fact added to the detail',
    () => `update event set detail = detail || '{"n": 1.0}' where id = ${nth(4)}`,
    { seq: 4, what: /not what was sealed/ },
  ],
  ['detail removed', () => `update event set detail = null where id = ${nth(4)}`, { seq: 4, what: /not what was sealed/ }],
  [
    'another time by a microsecond',
    () => `update event set at = at + interval '1 microsecond' where id = ${nth(2)}`,
    { seq: 2, what: /not what was sealed/ },
  ],
  [
    'the same time before Christ',
    () => `update event set at = at - interval '4051 years' where id = ${nth(2)}`,
    { seq: 2, what: /not what was sealed/ },
  ],
  ['an endless time', () => `update event set at = 'infinity' where id = ${nth(2)}`, { seq: 2, what: /not what was sealed/ }],
  ['another author', () => `update event set who = 'abel' where id = ${nth(1)}`, { seq: 1, what: /not what was sealed/ }],
  ['no author', () => `update event set who = null where id = ${nth(1)}`, { seq: 1, what: /not what was sealed/ }],
  [
    'another exchange',
    () => `update event set exchange_id = '${exchanges[1]}' where id = ${nth(1)}`,
    { seq: 1, what: /not what was sealed/ },
  ],
  [
    'another text',
    () => `update event_text set text = '{"original":"Adiós"}' where event_id = ${nth(1)}`,
    { seq: 1, what: /text of entry 1 is not/ },
  ],
  [
    'another salt',
    () => `update event_text set salt = 'x' where event_id = ${nth(1)}`,
    { seq: 1, what: /text of entry 1 is not/ },
  ],
  [
    'text and digest removed',
    () => `delete from event_text where event_id = ${nth(1)}; update event set text_digest = null where id = ${nth(1)}`,
    { seq: 1, what: /not what was sealed/ },
  ],
  [
    'a text quietly removed',
    () => `delete from event_text where event_id = ${nth(1)}`,
    { seq: 1, what: /text of entry 1 is gone/ },
  ],
  [
    'a text of another event',
    () =>
      `update event_text set (salt, text) = (select salt, text from event_text where event_id = ${nth(3)}) where event_id = ${nth(1)}`,
    { seq: 1, what: /text of entry 1 is not/ },
  ],
  ['an event removed', () => `delete from event where id = ${nth(5)}`, { seq: 5, what: /event of entry 5 is missing/ }],
  ['a seal removed', () => 'delete from seal where seq = 5', { seq: 6, what: /Entry 5 of the chain is missing/ }],
  [
    'an event and its seal removed',
    () => `delete from event where id = ${nth(5)}; delete from seal where seq = 5`,
    { seq: 6, what: /Entry 5 of the chain is missing/ },
  ],
  [
    'an event and its seal removed, the rest renumbered',
    () =>
      `delete from event where id = ${nth(5)}; delete from seal where seq = 5; update seal set seq = seq - 1 where seq = 6; update seal set seq = seq - 1 where seq = 7; update seal set seq = seq - 1 where seq = 8; update seal_head set seq = 7`,
    { seq: 5, what: /not what was sealed/ },
  ],
  [
    'another code',
    () => `update seal set mac = decode(repeat('ab', 32), 'hex') where seq = 4`,
    { seq: 4, what: /not what was sealed/ },
  ],
  [
    'two seals swapped',
    () => `update seal set seq = -1 where seq = 3; update seal set seq = 3 where seq = 4; update seal set seq = 4 where seq = -1`,
    { seq: 3, what: /not what was sealed/ },
  ],
  [
    'two events swapped',
    () =>
      `update event e set (what, detail, who, at, exchange_id, text_digest) = (select o.what, o.detail, o.who, o.at, o.exchange_id, o.text_digest from event o where o.id = case when e.id = ${nth(1)} then ${nth(3)} else ${nth(1)} end) where e.id in (${nth(1)}, ${nth(3)})`,
    { seq: 1, what: /not what was sealed/ },
  ],
  [
    'the last entry removed',
    () => `delete from event where id = ${nth(8)}; delete from seal where seq = 8`,
    { seq: null, what: /its end was removed/ },
  ],
  ['the whole chain removed', () => 'delete from seal', { seq: null, what: /its end was removed/ }],
  [
    'the end cut off behind a checkpoint, head and all',
    () =>
      `delete from event where id in (select event_id from seal where seq > 4); delete from exchange where id in ('${exchanges[2]}', '${exchanges[3]}'); delete from seal where seq > 4; update seal_head set (seq, mac) = (select seq, mac from seal where seq = 4)`,
    { seq: 6, what: /its end was cut off/ },
  ],
  [
    'everything removed',
    () =>
      `delete from event; delete from event_text; delete from seal; delete from seal_head; delete from attempt; delete from exchange`,
    { seq: 6, what: /its end was cut off/ },
  ],
  ['the head set back', () => `update seal_head set seq = 7`, { seq: null, what: /its end was removed or its head changed/ }],
  ['the head removed', () => 'delete from seal_head', { seq: null, what: /its head says 0/ }],
  [
    'a forged event',
    () => `insert into event (district_id, exchange_id, at, what) values ('${school.district}', ${first()}, now(), 'delivered')`,
    { seq: null, what: /outside the chain/ },
  ],
  [
    'a forged event of tomorrow',
    () => `insert into event (district_id, at, what) values ('${school.district}', now() + interval '1 day', 'x')`,
    { seq: null, what: /outside the chain/ },
  ],
  [
    'a forged seal',
    () => `insert into seal select district_id, 9, 0, mac from seal where seq = 8`,
    { seq: 9, what: /event of entry 9 is missing/ },
  ],
  ['a seal moved in front', () => `update seal set seq = 0 where seq = 1`, { seq: 2, what: /Entry 1 of the chain is missing/ }],
  [
    'a sealed event marked as waiting',
    () => `insert into unsealed select district_id, event_id from seal where seq = 2`,
    { seq: null, what: /sealed and yet marked/ },
  ],
  [
    'a waiting row for no event',
    () => `insert into unsealed values ('${school.district}', 999999999)`,
    { seq: null, what: /removed before it was sealed/ },
  ],
  [
    "an exchange's text",
    () => `update exchange set original_text = 'Adiós' where id = ${first()}`,
    { seq: null, what: /another original text/ },
  ],
  [
    "an exchange's text emptied",
    () => `update exchange set original_text = '' where id = ${first()}`,
    { seq: null, what: /another original text/ },
  ],
  [
    "an exchange's translation",
    () => `update exchange set translation_text = 'Good bye' where id = ${first()}`,
    { seq: null, what: /another translation/ },
  ],
  [
    "an exchange's translation removed",
    () => `update exchange set translation_text = null where id = ${first()}`,
    { seq: null, what: /another translation/ },
  ],
  [
    "an exchange's status",
    () => `update exchange set status = 'delivered' where id = ${first()}`,
    { seq: null, what: /has the status delivered/ },
  ],
  [
    'an exchange without events',
    () =>
      `insert into exchange (district_id, direction, author, status, original_text) values ('${school.district}', 'to_staff', 'person', 'sent', 'x')`,
    { seq: null, what: /has no events/ },
  ],
  [
    'an exchange removed',
    () => `delete from exchange where id = ${first()}`,
    { seq: null, what: /exchange of this event is missing/ },
  ],
]

test.each(attacks)('%s shows', async (_, statement, { seq, what }) => {
  expect(await verify()).toEqual({ kind: 'intact', entries: 8, unsealed: 0 })
  await change(statement())
  const verdict = await verify()
  expect(verdict).toMatchObject({ kind: 'broken', what: expect.stringMatching(what) })
  if (seq !== undefined) expect(verdict).toMatchObject({ seq })
  expect(verdict.kind === 'broken' && verdict.what).not.toMatch(/Hola|Adi/)
})

describe('events that wait for the sealer', () => {
  const anHourAgo = async () => {
    const at = (await databaseNow(t.db)).subtract({ hours: 1 })
    await inDistrict(t.db, school.district, (trx) =>
      appendEvents(trx, school.district, [{ exchangeId: null, at, what: 'roster_imported' }]),
    )
  }
  const patiently = (seconds: number) => verifyLog(t.db, t.keys, school.district, dir, () => {}, seconds)
  const rows = async () =>
    (await inDistrict(t.db, school.district, (trx) => sql`select * from seal, seal_head, unsealed`.execute(trx))).rows
  const withServer = async (work: () => Promise<void>) => {
    const server = connect(t.ownerUrl, 'homeline_scheduler', 1, undefined, 'homeline-server')
    await databaseNow(server)
    await work().finally(() => server.destroy())
  }

  test('are counted and left as they are while no server runs, however old', async () => {
    await anHourAgo()
    const before = await rows()
    expect(await patiently(0)).toEqual({ kind: 'intact', entries: 8, unsealed: 1 })
    expect(await rows()).toEqual(before)
  })

  test('show when a server runs and does not seal them', async () => {
    await anHourAgo()
    await withServer(async () => {
      expect(await patiently(0.2)).toMatchObject({ kind: 'broken', seq: null, what: expect.stringMatching(/unsealed, although/) })
    })
  })

  test('are given to a running server to seal, however old: a long transaction held them back', async () => {
    await anHourAgo()
    await withServer(async () => {
      const verdict = patiently(30)
      await sealDistrict(t.db, t.keys, school.district)
      expect(await verdict).toEqual({ kind: 'intact', entries: 9, unsealed: 0 })
    })
  })
})

test('an event removed before it was sealed shows', async () => {
  await addExchange(t.db, school)
  await change(`delete from event where id = (select max(event_id) from unsealed)`)
  expect(await verify()).toMatchObject({ kind: 'broken', what: expect.stringMatching(/removed before it was sealed/) })
})

test('a waiting mark that was removed shows', async () => {
  await addExchange(t.db, school)
  await change('delete from unsealed')
  expect(await verify()).toMatchObject({ kind: 'broken', what: expect.stringMatching(/outside the chain/) })
})

describe('checkpoints', () => {
  const folder = () => path.join(dir, school.district)

  test('lie in one file each, for their owner alone, and nothing half-written beside them', async () => {
    expect(await readdir(folder())).toEqual(['6.txt'])
    expect((await stat(path.join(folder(), '6.txt'))).mode & 0o777).toBe(0o600)
  })

  test('are signed notes that name the district, the place and the code', async () => {
    const note = await readFile(path.join(folder(), '6.txt'), 'utf8')
    const [origin, seq, mac, blank, signature] = note.split('\n')
    expect([origin, seq, blank]).toEqual([`homeline/${school.district}`, '6', ''])
    expect(Buffer.from(mac ?? '', 'base64')).toHaveLength(32)
    expect(signature).toMatch(new RegExp(`^— homeline/${school.district} [A-Za-z0-9+/]+=*$`))
    expect(readNote(t.keys, school.district, note)?.seq).toBe(6)
  })

  test('of the same place are written once; a new place is a new file', async () => {
    await writeCheckpoint(t.db, t.keys, school.district, dir)
    await writeCheckpoint(t.db, t.keys, school.district, dir)
    expect((await readdir(folder())).toSorted()).toEqual(['6.txt', '8.txt'])
    expect(await verify()).toEqual({ kind: 'intact', entries: 8, unsealed: 0 })
  })

  test('of an empty chain are none', async () => {
    const empty = await logSchool(t.db, t.keys, `none${districts}`)
    expect(await writeCheckpoint(t.db, t.keys, empty.district, dir)).toBeNull()
  })

  test('that never were do not break a log', async () => {
    expect(await verify(path.join(dir, 'nowhere'))).toEqual({ kind: 'intact', entries: 8, unsealed: 0 })
  })

  const mac = 'ab'.repeat(32)
  test.each<[string, (note: string) => string]>([
    ['an unsigned place', (note) => note.replace('\n6\n', '\n5\n')],
    ['an unsigned code', (note) => note.replace(/\n[A-Za-z0-9+/]{43}=\n/, `\n${Buffer.from(mac, 'hex').toString('base64')}\n`)],
    ['another origin', (note) => note.replace('homeline/', 'elsewhere/')],
    ['no signature', (note) => note.slice(0, note.indexOf('—'))],
    ['another key', () => writeNote(createKeys(Buffer.alloc(32, 8)), school.district, { seq: 6, mac })],
    ['another district', () => writeNote(t.keys, '00000000-0000-4000-8000-000000000000', { seq: 6, mac })],
    ['another place than its name', () => writeNote(t.keys, school.district, { seq: 5, mac })],
    ['nothing', () => ''],
    ['more after the end', (note) => `${note}x`],
  ])('with %s show', async (_, forge) => {
    const file = path.join(folder(), '6.txt')
    await writeFile(file, forge(await readFile(file, 'utf8')))
    expect(await verify()).toMatchObject({
      kind: 'broken',
      what: "The checkpoint 6.txt does not bear this installation's signature.",
    })
  })

  test('that are signed but name another code show', async () => {
    await mkdir(folder(), { recursive: true })
    await writeFile(path.join(folder(), '6.txt'), writeNote(t.keys, school.district, { seq: 6, mac }))
    expect(await verify()).toMatchObject({
      kind: 'broken',
      seq: 6,
      what: expect.stringMatching(/not the one that its checkpoint names/),
    })
  })
})

test('pages join without a seam: a log longer than a page is checked to its end', async () => {
  const at = await databaseNow(t.db)
  for (let n = 0; n < 4; n++)
    await inDistrict(t.db, school.district, (trx) =>
      appendEvents(
        trx,
        school.district,
        Array.from({ length: 3000 }, () => ({ exchangeId: null, at, what: 'x' })),
      ),
    )
  while ((await sealDistrict(t.db, t.keys, school.district, 5000)) > 0);
  expect(await verify()).toEqual({ kind: 'intact', entries: 12_008, unsealed: 0 })
  await change(`update event set what = 'y' where id = ${nth(12_008)}`)
  expect(await verify()).toMatchObject({ kind: 'broken', seq: 12_008 })
})

test('the app itself may neither change nor remove what is sealed', async () => {
  for (const statement of [
    'update seal set seq = 0',
    'delete from seal',
    'update event set who = null',
    'delete from event_text',
  ])
    await expect(inDistrict(t.db, school.district, (trx) => sql.raw(statement).execute(trx))).rejects.toThrow(/permission denied/)
})
