/**
 * Measures how long the server takes from its start until `/health` says 200, with an embedded database that is there already. Aim: under 3 s.
 * Run: `node bench/start.ts [rounds]`; exit status 1 when the aim is missed.
 */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { median } from './district.ts'

const rounds = Number(process.argv[2] ?? 5)
const dir = await mkdtemp(path.join(tmpdir(), 'homeline-bench-'))

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  return typeof address === 'object' && address !== null ? address.port : 0
}

/** Starts the server, waits until it is well, stops it; gives the seconds until it was well. */
async function start(): Promise<number> {
  const port = await freePort()
  const began = performance.now()
  const env = { PATH: process.env['PATH'], PORT: String(port), HOMELINE_DATA_DIR: dir, LOG_LEVEL: 'warn' }
  const server = spawn(process.execPath, [path.join(import.meta.dirname, '..', 'src', 'cli.ts'), 'serve'], {
    env,
    cwd: dir,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const exited = once(server, 'exit')
  for (;;) {
    const well = await fetch(`http://127.0.0.1:${port}/health`).then(
      (answer) => answer.ok,
      () => false,
    )
    if (well) break
    if (server.exitCode !== null) throw new Error('The server ended before it was well')
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  const seconds = (performance.now() - began) / 1000
  server.kill('SIGTERM')
  await exited
  return seconds
}

try {
  const first = await start()
  const again: number[] = []
  for (let round = 0; round < rounds; round++) again.push(await start())
  console.log(
    `first start ${first.toFixed(2)} s (makes the database); with a database ${again.map((s) => s.toFixed(2)).join(', ')} s: median ${median(again).toFixed(2)} s (aim under 3)`,
  )
  process.exitCode = median(again) < 3 ? 0 : 1
} finally {
  await rm(dir, { recursive: true, force: true })
}
