/** The gateway's own words: fixed texts with their slots filled, and a day and time as a family says it. */
import { sameLanguage } from './language.ts'
import { plainPunctuation } from './segments.ts'
import { dayWords } from './texts-days.ts'
import { fixedTexts } from './texts-fixed.ts'
import { type TextId, type TextLanguage, textLanguages, textSlots } from './texts-slots.ts'
import { NO_WORDINGS, type Wordings, worded } from './wordings.ts'

/** What must be given to fill a text. Values are plain text and are not looked through for slots. */
export type TextSlots<Id extends TextId> = Readonly<Record<(typeof textSlots)[Id][number], string>>

/** The language in which the gateway itself writes to a reader of `language` (BCP 47): `es` for `es-MX`, `zh-TW` for `yue`, English where it has no texts. */
export function textLanguage(language: string): TextLanguage {
  return textLanguages.find((own) => sameLanguage(own, language)) ?? 'en'
}

/**
 * One of the gateway's texts for a reader of `language` (BCP 47), and the language that it is really in. Throws when a slot is not given. `wordings`: the
 * district's own.
 */
export function fixedText<Id extends TextId>(
  id: Id,
  language: string,
  slots: TextSlots<Id>,
  wordings: Wordings = NO_WORDINGS,
): { readonly text: string; readonly language: TextLanguage } {
  const own = textLanguage(language)
  const given: Readonly<Record<string, string>> = slots
  const text = worded(wordings, 'text', own, id, fixedTexts[own][id].text).replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = Object.hasOwn(given, name) ? given[name] : undefined
    if (value === undefined) throw new Error(`The text ${id} needs the slot ${name}`)
    return value
  })
  return { text, language: own }
}

/** The texts that no speaker of `language` (BCP 47) has reviewed; all, when the gateway has no texts in that language. For `doctor`. */
export function unreviewedTexts(language: string): readonly TextId[] {
  const texts = fixedTexts[textLanguage(language)]
  const spoken = sameLanguage(textLanguage(language), language)
  return (Object.keys(textSlots) as TextId[]).filter((id) => !spoken || texts[id].reviewedBy === null)
}

/**
 * An instant in the words of a reader of `language` (BCP 47), on the wall clock of `zone` (IANA): "today at 7:00 AM", "tomorrow at 7:00 AM",
 * within a week "Monday at 7:00 AM", before today or farther ahead "Monday, November 30 at 7:00 AM".
 */
export function sayWhen(at: Temporal.Instant, now: Temporal.Instant, zone: string, language: string): string {
  const words = dayWords[textLanguage(language)]
  const local = at.toZonedDateTimeISO(zone)
  const hour = local.hour % 12 === 0 ? 12 : local.hour % 12
  const clock = words.clock(`${hour}:${String(local.minute).padStart(2, '0')} ${local.hour < 12 ? 'AM' : 'PM'}`, hour)
  const daysAhead = now.toZonedDateTimeISO(zone).toPlainDate().until(local.toPlainDate()).days
  const weekday = words.weekdays[local.dayOfWeek - 1] ?? ''
  if (daysAhead === 0) return words.near(words.today, clock)
  if (daysAhead === 1) return words.near(words.tomorrow, clock)
  if (daysAhead > 1 && daysAhead < 7) return words.near(weekday, clock)
  return words.far(weekday, local.day, words.months[local.month - 1] ?? '', clock)
}

/** A text as the first one that a phone gets: it says who writes, and how to make it stop. `language`: the reader's (BCP 47). */
export function withIntroduction(body: string, language: string, school: string, wordings: Wordings): string {
  return `${body}\n${plainPunctuation(fixedText('introduction', language, { school }, wordings).text)}`
}
