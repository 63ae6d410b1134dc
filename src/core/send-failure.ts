/**
 * Why a carrier did not deliver a text or make a call, one row a reason. Codes are Twilio's (error and warning dictionary); a code without a row
 * is `other` and terminal, since sending the same again would not help. That a phone was busy, that nobody or a machine answered are no failures:
 * a call's outcome says so.
 */

/** What a failure means for the exchange, the contact and the operator. */
export type SendFailure = {
  /** Short name in events and metrics. */
  readonly reason:
    | 'opted_out'
    | 'bad_number'
    | 'not_mobile'
    | 'unreachable'
    | 'blocked'
    | 'filtered'
    | 'expired'
    | 'our_setup'
    | 'too_many'
    | 'too_long'
    | 'no_pictures'
    | 'picture_unfetched'
    | 'other'
  /** Whether an operator has to mend something, rather than the school or the family. */
  readonly ours: boolean
  /** Whether a call may reach the same phone where a text did not. */
  readonly byCall: boolean
  /** What a staff member reads. */
  readonly words: string
}

const REASONS = {
  opted_out: {
    ours: false,
    byCall: false,
    words: 'The carrier blocks this number: the family replied STOP to it. Call or send paper.',
  },
  bad_number: { ours: false, byCall: false, words: 'This is not a working phone number. Ask the family for a new one.' },
  not_mobile: { ours: false, byCall: true, words: 'This phone takes no texts, such as a landline. Call instead.' },
  unreachable: { ours: false, byCall: true, words: 'The phone was off or out of reach.' },
  blocked: { ours: false, byCall: true, words: 'The carrier or the phone blocks texts from this number.' },
  filtered: { ours: true, byCall: true, words: 'The carrier filtered this text as unwanted.' },
  expired: { ours: false, byCall: false, words: 'It could not be delivered within the allowed hours.' },
  our_setup: { ours: true, byCall: false, words: 'The school’s number is not set up for this. The office has been told.' },
  too_many: { ours: true, byCall: false, words: 'Too much at once; the carrier did not take this one.' },
  too_long: { ours: true, byCall: false, words: 'The text is too long for the carrier.' },
  no_pictures: { ours: false, byCall: false, words: 'This phone takes no pictures.' },
  picture_unfetched: { ours: true, byCall: false, words: 'The carrier could not take the picture. The office has been told.' },
  other: { ours: true, byCall: true, words: 'The carrier did not deliver it.' },
} as const satisfies Record<SendFailure['reason'], Omit<SendFailure, 'reason'>>

const CODES: Readonly<Record<number, SendFailure['reason']>> = {
  21610: 'opted_out',
  21211: 'bad_number',
  21217: 'bad_number',
  21401: 'bad_number',
  30005: 'bad_number',
  13223: 'bad_number',
  13224: 'bad_number',
  13225: 'bad_number',
  13226: 'bad_number',
  21202: 'bad_number',
  21214: 'bad_number',
  21614: 'not_mobile',
  21635: 'not_mobile',
  30006: 'not_mobile',
  30003: 'unreachable',
  30008: 'other',
  30004: 'blocked',
  30007: 'filtered',
  30450: 'filtered',
  30036: 'expired',
  21408: 'our_setup',
  21215: 'our_setup',
  13227: 'our_setup',
  21203: 'our_setup',
  21216: 'our_setup',
  10005: 'our_setup',
  13214: 'our_setup',
  21210: 'our_setup',
  21212: 'our_setup',
  21213: 'our_setup',
  21612: 'our_setup',
  21606: 'our_setup',
  21659: 'our_setup',
  21703: 'our_setup',
  21704: 'our_setup',
  30032: 'our_setup',
  30034: 'our_setup',
  21611: 'too_many',
  10004: 'too_many',
  30001: 'too_many',
  30022: 'too_many',
  30023: 'too_many',
  30027: 'too_many',
  21617: 'too_long',
  30011: 'no_pictures',
  30019: 'no_pictures',
  11200: 'picture_unfetched',
  11751: 'picture_unfetched',
  12300: 'picture_unfetched',
  21620: 'picture_unfetched',
  21623: 'picture_unfetched',
}

/** Reasons that the pictures alone are: the words of the same message may go. */
const OF_PICTURES: ReadonlySet<SendFailure['reason']> = new Set(['no_pictures', 'picture_unfetched'])

/** Whether a message that failed for this reason may arrive without its pictures. */
export function mayGoWithoutPictures({ reason }: Pick<SendFailure, 'reason'>): boolean {
  return OF_PICTURES.has(reason)
}

/** Codes that have a row, for the documentation's test. */
export const KNOWN_CODES: readonly number[] = Object.keys(CODES).map(Number)

/** What a staff member reads of a reason as the log has it; null: the carrier gave none of these. */
export function failureWords(reason: string): string | null {
  return Object.hasOwn(REASONS, reason) ? REASONS[reason as SendFailure['reason']].words : null
}

/** The row of a carrier's code; null (no code given) is `other`. */
export function sendFailure(code: number | null): SendFailure {
  const reason = code === null ? 'other' : (CODES[code] ?? 'other')
  return { reason, ...REASONS[reason] }
}
