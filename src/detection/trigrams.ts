/**
 * Letter statistics from the trigrams that the package `franc` brings: the 300 most frequent of each language, by rank. franc itself
 * adds up differences of ranks, which is made for long texts; here each trigram is a piece of evidence, so that ten letters already speak.
 */
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import { languageTag } from '../core/language.ts'
import { LANGUAGES } from '../core/language-scripts.ts'
import { WORDS } from '../core/language-words.ts'

/** Scores all of `LANGUAGES` by a legible text's trigrams: log-likelihood of each, `unknown` per trigram for one without statistics. */
export type TrigramScores = (text: string, unknown: number) => Float64Array

/** franc's labels for which our tag is another, or none: its two Hmong are not the spelling that Hmong families use, its Dari is Persian. */
const LABELS: Readonly<Record<string, string>> = { hnj: '', hms: '', prs: '' }

/** Zipf's law with an offset: the r-th most frequent trigram stands at about 1 / (r + OFFSET), one beyond the list at 1 / MISSING. */
const OFFSET = 15
const MISSING = 2500

/** Trigrams of a text that are looked at: beyond, the answer has long been clear. */
const ENOUGH = 200

/** They part words as spaces do, so no trigram has them. */
const PARTS_WORDS = /['-]/u

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
  const signs = new Uint16Array(0x10000)
  let last = 0
  /** A trigram as one number: ten bits a sign, 0 in the place of a sign that no trigram has. */
  const next = (key: number, code: number) => ((key & 0xfffff) << 10) | (signs[code] ?? 0)
  /** trigram -> places of the languages that have it, each followed by its score */
  const scored = new Map<number, number[]>()
  const untold: number[] = []
  LANGUAGES.forEach((language, place) => {
    const trigrams = new Set([...(ranked.get(language) ?? []), ...trigramsOfWords(language)])
    if (trigrams.size === 0) untold.push(place)
    let rank = 0
    for (const trigram of trigrams) {
      const score = Math.log(MISSING / (rank++ + OFFSET))
      if (score <= 0) break
      if (trigram.length !== 3 || PARTS_WORDS.test(trigram)) continue
      let key = 0
      for (let at = 0; at < 3; at++) {
        const code = trigram.charCodeAt(at)
        signs[code] ||= ++last
        key = next(key, code)
      }
      const entry = scored.get(key)
      if (entry === undefined) scored.set(key, [place, score])
      else entry.push(place, score)
    }
  })
  if (last > 0x3ff) throw new Error('The trigrams have more signs than ten bits can tell apart.')
  const space = signs[32] ?? 0
  for (const sign of "'-") signs[sign.charCodeAt(0)] = space
  return (text, unknown) => {
    const sums = new Float64Array(LANGUAGES.length)
    const count = Math.min(text.length, ENOUGH)
    let key = next(space, text.charCodeAt(0))
    for (let at = 1; at <= count; at++) {
      key = next(key, at < text.length ? text.charCodeAt(at) : 32)
      const entry = scored.get(key)
      if (entry === undefined) continue
      for (let i = 0; i < entry.length; i += 2) {
        const place = entry[i] ?? 0
        sums[place] = (sums[place] ?? 0) + (entry[i + 1] ?? 0)
      }
    }
    for (const place of untold) sums[place] = unknown * count
    return sums
  }
}

function trigramsOfWords(language: string): readonly string[] {
  const counts = new Map<string, number>()
  for (const trigram of (WORDS[language] ?? '').split(/\s+/u).flatMap(trigramsOf))
    counts.set(trigram, (counts.get(trigram) ?? 0) + 1)
  return [...counts].sort(([, a], [, b]) => b - a).map(([trigram]) => trigram)
}

function trigramsOf(word: string): readonly string[] {
  const padded = ` ${word.replace(/['-]/gu, ' ')} `
  return Array.from({ length: padded.length - 2 }, (_, at) => padded.slice(at, at + 3))
}
