/**
 * What the callee of a call hears before the two are put together: who it is in a few words, and a key to press. A private voicemail presses
 * none, so that it never answers and hears nothing personal but what a caller id would show.
 */

import type { CallFacts, Verb } from './call-script.ts'
import { canBeLed, say } from './call-speech.ts'

/** Whose phone rings. */
export type Side = 'family' | 'staff'

const KEY_SECONDS = 10

/** What is asked on the callee's leg. */
export function screen(side: Side, facts: CallFacts): readonly Verb[] {
  const language = side === 'staff' ? (facts.own ?? facts.staff?.language ?? 'en') : (facts.languages[0] ?? 'en')
  const staff = facts.staff?.name ?? facts.school
  const what =
    side === 'staff'
      ? say(facts, language, 'screen_staff', { family: facts.family })
      : say(facts, canBeLed(facts, language) ? language : 'en', 'screen_family', { staff, school: facts.school })
  return [{ kind: 'ask', what, keys: 1, speech: null, seconds: KEY_SECONDS }]
}

/** Whether a key puts the two together; everything else ends the callee's leg. */
export function takes(keys: string | null): boolean {
  return keys === '1'
}
