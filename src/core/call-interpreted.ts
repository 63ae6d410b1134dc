/**
 * A call that a machine interprets: two legs that never hear each other, each led by this script. They speak in turn; what one says is put into the
 * other's language and said to it there. Before anything else each side hears in its own language that a machine interprets, and agrees. Key 0 brings a
 * person: the machine is silent from then on, and when that one is there all three talk in a room.
 */

import { first, go, goodbye, hand, leaving, type Nodes, type Place, playNodes } from './call-nodes.ts'
import type { CallFacts, CallInput, Spoken, Talk, TalkLine, TalkSide, Turn } from './call-script.ts'
import { say, sayWords, speaksPrompts } from './call-speech.ts'
import { hasSpeech } from './call-voices.ts'

/** What a leg remembers. */
export type TalkState = Place & {
  /** The last of the other's lines that was said here. */
  readonly heard: number
  /** Waits for the other since something happened. */
  readonly waits: number
  /** Turns in a row in which this side said nothing. */
  readonly passed: number
}

type TalkTurn = Turn<TalkState>

/** Below it a transcript is only a guess. */
const SURE = 0.5
const KEY_SECONDS = 10
const ANSWER_SECONDS = 8
const WAIT_SECONDS = 2
/** Two minutes: a minute of speech is the recogniser's limit (Twilio, `<Gather>`), and it is asked for three times. */
const MOST_WAITS = 60
/** Four minutes: several people are asked one after the other, each for as long as a phone rings and a screen is heard. */
const MOST_WAITS_FOR_PERSON = 120
const MOST_PASSED = 2
const MOST_FAILED = 2
/** Half an hour of waits. */
const MOST_TURNS = 900

/** The node of a leg that is in a room with the person. */
export const ROOM_NODE = 'together'

const nodes: Nodes<TalkState> = {
  agree: {
    enter: (state, facts) =>
      hand(state, 'agree', {
        kind: 'ask',
        what: [
          ...whoCalls(facts, state.language),
          { kind: 'pause', seconds: 1 },
          ...say(facts, state.language, 'talk_notice', {}),
        ],
        keys: 1,
        speech: null,
        seconds: KEY_SECONDS,
      }),
    on: (state, input, facts) => {
      if (wantsPerson(input)) return askPerson(state, facts)
      if (input.kind !== 'keys' || input.keys !== '1' || facts.talk === null) return 'again'
      // The record says so only from this turn on.
      const { side, sides } = facts.talk
      const here: CallFacts = { ...facts, talk: { ...facts.talk, sides: { ...sides, [side]: 'here' } } }
      return leaving(goOn(state, here), { kind: 'talk_agreed', side })
    },
    giveUp: (state, facts) => leaving(goodbye(state, facts), { kind: 'event', what: 'talk_refused' }),
  },
  wait: {
    enter: (state) => hand({ ...state, waits: state.waits + 1 }, 'wait', { kind: 'wait', what: [], seconds: WAIT_SECONDS }),
    on: (state, input, facts) => {
      if (wantsPerson(input)) return askPerson(state, facts)
      return state.waits < MOST_WAITS ? goOn(state, facts) : broken(state, facts)
    },
  },
  speak: {
    enter: (state, facts) =>
      hand({ ...state, waits: 0 }, 'speak', {
        kind: 'ask',
        what: say(facts, state.language, 'talk_speak', {}),
        keys: 1,
        speech: state.language,
        seconds: ANSWER_SECONDS,
      }),
    on: (state, input, facts) => {
      if (wantsPerson(input)) return askPerson(state, facts)
      if (facts.talk !== null && (!bothHere(facts.talk) || facts.talk.person !== 'none')) return goOn(state, facts)
      if (input.kind !== 'speech' || input.text.trim() === '') return 'again'
      if ((input.confidence ?? 1) < SURE) return notUnderstood(state, facts)
      const thanks = say(facts, state.language, 'talk_understood', {})
      return first(thanks, told({ ...state, passed: 0 }, facts, input.text.trim()))
    },
    // Nothing to say: it is the other's turn, and when that comes back twice, there is nothing more.
    giveUp: (state, facts) =>
      state.passed + 1 < MOST_PASSED ? told({ ...state, passed: state.passed + 1 }, facts, '') : goodbye(state, facts),
  },
  // Somebody is being called; nothing is interpreted any more.
  person: {
    enter: (state) => hand({ ...state, waits: state.waits + 1 }, 'person', { kind: 'wait', what: [], seconds: WAIT_SECONDS }),
    on: (state, _input, facts) => (state.waits < MOST_WAITS_FOR_PERSON ? goOn(state, facts) : nobody(state, facts)),
  },
  [ROOM_NODE]: {
    enter: (state, facts) => {
      if (facts.room === null) return nobody(state, facts)
      const turn = hand(state, ROOM_NODE, { kind: 'join', room: facts.room.id, ends: true })
      return leaving(turn, { kind: 'event', what: 'room_joined', detail: { side: facts.room.side } })
    },
    on: (state, input, facts) => {
      const seconds = input.kind === 'connected' ? input.seconds : 0
      const turn = goodbye(state, facts, say(facts, state.language, 'goodbye', {}))
      return leaving(turn, { kind: 'event', what: 'room_left', detail: { side: facts.room?.side ?? 'staff', seconds } })
    },
  },
}

function wantsPerson(input: CallInput): boolean {
  return input.kind === 'keys' && input.keys === '0'
}

function askPerson(state: TalkState, facts: CallFacts): TalkTurn {
  const { talk } = facts
  if (talk === null || talk.person !== 'none') return goOn(state, facts)
  return leaving(awaitPerson(state, facts), { kind: 'bring_person', language: state.language })
}

function awaitPerson(state: TalkState, facts: CallFacts): TalkTurn {
  return first(say(facts, state.language, 'talk_calling', {}), go(nodes, 'person', { ...state, waits: 0 }, facts))
}

/** Nobody could be reached: a person calls back. */
function nobody(state: TalkState, facts: CallFacts): TalkTurn {
  const turn = goodbye(state, facts, say(facts, state.language, 'talk_person', {}))
  return leaving(turn, { kind: 'person_wanted', language: state.language })
}

function broken(state: TalkState, facts: CallFacts): TalkTurn {
  const turn = goodbye(state, facts, say(facts, state.language, 'talk_broken', {}))
  return leaving(turn, { kind: 'event', what: 'talk_broken' }, { kind: 'call_back', language: state.language })
}

/** Asked again, three times in all, as for a wrong key. */
function notUnderstood(state: TalkState, facts: CallFacts): TalkTurn {
  const again = { ...state, wrong: state.wrong + 1 }
  const node = nodes['speak']
  const turn = again.wrong < 3 ? node?.enter(again, facts) : node?.giveUp?.(again, facts)
  return first(say(facts, state.language, 'not_understood', {}), turn ?? goodbye(state, facts))
}

/** Hands this side's words on; the other's turn comes when they are said to it. */
function told(state: TalkState, facts: CallFacts, text: string): TalkTurn {
  if (facts.talk === null) return goodbye(state, facts)
  const line = { kind: 'talk_line', side: facts.talk.side, text, language: state.language } as const
  return leaving(go(nodes, 'wait', { ...state, waits: 0 }, facts), line)
}

function whoCalls(facts: CallFacts, language: string): readonly Spoken[] {
  return facts.talk?.side === 'family'
    ? say(facts, language, 'gate_staff', { staff: facts.staff?.name ?? facts.school, school: facts.school })
    : []
}

const other = (side: TalkSide): TalkSide => (side === 'staff' ? 'family' : 'staff')

function bothHere({ sides }: Talk): boolean {
  return sides.staff === 'here' && sides.family === 'here'
}

/** Says what the other has said since, and then whoever's turn it is speaks. */
function goOn(state: TalkState, facts: CallFacts): TalkTurn {
  const { talk } = facts
  if (talk === null || talk.sides[other(talk.side)] === 'gone' || talk.sides[talk.side] === 'gone')
    return goodbye(state, facts, say(facts, state.language, 'talk_ended', {}))
  if (talk.person === 'gone') return nobody(state, facts)
  if (talk.person === 'here') return go(nodes, ROOM_NODE, state, facts)
  if (talk.person === 'asked') return state.node === 'person' ? go(nodes, 'person', state, facts) : awaitPerson(state, facts)
  if (!bothHere(talk)) {
    const wait = go(nodes, 'wait', state, facts)
    return state.waits === 0 ? first(say(facts, state.language, 'room_wait', {}), wait) : wait
  }
  if (failures(talk.lines) >= MOST_FAILED) return broken(state, facts)
  const fresh = talk.lines.filter((line) => line.by !== talk.side && line.seq > state.heard)
  const words = fresh.flatMap((line) => wordsOf(line, state.language))
  const heard = Math.max(state.heard, ...fresh.filter((line) => line.words.kind === 'made').map((line) => line.seq))
  const now = { ...state, heard, waits: heard > state.heard ? 0 : state.waits }
  if (turnOf(talk.lines) !== talk.side) return first(words, go(nodes, 'wait', now, facts))
  const repeated = talk.lines.at(-1)?.words.kind === 'failed' ? say(facts, state.language, 'talk_failed', {}) : []
  return first([...words, ...repeated], go(nodes, 'speak', now, facts))
}

function wordsOf({ words }: TalkLine, language: string): readonly Spoken[] {
  return words.kind === 'made' && words.text !== '' ? (sayWords(language, words.text) ?? []) : []
}

/** Who speaks next: the teacher begins; who was not interpreted says it again; null: it is being interpreted. */
function turnOf(lines: readonly TalkLine[]): TalkSide | null {
  const last = lines.at(-1)
  if (last === undefined) return 'staff'
  if (last.words.kind === 'pending') return null
  return last.words.kind === 'failed' ? last.by : other(last.by)
}

/** How many of the last lines in a row could not be interpreted. */
function failures(lines: readonly TalkLine[]): number {
  return lines.length - 1 - lines.findLastIndex((line) => line.words.kind !== 'failed')
}

/** Whether a call between these languages (BCP 47) can be interpreted: prompts, a voice and ears on both sides. */
export function canInterpret(languages: Talk['languages']): boolean {
  return [languages.staff, languages.family].every((language) => speaksPrompts(language) && hasSpeech(language))
}

/** One leg of an interpreted call. */
export function interpretedCall(state: TalkState | null, input: CallInput, facts: CallFacts): TalkTurn {
  if (state !== null) return playNodes(nodes, state, input, facts, MOST_TURNS)
  const { talk } = facts
  const language = talk?.languages[talk.side] ?? 'en'
  const fresh: TalkState = { node: 'over', language, wrong: 0, turns: 0, heard: 0, waits: 0, passed: 0 }
  if (talk === null || !canInterpret(talk.languages)) return broken(fresh, facts)
  if (input.kind === 'answered' && input.by === 'machine')
    return leaving(goodbye(fresh, facts, []), { kind: 'event', what: 'machine' })
  return go(nodes, 'agree', fresh, facts)
}
