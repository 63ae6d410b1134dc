/** What a call's turn asks of the store: types only, as in `ports.ts`. */

import type { CallEffect, CallFacts, CallInput, Verb } from '../core/call-script.ts'
import type { E164 } from '../core/phone-number.ts'

/** Which script answers a call. */
export type ScriptName = 'message' | 'family' | 'stranger' | 'staff' | 'staff_first' | 'studio' | 'room' | 'interpreted'

/** A call to one of our numbers. `from` null: withheld, or no phone. */
export type IncomingCall = { readonly sid: string; readonly from: E164 | null; readonly to: E164 }

/** A script's next step: `state` null begins it. Pure; the state is whatever the script itself returned before. */
export type PlayTurn = (
  script: ScriptName,
  state: unknown,
  input: CallInput,
  facts: CallFacts,
) => { readonly verbs: readonly Verb[]; readonly state: unknown; readonly effects: readonly CallEffect[] }

/** The scripts as the store needs them. */
export type Scripts = {
  readonly play: PlayTurn
  /** Whether the keys that come next are a PIN, which the store looks up before the script hears of it. */
  readonly asksForPin: (state: unknown) => boolean
}

/** What the carrier is to play, with everything that only the carrier may read: numbers by phone and proxy number ids. */
export type Played = {
  readonly districtId: string
  readonly callId: string
  /** Under which the next turn comes in. */
  readonly turn: number
  readonly verbs: readonly Verb[]
  readonly numbers: ReadonlyMap<string, E164>
  /** The number of ours that this leg speaks by. */
  readonly own: E164
}

/** Whose leg a screen is played to, and in which words. */
export type Screened = { readonly side: 'family' | 'staff'; readonly facts: CallFacts }

/** Calls as the voice webhooks see them. Each is one transaction. */
export type AnswerStore = {
  /** A call came in: it is opened once per sid, and its first turn played. Null: the number is not ours. */
  readonly incoming: (call: IncomingCall) => Promise<Played | null>
  /**
   * The carrier asks for a call's next turn. A turn that was played already is answered as before (the carrier tries again when an answer is
   * lost); one that is over, or of no call, is null.
   */
  readonly turn: (districtId: string, callId: string, turn: number, sid: string, input: CallInput) => Promise<Played | null>
  /** What the callee of a call's `connect` hears first; null: nobody is being connected any more. */
  readonly screen: (districtId: string, callId: string) => Promise<Screened | null>
  /** The callee took it: the two may be bridged. False: the call is over. */
  readonly through: (districtId: string, callId: string) => Promise<boolean>
}
