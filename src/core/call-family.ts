/** Calls with a family: one that we make to it, one who calls a teacher's number, and a caller whom nobody knows. */

import { type FamilyState, honest, inboxNodes, next } from './call-inbox.ts'
import { first, go, goodbye, hand, leaving, type Nodes, playNodes } from './call-nodes.ts'
import type { CallFacts, CallInput, Turn } from './call-script.ts'
import { canBeLed, say } from './call-speech.ts'

type FamilyTurn = Turn<FamilyState>

const KEY_SECONDS = 8
const PIN_DIGITS = 8

/** The node whose keys are a PIN: the runner looks it up and plays the outcome instead. */
export const PIN_NODE = 'pin'

const nodes: Nodes<FamilyState> = {
  ...inboxNodes,
  language: {
    enter: (state, facts) =>
      hand(state, 'language', {
        kind: 'ask',
        what: menuOf(facts).flatMap((language, i) => say(facts, language, 'choose_language', { n: String(i + 1) })),
        keys: 1,
        speech: null,
        seconds: KEY_SECONDS,
      }),
    on: (state, input, facts) => {
      const language = input.kind === 'keys' ? menuOf(facts)[Number(input.keys) - 1] : undefined
      if (language === undefined) return 'again'
      return leaving(choices({ ...state, language }, facts), { kind: 'event', what: 'language_chosen', detail: { language } })
    },
    // Nobody chose: English, rather than a goodbye to somebody who only listens.
    giveUp: (state, facts) => choices({ ...state, language: 'en' }, facts),
  },
  choices: {
    enter: (state, facts) =>
      hand(state, 'choices', {
        kind: 'ask',
        what: [
          ...say(facts, state.language, 'stranger_menu', {}),
          ...(facts.office === null ? [] : say(facts, state.language, 'stranger_office', {})),
          ...say(facts, state.language, 'stranger_pin', {}),
        ],
        keys: 1,
        speech: null,
        seconds: KEY_SECONDS,
      }),
    on: (state, input, facts) => {
      const key = input.kind === 'keys' ? input.keys : ''
      if (key === '1') return go(nodes, 'record', { ...state, to: 'office' }, facts)
      if (key === '0') return go(nodes, 'office', state, facts)
      return key === '2' ? go(nodes, PIN_NODE, state, facts) : 'again'
    },
    giveUp: (state, facts) => go(nodes, 'record', { ...state, to: 'office' }, facts),
  },
  [PIN_NODE]: {
    enter: (state, facts) =>
      hand(state, PIN_NODE, {
        kind: 'ask',
        what: say(facts, state.language, state.wrong === 0 ? 'enter_pin' : 'pin_wrong', {}),
        keys: PIN_DIGITS,
        speech: null,
        seconds: KEY_SECONDS,
      }),
    on: (state, input, facts) => {
      if (input.kind !== 'pin' || input.outcome === 'wrong') return 'again'
      if (input.outcome === 'locked') return goodbye(state, facts, say(facts, state.language, 'pin_locked', {}))
      const language = facts.languages[0] ?? state.language
      const opened: FamilyState = { ...state, language, gated: true, after: 'goodbye' }
      const nothing = facts.waiting.length > 0 ? [] : say(facts, language, 'nothing_waiting', {})
      return leaving(honest(opened, facts, first(nothing, next(opened, facts))), { kind: 'event', what: 'pin_right' })
    },
    giveUp: (state, facts) => goodbye(state, facts, say(facts, state.language, 'pin_locked', {})),
  },
  // A family with something to hear may hear it first, or go on.
  offer: {
    enter: (state, facts) =>
      hand(state, 'offer', {
        kind: 'ask',
        what: say(facts, state.language, 'you_have_messages', {}),
        keys: 1,
        speech: null,
        seconds: KEY_SECONDS,
      }),
    on: (state, input, facts) => {
      const key = input.kind === 'keys' ? input.keys : ''
      if (key === '1') return go(nodes, 'gate', state, facts)
      return key === '2' ? go(nodes, 'talk', state, facts) : 'again'
    },
    giveUp: (state, facts) => go(nodes, 'talk', state, facts),
  },
}

function menuOf(facts: CallFacts): readonly string[] {
  const led = facts.menu.filter((language) => canBeLed(facts, language))
  return [...new Set(['en', ...led])].slice(0, 5)
}

/** Asks for the language where there is more than one to choose from. */
function askLanguage(state: FamilyState, facts: CallFacts): FamilyTurn {
  return menuOf(facts).length > 1 ? go(nodes, 'language', state, facts) : choices(state, facts)
}

function choices(state: FamilyState, facts: CallFacts): FamilyTurn {
  return state.borrowed ? go(nodes, 'choices', state, facts) : reach(state, facts)
}

function reach(state: FamilyState, facts: CallFacts): FamilyTurn {
  return go(nodes, facts.waiting.length > 0 ? 'offer' : 'talk', state, facts)
}

function begin(facts: CallFacts, after: FamilyState['after']): FamilyState {
  return {
    node: 'over',
    language: facts.languages[0] ?? 'en',
    wrong: 0,
    turns: 0,
    gated: false,
    borrowed: false,
    told: [],
    current: null,
    reply: null,
    to: 'staff',
    after,
  }
}

/** We call a family with what waits for it. A machine hears whom to call back, and nothing private. */
export function messageCall(state: FamilyState | null, input: CallInput, facts: CallFacts): FamilyTurn {
  if (state !== null) return playNodes(nodes, state, input, facts)
  const fresh = begin(facts, 'goodbye')
  // What waited was heard or canceled while it rang.
  if (facts.waiting.length === 0) return goodbye(fresh, facts)
  if (input.kind !== 'answered' || input.by !== 'machine') return go(nodes, 'gate', fresh, facts)
  const words = say(facts, fresh.language, 'machine', { school: facts.school })
  return leaving(goodbye(fresh, facts, [{ kind: 'pause', seconds: 1 }, ...words]), { kind: 'event', what: 'machine' })
}

/** A family calls a teacher's number: what waits may be heard first; then the teacher, a message, or the office. */
export function familyCall(state: FamilyState | null, input: CallInput, facts: CallFacts): FamilyTurn {
  if (state !== null) return playNodes(nodes, state, input, facts)
  const fresh = begin(facts, 'reach')
  const welcome = say(facts, fresh.language, 'welcome', { school: facts.school })
  return first(welcome, facts.languages.length === 0 ? askLanguage(fresh, facts) : honest(fresh, facts, reach(fresh, facts)))
}

/** A phone that nobody knows: neutral words that confirm nothing; a message for the office, the office, or a PIN. */
export function strangerCall(state: FamilyState | null, input: CallInput, facts: CallFacts): FamilyTurn {
  if (state !== null) return playNodes(nodes, state, input, facts)
  const fresh: FamilyState = { ...begin(facts, 'goodbye'), language: 'en', borrowed: true, to: 'office' }
  return first(say(facts, 'en', 'welcome', { school: facts.school }), askLanguage(fresh, facts))
}
