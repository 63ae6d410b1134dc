/** `homeline serve`. */

import { serve as startServer } from '../main.ts'
import { DONE, type Given, noOperands, type Outcome } from './command.ts'
import { asked, listening } from './listening.ts'
import { warnOfUnreachable } from './unreachable.ts'

/** Serves until it is asked to end; says where. */
export async function serve(given: Given): Promise<Outcome> {
  noOperands(given)
  const running = await listening(given.config, startServer(given.config))
  process.stdout.write(`Homeline is ready at ${running.url}\n`)
  warnOfUnreachable({ ...given.config, publicUrl: running.url })
  if (running.simulated && running.demoUrl === null)
    process.stdout.write(
      'The carrier is simulated: no text leaves this computer. Set TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN for a real one.\n',
    )
  if (running.demoUrl !== null)
    process.stdout.write(
      `\n  Open ${running.demoUrl}\n  Demo: a sample school and phones to play with; nothing leaves this computer.\n  What its teachers and principal see in a browser: ${running.url}/inbox\n\n`,
    )
  await asked()
  await running.stop()
  return DONE
}
