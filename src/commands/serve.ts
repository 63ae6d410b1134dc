/** `homeline serve`. */

import { type Running, serve as startServer } from '../main.ts'
import { DONE, type Given, noOperands, type Outcome } from './command.ts'
import { listening, untilAsked } from './listening.ts'
import { warnOfUnreachable } from './unreachable.ts'

/** Serves until it is asked to end; says where. */
export async function serve(given: Given): Promise<Outcome> {
  noOperands(given)
  await untilAsked(
    () => listening(given.config, startServer(given.config)),
    (running) => say(given, running),
  )
  return DONE
}

function say({ config }: Given, running: Running): void {
  process.stdout.write(`Homeline is ready at ${running.url}\n`)
  warnOfUnreachable({ ...config, publicUrl: running.url })
  if (running.simulated && running.demoUrl === null)
    process.stdout.write(
      'The carrier is simulated: no text leaves this computer. Set TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN for a real one.\n',
    )
  if (running.demoUrl !== null)
    process.stdout.write(
      `\n  Open ${running.demoUrl}\n  Demo: a sample school and phones to play with; nothing leaves this computer.\n  What its teachers and principal see in a browser: ${running.url}/inbox\n\n`,
    )
}
