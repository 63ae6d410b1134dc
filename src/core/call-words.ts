/** What the gateway itself says on the phone: fixed prompts with their slots filled, in the languages of its texts. */

import { prompts } from './call-words-fixed.ts'
import { type PromptId, type promptSlots, promptWords } from './call-words-slots.ts'
import { textLanguage } from './texts.ts'
import type { TextLanguage } from './texts-slots.ts'
import { NO_WORDINGS, type Wordings, worded } from './wordings.ts'

export type { PromptId } from './call-words-slots.ts'

/** What must be given to fill a prompt. */
export type PromptSlots<Id extends PromptId> = Readonly<Record<(typeof promptSlots)[Id][number], string>>

/** A prompt for a listener of `language` (BCP 47), and the language that it is really in. Throws when a slot is not given. `wordings`: the district's own. */
export function spokenText<Id extends PromptId>(
  id: Id,
  language: string,
  slots: PromptSlots<Id>,
  wordings: Wordings = NO_WORDINGS,
): { readonly text: string; readonly language: TextLanguage } {
  const own = textLanguage(language)
  return { text: promptWords(id, worded(wordings, 'prompt', own, id, prompts[own][id].text), slots), language: own }
}
