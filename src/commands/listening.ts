/** For commands that serve until they are stopped. */

import { type Config, runByNpm } from '../config.ts'
import { Problem } from '../problem.ts'

/** What is being started; a `Problem` where HOST and PORT are in its way. */
export async function listening<T>(config: Config, start: Promise<T>): Promise<T> {
  return start.catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'EADDRINUSE')
      throw new Problem(`Port ${config.port} is taken: stop what listens there, or set PORT to another.`)
    if (error.code === 'EACCES' || error.code === 'EADDRNOTAVAIL')
      throw new Problem('HOST and PORT name an address that this computer may not listen on.')
    throw error
  })
}

/** Milliseconds for which a process may outlive what it served. */
const LAST_MS = 5_000
/** Milliseconds after which a start is spoken of. */
const PATIENCE_MS = 1500

/**
 * Starts what serves and stops it when the process is asked to end, also when it is asked while it starts: a database that was started along is
 * stopped with it. A second signal ends at once.
 */
export async function untilAsked<T extends { readonly stop: () => Promise<void> }>(
  start: () => Promise<T>,
  tell: (running: T) => void,
): Promise<void> {
  const end = asked()
  const patience = setTimeout(
    () => process.stdout.write('Homeline is starting. The first time it makes its database, which takes some seconds.\n'),
    PATIENCE_MS,
  )
  const running = await start().finally(() => clearTimeout(patience))
  tell(running)
  await end
  await running.stop()
  // Whatever nobody closed (a socket of somebody who does not answer) keeps no server that has stopped.
  setTimeout(() => process.exit(), LAST_MS).unref()
}

/** Resolves when the process is asked to end: by a signal (the end of its terminal is one), or by the death of the npm that runs it. */
function asked(): Promise<void> {
  const parent = process.ppid
  return new Promise((resolve) => {
    const watch = setInterval(() => {
      if (runByNpm() && process.ppid !== parent) done()
    }, 500).unref()
    const done = () => {
      clearInterval(watch)
      resolve()
    }
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.once(signal, done)
  })
}
