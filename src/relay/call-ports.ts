/** What calls ask of the carrier and of a transcriber: types only, as in `ports.ts`. */

import type { E164 } from '../core/phone-number.ts'
import type { IncomingCall } from './answer-ports.ts'

/** A call to one of our numbers. `verified`: the carrier's word on whether `from` is true; null: none. */
export type InboundCall = IncomingCall & { readonly verified: string | null }

/** What the carrier tells of a call. The ids come from the callback's own path. Callbacks may come twice and in any order. */
export type CallStatus = {
  readonly kind: 'call'
  readonly sid: string
  /** Twilio's: `initiated`, `ringing`, `in-progress`, then one of `completed`, `busy`, `no-answer`, `failed`, `canceled`. */
  readonly word: string
  /** The carrier's own order of a call's callbacks; 0 where it told none. */
  readonly sequence: number
  readonly districtId: string
  readonly callId: string
  /** For how long it lasted; 0 until it is over. */
  readonly seconds: number
  /** Null: the carrier was not asked. */
  readonly answeredBy: 'person' | 'machine' | 'unknown' | null
  readonly errorCode: number | null
}

/** What the carrier tells of a call to one of our numbers, which has no path of its own: that it is over. */
export type InboundCallStatus = Pick<CallStatus, 'sid' | 'word' | 'seconds' | 'errorCode'> & {
  readonly kind: 'inbound_call'
  readonly to: E164
}

/** What the carrier tells of a recording of a turn: `completed`, `absent` (nothing was heard), `failed`. */
export type RecordingStatus = {
  readonly kind: 'recording'
  readonly sid: string
  readonly word: string
  readonly districtId: string
  readonly callId: string
  readonly turn: number
  readonly seconds: number
  readonly errorCode: number | null
}

/** Whether something was done. `gone`: there is no such thing (any more). `unavailable` may pass. */
export type Done = 'done' | 'gone' | 'unavailable'

/** Calls that are under way. Each request ends within 30 s and is not repeated. */
export type CallControl = {
  /** The call goes on with another turn, whose absolute address is given. */
  readonly redirect: (sid: string, turnUrl: string) => Promise<Done>
  /** Hangs up, or stops ringing. */
  readonly end: (sid: string) => Promise<Done>
}

/** A recording's file. `not_yet`: the carrier has not got it ready; `gone`: nothing that could be kept will come. */
export type RecordingFile =
  | { readonly kind: 'file'; readonly bytes: Buffer; readonly type: string }
  | { readonly kind: 'not_yet' }
  | { readonly kind: 'gone' }
  | { readonly kind: 'unavailable' }

/** The carrier's recordings. Each request ends within 30 s. */
export type RecordingCarrier = {
  readonly fetchRecording: (sid: string) => Promise<RecordingFile>
  /** `done` too when it was not there any more. */
  readonly deleteRecording: (sid: string) => Promise<'done' | 'unavailable'>
}

/** What a number is on; `unknown`: the carrier does not know. */
export type LineType = 'mobile' | 'landline' | 'voip' | 'unknown'

/**
 * Asks what a number is on; ends within 5 s; null: the carrier did not answer, or does not answer this account. Each question costs money: the
 * answer is for keeping.
 */
export type LineLookUp = (number: E164) => Promise<LineType | null>

/** A voicemail to be put into words. `sid`: the carrier's name of it, for a transcriber that is the carrier's own. */
export type TranscriptionRequest = {
  readonly audio: Buffer
  /** BCP 47: the household's; it is never guessed. */
  readonly language: string
  readonly sid: string
}

/**
 * `unsupported` is an answer for good (no such language, nothing understood): the voicemail goes on as audio alone. `unavailable` may pass.
 * `reason` is for the log: it holds no word of what was said.
 */
export type TranscriptionAnswer =
  | { readonly kind: 'transcribed'; readonly text: string; readonly by: string }
  | { readonly kind: 'unsupported'; readonly reason: string }
  | { readonly kind: 'unavailable'; readonly reason: string }

/** What writes down a voicemail. Ends within 45 s, so that work that goes on is `unavailable`, to be asked for again under its sid; never throws for an expected failure. */
export type Transcriber = {
  readonly name: string
  readonly transcribe: (request: TranscriptionRequest) => Promise<TranscriptionAnswer>
}
