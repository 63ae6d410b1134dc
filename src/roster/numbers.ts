/** Which of a roster's numbers can be used, by the numbering plans of libphonenumber. */

import { type CountryCode, parsePhoneNumberFromString } from 'libphonenumber-js/max'
import { asE164, type E164, isWithheld } from '../core/phone-number.ts'

/** `reason` finishes the sentence "the number ..." and never holds the number. */
export type RosterNumber =
  | { readonly kind: 'usable'; readonly number: E164 }
  | { readonly kind: 'unusable'; readonly reason: string }

/** Mexican mobiles lost the 1 after +52 in 2019; old rosters still write it, and the carrier no longer takes it. */
const OLD_MEXICAN_MOBILE = /^\+?52[\s.()-]*1(?=(?:[\s.()-]*\d){10}$)/

/** Reads one cell. Numbers that begin with + are taken as they are, all others as those of `country` (ISO 3166-1). */
export function rosterNumber(cell: string, country: string): RosterNumber {
  if (isWithheld(cell.replace(/[\s.()-]/g, ''))) return { kind: 'unusable', reason: 'stands for a withheld caller' }
  const parsed = parsePhoneNumberFromString(cell.replace(OLD_MEXICAN_MOBILE, '+52'), {
    defaultCountry: country as CountryCode,
    extract: false,
  })
  const number = parsed === undefined || !parsed.isValid() ? null : asE164(parsed.number)
  if (parsed === undefined || number === null) return { kind: 'unusable', reason: 'is not a valid number' }
  if (parsed.ext !== undefined) return { kind: 'unusable', reason: 'has an extension, which neither texts nor calls can reach' }
  if (parsed.getType() === 'PREMIUM_RATE') return { kind: 'unusable', reason: 'is a premium-rate number' }
  return { kind: 'usable', number }
}
