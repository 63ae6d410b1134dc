/** What a message becomes on the phones that get it: its words, its text segments, and about what it costs. */

import { withIntroduction } from '../core/texts.ts'
import { NO_WORDINGS, type Wordings } from '../core/wordings.ts'
import type { Moment } from '../relay/ports.ts'
import type { Prepared, ToPrepare } from '../relay/prepare-ports.ts'
import { staysAsWritten } from '../translators/phrasebook.ts'

/** What previews need of the house. */
export type Previewing = {
  /** What families would get of drafts, and when; in their order. */
  readonly preview: (moment: Moment, drafts: readonly ToPrepare[]) => Promise<readonly Prepared[]>
  /** Text segments that the carrier counts. */
  readonly segments: (body: string) => number
}

/** US dollars that a segment costs: Twilio's list price for US texts with the carriers' fees, autumn 2026. A rough figure, and said to be one. */
const SEGMENT_DOLLARS = 0.012
/** The same of a picture message, however long its words. */
const PICTURE_DOLLARS = 0.03

/** The text as the phone gets it, with the introduction where it is the first; null: there is none. `reader`: the language of a family that gets it as written. */
export function bodyOf(
  prepared: Pick<Prepared, 'body' | 'channel' | 'translation'>,
  to: { readonly introduced: boolean; readonly schoolName: string; readonly reader: string },
  wordings: Wordings = NO_WORDINGS,
): string | null {
  const { body, channel, translation } = prepared
  if (body === null || channel !== 'text' || to.introduced) return body
  return withIntroduction(body, translation?.language ?? to.reader, to.schoolName, wordings)
}

/** What of a text stays in its writer's language where the phrasebook translates it, in one line; empty: nothing. */
export function keptInWords(
  prepared: Pick<Prepared, 'translation' | 'originalLanguage'>,
  text: string,
  names: readonly string[],
): string {
  if (prepared.translation?.by !== 'phrasebook') return ''
  const kept = staysAsWritten(text, prepared.originalLanguage, names)
  return kept.length === 0 ? '' : `Not translated, but sent as you wrote it: ${kept.map((words) => `“${words}”`).join(', ')}.`
}

/** What it costs as texts, in US dollars; a call is not counted. */
export const dollarsOf = (prepared: Pick<Prepared, 'withPictures'>, segments: number): number =>
  prepared.withPictures ? PICTURE_DOLLARS : segments * SEGMENT_DOLLARS

/** `1 cent`, `84 cents`, `$4.20`. */
export function moneyInWords(dollars: number): string {
  const cents = Math.max(1, Math.round(dollars * 100))
  if (cents >= 100) return `$${(cents / 100).toLocaleString('en', { minimumFractionDigits: 2 })}`
  return `${cents} ${cents === 1 ? 'cent' : 'cents'}`
}
