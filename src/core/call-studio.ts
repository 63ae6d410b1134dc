/**
 * People say what no voice speaks: an aide phones in with a PIN, records families' messages from the queue and the fixed prompts, and puts families'
 * spoken answers into words.
 */

import { first, go, goodbye, hand, leaving, type Nodes, type Place, playNodes } from './call-nodes.ts'
import type { CallEffect, CallFacts, CallInput, Spoken, ToRecord, Turn } from './call-script.ts'
import { promptLanguage, say, sayWords } from './call-speech.ts'
import { hasVoice } from './call-voices.ts'
import type { PromptId } from './call-words.ts'
import { spokenText } from './call-words.ts'
import { promptSlots } from './call-words-slots.ts'
import { languageName } from './language.ts'

/** What an aide's call remembers. */
export type StudioState = Place & {
  readonly task: 'message' | 'answer' | 'prompt'
  /** What is being recorded; null: a prompt. */
  readonly item: ToRecord | null
  readonly prompt: PromptId | null
  /** What was recorded and waits for its key. */
  readonly kept: { readonly sid: string; readonly seconds: number } | null
  /** Exchanges and prompts that are done in this call. */
  readonly done: readonly string[]
}

type StudioTurn = Turn<StudioState>

const KEY_SECONDS = 10
const MOST_RECORDED = 180
/** An aide may work through a long queue. */
const MOST_TURNS = 600
const TASKS: Readonly<Record<string, StudioState['task']>> = { '1': 'message', '2': 'answer', '3': 'prompt' }

/** Prompts that a family hears and that need no slot: these are worth recording in a language that no voice speaks. */
export const RECORDED_PROMPTS = (Object.keys(promptSlots) as PromptId[]).filter(
  (id) => promptSlots[id].length === 0 && (id === 'talk_person' || !/^(staff|studio|room|talk)_/.test(id)),
)

const nodes: Nodes<StudioState> = {
  pin: {
    enter: (state, facts) =>
      hand(state, 'pin', {
        kind: 'ask',
        what: say(facts, state.language, state.wrong === 0 ? 'enter_pin' : 'pin_wrong', {}),
        keys: 8,
        speech: null,
        seconds: KEY_SECONDS,
      }),
    on: (state, input, facts) => {
      if (input.kind !== 'pin' || input.outcome === 'wrong') return 'again'
      if (input.outcome === 'locked') return goodbye(state, facts, say(facts, state.language, 'pin_locked', {}))
      return leaving(go(nodes, 'menu', state, facts), { kind: 'event', what: 'pin_right' })
    },
  },
  menu: {
    enter: (state, facts) =>
      hand(state, 'menu', {
        kind: 'ask',
        what: say(facts, state.language, 'studio_menu', {}),
        keys: 1,
        speech: null,
        seconds: KEY_SECONDS,
      }),
    on: (state, input, facts) => {
      const task = input.kind === 'keys' ? TASKS[input.keys] : undefined
      return task === undefined ? 'again' : nextItem({ ...state, task }, facts)
    },
  },
  record: {
    enter: (state, facts) =>
      hand(state, 'record', {
        kind: 'record',
        what: original(state, facts),
        mostSeconds: MOST_RECORDED,
        // What an aide says of an answer is read by the teacher; all else is for listening.
        language: state.task === 'answer' ? 'en' : null,
      }),
    on: (state, input, facts) =>
      input.kind !== 'recorded' || input.sid === null || input.hungUp
        ? 'again'
        : go(nodes, 'keep', { ...state, kept: { sid: input.sid, seconds: input.seconds } }, facts),
  },
  keep: {
    enter: (state, facts) =>
      hand(state, 'keep', {
        kind: 'ask',
        what: say(facts, state.language, 'studio_keep', {}),
        keys: 1,
        speech: null,
        seconds: KEY_SECONDS,
      }),
    on: (state, input, facts) => {
      if (input.kind !== 'keys') return 'again'
      if (input.keys === '2') return go(nodes, 'record', { ...state, kept: null }, facts)
      const effect = input.keys === '1' ? keeping(state, facts) : null
      if (effect === null) return 'again'
      const id = state.item?.exchangeId ?? state.prompt ?? ''
      return leaving(nextItem({ ...state, kept: null, done: [...state.done, id] }, facts), effect)
    },
  },
}

/** The language of a queue's first message that no voice speaks; prompts are recorded in it. */
function languageOf(facts: CallFacts): string | null {
  return (
    facts.toRecord.find((item) => !hasVoice(item.language))?.language ??
    facts.menu.find((language) => !hasVoice(language)) ??
    null
  )
}

function nextItem(state: StudioState, facts: CallFacts): StudioTurn {
  if (state.task === 'prompt') {
    const language = languageOf(facts)
    const prompt = RECORDED_PROMPTS.find((id) => !state.done.includes(id) && !facts.recorded.has(`${language} ${id}`))
    if (!facts.recordsPrompts || language === null || prompt === undefined) return nothing(state, facts)
    return go(nodes, 'record', { ...state, item: null, prompt }, facts)
  }
  const answers = state.task === 'answer'
  const item = facts.toRecord.find((one) => (one.recordingId !== null) === answers && !state.done.includes(one.exchangeId))
  return item === undefined ? nothing(state, facts) : go(nodes, 'record', { ...state, item, prompt: null }, facts)
}

function nothing(state: StudioState, facts: CallFacts): StudioTurn {
  return first(say(facts, state.language, 'studio_nothing', {}), go(nodes, 'menu', state, facts))
}

/** What the aide hears before the tone. */
function original(state: StudioState, facts: CallFacts): readonly Spoken[] {
  const { item, prompt } = state
  const own = promptLanguage(state.language)
  const asked = (language: string) => say(facts, state.language, 'studio_say', { language: languageName(language, own) })
  if (prompt !== null) {
    return [...asked(languageOf(facts) ?? 'en'), { kind: 'say', language: own, text: spokenText(prompt, own, {} as never).text }]
  }
  if (item === null) return []
  if (item.recordingId !== null)
    return [...say(facts, state.language, 'studio_answer', {}), { kind: 'play', recordingId: item.recordingId }]
  return [...asked(item.language), ...(sayWords(item.text.language, item.text.text) ?? [])]
}

function keeping(state: StudioState, facts: CallFacts): CallEffect | null {
  const { kept, item, prompt } = state
  if (kept === null) return null
  if (prompt !== null) return { kind: 'prompt_recorded', prompt, language: languageOf(facts) ?? 'und', ...kept }
  if (item === null) return null
  return { kind: item.recordingId === null ? 'message_recorded' : 'answer_told', exchangeId: item.exchangeId, ...kept }
}

/** A staff member at one of our numbers that means nothing else to that phone: with the PIN, to work. */
export function studioCall(state: StudioState | null, input: CallInput, facts: CallFacts): StudioTurn {
  if (state !== null) return playNodes(nodes, state, input, facts, MOST_TURNS)
  const fresh: StudioState = {
    node: 'pin',
    language: facts.own ?? 'en',
    wrong: 0,
    turns: 0,
    task: 'message',
    item: null,
    prompt: null,
    kept: null,
    done: [],
  }
  // Whoever gave a staff PIN at a strange phone has given it already.
  const proven = input.kind === 'pin' && input.outcome === 'right'
  return first(say(facts, fresh.language, 'welcome', { school: facts.school }), go(nodes, proven ? 'menu' : 'pin', fresh, facts))
}
