/**
 * A staff member calls a family: by dialling its number as she knows it, or from the API, when her own phone rings first. What the family left by voice she
 * hears first if she likes: a number can be pretended, so a key is asked for before a word of it.
 */

import { first, go, goodbye, hand, leaving, type Nodes, type Place, playNodes } from './call-nodes.ts'
import type { CallFacts, CallInput, Spoken, Turn, Voicemail } from './call-script.ts'
import { say, sayWords } from './call-speech.ts'

/** What a staff member's call remembers. */
export type StaffState = Place & {
  /** The spoken messages that were played in this call. */
  readonly told: readonly string[]
  /** The one that was played last. */
  readonly current: Voicemail | null
}

type StaffTurn = Turn<StaffState>

const KEY_SECONDS = 8
const RING_SECONDS = 30
const TALK_SECONDS = 1800
const MOST_RECORDED = 180

const nodes: Nodes<StaffState> = {
  waiting: {
    enter: (state, facts) => {
      const what = say(facts, state.language, 'you_have_messages', {})
      return hand(state, 'waiting', { kind: 'ask', what, keys: 1, speech: null, seconds: KEY_SECONDS })
    },
    on: (state, input, facts) => {
      const pressed = input.kind === 'keys' ? input.keys : ''
      if (pressed === '1') return playNext(state, facts)
      return pressed === '2' ? go(nodes, 'call', state, facts) : 'again'
    },
    giveUp: (state, facts) => go(nodes, 'call', state, facts),
  },
  heard: {
    enter: (state, facts) => {
      const call = facts.familyParty === null ? [] : say(facts, state.language, 'staff_call_family', {})
      const more = unheard(state, facts).length > 0 ? say(facts, state.language, 'more', {}) : []
      const what = [...say(facts, state.language, 'menu', {}), ...call, ...more]
      return hand(state, 'heard', { kind: 'ask', what, keys: 1, speech: null, seconds: KEY_SECONDS })
    },
    on: (state, input, facts) => heard(state, choice(state, input, facts)),
    giveUp: (state, facts) => heard(state, goodbye(state, facts)),
  },
  // Her phone rings first: a machine presses no key, and the family is not called.
  gate: {
    enter: (state, facts) =>
      hand(state, 'gate', {
        kind: 'ask',
        what: say(facts, state.language, 'staff_gate', { family: facts.family }),
        keys: 1,
        speech: null,
        seconds: KEY_SECONDS,
      }),
    on: (state, input, facts) => (input.kind === 'keys' && input.keys === '1' ? go(nodes, 'call', state, facts) : 'again'),
  },
  call: {
    enter: (state, facts) =>
      facts.familyParty === null
        ? first(closed(state, facts), go(nodes, 'offer', state, facts))
        : hand(state, 'call', {
            kind: 'connect',
            to: facts.familyParty,
            ringSeconds: RING_SECONDS,
            mostSeconds: TALK_SECONDS,
          }),
    on: (state, input, facts) => {
      if (input.kind !== 'connected') return 'again'
      if (input.outcome === 'answered')
        return leaving(goodbye(state, facts, say(facts, state.language, 'goodbye', {})), {
          kind: 'event',
          what: 'talked',
          detail: { seconds: input.seconds },
        })
      const missed = say(facts, state.language, 'family_no_answer', { family: facts.family })
      return leaving(first(missed, go(nodes, 'offer', state, facts)), {
        kind: 'event',
        what: 'not_connected',
        detail: { outcome: input.outcome },
      })
    },
  },
  offer: {
    enter: (state, facts) =>
      hand(state, 'offer', {
        kind: 'ask',
        what: say(facts, state.language, 'staff_leave', {}),
        keys: 1,
        speech: null,
        seconds: KEY_SECONDS,
      }),
    on: (state, input, facts) => (input.kind === 'keys' && input.keys === '1' ? go(nodes, 'record', state, facts) : 'again'),
  },
  record: {
    enter: (state, facts) =>
      hand(state, 'record', {
        kind: 'record',
        what: say(facts, state.language, 'leave_message', {}),
        mostSeconds: MOST_RECORDED,
        language: state.language,
      }),
    on: (state, input, facts) => {
      if (input.kind !== 'recorded' || input.sid === null) return 'again'
      const { sid, seconds } = input
      return leaving(goodbye(state, facts, say(facts, state.language, 'recorded_sent', {})), {
        kind: 'recording',
        use: 'voicemail',
        to: 'staff',
        sid,
        seconds,
        language: state.language,
      })
    },
  },
}

function choice(state: StaffState, input: CallInput, facts: CallFacts): StaffTurn | 'again' {
  switch (input.kind === 'keys' ? input.keys : input.kind) {
    case '1':
      return state.current === null ? 'again' : playVoicemail(state, state.current, facts)
    case '2':
      return go(nodes, 'record', state, facts)
    case '3':
      return facts.familyParty === null ? 'again' : go(nodes, 'call', state, facts)
    case 'silence':
      return playNext(state, facts)
    default:
      return 'again'
  }
}

/** What comes in after it shows that somebody was still there. */
function heard<T extends StaffTurn | 'again'>(state: StaffState, turn: T): StaffTurn | T {
  if (turn === 'again' || state.current === null) return turn
  return leaving(turn, { kind: 'voicemail_heard', exchangeId: state.current.exchangeId })
}

function unheard(state: StaffState, facts: CallFacts): readonly Voicemail[] {
  return facts.voicemails.filter(({ exchangeId }) => !state.told.includes(exchangeId))
}

function playNext(state: StaffState, facts: CallFacts): StaffTurn {
  const [next] = unheard(state, facts)
  return next === undefined ? goodbye(state, facts) : playVoicemail(state, next, facts)
}

function playVoicemail(state: StaffState, voicemail: Voicemail, facts: CallFacts): StaffTurn {
  const { exchangeId, recordingId, translation } = voicemail
  const told = [...state.told.filter((id) => id !== exchangeId), exchangeId]
  const words: readonly Spoken[] = [
    ...say(facts, state.language, 'staff_voicemail', { family: facts.family }),
    { kind: 'play', recordingId },
    ...(translation === null ? [] : (sayWords(translation.language, translation.text, state.language) ?? [])),
  ]
  const turn = first(words, go(nodes, 'heard', { ...state, told, current: voicemail }, facts))
  return leaving(turn, { kind: 'voicemail_played', exchangeId, recordingId })
}

function closed({ language }: StaffState, facts: CallFacts): readonly Spoken[] {
  const { family, familyOpens: when } = facts
  const now = say(facts, language, 'family_closed', { family })
  return when === null ? now : [...now, ...say(facts, language, 'family_closed_until', { family, when })]
}

function begin(facts: CallFacts): StaffState {
  return { node: 'over', language: facts.own ?? facts.staff?.language ?? 'en', wrong: 0, turns: 0, told: [], current: null }
}

/** She dialled: what the family left is offered; else the family is called at once, where it may be. */
export function staffCall(state: StaffState | null, input: CallInput, facts: CallFacts): StaffTurn {
  if (state !== null) return playNodes(nodes, state, input, facts)
  return go(nodes, facts.voicemails.length > 0 ? 'waiting' : 'call', begin(facts), facts)
}

/** We called her first: she presses 1. */
export function staffFirstCall(state: StaffState | null, input: CallInput, facts: CallFacts): StaffTurn {
  if (state !== null) return playNodes(nodes, state, input, facts)
  const fresh = begin(facts)
  return input.kind === 'answered' && input.by === 'machine'
    ? leaving(goodbye(fresh, facts, []), { kind: 'event', what: 'machine' })
    : go(nodes, 'gate', fresh, facts)
}
