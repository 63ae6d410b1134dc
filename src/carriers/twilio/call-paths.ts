/** Where Twilio brings what belongs to a call; the ids are in the path, so that a form finds its call whatever became of any answer. */

/** A call's turn: what its document says is `turn`'s; 0 is the first. */
export function turnPath(districtId: string, callId: string, turn: number): string {
  return `/webhooks/twilio/call/${districtId}/${callId}/${turn}`
}

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
