/**
 * Letter statistics from the trigrams that the package `franc` brings: the 300 most frequent of each language, by rank. franc itself
 * adds up differences of ranks, which is made for long texts; here each trigram is a piece of evidence, so that ten letters already speak.
 */
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import { languageTag } from '../core/language.ts'
import { DETECTABLE } from '../core/language-evidence.ts'
import { WORDS } from '../core/language-words.ts'

/** Scores candidates by a legible text's trigrams: log-likelihood of each, `unknown` per trigram for a language without statistics. */
export type TrigramScores = (text: string, candidates: readonly string[], unknown: number) => readonly number[]

/** franc's labels for which our tag is another, or none: its two Hmong are not the spelling that Hmong families use, its Dari is Persian. */
const LABELS: Readonly<Record<string, string>> = { hnj: '', hms: '', prs: '' }

/** Zipf's law with an offset: the r-th most frequent trigram stands at about 1 / (r + OFFSET), one beyond the list at 1 / MISSING. */
const OFFSET = 15
const MISSING = 2500

/**
 * Loads the statistics (30 ms): franc's 300 trigrams, then those of the word lists that are not among them, the frequent ones first.
 * Fails when the installed franc keeps its data elsewhere: its pinned version is part of this.
 */
export async function loadTrigrams(): Promise<TrigramScores> {
  const file = new URL('./data.js', pathToFileURL(createRequire(import.meta.url).resolve('franc')))
  const { data } = (await import(/* @vite-ignore */ file.href)) as { data: Record<string, Record<string, string>> }
  const ranked = new Map<string, string[]>()
  for (const [label, model] of Object.values(data).flatMap((models) => Object.entries(models))) {
    const tag = LABELS[label] ?? languageTag(label)
    if (tag && !ranked.has(tag)) ranked.set(tag, model.split('|'))
  }
  /** trigram -> places in DETECTABLE of the languages that have it, each followed by its score */
  const scored = new Map<string, number[]>()
  const known = new Set<string>()
  DETECTABLE.forEach((language, place) => {
    const trigrams = new Set([...(ranked.get(language) ?? []), ...trigramsOfWords(language)])
    if (trigrams.size > 0) known.add(language)
    let rank = 0
    for (const trigram of trigrams) {
      const score = Math.log(MISSING / (rank++ + OFFSET))
      if (score <= 0) break
      const entry = scored.get(trigram)
      if (entry === undefined) scored.set(trigram, [place, score])
      else entry.push(place, score)
    }
  })
  const places = new Map(DETECTABLE.map((language, place) => [language, place]))
  return (text, candidates, unknown) => {
    const trigrams = trigramsOf(text)
    const sums = new Float64Array(DETECTABLE.length)
    for (const trigram of trigrams) {
      const entry = scored.get(trigram) ?? []
      for (let at = 0; at < entry.length; at += 2) {
        const place = entry[at] ?? 0
        sums[place] = (sums[place] ?? 0) + (entry[at + 1] ?? 0)
      }
    }
    return candidates.map((language) =>
      known.has(language) ? (sums[places.get(language) ?? -1] ?? 0) : unknown * trigrams.length,
    )
  }
}

function trigramsOfWords(language: string): readonly string[] {
  const counts = new Map<string, number>()
  for (const trigram of (WORDS[language] ?? '').split(/\s+/u).flatMap(trigramsOf))
    counts.set(trigram, (counts.get(trigram) ?? 0) + 1)
  return [...counts].sort(([, a], [, b]) => b - a).map(([trigram]) => trigram)
}

/** At most 200: beyond, the answer has long been clear. */
function trigramsOf(text: string): readonly string[] {
  const padded = ` ${text.replace(/['-]/gu, ' ')} `
  return Array.from({ length: Math.min(padded.length - 2, 200) }, (_, at) => padded.slice(at, at + 3))
}
