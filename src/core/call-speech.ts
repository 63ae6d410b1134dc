/** Fixed prompts as they are heard: by a voice of the language, by a recording of staff, or, honestly, in English. */

import type { CallFacts, Spoken } from './call-script.ts'
import { hasVoice } from './call-voices.ts'
import { type PromptId, type PromptSlots, spokenText } from './call-words.ts'
import { sameLanguage } from './language.ts'

/** A prompt in a language (BCP 47). Never in another language's voice: without one of its own it is a recording, else English. */
export function say<Id extends PromptId>(
  facts: Pick<CallFacts, 'recorded'>,
  language: string,
  id: Id,
  slots: PromptSlots<Id>,
): readonly Spoken[] {
  const recordingId = facts.recorded.get(`${language} ${id}`)
  if (recordingId !== undefined) return [{ kind: 'play', recordingId }]
  const own = spokenText(id, language, slots)
  if (hasVoice(own.language) && sameLanguage(own.language, language)) return [{ kind: 'say', ...own }]
  return [{ kind: 'say', ...spokenText(id, 'en', slots) }]
}

/** Free words in the language that they are in; null: no voice speaks it. */
export function sayWords(language: string, text: string): readonly Spoken[] | null {
  return hasVoice(language) ? [{ kind: 'say', language, text }] : null
}

/** Whether this language can be led through a call: by a voice, or because its gate has been recorded. */
export function canBeLed(facts: Pick<CallFacts, 'recorded'>, language: string): boolean {
  return hasVoice(spokenText('gate_family', language, {}).language) &&
    sameLanguage(spokenText('gate_family', language, {}).language, language)
    ? true
    : facts.recorded.has(`${language} gate_family`)
}
