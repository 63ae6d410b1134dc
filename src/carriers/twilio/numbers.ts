/** The account's phone numbers, and where their webhooks point. */

import type { TwilioClient } from './client.ts'

/** A number of the account; `mms`: it sends and gets pictures. */
export type AccountNumber = {
  readonly sid: string
  readonly number: string
  readonly mms: boolean
  /** Where its calls go when their webhook fails; empty: nowhere. */
  readonly voiceFallback: string
}

/** Where texts and calls to a number are brought. */
export type Webhooks = { readonly smsUrl: string; readonly voiceUrl: string; readonly callStatusUrl: string }

/** Those of the server itself. `againUrl`: where a call's document goes that could not be played, on numbers without any other place for it. */
export type MainWebhooks = Webhooks & { readonly againUrl: string }

/** Where the account's numbers are to point; without a fallback, the one that a number has stays as it is. */
export type WebhookTargets = { readonly main: MainWebhooks; readonly fallback: Webhooks | null }

/** Twilio, connection overrides: up to five tries within its 15 s, whatever went wrong; the fragment itself is not sent nor signed. */
export const RETRIES = '#rc=5&rp=all'

/** Every phone number of the account. */
export async function listNumbers(client: TwilioClient): Promise<AccountNumber[]> {
  const numbers = await client.incomingPhoneNumbers.list({ pageSize: 1000 })
  return numbers.map((n) => ({
    sid: n.sid,
    number: n.phoneNumber,
    mms: n.capabilities?.mms !== false,
    voiceFallback: n.voiceFallbackUrl ?? '',
  }))
}

/** Whether somebody else set it: one of ours from before the server's address changed is not. */
function isForeign(voiceFallback: string, againUrl: string): boolean {
  const pathOf = (url: string) => (URL.canParse(url) ? new URL(url).pathname : url)
  return voiceFallback !== '' && pathOf(voiceFallback) !== pathOf(againUrl)
}

/** Points a number's text and voice webhooks here, and those that the carrier calls when these fail. */
export async function pointNumber(
  client: TwilioClient,
  { sid, voiceFallback }: AccountNumber,
  targets: WebhookTargets,
): Promise<void> {
  await client.incomingPhoneNumbers(sid).update({
    smsUrl: `${targets.main.smsUrl}${RETRIES}`,
    smsMethod: 'POST',
    voiceUrl: `${targets.main.voiceUrl}${RETRIES}`,
    voiceMethod: 'POST',
    // Nothing else tells that somebody who called us has hung up.
    statusCallback: targets.main.callStatusUrl,
    statusCallbackMethod: 'POST',
    ...(targets.fallback === null
      ? isForeign(voiceFallback, targets.main.againUrl)
        ? {}
        : { voiceFallbackUrl: `${targets.main.againUrl}${RETRIES}`, voiceFallbackMethod: 'POST' }
      : {
          smsFallbackUrl: `${targets.fallback.smsUrl}${RETRIES}`,
          smsFallbackMethod: 'POST',
          voiceFallbackUrl: `${targets.fallback.voiceUrl}${RETRIES}`,
          voiceFallbackMethod: 'POST',
        }),
  })
}

/**
 * A messaging service answers for its numbers unless it is told to leave that to them; its own fallback is set as well, for the day when somebody
 * turns that off.
 */
export async function leaveInboundToNumbers(client: TwilioClient, serviceSid: string, fallback: Webhooks | null): Promise<void> {
  await client.messaging.v1.services(serviceSid).update({
    useInboundWebhookOnNumber: true,
    ...(fallback === null ? {} : { fallbackUrl: `${fallback.smsUrl}${RETRIES}`, fallbackMethod: 'POST' }),
  })
}
