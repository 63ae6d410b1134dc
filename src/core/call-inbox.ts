/**
 * What waits for a family, heard and answered by phone: gate, message, menu, answer. The same for a call that we make and for one who calls in.
 * Nothing private is said before somebody pressed a key at the gate (or gave the PIN).
 */

import { first, go, goodbye, hand, leaving, type Nodes, type Place } from './call-nodes.ts'
import type { CallFacts, CallInput, Spoken, Turn, WaitingMessage } from './call-script.ts'
import { canBeLed, say, sayWords } from './call-speech.ts'
import { hasSpeech, hasVoice } from './call-voices.ts'
import { sameLanguage } from './language.ts'

/** What a family's call remembers. */
export type FamilyState = Place & {
  /** Whether somebody pressed the key at the gate, or gave the PIN: without it nothing that waits is said. */
  readonly gated: boolean
  /** The phone is somebody else's: a PIN opened what waits, and what is said of calls is not about this phone. */
  readonly borrowed: boolean
  /** The messages that were said in this call. */
  readonly told: readonly string[]
  /** The one that was said last. */
  readonly current: WaitingMessage | null
  /** What was understood of a spoken answer and waits for its key. */
  readonly reply: string | null
  /** Whom a recording is for. */
  readonly to: 'staff' | 'office'
  /** Where the call goes on when everything was heard. */
  readonly after: 'goodbye' | 'reach'
}

type FamilyTurn = Turn<FamilyState>

/** Below it a transcript is only a guess, and the voice itself is kept. The carrier promises nothing about the figure. */
const SURE = 0.5
const KEY_SECONDS = 15
const ANSWER_SECONDS = 10
const MOST_RECORDED = 180
const RING_SECONDS = 25
const TALK_SECONDS = 1800

const at = (input: CallInput): string | null => (input.kind === 'keys' ? input.keys : null)

/** The nodes of hearing and answering. */
export const inboxNodes: Nodes<FamilyState> = {
  gate: {
    enter: (state, facts) => {
      const message = facts.waiting[0]
      const who =
        message === undefined ? [] : say(facts, state.language, 'gate_staff', { staff: message.from, school: facts.school })
      const whom =
        facts.guardian === null || !canBeLed(facts, state.language) || facts.recorded.has(`${state.language} gate_family`)
          ? say(facts, state.language, 'gate_family', {})
          : say(facts, state.language, 'gate_person', { guardian: facts.guardian })
      const ask = hand(state, 'gate', { kind: 'ask', what: [...who, ...whom], keys: 1, speech: null, seconds: KEY_SECONDS })
      return state.wrong > 0 || state.after === 'reach' ? ask : honest(state, facts, ask)
    },
    on: (state, input, facts) => {
      if (at(input) !== '1') return 'again'
      return leaving(next({ ...state, gated: true }, facts), { kind: 'event', what: 'person', detail: { key: '1' } })
    },
    // Silence may be a machine that nobody recognised: it hears whom to call back and nothing else.
    giveUp: (state, facts) => goodbye(state, facts, say(facts, state.language, 'machine', { school: facts.school })),
  },
  // Asked for only when the words were said to their end: who hangs up now has heard them.
  told: {
    enter: (state) => hand(state, 'told', { kind: 'go_on' }),
    on: (state, input, facts) => {
      const turn = input.kind === 'keys' ? menuChoice(state, input, facts) : 'again'
      return heard(state, turn === 'again' ? go(inboxNodes, 'menu', state, facts) : turn)
    },
  },
  menu: {
    enter: (state, facts) => {
      const choices = facts.staff?.party == null ? [] : say(facts, state.language, 'menu_talk', {})
      const more = waiting(state, facts).length > 0 ? say(facts, state.language, 'more', {}) : []
      const end = state.borrowed ? [] : say(facts, state.language, 'menu_end', {})
      const person = say(facts, state.language, 'menu_person', {})
      const what = [...say(facts, state.language, 'menu', {}), ...choices, ...end, ...person, ...more]
      return hand(state, 'menu', { kind: 'ask', what, keys: 1, speech: null, seconds: KEY_SECONDS })
    },
    on: menuChoice,
  },
  answer: {
    enter: (state, facts) =>
      hasSpeech(state.language) && hasVoice(state.language)
        ? hand(state, 'answer', {
            kind: 'ask',
            what: say(facts, state.language, 'say_answer', {}),
            keys: 0,
            speech: state.language,
            seconds: ANSWER_SECONDS,
          })
        : go(inboxNodes, 'record', state, facts),
    on: (state, input, facts) => {
      if (input.kind !== 'speech' || input.text.trim() === '') return 'again'
      if ((input.confidence ?? 1) < SURE)
        return first(say(facts, state.language, 'not_understood', {}), go(inboxNodes, 'record', state, facts))
      return go(inboxNodes, 'send', { ...state, reply: input.text.trim() }, facts)
    },
    giveUp: (state, facts) => go(inboxNodes, 'record', state, facts),
  },
  send: {
    enter: (state, facts) => {
      const what = [
        ...say(facts, state.language, 'read_back', {}),
        ...(sayWords(state.language, state.reply ?? '') ?? []),
        ...say(facts, state.language, 'send_or_again', {}),
      ]
      return hand(state, 'send', { kind: 'ask', what, keys: 1, speech: null, seconds: KEY_SECONDS })
    },
    on: (state, input, facts) => {
      if (at(input) === '2') return go(inboxNodes, 'answer', { ...state, reply: null }, facts)
      if (at(input) !== '1' || state.reply === null) return 'again'
      const sent = say(facts, state.language, 'sent', { staff: state.current?.from ?? facts.staff?.name ?? facts.school })
      return leaving(first(sent, next({ ...state, reply: null }, facts)), {
        kind: 'reply',
        text: state.reply,
        language: state.language,
      })
    },
    giveUp: (state, facts) => leaving(goodbye(state, facts), { kind: 'event', what: 'answer_not_sent' }),
  },
  record: {
    enter: (state, facts) =>
      hand(state, 'record', {
        kind: 'record',
        what: say(facts, state.language, state.current === null ? 'leave_message' : 'record_answer', {}),
        mostSeconds: MOST_RECORDED,
        language: state.language,
      }),
    on: (state, input, facts) => {
      if (input.kind !== 'recorded' || input.sid === null) return 'again'
      const { sid, seconds, hungUp } = input
      const kept = {
        kind: 'recording',
        use: state.current === null ? 'voicemail' : 'answer',
        to: state.to,
        sid,
        seconds,
        language: state.language,
      } as const
      const thanks = say(facts, state.language, 'recorded_sent', {})
      return leaving(hungUp ? goodbye(state, facts, thanks) : first(thanks, next(state, facts)), kept)
    },
  },
  talk: {
    enter: (state, facts) =>
      facts.staff?.party == null
        ? refused(first(unavailable(state, facts), go(inboxNodes, 'missed', { ...state, after: 'goodbye' }, facts)), facts)
        : first(
            say(facts, state.language, 'connecting', { staff: facts.staff.name }),
            hand({ ...state, after: 'goodbye' }, 'talk', {
              kind: 'connect',
              to: facts.staff.party,
              ringSeconds: RING_SECONDS,
              mostSeconds: TALK_SECONDS,
            }),
          ),
    on: (state, input, facts) => {
      if (input.kind !== 'connected') return 'again'
      if (input.outcome === 'answered') return talked(state, facts, input.seconds)
      return leaving(first(unavailable(state, facts), go(inboxNodes, 'missed', state, facts)), {
        kind: 'event',
        what: 'not_connected',
        detail: { outcome: input.outcome },
      })
    },
  },
  // Nobody answered: a message after the tone, or the office.
  missed: {
    enter: (state, facts) =>
      facts.office === null
        ? go(inboxNodes, 'record', { ...state, current: null, to: 'staff' }, facts)
        : hand(state, 'missed', {
            kind: 'ask',
            what: say(facts, state.language, 'or_office', {}),
            keys: 1,
            speech: null,
            seconds: 3,
          }),
    on: (state, input, facts) =>
      at(input) === '0'
        ? go(inboxNodes, 'office', state, facts)
        : go(inboxNodes, 'record', { ...state, current: null, to: 'staff' }, facts),
  },
  office: {
    enter: (state, facts) =>
      facts.office === null
        ? go(inboxNodes, 'record', { ...state, current: null, to: 'office' }, facts)
        : first(
            say(facts, state.language, 'connecting', { staff: facts.school }),
            hand(state, 'office', {
              kind: 'connect',
              to: facts.office,
              ringSeconds: RING_SECONDS,
              mostSeconds: TALK_SECONDS,
            }),
          ),
    on: (state, input, facts) => {
      if (input.kind !== 'connected') return 'again'
      return input.outcome === 'answered'
        ? talked(state, facts, input.seconds)
        : go(inboxNodes, 'record', { ...state, current: null, to: 'office' }, facts)
    },
  },
}

function heard(state: FamilyState, turn: FamilyTurn): FamilyTurn {
  return state.current === null ? turn : leaving(turn, { kind: 'heard', exchangeId: state.current.exchangeId })
}

/** To a listener in whose language nobody has recorded anything yet: English, and a person calls. */
export function honest(state: FamilyState, facts: CallFacts, turn: FamilyTurn): FamilyTurn {
  if (canBeLed(facts, state.language)) return turn
  return leaving(first(say(facts, 'en', 'someone_calls', {}), turn), { kind: 'call_back', language: state.language })
}

function menuChoice(state: FamilyState, input: CallInput, facts: CallFacts): FamilyTurn | 'again' {
  switch (at(input) ?? input.kind) {
    case '1':
      return state.current === null ? 'again' : tell(state, state.current, facts)
    case '2':
      return go(inboxNodes, 'answer', { ...state, to: 'staff' }, facts)
    case '3':
      return facts.staff?.party == null ? 'again' : go(inboxNodes, 'talk', state, facts)
    case '0':
      return leaving(goodbye(state, facts, say(facts, state.language, 'talk_person', {})), {
        kind: 'person_wanted',
        language: state.language,
      })
    case '9':
      if (state.borrowed) return 'again'
      return leaving(goodbye(state, facts, say(facts, state.language, 'calls_ended', {})), { kind: 'no_more_calls' })
    case 'silence':
      return next(state, facts)
    default:
      return 'again'
  }
}

function refused(turn: FamilyTurn, facts: CallFacts): FamilyTurn {
  return facts.minutesUsed ? leaving(turn, { kind: 'event', what: 'minutes_used' }) : turn
}

function unavailable(state: FamilyState, facts: CallFacts): readonly Spoken[] {
  if (facts.minutesUsed) return say(facts, state.language, 'minutes_used', {})
  return facts.staff === null ? [] : say(facts, state.language, 'not_available', { staff: facts.staff.name })
}

function talked(state: FamilyState, facts: CallFacts, seconds: number): FamilyTurn {
  return leaving(goodbye(state, facts, say(facts, state.language, 'goodbye', {})), {
    kind: 'event',
    what: 'talked',
    detail: { seconds },
  })
}

/** Says the next message that waits, else goes on where the call was going. */
export function next(state: FamilyState, facts: CallFacts): FamilyTurn {
  const [message] = waiting(state, facts)
  if (message !== undefined) return tell(state, message, facts)
  return state.after === 'reach' ? go(inboxNodes, 'talk', state, facts) : goodbye(state, facts)
}

function waiting(state: FamilyState, facts: CallFacts): readonly WaitingMessage[] {
  return state.gated ? facts.waiting.filter((message) => !state.told.includes(message.exchangeId)) : []
}

/** The message in one piece, without barge-in; what follows it shows that it was heard. */
function tell(state: FamilyState, message: WaitingMessage, facts: CallFacts): FamilyTurn {
  const told = [...state.told.filter((id) => id !== message.exchangeId), message.exchangeId]
  const who = say(facts, state.language, 'message_from', { staff: message.from })
  const words = wordsOf(message, state.language, facts)
  if (words !== null) {
    const turn = go(inboxNodes, 'told', { ...state, current: message, told }, facts)
    return first([...who, { kind: 'pause', seconds: 1 }, ...words], turn)
  }
  // No voice speaks it and nobody has recorded it: it was not heard, and a person calls.
  const later = say(facts, state.language, 'someone_calls', {})
  const turn = next({ ...state, current: null, told }, facts)
  return leaving(first([...who, ...later], turn), { kind: 'call_back', language: state.language })
}

/** What is heard of a message: all of it, or null. What nobody could put into the listener's language is announced as that. */
function wordsOf(message: WaitingMessage, listener: string, facts: CallFacts): readonly Spoken[] | null {
  if (message.recordingId !== null) return [{ kind: 'play', recordingId: message.recordingId }]
  const said = message.texts.map(({ language, text }) => sayWords(language, text, listener))
  if (said.includes(null) || said.length === 0) return null
  const own = message.texts.some(({ language }) => sameLanguage(language, listener))
  return [...(own ? [] : say(facts, listener, 'as_written', {})), ...said.flatMap((words) => words ?? [])]
}
