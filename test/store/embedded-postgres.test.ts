import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, expect, it, onTestFinished, vi } from 'vitest'
import { startEmbeddedPostgres } from '../../src/store/embedded-postgres.ts'

let dir: string
beforeAll(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'homeline-embedded-'))
})
afterAll(() => rm(dir, { recursive: true, force: true }))

const postmaster = async () =>
  (await readFile(path.join(dir, 'data', 'postmaster.pid'), 'utf8').catch(() => '')).split('\n')[0] ?? ''

async function ask(url: string, text: string): Promise<Record<string, unknown> | undefined> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query(text)).rows[0]
  } finally {
    await client.end()
  }
}

it('two that start together share one cluster, and the last to let go stops it', async () => {
  const [one, two] = await Promise.all([startEmbeddedPostgres(dir), startEmbeddedPostgres(dir)])
  expect(one.url).toBe(two.url)
  const pid = await postmaster()
  await one.release()
  await one.release()
  expect(await postmaster()).toBe(pid)
  expect(
    await ask(
      two.url,
      'select current_user as who, rolsuper as super, rolbypassrls as free from pg_roles where rolname = current_user',
    ),
  ).toEqual({ who: 'homeline', super: false, free: false })
  // What people write is in no log of PostgreSQL's, and nobody but this computer reaches it.
  expect(
    await ask(
      two.url,
      `select current_setting('listen_addresses') as address, current_setting('log_min_error_statement') as statements`,
    ),
  ).toEqual({ address: '127.0.0.1', statements: 'panic' })
  expect((await stat(path.join(dir, 'password'))).mode & 0o777).toBe(0o600)
  await two.release()
  expect(await postmaster()).toBe('')
})

it('what processes that are no more left behind does not stand in the way', async () => {
  const nobody = 4_194_300
  await writeFile(path.join(dir, 'lock'), `${nobody}`)
  await writeFile(path.join(dir, 'clients', `${nobody}-left`), '')
  const again = await startEmbeddedPostgres(dir)
  expect(await ask(again.url, 'select 1 as one')).toEqual({ one: 1 })
  await again.release()
  expect(await postmaster()).toBe('')
})

it.runIf(process.platform === 'linux')(
  'a process that has ended and whose parent has not asked after it holds nothing',
  async () => {
    // The shell becomes a `sleep` that never asks after its child; the child outlives the shell, which would ask.
    const parent = spawn('sh', ['-c', 'sleep 0.3 & echo $!; exec sleep 60'], { stdio: ['ignore', 'pipe', 'ignore'] })
    onTestFinished(() => void parent.kill('SIGKILL'))
    const zombie = Number(String(await new Promise((resolve) => parent.stdout.once('data', resolve))))
    const state = () => readFile(`/proc/${zombie}/stat`, 'latin1')
    await vi.waitFor(async () => expect(await state()).toContain(') Z'))
    await writeFile(path.join(dir, 'clients', `${zombie}-left`), '')
    const again = await startEmbeddedPostgres(dir)
    await again.release()
    expect(await postmaster()).toBe('')
  },
)

it('says what is wrong when it cannot start', async () => {
  await writeFile(path.join(dir, 'data', 'postgresql.conf'), 'nonsense = on\n', { flag: 'a' })
  await expect(startEmbeddedPostgres(dir)).rejects.toThrow(/did not start; its log .*postgres\.log ends with: .*nonsense/s)
})
