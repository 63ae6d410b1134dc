/**
 * Phone numbers that people type into what they write, found by the numbering plans of libphonenumber and covered where a text leaves the school.
 * Between a family and its teacher they stay as they are: a message is never changed on its way. Found are numbers of the district's country and any
 * that say their country (+52 …); what could as well be a date, an amount or a room is left alone, and so is a number without its area code.
 */

import { type CountryCode, findPhoneNumbersInText } from 'libphonenumber-js/max'
import { LINK } from '../core/slots.ts'

/** A link whose digits are somebody's phone; those of others are a page's. */
const PHONE_LINK = /^(?:https?:\/\/)?(?:wa\.me|t\.me|signal\.me|api\.whatsapp\.com)\b/iu
/** A day as people and programs write it. */
const DAY = /(?<!\p{Nd})(?:\d{4}-\d\d-\d\d|\d{1,2}([./-])\d{1,2}\1(?:\d{4}|\d\d))(?!\p{Nd})/u.source
/** libphonenumber takes what follows a comma for an extension of the number before it, and days beside each other for a number. */
const APART = new RegExp(`${DAY}|[,;，、；\\n]`, 'gu')
const SHOWN = 4
/** Digits of the shortest number: most texts have fewer. */
const FEWEST = /(?:\p{Nd}[^\p{Nd}]*){7}/u

/** A text with all but the last four digits of each phone number covered, `Call me at •••• 0142`, and how many there were. */
export type MaskedText = { readonly text: string; readonly count: number }

/** Covers the phone numbers of a text. `country` (ISO 3166-1): where numbers belong that do not say. */
export function maskNumbers(text: string, country: string): MaskedText {
  if (!FEWEST.test(text)) return { text, count: 0 }
  const others = [...text.matchAll(LINK)].filter(([link]) => !PHONE_LINK.test(link))
  const found = partsOf(text, [...others, ...text.matchAll(APART)]).flatMap(({ at, part }) =>
    findPhoneNumbersInText(part, country as CountryCode).map(({ startsAt, endsAt }) => ({
      start: at + startsAt,
      end: at + endsAt,
    })),
  )
  const masked = found.reduceRight((rest, { start, end }) => {
    const digits = [...text.slice(start, end).matchAll(/\p{Nd}/gu)].slice(-SHOWN).join('')
    return `${rest.slice(0, start)}•••• ${digits}${rest.slice(end)}`
  }, text)
  return { text: masked, count: found.length }
}

/** What is left of a text between these, with where it begins. */
function partsOf(text: string, between: readonly RegExpExecArray[]): { readonly at: number; readonly part: string }[] {
  const parts: { at: number; part: string }[] = []
  let at = 0
  for (const { 0: match, index } of [...between].sort((a, b) => a.index - b.index)) {
    if (index > at) parts.push({ at, part: text.slice(at, index) })
    at = Math.max(at, index + match.length)
  }
  return [...parts, { at, part: text.slice(at) }]
}
