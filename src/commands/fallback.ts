/** `homeline fallback`. */

import { startFallback } from '../fallback/receiver.ts'
import { addressOf, DONE, type Given, noOperands, type Outcome } from './command.ts'
import { asked, listening } from './listening.ts'

/** Takes webhooks in the place of the server at `--server` until it is asked to end; says where. */
export async function fallback(given: Given): Promise<Outcome> {
  noOperands(given)
  const server = addressOf(given.options['server'], '--server')
  const running = await listening(given.config, startFallback(given.config, server))
  process.stdout.write(`The fallback receiver is ready at ${running.url}\n`)
  await asked()
  await running.stop()
  return DONE
}
