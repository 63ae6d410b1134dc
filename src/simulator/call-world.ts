/** Calls at the simulated Twilio: types only. */

/** Where a call stands. Source: Twilio, Call resource, `status`. */
export type CallState =
  | 'queued'
  | 'initiated'
  | 'ringing'
  | 'in-progress'
  | 'completed'
  | 'busy'
  | 'no-answer'
  | 'failed'
  | 'canceled'

/** One leg in Twilio's list. Instants are ISO 8601. */
export type CallRecord = {
  readonly sid: string
  readonly accountSid: string
  readonly parentSid: string | null
  readonly direction: 'inbound' | 'outbound-api' | 'outbound-dial'
  readonly from: string
  readonly to: string
  readonly status: CallState
  readonly answeredBy: string | null
  readonly errorCode: number | null
  readonly forwardedFrom: string | null
  /** The sid of the account's number that was called or calls. */
  readonly numberSid: string | null
  readonly created: string
  readonly answered: string | null
  readonly ended: string | null
  readonly updated: string
}

/** A recording. `words` is what was said: the simulator's own way to a transcript. */
export type Recording = {
  readonly sid: string
  readonly accountSid: string
  readonly callSid: string
  readonly seconds: number
  readonly words: string
  readonly transcribe: boolean
  readonly created: string
}

/** What somebody at a phone hears or does, in its order. */
export type Heard =
  | { readonly kind: 'said'; readonly language: string; readonly voice: string; readonly text: string }
  | { readonly kind: 'played'; readonly url: string }
  | { readonly kind: 'tone' }
  | { readonly kind: 'pressed'; readonly keys: string }
  | { readonly kind: 'spoke'; readonly words: string }
  /** Put through to somebody. */
  | { readonly kind: 'bridged' }

/** What a phone waits for now. */
export type Waiting = 'nothing' | 'keys' | 'speech' | 'keys or speech' | 'recording' | 'the other side'

/** A call as the phone in somebody's hand shows it: the number that it sees, and never another. */
export type PhoneCall = {
  readonly sid: string
  readonly phone: string
  /** What the display shows; `anonymous` when the caller withholds it. */
  readonly other: string
  /** Whether somebody at this phone dialled. */
  readonly dialled: boolean
  readonly state: 'rings' | 'talks' | 'over'
  readonly heard: readonly Heard[]
  readonly waits: Waiting
}

/** What happens to calls that ring a phone, where nobody at the phone decides. */
export type VoiceFault = 'none' | 'busy' | 'no-answer' | 'machine' | 'hang-up'

/** Who is told of a call's steps, and of which: `initiated`, `ringing`, `answered`, `completed`. An empty address: nobody. */
export type Addressee = { readonly url: string; readonly method: string; readonly events: readonly string[] }

/** What a caller's network says beside the number: who passed the call on, and whether it vouches for the number ('': it says nothing; left out: fully). */
export type CallerSigns = { readonly forwardedFrom?: string; readonly verified?: string }

/** A call to be made, as `POST Calls.json` asks. */
export type CallRequest = {
  readonly from: string
  readonly to: string
  readonly url: string
  readonly method: string
  readonly fallbackUrl: string
  readonly fallbackMethod: string
  readonly told: Addressee
  /** Seconds for which it rings, and for which it may last. */
  readonly timeout: number
  readonly timeLimit: number
  /** `Enable` looks who answers, `DetectMessageEnd` waits for a machine's tone, '' does not look. */
  readonly machineDetection: string
}
