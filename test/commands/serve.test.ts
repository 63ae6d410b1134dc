import { existsSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { folder, freePort, launchServer, type Starting, until } from '../support/process.ts'

/** `homeline serve` with a database of its own under `dataDir`. */
const serving = async (dataDir: string): Promise<Starting> =>
  launchServer({ HOMELINE_DATA_DIR: dataDir, PORT: String(await freePort()) }, dataDir)
const postmaster = (dataDir: string) => path.join(dataDir, 'postgres', 'data', 'postmaster.pid')

test('a server stops its database with it, whether it is asked while it starts, by Ctrl-C or by the end of its terminal', async () => {
  const dataDir = await folder()
  const early = await serving(dataDir)
  await until('the database starts', () => existsSync(postmaster(dataDir)))
  expect([await early.end('SIGTERM'), early.err(), existsSync(postmaster(dataDir))]).toEqual([0, '', false])
  for (const signal of ['SIGINT', 'SIGHUP'] as const) {
    const server = await serving(dataDir)
    await server.ready
    expect(existsSync(postmaster(dataDir))).toBe(true)
    expect([await server.end(signal), server.err(), existsSync(postmaster(dataDir))]).toEqual([0, '', false])
  }
})

test('a second server does not play the carrier with the same database, and the first goes on', async () => {
  const dataDir = await folder()
  const first = await serving(dataDir)
  await first.ready
  const second = await serving(dataDir)
  expect(await second.exited).toBe(1)
  expect(second.err()).toBe(
    'Another server plays the demo with this database. Stop it first, or set HOMELINE_DATA_DIR and PORT to others.\n',
  )
  expect(second.out()).not.toContain(' is ready at ')
  expect(existsSync(postmaster(dataDir))).toBe(true)
  expect(await first.end('SIGTERM')).toBe(0)
})
