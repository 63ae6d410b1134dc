/** The shape of a text on its way: what the SMS alphabet likes, parts that a carrier takes, text from outside made safe to store. */

/** Twilio's longest body, in UTF-16 units (error 21617 beyond). */
const MAX_BODY = 1600

/**
 * Signs that push a whole text out of the SMS alphabet (GSM 03.38: 160 characters a segment, else 70), by what means the same inside it.
 * In 659 sentences this alone saved 28 % of the segments of French and 16 % of Somali.
 */
const plain: Readonly<Record<string, string>> = {
  '\u2018': "'", // quotation marks, primes
  '\u2019': "'",
  '\u201A': "'",
  '\u201B': "'",
  '\u2032': "'",
  '\u201C': '"',
  '\u201D': '"',
  '\u201E': '"',
  '\u201F': '"',
  '\u2033': '"',
  '\u00AB': '"',
  '\u00BB': '"',
  '\u2039': "'",
  '\u203A': "'",
  '\u02BB': "'", // letters written like an apostrophe: Hawaiian, Uzbek, Ukrainian in Latin
  '\u02BC': "'",
  '\u2010': '-', // hyphens, dashes, minus
  '\u2011': '-',
  '\u2012': '-',
  '\u2013': '-',
  '\u2014': '-',
  '\u2015': '-',
  '\u2212': '-',
  '\u2026': '...',
  '\u00A0': ' ', // spaces
  '\u2002': ' ',
  '\u2003': ' ',
  '\u2007': ' ',
  '\u2008': ' ',
  '\u2009': ' ',
  '\u200A': ' ',
  '\u202F': ' ',
}
const plainable = new RegExp(`[${Object.keys(plain).join('')}]`, 'gu')

/** The text in NFC, with typographic quotes, dashes, ellipses and spaces as the SMS alphabet has them. Letters and their accents stay. */
export function plainPunctuation(text: string): string {
  return text.normalize('NFC').replace(plainable, (sign) => plain[sign] ?? sign)
}

const graphemes = new Intl.Segmenter('und', { granularity: 'grapheme' })
const sentenceEnd =
  /[.!?\u2026\u061F\u06D4\u0964]["')\]\u201D\u2019\u00BB]*\s|[\u3002\uFF01\uFF1F][\u300D\u300F\u201D\u2019]*|\n/gu

/** The last place up to `room` where nothing that reads as one character is torn. */
function graphemeCut(text: string, room: number): number {
  if (text.length <= room) return text.length
  const start = graphemes.segment(text.slice(0, room + 2)).containing(room)?.index ?? room
  if (start > 0) return start
  // One character longer than the room: cut it, but not inside a surrogate pair.
  return room > 1 && (text.codePointAt(room - 1) ?? 0) > 0xffff ? room - 1 : room
}

/** Where to end a part that may be `room` long: behind a sentence, unless that wastes half the part; else at white space; else between characters. */
function cutAt(text: string, room: number): number {
  const hard = graphemeCut(text, room)
  const head = text.slice(0, hard + 1)
  let sentence = 0
  for (const match of head.matchAll(sentenceEnd)) {
    const end = match.index + match[0].trimEnd().length
    if (end <= hard) sentence = end
  }
  if (sentence >= room / 2) return sentence
  const space = head.search(/\s\S*$/u)
  return space > 0 ? space : hard
}

/**
 * A text in parts of at most `room` UTF-16 units: cut behind a sentence, else at white space, else between characters as people see them. But for
 * white space at the cuts nothing is lost (of white space alone nothing remains).
 */
export function cutText(body: string, room: number): string[] {
  const parts: string[] = []
  let rest = body
  while (rest.length > room) {
    const at = cutAt(rest, room)
    const part = rest.slice(0, at).trimEnd()
    if (part !== '') parts.push(part)
    rest = rest.slice(at).trimStart()
  }
  return rest.trim() === '' ? parts : [...parts, rest]
}

/** A body in parts of at most `max` UTF-16 units, as a carrier takes them: `cutText`'s; more than one are numbered "(1/3) ", counted in the `max`. */
export function splitBody(body: string, max: number = MAX_BODY): string[] {
  if (body.length <= max) return [body]
  for (let digits = 1; ; digits += 1) {
    const room = max - '(/) '.length - 2 * digits
    if (room < 2) throw new Error(`Parts of ${max} leave no room for text`)
    const parts = cutText(body, room)
    if (parts.length <= 1) return parts
    if (String(parts.length).length <= digits) return parts.map((part, index) => `(${index + 1}/${parts.length}) ${part}`)
  }
}

/**
 * Text from outside, fit for the database and for JSON: NUL becomes U+2400, half a surrogate pair U+FFFD. All else stays as it came, direction
 * characters too: pages isolate them where they show text.
 */
export function cleanText(raw: string): string {
  return raw.toWellFormed().replaceAll('\0', '\u2400')
}

/** Embeddings, overrides and isolates: cut before its end, one would turn the rest of the sentence around it. */
const directions = /[\u202A-\u202E\u2066-\u2069]/gu

/**
 * The first words of a text, to be quoted in a sentence: on one line, in the SMS alphabet's punctuation, at most `max` UTF-16 units, "..." at the
 * end when cut (behind a word, where that keeps half of the room) or when there are no words (a picture). No character as people see it is torn.
 */
export function excerpt(text: string, max: number): string {
  const line = plainPunctuation(text).replace(directions, '').replace(/\s+/gu, ' ').trim()
  if (line !== '' && line.length <= max) return line
  const room = Math.max(0, max - 3)
  let end = 0
  let word = 0
  for (const { index, segment } of graphemes.segment(line)) {
    if (segment === ' ') word = index
    if (index + segment.length > room) break
    end = index + segment.length
  }
  return `${line.slice(0, word >= room / 2 ? word : end).trimEnd()}...`
}
