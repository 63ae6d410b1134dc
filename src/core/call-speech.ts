/** Fixed prompts as they are heard: by a voice of the language, by a recording of staff, or, honestly, in English. */

import type { CallFacts, Spoken } from './call-script.ts'
import { hasVoice } from './call-voices.ts'
import { type PromptId, type PromptSlots, spokenText } from './call-words.ts'
import { sameLanguage } from './language.ts'
import { textLanguage } from './texts.ts'

type Recorded = Pick<CallFacts, 'recorded' | 'wordings'>

/** A prompt in a language (BCP 47). Never in another language's voice: without one of its own it is a recording, else English. */
export function say<Id extends PromptId>(facts: Recorded, language: string, id: Id, slots: PromptSlots<Id>): readonly Spoken[] {
  const recordingId = facts.recorded.get(`${language} ${id}`)
  if (recordingId !== undefined) return [{ kind: 'play', recordingId }]
  const own = promptLanguage(language)
  return [{ kind: 'say', language: own, text: spokenText(id, own, slots, facts.wordings).text }]
}

/** The language (BCP 47) in which prompts are said to a listener whose own has no recording of them. */
export function promptLanguage(language: string): string {
  return speaksPrompts(language) ? language : 'en'
}

/**
 * Free words in the language that they are in, in the voice of the listener's where both are written alike (Traditional Chinese read in
 * Cantonese); null: no voice speaks it.
 */
export function sayWords(language: string, text: string, listener: string = language): readonly Spoken[] | null {
  const voice = sameLanguage(language, listener) ? listener : language
  return hasVoice(voice) ? [{ kind: 'say', language: voice, text }] : null
}

/** Whether this language can be led through a call: by a voice, or because its gate has been recorded. */
export function canBeLed(facts: Recorded, language: string): boolean {
  return speaksPrompts(language) || facts.recorded.has(`${language} gate_family`)
}

/** Whether the prompts exist in this language (BCP 47) and a voice says them. */
export function speaksPrompts(language: string): boolean {
  return hasVoice(language) && sameLanguage(textLanguage(language), language)
}
