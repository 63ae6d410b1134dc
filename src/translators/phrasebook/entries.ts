/**
 * Which messages the phrasebook has. T: school to family, F: family to school, E: everyday answers. A lane says how much care a message
 * needs: G routine, A amber (grades, health, money, whereabouts: sender confirms), R red (safety: a person as well).
 */

/** Every entry and its lane. The texts stand in one file a language. */
export const LANES = {
  T01: 'G',
  T02: 'G',
  T03: 'A',
  T04: 'A',
  T05: 'A',
  T06: 'A',
  T07: 'R',
  T08: 'A',
  T09: 'A',
  T10: 'G',
  T11: 'A',
  T12: 'A',
  T13: 'A',
  T14: 'A',
  T15: 'R',
  T16: 'R',
  T17: 'R',
  T18: 'G',
  T19: 'G',
  T20: 'G',
  T21: 'G',
  T22: 'A',
  T23: 'A',
  T24: 'A',
  T25: 'G',
  T26: 'G',
  T27: 'G',
  T28: 'A',
  T29: 'A',
  T30: 'G',
  T31: 'G',
  T32: 'A',
  T33: 'R',
  T34: 'A',
  T35: 'A',
  T36: 'G',
  T37: 'G',
  T38: 'A',
  T39: 'G',
  T40: 'G',
  F01: 'G',
  F02a: 'A',
  F02b: 'A',
  F02c: 'A',
  F03: 'G',
  F04: 'G',
  F05: 'A',
  F06: 'A',
  F07a: 'A',
  F07b: 'A',
  F08: 'R',
  F09: 'G',
  F10: 'G',
  F11: 'G',
  F12: 'G',
  F13: 'G',
  F14: 'G',
  F15a: 'G',
  F15b: 'G',
  F16a: 'G',
  F16b: 'G',
  F17a: 'R',
  F17b: 'R',
  F18: 'A',
  F19a: 'A',
  F19b: 'A',
  F20: 'A',
  F21: 'A',
  F22a: 'G',
  F22b: 'G',
  F22c: 'G',
  F23: 'G',
  F24: 'G',
  F25a: 'G',
  F25b: 'G',
  E01: 'G',
  E02: 'G',
  E03: 'G',
  E04: 'G',
  E05: 'G',
  E06: 'G',
  E07: 'A',
  E08: 'G',
  E09: 'G',
  E10: 'G',
  E11: 'G',
  E12: 'G',
  E13: 'G',
  E14: 'G',
  E15: 'G',
  E16: 'G',
  E17: 'A',
  E18: 'A',
  E19: 'G',
} as const

/** An entry's name, the same in all languages. */
export type EntryId = keyof typeof LANES
/** See {@link LANES}. */
export type Lane = (typeof LANES)[EntryId]

/**
 * One language's texts. In a phrase the first text is what is sent; the others are ways in which people say the same, only recognised.
 * In those `(a|b)` is a choice and `[a]` may be left out. A slot such as `{time}` stands once in every text of the entry.
 */
export type PhraseTable = {
  readonly phrases: Readonly<Record<EntryId, readonly [text: string, ...ways: string[]]>>
  /** Who, as a speaker of the language, has read the entry and stands for it; an entry that is not here is not yet reviewed. */
  readonly reviewedBy: Readonly<Partial<Record<EntryId, string>>>
  /** What counts as the same wherever it stands in a text: contractions, son or daughter for child. The first form is in the texts. */
  readonly alike: readonly (readonly [text: string, ways: string])[]
  /** Words of politeness before or after any text. */
  readonly please: string
}
