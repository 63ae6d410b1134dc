/** Which texts of the gateway there are, what fills them, in which languages, and who has reviewed them. */

/** What fills each text: every slot stands exactly once in every language. */
export const textSlots = {
  /** To a phone, once: who writes, that one may answer, HELP and STOP. No child's name. */
  introduction: ['school'],
  /** To a family whose text came outside the staff's hours. */
  held_for_staff: ['staff', 'when'],
  /** To a staff phone whose text came outside the family's hours. */
  held_for_family: ['when'],
  /** To a family, when the school has no hours. */
  held_no_time: ['staff'],
  /** To a number that nobody has. Confirms nothing. */
  stranger: [],
  /** The one confirmation of an opt-out (47 CFR 64.1200(a)(12)). */
  stop_done: ['district'],
  start_done: ['district'],
  help: ['school'],
  /** Stands before an original that could not be translated. */
  not_translated: [],
  /** Stands between a translation and its original when a fact did not survive. */
  translation_differs: [],
  /** Stands before a text that reached us late: when it was written. */
  delayed: ['when'],
  /** To a family that answers an ended conversation. */
  closed: [],
  /** To a staff phone: the outcome of its text is unknown. */
  unknown_to_staff: ['when', 'excerpt'],
  /** To a family: the outcome of its text is unknown. The excerpt is what it wrote itself. */
  unknown_to_family: ['excerpt', 'staff'],
  opted_out_to_staff: [],
  /** The answer to ORIGINAL, when there is none. */
  no_original: [],
  /** The answer to ORIGINAL: stands before it. */
  original_is: [],
  /** To whoever sent along what nobody gets to see: a film, a contact card, a picture that came damaged. */
  media_not_passed: [],
  /** Stands for a picture that goes along, where it has no words. */
  picture: [],
  /** To a family whose phone does not get what came along. */
  picture_stays: [],
  /** With which a family hears its messages from any phone. */
  pin: ['school', 'pin'],
  /** To a staff phone, to sign in at a browser. */
  login_code: ['code'],
  /** To a staff phone: an administrator has reset the second step of its owner's sign-in. */
  factor_reset: ['name'],
  /** To a staff phone: three calls, no answer. */
  not_reached: ['family', 'excerpt'],
  /** Stands below what was understood of a spoken message, or alone. */
  voice_message: ['seconds'],
  /** The same to a staff phone, on which it can be heard. */
  voice_message_staff: ['seconds'],
} as const

/** Which of the gateway's texts. */
export type TextId = keyof typeof textSlots

/** The languages that the gateway's own texts exist in (BCP 47; `zh` is Simplified, `zh-TW` Traditional). */
export const textLanguages = ['en', 'es', 'ar', 'zh', 'zh-TW', 'vi', 'pt', 'ru', 'ht', 'fr'] as const

/** One of `textLanguages`. */
export type TextLanguage = (typeof textLanguages)[number]

/** A template and the speaker who checked it, or null: not yet reviewed by a speaker. */
export type FixedText = { readonly text: string; readonly reviewedBy: string | null }

/** All texts in one language. */
export type Texts = Readonly<Record<TextId, FixedText>>

/** A text that no speaker has checked. */
export const draft = (text: string): FixedText => ({ text, reviewedBy: null })

/** A text and the speaker who has checked it, with the date. */
export const reviewed = (text: string, reviewedBy: string): FixedText => ({ text, reviewedBy })
