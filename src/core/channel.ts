/** By which way a message goes to a family. */

/** What is known of a family's phone and of how the family wants to be reached. */
export type Reachable = {
  /** The addressed guardian's `contactBy`. */
  readonly contactBy: 'sms' | 'voice'
  /** Whether the roster gives this number for texts; a number that stands for calls only gets none. */
  readonly textable: boolean
  /** As the carrier's look-up or a failed text told; null: not known. */
  readonly lineType: 'mobile' | 'landline' | 'voip' | 'unknown' | null
  /** The family asked for no more calls (key 9). */
  readonly refusesCalls: boolean
}

/** Texts where the phone takes them; calls where the family wants or needs them; `none` where neither is left. */
export function channelOf(phone: Reachable): 'text' | 'call' | 'none' {
  const texts = phone.textable && phone.lineType !== 'landline'
  if (!phone.refusesCalls && (phone.contactBy === 'voice' || !texts)) return 'call'
  return texts ? 'text' : 'none'
}
