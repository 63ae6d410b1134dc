/** How the translator is just now, from what the log has of it. */

/** When each last happened; null: not in the time looked at. `waiting`: texts that were put off and wait for it. */
export type TranslatorSigns = {
  readonly lastTranslated: Temporal.Instant | null
  readonly lastAway: Temporal.Instant | null
  readonly waiting: number
}

/** `away`: it does not answer, texts wait; `recovering`: it answers again, some still wait; `idle`: nobody needed it. */
export type TranslatorState = 'well' | 'away' | 'recovering' | 'idle'

/** Texts are put off by up to a minute each time: an absence that nothing has followed for so long, with nothing waiting, is over. */
const OVER_AFTER_MINUTES = 15

/** The state at `now`, by the clock of the log. */
export function translatorState({ lastTranslated, lastAway, waiting }: TranslatorSigns, now: Temporal.Instant): TranslatorState {
  const answeredSince = lastAway === null || (lastTranslated !== null && Temporal.Instant.compare(lastTranslated, lastAway) > 0)
  if (!answeredSince && (waiting > 0 || now.since(lastAway).total('minutes') < OVER_AFTER_MINUTES)) return 'away'
  if (waiting > 0) return 'recovering'
  return lastTranslated === null ? 'idle' : 'well'
}
