import type { HandsetText } from './world.ts'

/** What a visitor can break, one thing at a time. */
export type Breakage = 'carrier' | 'answer' | 'translator' | 'no-answer' | 'busy' | 'machine' | 'hang-up'

/** What the page says of a thing that can be broken, each a sentence or the label of a key. */
type Words = {
  /** Shown where the family has a landline, in place of what befalls texts. */
  readonly calls?: true
  /** The key that breaks it. */
  readonly breakIt: string
  /** The key that mends it. */
  readonly mendIt: string
  /** What is broken, short enough for a narrow screen. */
  readonly broken: string
  /** What that does. */
  readonly means: string
  /** A text was sent and cannot arrive before it is mended. */
  readonly waits: string
  /** It is mended, or the fault has spent itself, and a text is still under way. */
  readonly mended: string
  /** The text arrived. */
  readonly shown: string
}

/** The things that can be broken, in the order in which the page leads to them. */
export const breakages: Readonly<Record<Breakage, Words>> = {
  carrier: {
    breakIt: 'Take the carrier down',
    mendIt: 'Bring the carrier back',
    broken: 'The carrier is down',
    means: 'it refuses every text',
    waits: 'The carrier refuses the text, so it waits at the school.',
    mended: 'The carrier is back. What waited goes out, in its order.',
    shown: 'It waited, and it arrived once: the log below keeps each refusal.',
  },
  answer: {
    breakIt: 'Lose an answer',
    mendIt: 'Keep the answer',
    broken: 'The next answer gets lost',
    means: 'the school hears nothing back',
    waits: 'The carrier has the text; its answer is being lost.',
    mended: 'The answer was lost. The school does not send again: it waits for the receipt.',
    shown: 'The answer was lost, and the text still arrived once: the receipt told the school. See the log below.',
  },
  translator: {
    breakIt: 'Stop the translator',
    mendIt: 'Start the translator',
    broken: 'The translator has stopped',
    means: 'texts wait for it',
    waits: 'The text waits for the translator, and nobody gets a guess.',
    mended: 'The translator works again. The school asks it again within a minute.',
    shown: 'It arrived translated, later than usual, and the log below says why.',
  },
  'no-answer': {
    calls: true,
    breakIt: 'Let nobody answer',
    mendIt: 'Let somebody answer',
    broken: 'Nobody answers the kitchen phone',
    means: 'it is rung three times, then the teacher is told',
    waits: 'Nobody answers: it is rung again in ten minutes.',
    mended:
      'Somebody is home again. Ten minutes after the last call it rings once more; to hear it now, press “Call” at the kitchen phone.',
    shown: 'It was rung again, and heard once.',
  },
  busy: {
    calls: true,
    breakIt: 'Let the line be busy',
    mendIt: 'Free the line',
    broken: 'Somebody talks on the kitchen phone',
    means: 'the line is busy, and it is rung again later',
    waits: 'The line is busy: it is rung again in ten minutes.',
    mended:
      'The line is free again. Ten minutes after the last call it rings once more; to hear it now, press “Call” at the kitchen phone.',
    shown: 'It was rung again, and heard once.',
  },
  machine: {
    calls: true,
    breakIt: 'Let a machine answer',
    mendIt: 'Switch the machine off',
    broken: 'An answering machine takes the call',
    means: 'it hears whom to call back, and nothing private',
    waits: 'The machine heard whom to call back.',
    mended:
      'The machine is off. Ten minutes after the last call it rings once more; to hear it now, press “Call” at the kitchen phone.',
    shown: 'The message was heard by a person, once.',
  },
  'hang-up': {
    calls: true,
    breakIt: 'Hang up in the middle',
    mendIt: 'Stay on the line',
    broken: 'The line drops in the middle of a call',
    means: 'what was not heard to its end is said in another call',
    waits: 'It was not heard to its end.',
    mended:
      'The line holds again. Ten minutes after the last call it rings once more; to hear it now, press “Call” at the kitchen phone.',
    shown: 'It was said again, and heard to its end.',
  },
}

/** What is shown with a family whose phone only talks, or with one that texts. */
export function breakagesFor(landline: boolean): readonly Breakage[] {
  return breakageNames.filter((what) => (breakages[what].calls ?? false) === landline)
}

/** All of them, in that order. */
export const breakageNames = Object.keys(breakages) as readonly Breakage[]

/** The last thing that was broken: whether it still is, and the ids of the texts that were on the phones before. */
export type LastBroken = { readonly what: Breakage; readonly still: boolean; readonly before: ReadonlySet<string> }

/** What a visitor has broken so far. */
export type FaultsSeen = { readonly last: LastBroken | null; readonly tried: ReadonlySet<Breakage> }

/** Where the text stands that was sent into a fault: not sent yet, under way, or arrived. */
export function afterFault(
  { before }: LastBroken,
  onFamily: readonly HandsetText[],
  onStaff: readonly HandsetText[],
): 'unsent' | 'under way' | 'arrived' {
  const since = (texts: readonly HandsetText[], kind: HandsetText['kind']) =>
    texts.filter((text) => text.kind === kind && !before.has(text.id))
  const ways = [
    { sent: since(onFamily, 'sent'), got: since(onStaff, 'received') },
    { sent: since(onStaff, 'sent'), got: since(onFamily, 'received') },
  ]
  if (ways.every(({ sent }) => sent.length === 0)) return 'unsent'
  const arrived = ways.every(({ sent, got }) =>
    sent.every((text) => got.some((other) => Temporal.Instant.compare(other.at, text.at) >= 0)),
  )
  return arrived ? 'arrived' : 'under way'
}
