/** How a script is played: a table of nodes. Each says what is asked on entering it, and what follows from what comes in. */

import type { CallEffect, CallFacts, CallInput, Spoken, Turn, Verb } from './call-script.ts'
import { say } from './call-speech.ts'

/** What every script remembers between two turns. */
export type Place = {
  /** The node that takes what comes in next. */
  readonly node: string
  /** The language (BCP 47) that this side is spoken to in. */
  readonly language: string
  /** Wrong keys and silences at this node so far. */
  readonly wrong: number
  /** Turns so far: whatever is pressed, every call ends. */
  readonly turns: number
}

/** A place in a script. `on` gives `again` for a wrong key or silence: it is asked once more, three times in all. */
export type Node<State extends Place> = {
  readonly enter: (state: State, facts: CallFacts) => Turn<State>
  readonly on: (state: State, input: CallInput, facts: CallFacts) => Turn<State> | 'again'
  /** After the third: a kind goodbye, unless the node has something better to do. */
  readonly giveUp?: (state: State, facts: CallFacts) => Turn<State>
}

/** The nodes of a script by name. */
export type Nodes<State extends Place> = Readonly<Record<string, Node<State>>>

const MOST_WRONG = 3
/** Turns of a call that nobody works in: about ten minutes. */
const MOST_TURNS = 60

/** Plays one turn of a table of nodes. A hang-up leaves everything as it is: what was not confirmed was not said. */
export function playNodes<State extends Place>(
  nodes: Nodes<State>,
  state: State,
  input: CallInput,
  facts: CallFacts,
  mostTurns = MOST_TURNS,
): Turn<State> {
  const now = { ...state, turns: state.turns + 1 }
  const node = nodes[state.node]
  if (input.kind === 'ended' || node === undefined) return { verbs: [{ kind: 'hang_up' }], state: now, effects: [] }
  if (now.turns > mostTurns) return goodbye(now, facts)
  const turn = node.on(now, input, facts)
  if (turn !== 'again') return turn
  const wrong = state.wrong + 1
  if (wrong < MOST_WRONG) return node.enter({ ...now, wrong }, facts)
  return node.giveUp?.({ ...now, wrong }, facts) ?? goodbye(now, facts)
}

/** Goes on at another node. */
export function go<State extends Place>(nodes: Nodes<State>, name: string, state: State, facts: CallFacts): Turn<State> {
  const node = nodes[name]
  if (node === undefined) throw new Error(`There is no node ${name}.`)
  return node.enter({ ...state, node: name, wrong: 0 }, facts)
}

/** A turn that says something first. */
export function first<State>(what: readonly Spoken[], turn: Turn<State>): Turn<State> {
  return what.length === 0 ? turn : { ...turn, verbs: [{ kind: 'speak', what }, ...turn.verbs] }
}

/** A turn that leaves something in the record as well. */
export function leaving<State>(turn: Turn<State>, ...effects: readonly CallEffect[]): Turn<State> {
  return { ...turn, effects: [...effects, ...turn.effects] }
}

/** A turn that hands over to the node `name` by one verb. */
export function hand<State extends Place>(state: State, name: string, verb: Verb): Turn<State> {
  return { verbs: [verb], state: { ...state, node: name }, effects: [] }
}

/** Says the last words and hangs up. */
export function goodbye<State extends Place>(state: State, facts: CallFacts, what?: readonly Spoken[]): Turn<State> {
  const words = what ?? say(facts, state.language, 'try_later', {})
  return { verbs: [{ kind: 'speak', what: words }, { kind: 'hang_up' }], state: { ...state, node: 'over' }, effects: [] }
}
