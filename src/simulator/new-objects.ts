/** What an account's numbers and messaging services are when they are new. */

import type { OwnedNumber, Service } from './world.ts'

/** A number as it is bought: it calls nobody yet. */
export function newNumber(accountSid: string, phoneNumber: string, sid: string, at: Temporal.Instant): OwnedNumber {
  return {
    sid,
    accountSid,
    phoneNumber,
    friendlyName: phoneNumber,
    smsUrl: '',
    smsMethod: 'POST',
    smsFallbackUrl: '',
    smsFallbackMethod: 'POST',
    voiceUrl: '',
    voiceMethod: 'POST',
    voiceFallbackUrl: '',
    voiceFallbackMethod: 'POST',
    statusCallback: '',
    statusCallbackMethod: 'POST',
    created: at.toString(),
    updated: at.toString(),
  }
}

/** A messaging service as it is made: without a number. */
export function newService(accountSid: string, sid: string, at: Temporal.Instant): Service {
  return {
    sid,
    accountSid,
    friendlyName: 'Homeline',
    inboundRequestUrl: null,
    inboundMethod: 'POST',
    fallbackUrl: null,
    fallbackMethod: 'POST',
    statusCallback: null,
    useInboundWebhookOnNumber: false,
    numberSids: [],
    created: at.toString(),
    updated: at.toString(),
  }
}
