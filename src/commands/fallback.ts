/** `homeline fallback`. */

import { startFallback } from '../fallback/receiver.ts'
import { addressOf, DONE, type Given, noOperands, type Outcome } from './command.ts'
import { listening, untilAsked } from './listening.ts'

/** Takes webhooks in the place of the server at `--server` until it is asked to end; says where. */
export async function fallback(given: Given): Promise<Outcome> {
  noOperands(given)
  const server = addressOf(given.options['server'], '--server')
  await untilAsked(
    () => listening(given.config, startFallback(given.config, server)),
    (running) => process.stdout.write(`The fallback receiver is ready at ${running.url}\n`),
  )
  return DONE
}
