/** A translator that can be slow, away, wrong, short of breath, or careless with digits. */

import type { TranslationAnswer, Translator } from '../../src/relay/ports.ts'
import type { Faults } from './faults.ts'
import type { Random } from './random.ts'
import type { Owner, Scheduler } from './scheduler.ts'

const SECOND = 1_000_000

/** The translator as one host reaches it. Each call ends within 10 s, as the port promises. */
export function translatorFor(owner: Owner, scheduler: Scheduler, random: Random, faults: Faults): Translator {
  const counted = (trouble: Parameters<Faults['has']>[0]) => {
    if (!faults.has(trouble) || !random.chance(0.5)) return false
    faults.count(trouble)
    return true
  }
  const answerTo = (text: string, to: string): TranslationAnswer => {
    const translated = (words: string): TranslationAnswer => ({ kind: 'translated', text: words, by: 'simulated' })
    if (counted('translator_down')) return { kind: 'unavailable', reason: 'http 503' }
    if (counted('translator_wrong')) return translated('Something else entirely.')
    if (counted('translator_truncates')) return translated(text.slice(0, Math.floor(text.length / 3)))
    if (counted('translator_alters_digits')) return translated(text.replace(/\d/g, (digit) => String((Number(digit) + 1) % 10)))
    return random.chance(0.03) ? { kind: 'unsupported', reason: 'no such pair' } : translated(`[${to}] ${text}`)
  }
  return {
    name: 'simulated',
    covers: async () => 'all',
    translate: ({ text, to }) =>
      new Promise((resolve) => {
        scheduler.stir()
        const slow = counted('translator_slow')
        const micros = slow ? random.between(SECOND, 10 * SECOND) : random.between(20_000, 700_000)
        const answer = micros > 9.9 * SECOND ? ({ kind: 'unavailable', reason: 'time' } as const) : answerTo(text, to)
        scheduler.after(micros, 'translated', owner, () => resolve(answer))
      }),
  }
}
