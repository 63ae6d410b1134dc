/** Which numbers can be used, and which may be called, by the numbering plans of libphonenumber. */

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

/** What a family's phone can be. All else costs a stranger's price or is nobody's phone: premium rate, shared cost, UAN, personal, toll-free, pager. */
const CALLABLE: ReadonlySet<string | undefined> = new Set(['FIXED_LINE', 'MOBILE', 'FIXED_LINE_OR_MOBILE', 'VOIP'])

/** Countries (ISO 3166-1) that are of another one: families of a US district have numbers of Puerto Rico. */
const OF: ReadonlyMap<string, string> = new Map([
  ['PR', 'US'],
  ['VI', 'US'],
  ['GU', 'US'],
  ['MP', 'US'],
  ['AS', 'US'],
])

/**
 * Whether a number may be called from a district of `country`: an ordinary phone of that country. Behind +1 are Jamaica (+1 876) and +1 900, the
 * price of which is a fraud's income (Twilio, voice toll fraud); satellites and the like have no country at all.
 */
export function mayCall(number: E164, country: string): boolean {
  const parsed = parsePhoneNumberFromString(number)
  if (parsed === undefined || !parsed.isValid() || !CALLABLE.has(parsed.getType())) return false
  return parsed.country !== undefined && (OF.get(parsed.country) ?? parsed.country) === (OF.get(country) ?? country)
}
