/** Where Twilio brings what belongs to a call; the ids are in the path, so that a form finds its call whatever became of any answer. */

import { isUuid } from '../../core/uuid.ts'

/** Where the carrier goes with a document that it could not play (Twilio, `FallbackUrl`): it names the document and the error. */
export const AGAIN_PATH = '/webhooks/twilio/again'

/** One turn of a call. */
export type TurnAt = { readonly districtId: string; readonly callId: string; readonly turn: number }

/** A call's turn: 0 is the first. */
export function turnPath(districtId: string, callId: string, turn: number): string {
  return `/webhooks/twilio/call/${districtId}/${callId}/${turn}`
}

/** Behind a turn's address: nobody spoke into the recording of the turn before. Twilio itself would not say so. */
const UNSPOKEN = '?unspoken'

/** The address of the next turn for the case that a recording stays empty; what is behind a # stays there. */
export function unspoken(next: string): string {
  return next.replace(/(?=#|$)/, UNSPOKEN)
}

const TURN_PATH = /\/([0-9a-f-]{36})\/([0-9a-f-]{36})\/(0|[1-9]\d{0,4})(\?unspoken)?$/

/** Which turn a request is for, by its path and query as they came; null: none. */
export function readTurnPath(url: string): (TurnAt & { readonly unspoken: boolean }) | null {
  const match = TURN_PATH.exec(url)
  if (match === null) return null
  const [, districtId = '', callId = '', turn = '', nothing] = match
  return isUuid(districtId) && isUuid(callId) ? { districtId, callId, turn: Number(turn), unspoken: nothing !== undefined } : null
}

/** The fate of calls to our numbers: it is set on the number, and finds its call by the carrier's name for it. */
export const INBOUND_STATUS_PATH = '/webhooks/twilio/call-status'

/** The fate of a call: ringing, answered, over. */
export function callStatusPath(districtId: string, callId: string): string {
  return `/webhooks/twilio/call-status/${districtId}/${callId}`
}

/** The fate of what was recorded in a turn. */
export function recordingPath(districtId: string, callId: string, turn: number): string {
  return `/webhooks/twilio/recording/${districtId}/${callId}/${turn}`
}

/** What the callee of a call's connect hears before the two are put together. */
export function screenPath(districtId: string, callId: string): string {
  return `/webhooks/twilio/screen/${districtId}/${callId}`
}

/** A recording as the carrier plays it: it asks without credentials, so that the signature is the key. */
export function audioPath(districtId: string, recordingId: string, signature: string): string {
  return `/webhooks/twilio/audio/${districtId}/${recordingId}/${signature}`
}
