/** What people and machines at a phone do: drawn anew at each moment, and never what a script would wish for all the time. */

import type { Random } from './random.ts'
import type { Leg } from './telephone.ts'

/** What somebody does when a call waits for an answer, and after how many microseconds. */
export type Reaction = { readonly micros: number } & (
  | { readonly kind: 'keys'; readonly keys: string }
  | { readonly kind: 'speech'; readonly words: string; readonly confidence: number }
  | { readonly kind: 'silence' | 'hangs up' }
)

/** People at phones. */
export type AtThePhone = {
  readonly fate: (phone: string) => 'person' | 'machine' | 'busy' | 'no-answer' | 'failed'
  /** In the middle of what is said. */
  readonly hangsUp: () => boolean
  readonly saysNothing: (leg: Leg) => boolean
  readonly answers: (gather: Readonly<Record<string, string>>, leg: Leg) => Reaction
}

const SECOND = 1_000_000
const FATES = [
  ...Array<'person'>(12).fill('person'),
  ...Array<'machine'>(3).fill('machine'),
  'busy',
  'no-answer',
  'no-answer',
  'failed',
] as const
/** Mostly the key that goes on, and every other. */
const KEYS = [...'1111111112223034567890*#']
const WORDS = ['Mi hija está enferma hoy', 'Yes, thank you', 'Gracias', 'We come at 15:30', 'eh']

/** People whose chances come from one stream. */
export function atThePhone(random: Random): AtThePhone {
  return {
    fate: () => random.pick(FATES),
    hangsUp: () => random.chance(0.03),
    saysNothing: (leg) => leg.machine || random.chance(0.25),
    answers: (gather, leg) => {
      const timeout = Number(gather['timeout'] ?? 5) * SECOND
      if (leg.machine || random.chance(0.12)) return { kind: 'silence', micros: timeout }
      const micros = random.between(SECOND, 5 * SECOND)
      if (random.chance(0.06)) return { kind: 'hangs up', micros }
      const input = gather['input'] ?? 'dtmf'
      if (input.includes('speech') && (input === 'speech' || random.chance(0.3)))
        return { kind: 'speech', words: random.pick(WORDS), confidence: random.pick([0.2, 0.7, 0.95]), micros }
      const keys = Array.from({ length: Number(gather['numDigits'] ?? 1) }, () => random.pick(KEYS)).join('')
      return { kind: 'keys', keys, micros }
    },
  }
}
