import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { CLI, folder, freePort, until } from '../support/process.ts'

/** `homeline serve` with a database of its own under `dataDir`. */
async function serving(dataDir: string) {
  const child = spawn(process.execPath, [CLI, 'serve'], {
    cwd: dataDir,
    env: { PATH: process.env.PATH, HOMELINE_DATA_DIR: dataDir, PORT: String(await freePort()), LOG_LEVEL: 'warn' },
  })
  let [out, err] = ['', '']
  child.stdout.on('data', (chunk) => {
    out += chunk
  })
  child.stderr.on('data', (chunk) => {
    err += chunk
  })
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
  return { child, ended, out: () => out, err: () => err, isReady: () => out.includes(' is ready at ') }
}
const postmaster = (dataDir: string) => path.join(dataDir, 'postgres', 'data', 'postmaster.pid')

test('a server stops its database with it, whether it is asked while it starts, by Ctrl-C or by the end of its terminal', async () => {
  const dataDir = await folder()
  const early = await serving(dataDir)
  await until('the database starts', () => existsSync(postmaster(dataDir)))
  early.child.kill('SIGTERM')
  expect([await early.ended, early.err(), existsSync(postmaster(dataDir))]).toEqual([0, '', false])
  for (const signal of ['SIGINT', 'SIGHUP'] as const) {
    const server = await serving(dataDir)
    await until('it is ready', server.isReady)
    expect(existsSync(postmaster(dataDir))).toBe(true)
    server.child.kill(signal)
    expect([await server.ended, server.err(), existsSync(postmaster(dataDir))]).toEqual([0, '', false])
  }
})

test('a second server does not play the carrier with the same database, and the first goes on', async () => {
  const dataDir = await folder()
  const first = await serving(dataDir)
  await until('it is ready', first.isReady)
  const second = await serving(dataDir)
  expect(await second.ended).toBe(1)
  expect(second.err()).toBe(
    'Another server plays the demo with this database. Stop it first, or set HOMELINE_DATA_DIR and PORT to others.\n',
  )
  expect(second.isReady()).toBe(false)
  expect(existsSync(postmaster(dataDir))).toBe(true)
  first.child.kill('SIGTERM')
  expect(await first.ended).toBe(0)
})
