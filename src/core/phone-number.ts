/**
 * Telephone numbers as the gateway handles them. Only the shape is checked here; whether a number exists in a numbering plan is asked
 * where numbers come in (roster, sign-in), with libphonenumber.
 */

/** A telephone number in E.164 (ITU-T): `+`, then 7 to 15 digits, the first not 0. Never a withheld caller id. */
export type E164 = string & { readonly __brand: 'E164' }

const shape = /^\+[1-9][0-9]{6,14}$/

/**
 * What the carrier puts in `From` when a caller withholds the number. The digits spell the word on a keypad (266696687 is ANONYMOUS),
 * so most of them look like real numbers; taken for one, all such callers would become a single family.
 * Source: Twilio voice, list seen in ten code bases; libphonenumber calls all five invalid.
 */
const withheld: ReadonlySet<string> = new Set([
  '',
  '266696687',
  '86282452253',
  '8656696',
  '2562533',
  '7378742833',
  'anonymous',
  'restricted',
  'unavailable',
  'private',
  'unknown',
])

/** Whether the carrier's caller id says "withheld". Such a caller has no phone: never look it up, store it or answer it by text. */
export function isWithheld(callerId: string): boolean {
  return withheld.has(callerId.trim().replace(/^\+/, '').toLowerCase())
}

/** Whether a text is a number in E.164 form that may be somebody's phone. */
export function isE164(text: string): text is E164 {
  return shape.test(text) && !isWithheld(text)
}

/** The text as a number, or null when it is not in E.164 form or stands for a withheld caller. Does not mend spaces or brackets. */
export function asE164(text: string): E164 | null {
  return isE164(text) ? text : null
}

/** Area codes behind +1 that are of other countries than the United States (with their territories) and Canada (NANPA). */
const ELSEWHERE = /^\+1(?:242|246|264|268|284|345|441|473|649|658|664|721|758|767|784|809|829|849|868|869|876)/

/** Whether the carrier takes picture messages to a number: in the United States and Canada alone (Twilio, MMS). */
export function takesPictures(number: E164): boolean {
  return number.startsWith('+1') && !ELSEWHERE.test(number)
}
