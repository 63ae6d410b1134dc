/** Plays a call's script as the runner does: turn by turn, with facts that follow from what was heard. */

import type { CallEffect, CallFacts, CallInput, Spoken, Turn, Verb, WaitingMessage } from '../../src/core/call-script.ts'

/** A script as its callers see it: state null begins it. */
export type Script<State> = (state: State | null, input: CallInput, facts: CallFacts) => Turn<State>

/** A message that waits, from Ms Rivera and in Spanish unless said otherwise. */
export function waitingMessage(exchangeId: string, more: Partial<WaitingMessage> = {}): WaitingMessage {
  const texts = [{ language: 'es', text: `Privado ${exchangeId}: Maya no vino hoy.` }]
  return { exchangeId, from: 'Ms Rivera', texts, recordingId: null, urgent: false, ...more }
}

/** The Lopez family, which speaks Spanish, and Ms Rivera within her hours. */
export function callFacts(more: Partial<CallFacts> = {}): CallFacts {
  return {
    school: 'Lincoln School',
    own: null,
    languages: ['es'],
    menu: [],
    guardian: 'Rosa Lopez',
    family: 'Maya L.',
    staff: { name: 'Ms Rivera', language: 'en', party: { phoneId: 'rivera', shows: 'proxy-of-family' } },
    familyParty: { phoneId: 'lopez', shows: 'proxy-of-staff' },
    familyOpens: null,
    office: null,
    minutesUsed: false,
    waiting: [],
    voicemails: [],
    recorded: new Map(),
    toRecord: [],
    recordsPrompts: true,
    room: null,
    talk: null,
    ...more,
  }
}

/** What was played in a turn, a line each: `es: words`, `play ID`, and the verb that hands over. */
export function lines(verbs: readonly Verb[]): readonly string[] {
  return verbs.flatMap((verb) => [...spokenOf(verb).flatMap(line), ...verbLine(verb)])
}

/** Everything that a verb says. */
export function spokenOf(verb: Verb): readonly Spoken[] {
  return 'what' in verb ? verb.what : []
}

function line(spoken: Spoken): readonly string[] {
  if (spoken.kind === 'say') return [`${spoken.language}: ${spoken.text}`]
  return spoken.kind === 'play' ? [`play ${spoken.recordingId}`] : []
}

function verbLine(verb: Verb): readonly string[] {
  switch (verb.kind) {
    case 'ask':
      return [`[ask ${verb.keys}${verb.speech === null ? '' : ` ${verb.speech}`}]`]
    case 'connect':
      return [`[connect ${verb.to.phoneId} showing ${verb.to.shows}]`]
    case 'join':
      return [`[join ${verb.room}${verb.ends ? ' ends' : ''}]`]
    case 'speak':
      return []
    default:
      return [`[${verb.kind}]`]
  }
}

/** One turn that was played. */
export type PlayedTurn = {
  readonly input: CallInput
  readonly verbs: readonly Verb[]
  readonly lines: readonly string[]
  readonly effects: readonly CallEffect[]
}

/** Plays the inputs one after the other, until the script hangs up. What was heard does not wait any more. */
export function playCall<State>(script: Script<State>, inputs: readonly CallInput[], facts: CallFacts): readonly PlayedTurn[] {
  const turns: PlayedTurn[] = []
  let state: State | null = null
  let now = facts
  for (const input of inputs) {
    const turn: Turn<State> = script(state, input, now)
    // The runner keeps it as JSON between two turns.
    state = JSON.parse(JSON.stringify(turn.state)) as State
    turns.push({ input, verbs: turn.verbs, lines: lines(turn.verbs), effects: turn.effects })
    const heard = turn.effects.flatMap((effect) => (effect.kind === 'heard' ? [effect.exchangeId] : []))
    now = { ...now, waiting: now.waiting.filter((message) => !heard.includes(message.exchangeId)) }
    if (turn.verbs.at(-1)?.kind === 'hang_up') break
  }
  return turns
}

/** Somebody picked up. */
export const person: CallInput = { kind: 'answered', by: 'person' }
/** An answering machine picked up. */
export const machine: CallInput = { kind: 'answered', by: 'machine' }
/** Nobody pressed or said anything. */
export const silence: CallInput = { kind: 'silence' }
/** All was said to its end, and the call goes on. */
export const said: CallInput = silence
/** The caller is gone. */
export const ended: CallInput = { kind: 'ended' }
/** Keys that were pressed. */
export const key = (keys: string): CallInput => ({ kind: 'keys', keys })
/** Words that were understood so surely. */
export const speech = (text: string, confidence: number | null = 0.9): CallInput => ({ kind: 'speech', text, confidence })
/** A recording of twelve seconds. */
export const recorded = (sid: string | null, hungUp = false): CallInput => ({ kind: 'recorded', sid, seconds: 12, hungUp })
/** A connection that is over after a minute. */
export const connected = (outcome: 'answered' | 'busy' | 'no_answer' | 'failed'): CallInput => ({
  kind: 'connected',
  outcome,
  seconds: 60,
})
/** What a PIN came to. */
export const pin = (outcome: 'right' | 'wrong' | 'locked'): CallInput => ({ kind: 'pin', outcome })
