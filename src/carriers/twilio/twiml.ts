/** Verbs of a call's turn to the document that Twilio plays: the only place that writes one. */

import { createHash } from 'node:crypto'
import twilio from 'twilio'
import type VoiceResponse from 'twilio/lib/twiml/VoiceResponse.js'
import type { Spoken, Verb } from '../../core/call-script.ts'
import type { E164 } from '../../core/phone-number.ts'
import { cutText } from '../../core/segments.ts'
import { unspoken } from './call-paths.ts'
import { transcribes } from './transcriptions.ts'

/** Twilio's names of what speaks and of what listens, by BCP 47; null: there is none, and never another language's instead. */
export type Voices = {
  readonly say: (language: string) => { readonly language: string; readonly voice: string } | null
  readonly speech: (language: string) => string | null
}

/** What a document needs beyond its verbs. Addresses are absolute. */
export type TwimlContext = {
  /** Where the call's next turn is asked for. */
  readonly next: string
  /** Where the callee's document of a `connect` is. */
  readonly screen: string
  /** Where the fate of what this turn records is told. */
  readonly recorded: string
  /** Where a recording's file is, by its id. */
  readonly audio: (recordingId: string) => string
  /** The number of ours that this leg speaks by. */
  readonly own: E164
  /** Numbers by phone id and by proxy number id: of every `connect`, whom it calls and what it shows. */
  readonly numbers: ReadonlyMap<string, E164>
  readonly voices: Voices
}

/** Twilio, `<Say>`: characters. */
const MOST_SAID = 4096
/** Silence after which a spoken answer is over: three seconds, for somebody who thinks in a second language. A number, since `auto` ends at the first pause. */
const SPEECH_ENDS = '3'
/** Silence after which a recording is over. */
const RECORDING_ENDS = 10
/** Twilio, `<Record>`: one that may be longer is not transcribed. */
const MOST_TRANSCRIBED = 120
/** For how long a leg may stay in a room; Twilio's own limit is four hours. */
const MOST_IN_ROOM = 7200

/** Twilio, error 11750: a longer document is not played. */
const MOST_BYTES = 64 * 1024

/**
 * The document of a turn. Every way on leads to `next`: by `actionOnEmptyResult` a Gather asks for it after silence too, and the Redirect behind
 * it is only for one that fails (a language that the recogniser does not take, warning 13331); behind a Record stands one because Twilio goes
 * on in the document, without asking for the action, when nobody spoke. Throws where a script asks for what cannot be: a language without a
 * voice, a party whose number is not in the context, more than Twilio takes in one document.
 */
export function writeTwiml(verbs: readonly Verb[], context: TwimlContext): string {
  const response = new twilio.twiml.VoiceResponse()
  for (const verb of verbs) write(response, verb, context)
  const document = response.toString()
  if (Buffer.byteLength(document) > MOST_BYTES) throw new Error('A call’s turn has more to say than the carrier takes at once.')
  return document
}

function write(response: VoiceResponse, verb: Verb, context: TwimlContext): void {
  const { next } = context
  switch (verb.kind) {
    case 'speak':
      speak(response, verb.what, context)
      break
    case 'ask':
      if (verb.keys === 0 && verb.speech === null) waitFor(response, verb, context)
      else {
        speak(response.gather(gather(verb, context)), verb.what, context)
        response.redirect({ method: 'POST' }, next)
      }
      break
    case 'record':
      speak(response, verb.what, context)
      response.record({
        action: next,
        method: 'POST',
        ...lengthOf(verb),
        finishOnKey: '#',
        playBeep: true,
        timeout: RECORDING_ENDS,
        trim: 'trim-silence',
        recordingStatusCallback: context.recorded,
        recordingStatusCallbackMethod: 'POST',
        recordingStatusCallbackEvent: ['completed', 'absent'],
      })
      response.redirect({ method: 'POST' }, unspoken(next))
      break
    case 'connect':
      dial(response, numberOf(context, verb.to.shows), {
        action: next,
        method: 'POST',
        timeout: verb.ringSeconds,
        timeLimit: verb.mostSeconds,
        answerOnBridge: true,
      }).number({ url: context.screen, method: 'POST' }, numberOf(context, verb.to.phoneId))
      break
    case 'join':
      // Nobody hears a beep for another, nor music; a room's name is shown in Twilio's console and logs.
      dial(response, context.own, { action: next, method: 'POST', timeLimit: MOST_IN_ROOM }).conference(
        { beep: 'false', startConferenceOnEnter: true, endConferenceOnExit: verb.ends, waitUrl: '' },
        createHash('sha256').update(verb.room).digest('hex').slice(0, 32),
      )
      break
    case 'wait': {
      // A key is heard in what is nested in a Gather, and in a plain Pause by nobody.
      const waiting = response.gather(gather({ kind: 'ask', what: [], keys: 1, speech: null, seconds: 1 }, context))
      speak(waiting, verb.what, context)
      if (verb.seconds > 1) waiting.pause({ length: verb.seconds - 1 })
      response.redirect({ method: 'POST' }, next)
      break
    }
    case 'go_on':
      response.redirect({ method: 'POST' }, next)
      break
    case 'hang_up':
      response.hangup()
  }
}

/** The carrier itself writes down English, if it is short; `transcriptions` reads it. */
function lengthOf({ mostSeconds, language }: Extract<Verb, { kind: 'record' }>): VoiceResponse.RecordAttributes {
  if (language === null || !transcribes(language)) return { maxLength: mostSeconds }
  return { maxLength: Math.min(mostSeconds, MOST_TRANSCRIBED), transcribe: true }
}

function waitFor(
  response: VoiceResponse,
  { what, seconds }: { readonly what: readonly Spoken[]; readonly seconds: number },
  context: TwimlContext,
): void {
  speak(response, what, context)
  response.pause({ length: seconds })
  response.redirect({ method: 'POST' }, context.next)
}

/** The only `<Dial>`: without `callerId` Twilio shows the callee whoever called us (Twilio, `<Dial>`; error 13214). */
function dial(
  response: VoiceResponse,
  callerId: E164,
  attributes: Omit<VoiceResponse.DialAttributes, 'callerId'>,
): VoiceResponse.Dial {
  return response.dial({ ...attributes, callerId })
}

function gather(verb: Extract<Verb, { kind: 'ask' }>, { next, voices }: TwimlContext): VoiceResponse.GatherAttributes {
  const speech = verb.speech === null ? null : voices.speech(verb.speech)
  if (verb.speech !== null && speech === null) throw new Error(`Nothing listens to ${verb.speech}.`)
  return {
    input: speech === null ? ['dtmf'] : verb.keys === 0 ? ['speech'] : ['dtmf', 'speech'],
    ...(verb.keys === 0 ? {} : { numDigits: verb.keys }),
    // With a single key, # and * are answers like any other.
    finishOnKey: verb.keys === 1 ? '' : '#',
    timeout: verb.seconds,
    ...(speech === null
      ? {}
      : {
          language: speech as NonNullable<VoiceResponse.GatherAttributes['language']>,
          speechTimeout: SPEECH_ENDS,
          // It would rewrite what a family says.
          profanityFilter: false,
        }),
    actionOnEmptyResult: true,
    action: next,
    method: 'POST',
  }
}

function speak(into: VoiceResponse | VoiceResponse.Gather, what: readonly Spoken[], context: TwimlContext): void {
  for (const one of what) {
    if (one.kind === 'pause') into.pause({ length: one.seconds })
    else if (one.kind === 'play') into.play(context.audio(one.recordingId))
    else {
      const voice = context.voices.say(one.language)
      if (voice === null) throw new Error(`Nothing speaks ${one.language}.`)
      for (const part of cutText(sayable(one.text), MOST_SAID)) into.say(voice as VoiceResponse.SayAttributes, part)
    }
  }
}

/** What XML 1.0 has no place for (and half a surrogate pair) becomes a space: it has no sound. */
const UNSAYABLE = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFC}\u{10000}-\u{10FFFF}]/gu

function sayable(text: string): string {
  return text.toWellFormed().replace(UNSAYABLE, ' ').trim()
}

function numberOf(context: TwimlContext, id: string): E164 {
  const number = context.numbers.get(id)
  if (number === undefined) throw new Error(`No number is known of ${id}.`)
  return number
}
