/** Asking a translator: an answer that cannot be one is none; and what staff ask for themselves. */

import { missingFacts } from '../core/facts.ts'
import { sameLanguage } from '../core/language.ts'
import { cleanText } from '../core/segments.ts'
import type { Detector, TranslationAnswer, TranslationRequest, Translator } from './ports.ts'

/** UTF-16 units that a translation may have beside so many times those of its original (Chinese becomes about six times as long). */
const GROWTH = { times: 15, more: 500 }

/** Asks once. What is empty or far too long counts as no answer for now. */
export async function ask(translator: Pick<Translator, 'translate'>, request: TranslationRequest): Promise<TranslationAnswer> {
  const answer = await translator.translate(request)
  if (answer.kind !== 'translated') return answer
  if (answer.text.trim() === '') return { kind: 'unavailable', reason: 'empty answer' }
  if (answer.text.length > GROWTH.times * request.text.length + GROWTH.more)
    return { kind: 'unavailable', reason: 'answer too long' }
  return { ...answer, text: cleanText(answer.text) }
}

/** What staff ask of the translator for their own eyes: nothing of it is handed over. */
export type ForStaff = {
  /** A translation put back into the language of the writer; null: nobody can just now. */
  readonly translateBack: (text: string, from: string, to: string, names: readonly string[]) => Promise<string | null>
  /**
   * What somebody unknown wrote, in English; null: it needs no translation, or nobody can just now. `differs`: a number, date or time came out differently. `country`
   * (ISO 3166-1): where it is read.
   */
  readonly translateUnknown: (text: string, country: string) => Promise<ForReading | null>
}

/** A translation into English for staff alone. */
export type ForReading = { readonly text: string; readonly from: string; readonly differs: boolean }

/** These by an engine and a detector. */
export function forStaff(translator: Pick<Translator, 'translate'>, detect: Detector): ForStaff {
  const into = async (text: string, from: string, to: string, names: readonly string[] = []) => {
    const answer = await ask(translator, { text, from, to, names })
    return answer.kind === 'translated' ? answer.text : null
  }
  return {
    translateBack: into,
    translateUnknown: async (text, country) => {
      const from = detect(text).language
      const words = from === 'und' || sameLanguage(from, 'en') ? null : await into(text, from, 'en')
      return words === null
        ? null
        : { text: words, from, differs: missingFacts(text, words, [], { from, to: 'en', country }).length > 0 }
    },
  }
}
