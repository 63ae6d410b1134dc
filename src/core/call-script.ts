/**
 * What a call is made of: what comes in, what is said and asked, what follows from it. Scripts are pure: (state, input, facts) → (verbs, next
 * state, effects); each script has a file of its own (`call-message`, `call-family`, …). Phones and numbers are spoken of by id.
 */

import type { Wordings } from './wordings.ts'

/** Something that the caller hears. */
export type Spoken =
  /** Words in a voice of their own language (BCP 47); `call-voices` says which languages have one. */
  | { readonly kind: 'say'; readonly language: string; readonly text: string }
  /** A recording, by its id. */
  | { readonly kind: 'play'; readonly recordingId: string }
  | { readonly kind: 'pause'; readonly seconds: number }

/** Another phone that is put through: it rings, and sees `shows`, one of our numbers. There is no way to connect without one. */
export type Party = { readonly phoneId: string; readonly shows: string }

/** One thing that the carrier does with the call. The last of a turn is one that hands over to the next turn, or `hang_up`. */
export type Verb =
  | { readonly kind: 'speak'; readonly what: readonly Spoken[] }
  | {
      readonly kind: 'ask'
      readonly what: readonly Spoken[]
      /** How many keys at most; 0: none are taken. More than one end with #. */
      readonly keys: number
      /** The language of a spoken answer; null: only keys. */
      readonly speech: string | null
      /** Seconds of silence after which the turn goes on with `silence`. */
      readonly seconds: number
    }
  | {
      readonly kind: 'record'
      readonly what: readonly Spoken[]
      readonly mostSeconds: number
      /** The language in which somebody is to speak, where it is to be put into words; null: it is for listening alone. */
      readonly language: string | null
    }
  | {
      readonly kind: 'connect'
      readonly to: Party
      /** For how long it rings. */
      readonly ringSeconds: number
      /** For how long the two may talk. */
      readonly mostSeconds: number
    }
  /** Into the room of several legs (an aide, an interpreter); the room ends with the leg that `ends` it. */
  | { readonly kind: 'join'; readonly room: string; readonly ends: boolean }
  /** The next turn comes after so many seconds of silence, or with a key: for a call that waits for another leg. */
  | { readonly kind: 'wait'; readonly what: readonly Spoken[]; readonly seconds: number }
  /** The next turn comes, with `silence`, as soon as all was said: who hung up before that never gets there. */
  | { readonly kind: 'go_on' }
  | { readonly kind: 'hang_up' }

/** What the carrier tells at the begin of a turn. */
export type CallInput =
  /** The first document is asked for: the phone was answered, or somebody called us. */
  | { readonly kind: 'answered'; readonly by: 'person' | 'machine' | 'unknown' }
  | { readonly kind: 'keys'; readonly keys: string }
  /** `confidence` 0 to 1; null: the carrier did not say. It promises nothing about it. */
  | { readonly kind: 'speech'; readonly text: string; readonly confidence: number | null }
  /** `sid`: the carrier's name of the recording; null: too short to be kept. */
  | { readonly kind: 'recorded'; readonly sid: string | null; readonly seconds: number; readonly hungUp: boolean }
  /** A `connect` is over. `answered`: somebody pressed 1 and was put through. */
  | { readonly kind: 'connected'; readonly outcome: 'answered' | 'busy' | 'no_answer' | 'failed'; readonly seconds: number }
  | { readonly kind: 'silence' }
  /** What a PIN that was keyed in opened; the runner has looked it up. */
  | { readonly kind: 'pin'; readonly outcome: 'right' | 'wrong' | 'locked' }
  /** Hung up, at whatever step: the verbs of the turn are not played any more. */
  | { readonly kind: 'ended' }

/** A message that waits to be heard. */
export type WaitingMessage = {
  readonly exchangeId: string
  /** How the sender is named to the family: `Ms Rivera`. */
  readonly from: string
  /** What is said, each in the language that it is in: the translation, or where its facts differ both; or the original alone. */
  readonly texts: readonly { readonly language: string; readonly text: string }[]
  /** An aide's recording, which says it instead. */
  readonly recordingId: string | null
  readonly urgent: boolean
}

/** A family's spoken message. */
export type Voicemail = {
  readonly exchangeId: string
  readonly recordingId: string
  /** What it says in the staff member's language, where it was put into words. */
  readonly translation: { readonly language: string; readonly text: string } | null
}

/** What a script may know, read anew for each turn. */
export type CallFacts = {
  readonly school: string
  /** The language (BCP 47) of the staff member who is on this leg; null: it is no staff member's, or nobody recorded one. */
  readonly own: string | null
  /** The family's spoken languages (BCP 47), the first is its own; empty: nobody recorded one. */
  readonly languages: readonly string[]
  /** Languages that the district's families have, most frequent first: for the menu of a caller whose language nobody knows. */
  readonly menu: readonly string[]
  /** The guardian who is addressed, `Rosa Lopez`; null: a stranger. */
  readonly guardian: string | null
  /** How the family is named to staff: `Maya L.` */
  readonly family: string
  /** The staff side; `party` null: outside its hours, or no phone on file. */
  readonly staff: { readonly name: string; readonly language: string; readonly party: Party | null } | null
  /** The family's phone; null: outside its hours, opted out of calls, or no number. */
  readonly familyParty: Party | null
  /** When the family may be called, in words that the staff side hears (`tomorrow at 7:00 AM`); null: now, never, or nobody knows. */
  readonly familyOpens: string | null
  /** Somebody of the school's office who takes calls now; null: nobody. */
  readonly office: Party | null
  /** The household has used up its minutes of the day: it is put through to nobody, `staff` and `office` have no phone. */
  readonly minutesUsed: boolean
  /** What waits for this phone to be heard, in order. */
  readonly waiting: readonly WaitingMessage[]
  /** What the family left by voice and this staff member, on her own phone, has not heard yet, oldest first. */
  readonly voicemails: readonly Voicemail[]
  /** Recordings of fixed prompts in languages without a voice: recording ids by `language prompt`. */
  readonly recorded: ReadonlyMap<string, string>
  /** The district's own wordings of the prompts; absent: none. */
  readonly wordings?: Wordings | undefined
  /** What waits for an aide's recording, and families' spoken answers that nobody could write down. */
  readonly toRecord: readonly ToRecord[]
  /** Whether this staff member may record the fixed prompts that all of the district's families hear: an aide, or an administrator. */
  readonly recordsPrompts: boolean
  /** The room that this leg belongs to; null: none. */
  readonly room: CallRoom | null
  /** The interpreted call that this leg is one side of; null: none. */
  readonly talk: Talk | null
}

/** A call of several legs. Each is screened on its own, and sees one of our numbers. */
export type CallRoom = {
  /** The same for all of its legs. */
  readonly id: string
  /** Whose leg this is: an `aide` is of the school, an `interpreter` is not and hears no name of a family. */
  readonly side: 'staff' | 'family' | 'aide' | 'interpreter'
  /** The teacher or the family has gone, or was never reached: nobody is left to talk with. */
  readonly over: boolean
}

/** One of the two of an interpreted call. */
export type TalkSide = 'staff' | 'family'

/** A call that a machine interprets: two legs that never hear each other. */
export type Talk = {
  /** Whose leg this is. */
  readonly side: TalkSide
  /** What each side is spoken to in and answers in (BCP 47). */
  readonly languages: Readonly<Record<TalkSide, string>>
  /** `asked`: it rings or hears the notice; `here`: agreed and on the line; `gone`: refused, not reached or hung up. */
  readonly sides: Readonly<Record<TalkSide, 'asked' | 'here' | 'gone'>>
  /** What was said, oldest first. */
  readonly lines: readonly TalkLine[]
  /**
   * The person who takes the machine's place. `none`: nobody has asked for one; `asked`: a phone rings; `here`: in the room, where both sides go;
   * `gone`: nobody could be reached, or who was there has left.
   */
  readonly person: 'none' | 'asked' | 'here' | 'gone'
}

/** One side's words in an interpreted call. */
export type TalkLine = {
  /** Counts from 1 in the whole call. */
  readonly seq: number
  readonly by: TalkSide
  /** What the other side hears, in its language; empty: nothing was said, it is the other's turn. */
  readonly words: { readonly kind: 'made'; readonly text: string } | { readonly kind: 'pending' } | { readonly kind: 'failed' }
}

/** A message that a person has to say in a language without a voice, or an answer in one to be heard and put into words. */
export type ToRecord = {
  readonly exchangeId: string
  readonly language: string
  /** The staff member's own words, and their language. */
  readonly text: { readonly language: string; readonly text: string }
  /** An answer of a family to be heard; null: a message to be recorded. */
  readonly recordingId: string | null
}

/** What a turn leaves in the record. */
export type CallEffect =
  /** This message was said to its end after the gate. */
  | { readonly kind: 'heard'; readonly exchangeId: string }
  /** A family's spoken message is played to staff. */
  | { readonly kind: 'voicemail_played'; readonly exchangeId: string; readonly recordingId: string }
  /** It was played to its end. */
  | { readonly kind: 'voicemail_heard'; readonly exchangeId: string }
  /** What the family answered and sent, in its language. */
  | { readonly kind: 'reply'; readonly text: string; readonly language: string }
  /** Something was recorded; `voicemail` is a message of its own, `answer` answers what was heard. */
  | {
      readonly kind: 'recording'
      readonly use: 'voicemail' | 'answer'
      readonly to: 'staff' | 'office'
      readonly sid: string
      readonly seconds: number
      readonly language: string
    }
  /** A fixed prompt in a language without a voice. */
  | {
      readonly kind: 'prompt_recorded'
      readonly prompt: string
      readonly language: string
      readonly sid: string
      readonly seconds: number
    }
  /** An aide said a message; it goes out as this recording. */
  | { readonly kind: 'message_recorded'; readonly exchangeId: string; readonly sid: string; readonly seconds: number }
  /** An aide put a family's spoken answer into words, by voice. */
  | { readonly kind: 'answer_told'; readonly exchangeId: string; readonly sid: string; readonly seconds: number }
  /** The family wants no more calls (key 9). */
  | { readonly kind: 'no_more_calls' }
  /** This side heard that a machine interprets, and agrees. */
  | { readonly kind: 'talk_agreed'; readonly side: TalkSide }
  /** What one side said, to be put into the other's language at once; empty: it has nothing to say, and the other may. */
  | { readonly kind: 'talk_line'; readonly side: TalkSide; readonly text: string; readonly language: string }
  /** A family wants to talk with a person (key 0): a task. */
  | { readonly kind: 'person_wanted'; readonly language: string }
  /** A side of an interpreted call wants a person instead of the machine (key 0): one is called at once. */
  | { readonly kind: 'bring_person'; readonly language: string }
  /** Asks a person to call back: no voice and no recording in this language. */
  | { readonly kind: 'call_back'; readonly language: string }
  /** For the log: a key, a choice, an outcome. `what` is a word, never what somebody said. */
  | { readonly kind: 'event'; readonly what: string; readonly detail?: Readonly<Record<string, string | number | boolean>> }

/** What a turn comes to. */
export type Turn<State> = { readonly verbs: readonly Verb[]; readonly state: State; readonly effects: readonly CallEffect[] }
