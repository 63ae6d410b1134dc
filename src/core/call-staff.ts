/** A staff member calls a family: by dialling its number as she knows it, or from the API, when her own phone rings first. */

import { first, go, goodbye, hand, leaving, type Nodes, type Place, playNodes } from './call-nodes.ts'
import type { CallFacts, CallInput, Spoken, Turn } from './call-script.ts'
import { say } from './call-speech.ts'

/** What a staff member's call remembers. */
export type StaffState = Place

type StaffTurn = Turn<StaffState>

const KEY_SECONDS = 8
const RING_SECONDS = 30
const TALK_SECONDS = 1800
const MOST_RECORDED = 180

const nodes: Nodes<StaffState> = {
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

function closed({ language }: StaffState, facts: CallFacts): readonly Spoken[] {
  const { family, familyOpens: when } = facts
  const now = say(facts, language, 'family_closed', { family })
  return when === null ? now : [...now, ...say(facts, language, 'family_closed_until', { family, when })]
}

function begin(facts: CallFacts): StaffState {
  return { node: 'over', language: facts.staff?.language ?? 'en', wrong: 0, turns: 0 }
}

/** She dialled: the family is called at once, where it may be. */
export function staffCall(state: StaffState | null, input: CallInput, facts: CallFacts): StaffTurn {
  return state === null ? go(nodes, 'call', begin(facts), facts) : playNodes(nodes, state, input, facts)
}

/** We called her first: she presses 1. */
export function staffFirstCall(state: StaffState | null, input: CallInput, facts: CallFacts): StaffTurn {
  if (state !== null) return playNodes(nodes, state, input, facts)
  const fresh = begin(facts)
  return input.kind === 'answered' && input.by === 'machine'
    ? leaving(goodbye(fresh, facts, []), { kind: 'event', what: 'machine' })
    : go(nodes, 'gate', fresh, facts)
}
