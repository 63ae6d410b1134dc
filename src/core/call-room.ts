/**
 * A person in the middle: the teacher, the family and an aide or the district's interpreter line in one room. Every leg is called by us, hears who
 * needs it and presses a key, so that no mailbox ever listens; each sees one of our numbers, and nobody hears another's.
 */

import { go, goodbye, hand, leaving, type Nodes, type Place, playNodes } from './call-nodes.ts'
import type { CallFacts, CallInput, CallRoom, Spoken, Turn } from './call-script.ts'
import { canBeLed, say } from './call-speech.ts'
import { languageName } from './language.ts'

/** What a leg remembers. */
export type RoomState = Place

type RoomTurn = Turn<RoomState>
type Side = CallRoom['side']

const KEY_SECONDS = 10

/** What each side hears before it joins. */
const SCREENS: Readonly<Record<Side, (facts: CallFacts, language: string) => readonly Spoken[]>> = {
  staff: (facts, language) => say(facts, language, 'staff_gate', { family: facts.family }),
  family: (facts, language) =>
    say(facts, language, 'screen_family', { staff: facts.staff?.name ?? facts.school, school: facts.school }),
  aide: (facts, language) => say(facts, language, 'room_screen', { family: facts.family }),
  interpreter: (facts, language) =>
    say(facts, language, 'room_interpreter', {
      school: facts.school,
      language: languageName(facts.languages[0] ?? 'en', language),
    }),
}

const nodes: Nodes<RoomState> = {
  screen: {
    enter: (state, facts) => {
      const what = facts.room === null ? [] : SCREENS[facts.room.side](facts, state.language)
      return hand(state, 'screen', { kind: 'ask', what, keys: 1, speech: null, seconds: KEY_SECONDS })
    },
    on: (state, input, facts) => (input.kind === 'keys' && input.keys === '1' ? go(nodes, 'room', state, facts) : 'again'),
    giveUp: (state, facts) => leaving(goodbye(state, facts), { kind: 'event', what: 'room_refused' }),
  },
  room: {
    enter: (state, facts) => {
      const { room } = facts
      if (room === null || room.over) return ended(state, facts)
      // Who was asked in may leave; when the teacher or the family does, the call is over.
      const ends = room.side === 'staff' || room.side === 'family'
      const turn = hand(state, 'room', { kind: 'join', room: room.id, ends })
      const wait = { kind: 'speak', what: say(facts, state.language, 'room_wait', {}) } as const
      return leaving(
        { ...turn, verbs: [wait, ...turn.verbs] },
        { kind: 'event', what: 'room_joined', detail: { side: room.side } },
      )
    },
    on: (state, input, facts) => {
      const seconds = input.kind === 'connected' ? input.seconds : 0
      const turn = goodbye(state, facts, say(facts, state.language, 'goodbye', {}))
      return leaving(turn, { kind: 'event', what: 'room_left', detail: { side: facts.room?.side ?? 'staff', seconds } })
    },
  },
}

/** A leg of a room: its screen, then the room, until somebody ends it. */
export function roomCall(state: RoomState | null, input: CallInput, facts: CallFacts): RoomTurn {
  if (state !== null) return playNodes(nodes, state, input, facts)
  const fresh: RoomState = { node: 'over', language: languageOf(facts), wrong: 0, turns: 0 }
  if (facts.room === null || facts.room.over) return ended(fresh, facts)
  if (input.kind !== 'answered' || input.by !== 'machine') return go(nodes, 'screen', fresh, facts)
  return leaving(goodbye(fresh, facts, []), { kind: 'event', what: 'machine' })
}

function ended(state: RoomState, facts: CallFacts): RoomTurn {
  return goodbye(state, facts, say(facts, state.language, 'talk_ended', {}))
}

function languageOf(facts: CallFacts): string {
  if (facts.room?.side === 'interpreter') return 'en'
  if (facts.room?.side === 'aide') return facts.own ?? 'en'
  if (facts.room?.side !== 'family') return facts.own ?? facts.staff?.language ?? 'en'
  const language = facts.languages[0] ?? 'en'
  return canBeLed(facts, language) ? language : 'en'
}
