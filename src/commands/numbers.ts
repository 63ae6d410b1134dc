/** `homeline numbers sync`. */

import { carrierAccount } from '../carrier-account.ts'
import { AGAIN_PATH, INBOUND_STATUS_PATH } from '../carriers/twilio/call-paths.ts'
import { createClient } from '../carriers/twilio/client.ts'
import { leaveInboundToNumbers, listNumbers, pointNumber, type Webhooks } from '../carriers/twilio/numbers.ts'
import { Problem, UsageProblem } from '../problem.ts'
import { progressBar } from '../progress.ts'
import { adoptNumbers } from '../store/numbers.ts'
import { writeSetting } from '../store/settings.ts'
import { SMS_PATH } from '../webhooks/twilio.ts'
import { VOICE_PATH } from '../webhooks/voice.ts'
import { addressOf, DONE, type Given, type Outcome } from './command.ts'
import { districtOf, opened } from './opened.ts'
import { warnOfUnreachable } from './unreachable.ts'

/** Adopts every number of the carrier account and points it here; the numbers on standard output. */
export async function numbersSync({ config, options, operands }: Given): Promise<Outcome> {
  if (operands.length > 0) throw new UsageProblem('homeline numbers sync takes no names.')
  const fallback = options['fallback'] === undefined ? null : addressOf(options['fallback'], '--fallback')
  if (fallback === config.publicUrl)
    throw new UsageProblem('--fallback should name another host: it is there for when PUBLIC_URL does not answer.')
  return opened(config, async ({ db, keys }) => {
    const account = await carrierAccount(config, db, keys)
    warnOfUnreachable(config)
    const client = createClient(account)
    const districts = await db.selectFrom('district').select('id').execute()
    const district =
      options['district'] === undefined && districts.length === 0 ? null : await districtOf(db, options['district'])
    const main = { ...webhooksAt(account.publicUrl), againUrl: `${account.publicUrl}${AGAIN_PATH}` }
    const targets = { main, fallback: fallback === null ? null : webhooksAt(fallback) }
    const bar = progressBar('Numbers')
    try {
      const numbers = await listNumbers(client)
      for (const [i, number] of numbers.entries()) {
        await pointNumber(client, number, targets)
        bar.to(i + 1, numbers.length)
      }
      if (account.messagingServiceSid !== null) await leaveInboundToNumbers(client, account.messagingServiceSid, targets.fallback)
      if (fallback !== null) await writeSetting(db, 'fallback', fallback)
      const adopted = await adoptNumbers(db, district, numbers)
      bar.end()
      for (const { number } of numbers) process.stdout.write(`${number}\n`)
      process.stderr.write(
        `${numbers.length} numbers: ${adopted.added} new, ${adopted.kept} known${adopted.gone > 0 ? `, ${adopted.gone} no longer in the account` : ''}.\n`,
      )
      return numbers.length === 0
        ? { status: 1, problem: 'The account has no phone number: buy one at the carrier, then run this again.' }
        : DONE
    } catch (error) {
      bar.end()
      throw carrierProblem(error, account.simulated)
    }
  })
}

function webhooksAt(address: string): Webhooks {
  return {
    smsUrl: `${address}${SMS_PATH}`,
    voiceUrl: `${address}${VOICE_PATH}`,
    callStatusUrl: `${address}${INBOUND_STATUS_PATH}`,
  }
}

function carrierProblem(error: unknown, simulated: boolean): unknown {
  const { status, code } = error as { status?: number; code?: string | number }
  // Whatever answers, or does not, where this command looks for the simulator: it is not the one that has these numbers.
  if (simulated && (typeof status === 'number' || typeof code === 'string'))
    return new Problem(
      'The simulator answers only inside its own server: start `homeline serve` first, and give this command the same PORT and HOST.',
    )
  if (status === 401 || status === 403)
    return new Problem('The carrier refuses TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN: check both.')
  if (status === 404)
    return new Problem(
      'The carrier does not know this account or messaging service: check TWILIO_ACCOUNT_SID and TWILIO_MESSAGING_SERVICE_SID.',
    )
  if (typeof status === 'number') return new Problem(`The carrier answered ${status}: try again later.`)
  if (typeof code === 'string' && /^E[A-Z_]+$/.test(code))
    return new Problem('The carrier cannot be reached: check the network and TWILIO_API_URL.')
  return error
}
