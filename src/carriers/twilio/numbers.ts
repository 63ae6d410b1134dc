/** The account's phone numbers, and where their webhooks point. */

import type { TwilioClient } from './client.ts'

/** A number of the account. */
export type AccountNumber = { readonly sid: string; readonly number: string }

/** Where the account's numbers are to point. */
export type WebhookTargets = { readonly smsUrl: string; readonly voiceUrl: string }

/** Twilio, connection overrides: up to five tries within its 15 s, whatever went wrong; the fragment itself is not sent nor signed. */
export const RETRIES = '#rc=5&rp=all'

/** Every phone number of the account. */
export async function listNumbers(client: TwilioClient): Promise<AccountNumber[]> {
  const numbers = await client.incomingPhoneNumbers.list({ pageSize: 1000 })
  return numbers.map((n) => ({ sid: n.sid, number: n.phoneNumber }))
}

/** Points a number's text and voice webhooks here. */
export async function pointNumber(client: TwilioClient, sid: string, targets: WebhookTargets): Promise<void> {
  await client.incomingPhoneNumbers(sid).update({
    smsUrl: `${targets.smsUrl}${RETRIES}`,
    smsMethod: 'POST',
    voiceUrl: `${targets.voiceUrl}${RETRIES}`,
    voiceMethod: 'POST',
  })
}

/** A messaging service answers for its numbers unless it is told to leave that to them. */
export async function leaveInboundToNumbers(client: TwilioClient, serviceSid: string): Promise<void> {
  await client.messaging.v1.services(serviceSid).update({ useInboundWebhookOnNumber: true })
}
