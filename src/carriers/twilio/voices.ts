/** Which of Twilio's voices speaks a language and which recogniser listens, and what becomes of a voice that it refuses. */

import { sameSpoken } from '../../core/call-voices.ts'
import type { Voices } from './twiml.ts'
import { ROWS, type Row } from './voice-rows.ts'

function rowOf(language: string): Row | null {
  const own = ROWS[language] ?? Object.entries(ROWS).find(([row]) => sameSpoken(row, language))?.[1]
  return own ?? null
}

/** What speaks and what listens, by BCP 47. */
export const voices: Voices = {
  say: (language) => rowOf(language)?.say ?? null,
  speech: (language) => rowOf(language)?.speech ?? null,
}

/** Twilio, errors 13511 (`<Say>`) and 13321 (`<Say>` in a `<Gather>`): it has no such voice, any more or for that language. */
const REFUSED: ReadonlySet<string> = new Set(['13511', '13321'])

/** For how long a voice that was refused is left alone. */
const LEFT_ALONE_MS = 3_600_000

/** Voices that learn: of a language whose voice was refused the second one speaks for an hour. `monotonic`: milliseconds. */
export function createVoices(monotonic: () => number): Voices & {
  /** Whether this error code (`ErrorCode` of a fallback request) is about a voice. */
  readonly isRefusal: (code: string | undefined) => boolean
  /** The carrier refused the voice of one of these languages. */
  readonly refused: (languages: readonly string[]) => void
} {
  const until = new Map<Row, number>()
  return {
    say: (language) => {
      const row = rowOf(language)
      return row === null ? null : monotonic() < (until.get(row) ?? Number.NEGATIVE_INFINITY) ? (row.second ?? row.say) : row.say
    },
    speech: voices.speech,
    isRefusal: (code) => code !== undefined && REFUSED.has(code),
    refused: (languages) => {
      for (const row of languages.map(rowOf)) if (row !== null) until.set(row, monotonic() + LEFT_ALONE_MS)
    },
  }
}
