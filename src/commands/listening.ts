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

/** Resolves when the process is asked to end: by a signal, or by the death of the npm that runs it. */
export function asked(): Promise<void> {
  const parent = process.ppid
  return new Promise((resolve) => {
    const watch = setInterval(() => {
      if (runByNpm() && process.ppid !== parent) done()
    }, 500)
    const done = () => {
      clearInterval(watch)
      resolve()
    }
    process.once('SIGTERM', done)
    process.once('SIGINT', done)
  })
}
