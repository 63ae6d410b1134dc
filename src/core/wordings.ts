/** A district's own wordings of the fixed texts, which stand in the place of those that come with the house. */

/** Where a fixed text stands: the gateway's own texts, the prompts of calls, the sentences of the phrasebook. */
export type WordedKind = 'text' | 'prompt' | 'phrase'

/** Own wordings by `wordingKey`. */
export type Wordings = ReadonlyMap<string, string>

/** No own wording at all. */
export const NO_WORDINGS: Wordings = new Map()

/** The key of a wording; `language` as the house's own texts have it (`zh` Simplified, `zh-TW` Traditional). */
export function wordingKey(kind: WordedKind, language: string, id: string): string {
  return `${kind} ${language} ${id}`
}

/** The slots of a template, in the order of their names. */
export function slotsOf(template: string): readonly string[] {
  return [...template.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '').sort()
}

/**
 * The template that is really used: the own wording, unless a later version of the house has given the text other slots, which nothing would fill.
 */
export function worded(wordings: Wordings, kind: WordedKind, language: string, id: string, template: string): string {
  const own = wordings.get(wordingKey(kind, language, id))
  return own !== undefined && slotsOf(own).join() === slotsOf(template).join() ? own : template
}
