/** What somebody who wrote on a phone is told while the message waits. */

import type { Direction } from './exchange.ts'
import { fixedText, sayWhen } from './texts.ts'
import type { Wordings } from './wordings.ts'

/** The notices of a wait. */
export const HELD_NOTICES = ['held_for_family', 'held_for_staff', 'held_no_time'] as const

/** What is known of the message that waits: `direction` is its own; `writerZone`: the clock of whoever wrote it; null: the school has no hours. */
export type HeldMessage = {
  readonly conversationId: string
  readonly direction: Direction
  readonly staffName: string
  readonly staffLanguage: string
  readonly familyName: string
  readonly familyLanguages: readonly string[]
  readonly writerZone: string | null
  readonly wordings?: Wordings | undefined
}

/** The language in which the writer of a message is told something. */
export function writersLanguage({ direction, staffLanguage, familyLanguages }: HeldMessage): string {
  return direction === 'to_family' ? staffLanguage : (familyLanguages[0] ?? staffLanguage)
}

/** Says when it will arrive (`sendAfter`; null: nobody knows). One key for each conversation, direction and moment: told once per closed window. */
export function heldNotice(message: HeldMessage, now: Temporal.Instant, sendAfter: Temporal.Instant | null) {
  const { conversationId, direction, staffName, familyName, writerZone, wordings } = message
  const toFamily = direction === 'to_family'
  const language = writersLanguage(message)
  const key = `held:${conversationId}:${direction}:${sendAfter?.toString() ?? now.toString().slice(0, 10)}`
  if (sendAfter === null || writerZone === null)
    return {
      notice: 'held_no_time',
      key,
      ...fixedText('held_no_time', language, { staff: toFamily ? familyName : staffName }, wordings),
    }
  const when = sayWhen(sendAfter, now, writerZone, language)
  return toFamily
    ? { notice: 'held_for_family', key, ...fixedText('held_for_family', language, { when }, wordings) }
    : { notice: 'held_for_staff', key, ...fixedText('held_for_staff', language, { staff: staffName, when }, wordings) }
}
