/** What the gateway itself says on the phone: fixed prompts with their slots filled, in the languages of its texts. */

import { prompts } from './call-words-fixed.ts'
import { type PromptId, type promptSlots, promptWords } from './call-words-slots.ts'
import { textLanguage } from './texts.ts'
import type { TextLanguage } from './texts-fixed.ts'

export type { PromptId } from './call-words-slots.ts'

/** What must be given to fill a prompt. */
export type PromptSlots<Id extends PromptId> = Readonly<Record<(typeof promptSlots)[Id][number], string>>

/** A prompt for a listener of `language` (BCP 47), and the language that it is really in. Throws when a slot is not given. */
export function spokenText<Id extends PromptId>(
  id: Id,
  language: string,
  slots: PromptSlots<Id>,
): { readonly text: string; readonly language: TextLanguage } {
  const own = textLanguage(language)
  return { text: promptWords(id, prompts[own][id].text, slots), language: own }
}
