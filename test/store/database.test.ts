import { once } from 'node:events'
import { type AddressInfo, createServer, connect as dial, type Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { sql } from 'kysely'
import { expect, onTestFinished, test } from 'vitest'
import { connect } from '../../src/store/database.ts'
import { inSnapshot } from '../../src/store/snapshot.ts'
import { freshDatabase } from '../support/database.ts'

const t = await freshDatabase()

/** A way to the database on which everything that is written can be made to vanish, without a word to either side. */
async function wayTo(url: URL): Promise<{ readonly url: string; readonly vanish: () => void }> {
  const sockets: Socket[] = []
  const server = createServer((near) => {
    const far = dial(Number(url.port), url.hostname)
    near.pipe(far).pipe(near)
    sockets.push(near, far)
    for (const socket of [near, far]) socket.on('error', () => {})
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  const way = new URL(url)
  way.port = String((server.address() as AddressInfo).port)
  const vanish = () => {
    for (const socket of sockets.splice(0)) socket.unpipe().pause()
  }
  return { url: way.href, vanish }
}

test('a database that falls silent is noticed, and the next statement goes over a new connection', async () => {
  const way = await wayTo(new URL(t.ownerUrl))
  const db = connect(way.url, 'homeline_app', 1, 0.5)
  onTestFinished(() => db.destroy())
  const ask = () => sql<{ one: number }>`select 1 as one`.execute(db)
  expect((await ask()).rows).toEqual([{ one: 1 }])
  way.vanish()
  await expect(ask()).rejects.toThrow(/has not answered in time/)
  expect((await ask()).rows).toEqual([{ one: 1 }])
  way.vanish()
  await expect(db.transaction().execute((trx) => sql`select 1`.execute(trx))).rejects.toThrow()
  expect((await ask()).rows).toEqual([{ one: 1 }])
})

test('a pause between two statements is no silence of the database, and after it silence is still noticed', async () => {
  const way = await wayTo(new URL(t.ownerUrl))
  const db = connect(way.url, 'homeline_app', 1, 0.5)
  onTestFinished(() => db.destroy())
  const answers: unknown[] = []
  const reading = inSnapshot(db, '00000000-0000-4000-8000-000000000001', async (trx) => {
    const ask = async () => answers.push(...(await sql<{ one: number }>`select 1 as one`.execute(trx)).rows)
    await pause(900)
    await ask()
    way.vanish()
    await pause(900)
    answers.push('silent from here')
    await ask()
  })
  await expect(reading).rejects.toThrow()
  expect(answers).toEqual([{ one: 1 }, 'silent from here'])
})

test('a statement that takes too long is ended by the database itself', async () => {
  const db = connect(t.ownerUrl, 'homeline_app', 1, 0.2)
  onTestFinished(() => db.destroy())
  await expect(sql`select pg_sleep(5)`.execute(db)).rejects.toMatchObject({ code: '57014' })
})
