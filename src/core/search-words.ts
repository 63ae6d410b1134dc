/**
 * The words of a text for searching, the same for what is searched and what is looked for: without case, accents, vowel points and the other forms of a letter,
 * in every script.
 */

/** One thing that must be found: `text` as it is folded, by the words of an index that every text with it has. */
export type SearchTerm = {
  readonly text: string
  /** A word, or (`begins`) every word that begins with it. */
  readonly keys: readonly { readonly word: string; readonly begins: boolean }[]
}

/** Marks that change a letter's sound or length and that people leave out: Latin, Greek and Cyrillic accents, Hebrew points, Arabic vowels and tatweel; and what cannot be seen. */
const LEFT_OUT =
  /[\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06ed\p{Cf}]/gu

/** Letters that Unicode does not take apart and that are typed either way. */
const SAME: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  đ: 'd',
  ð: 'd',
  ł: 'l',
  ı: 'i',
  ى: 'ي',
  ی: 'ي',
  ک: 'ك',
  ة: 'ه',
}
const DIFFERENT = new RegExp(`[${Object.keys(SAME).join('')}]`, 'gu')

/** Scripts that put no spaces between words: their text is found by pairs of characters. */
const UNSPACED =
  '\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Thai}\\p{Script=Lao}\\p{Script=Khmer}\\p{Script=Myanmar}ー々'
const RUNS = new RegExp(`[${UNSPACED}]+|[[\\p{L}\\p{M}\\p{N}]--[${UNSPACED}]]+`, 'gv')
const IS_UNSPACED = new RegExp(`^[${UNSPACED}]`, 'v')
const PLAIN = /^[\0-\x7f]*$/
const PLAIN_RUNS = /[a-z0-9]+/g

/** Arabic writes the article, and "and", "in", "like", "for" before it, as one word with the noun. */
const ARTICLE = /^(?:[وفبك]?ال|لل)(?=.{3})/u

/** New texts that the index takes together as a block; a message and its translation are one or two, as the sealer met them. */
export const WORD_BLOCK = 2_048

/** Longer ones are cut: nobody writes them, and an index has its limits. */
const LONGEST = 40
/** A beginning shorter than this stands for itself alone: three letters, or two that are syllables. */
const BEGINNING = /^(?:.{3}|[\p{Script=Hangul}\p{Script=Ethiopic}]{2})/u
/** Words that are looked for at once. */
const MOST_TERMS = 8

/** A text without case, accents and other forms of its letters. */
export function folded(text: string): string {
  if (PLAIN.test(text)) return text.toLowerCase()
  return text
    .normalize('NFKD')
    .replaceAll(LEFT_OUT, '')
    .toLowerCase()
    .replaceAll(DIFFERENT, (letter) => SAME[letter] ?? letter)
    .normalize('NFC')
}

function runsOf(text: string): readonly string[] {
  const plain = folded(text)
  return plain.match(PLAIN.test(plain) ? PLAIN_RUNS : RUNS) ?? []
}

/** The words of a text under which an index keeps it, each once. */
export function wordsOf(text: string): Set<string> {
  const words = new Set<string>()
  for (const run of runsOf(text)) {
    if (IS_UNSPACED.test(run)) {
      const characters = [...run]
      // The last one stands alone, so that every character begins something.
      for (const [i, character] of characters.entries()) words.add(character + (characters[i + 1] ?? ''))
    } else {
      words.add(run.slice(0, LONGEST))
      const bare = run.replace(ARTICLE, '')
      if (bare !== run) words.add(bare.slice(0, LONGEST))
    }
  }
  return words
}

/** What somebody looks for: all of it must be found. A word is found wherever a word begins with it; none is left when nothing is a letter or a digit. */
export function termsOf(typed: string): SearchTerm[] {
  const runs = [...new Set(runsOf(typed))].slice(0, MOST_TERMS)
  return runs.map((run): SearchTerm => {
    const characters = [...run]
    if (!IS_UNSPACED.test(run)) {
      const text = run.replace(ARTICLE, '').slice(0, LONGEST)
      return { text, keys: [{ word: text, begins: BEGINNING.test(text) }] }
    }
    if (characters.length === 1) return { text: run, keys: [{ word: run, begins: true }] }
    const pairs = characters.slice(0, -1).map((character, i) => ({ word: character + characters[i + 1], begins: false }))
    return { text: run, keys: pairs.slice(0, LONGEST) }
  })
}

/** Whether a line is long enough to be watched for: several words, a word that others may begin with, or two characters of a script without spaces. Null: there is no word in it. */
export function isLongEnough(line: string): boolean | null {
  const [first, ...others] = termsOf(line)
  if (first === undefined) return null
  return others.length > 0 || (IS_UNSPACED.test(first.text) ? [...first.text].length > 1 : BEGINNING.test(first.text))
}

/** Whether all of `terms` stand in these texts, each term in whichever of them. */
export function fits(terms: readonly SearchTerm[], texts: readonly string[]): boolean {
  const all = texts.map(folded)
  let words: readonly string[] | null = null
  return terms.every(({ text, keys }) => {
    if (IS_UNSPACED.test(text)) return all.some((one) => one.includes(text))
    // What does not stand anywhere is no word's beginning either.
    if (!all.some((one) => one.includes(text))) return false
    words ??= texts.flatMap((one) => [...wordsOf(one)])
    return words.some((word) => (keys[0]?.begins ? word.startsWith(text) : word === text))
  })
}

/** Whether the words of `phrase` stand beside each other in one of these texts, the first where a word begins. */
export function hasPhrase(phrase: string, texts: readonly string[]): boolean {
  const wanted = runsOf(phrase).join(' ')
  const start = IS_UNSPACED.test(wanted) ? '' : ' '
  return wanted !== '' && texts.some((text) => ` ${runsOf(text).join(' ')}`.includes(start + wanted))
}

/** A text around the first place where something that was looked for stands. */
export type Excerpt = { readonly before: string; readonly found: string; readonly after: string }

/** Words as they were typed; a run of a script without spaces is one. */
const TYPED_RUNS = new RegExp(`[${UNSPACED}]+|[[\\p{L}\\p{M}\\p{N}\\p{Cf}]--[${UNSPACED}]]+`, 'gv')
/** Characters that stand before what was found. */
const LEAD = 60
const LOW_SURROGATE = /^[\udc00-\udfff]/

/** Where one of the terms stands in a run, as [start, end]; null: nowhere. */
function placeIn(run: string, terms: readonly SearchTerm[]): readonly [number, number] | null {
  const plain = folded(run)
  const bare = plain.replace(ARTICLE, '')
  for (const { text: term, keys } of terms) {
    if (IS_UNSPACED.test(term)) {
      const at = plain.indexOf(term)
      // Where folding changed the length the whole run is what was found.
      if (at >= 0) return plain.length === run.length ? [at, at + term.length] : [0, run.length]
    } else if (keys[0]?.begins ? plain.startsWith(term) || bare.startsWith(term) : plain === term || bare === term)
      return [0, run.length]
  }
  return null
}

/** The part of a text around the first of `terms` in it, of about `length` characters, begun where a word begins; null: none stands in it. */
export function excerptAround(terms: readonly SearchTerm[], text: string, length: number): Excerpt | null {
  for (const { 0: run, index } of text.matchAll(TYPED_RUNS)) {
    const place = placeIn(run, terms)
    if (place === null) continue
    const [from, to] = [index + place[0], index + place[1]]
    const space = from <= LEAD ? 0 : text.indexOf(' ', from - LEAD) + 1
    const begun = from <= LEAD ? 0 : space === 0 || space > from ? from - LEAD : space
    const start = LOW_SURROGATE.test(text.slice(begun)) ? begun + 1 : begun
    const end = Math.max(to, start + length)
    const cut = LOW_SURROGATE.test(text.slice(end)) ? end - 1 : end
    return {
      before: `${start > 0 ? '… ' : ''}${text.slice(start, from)}`,
      found: text.slice(from, to),
      after: text.slice(to, cut) + (text.length > cut ? '…' : ''),
    }
  }
  return null
}
