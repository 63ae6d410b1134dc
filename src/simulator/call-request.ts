/** What Twilio checks of a call before it is made, and says of one that comes in. */

import type { CallerSigns, CallRequest } from './call-world.ts'
import { type Refusal, type RefusalCode, refuse } from './errors.ts'
import { placeOf } from './inbound.ts'
import type { Fields } from './webhook.ts'
import type { World } from './world.ts'
/** Why Twilio does not make a call, in its order; null: it does. */
export function refusedCall(world: World, accountSid: string, request: CallRequest): Refusal | null {
  const { from, to, url, fallbackUrl, told, timeout, timeLimit, method } = request
  const rules: readonly (readonly [boolean, RefusalCode, string])[] = [
    [!/^\+[1-9]\d{6,14}$/.test(to), 21211, to],
    [!/^\+1/.test(to), 21215, to],
    [world.numberOf(from)?.accountSid !== accountSid, 21210, from],
    [from === to, 21266, to],
    [!isWeb(url), 21205, url],
    [fallbackUrl !== '' && !isWeb(fallbackUrl), 21205, fallbackUrl],
    [told.url !== '' && !isWeb(told.url), 21609, told.url],
    [!(timeout >= 1 && timeout <= 600), 20001, 'Timeout'],
    [!(timeLimit >= 1), 20001, 'TimeLimit'],
    [method !== 'GET' && method !== 'POST', 20001, 'Method'],
  ]
  const broken = rules.find(([breaks]) => breaks)
  return broken === undefined ? null : refuse(broken[1], broken[2])
}

function isWeb(url: string): boolean {
  return /^https?:\/\/\S+$/.test(url) && URL.canParse(url)
}

/** What the form of a call that came in says besides. Source: Twilio, "TwiML Voice: request parameters"; SHAKEN/STIR. */
export function signsOf(from: string, to: string, { forwardedFrom, verified = 'TN-Validation-Passed-A' }: CallerSigns): Fields {
  const [caller, called] = [placeOf(from), placeOf(to)]
  return {
    CallerCity: caller.city,
    CallerState: caller.state,
    CallerZip: caller.zip,
    CallerCountry: caller.country,
    CalledCity: called.city,
    CalledState: called.state,
    CalledZip: called.zip,
    CalledCountry: called.country,
    ...(forwardedFrom === undefined ? {} : { ForwardedFrom: forwardedFrom }),
    ...(verified === '' ? {} : { StirVerstat: verified }),
  }
}
