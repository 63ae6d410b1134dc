import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect } from 'vitest'
import { processorTime } from './processor-time.ts'

/** Texts that have broken parsers before, one a line as JSON: see fixtures/outside/README.md. */
export const CORPUS: readonly string[] = readFileSync('fixtures/outside/texts.jsonl', 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as string)

/** Any text: one of the corpus, random code units (half surrogates too), random words of a parser's own alphabet, and mixtures. */
export function anyText(...words: readonly string[]): fc.Arbitrary<string> {
  const piece = fc.oneof(
    fc.constantFrom(...CORPUS),
    fc.string({ unit: 'binary', maxLength: 12 }),
    fc.uint16Array({ maxLength: 6 }).map((units) => String.fromCharCode(...units)),
    ...(words.length === 0 ? [] : [fc.constantFrom(...words)]),
  )
  return fc.array(piece, { maxLength: 6 }).map((pieces) => pieces.join(''))
}

/** 64 KiB of UTF-8. */
const SIZE = 64 * 1024

/** `seed` over and over, to 64 KiB of UTF-8, between `before` and `after`. */
export function longOf(seed: string, before = '', after = ''): string {
  const room = SIZE - Buffer.byteLength(before) - Buffer.byteLength(after)
  return before + seed.repeat(Math.max(1, Math.floor(room / Math.max(1, Buffer.byteLength(seed))))) + after
}

/** What, repeated, drives a matcher or a splitter longest: one of each class of characters, and what parsers look for. */
export const SEEDS: readonly string[] = [
  ...[
    'a',
    'Z',
    '7',
    ' ',
    '\n',
    '\r',
    '\t',
    '\0',
    '.',
    ',',
    ':',
    '-',
    '+',
    '/',
    '(',
    ')',
    '"',
    "'",
    '<',
    '>',
    '&',
    '%',
    '=',
    '$',
    '_',
    '{',
    '[',
  ],
  ...['é', 'ß', '\u0301', '\u200b', '\u202e', '\ufeff', '\u0640', '的', 'ﷺ', '٣', 'ก', '😀', '👨‍👩‍👧', '\u{1f1fa}\u{1f1f8}'],
  ...[
    'a ',
    '1 ',
    '1,',
    '1.',
    '1:',
    '12:30 ',
    '3/12 ',
    '1-',
    '$1',
    'a.',
    'Aa ',
    'a\n',
    '"a',
    '",',
    '"\n',
    '""\n',
    'a=&',
    '%41',
    '%zz',
    '&amp;',
    '<b>',
  ],
  ...[
    'http://a.b/',
    'www.',
    'a@b.c ',
    'stop ',
    'please ',
    'no ',
    '15 de ',
    'le 3 mai ',
    '星期',
    '下午3点',
    'maya ',
    '\u0301a',
    '[[',
    '{"a":',
  ],
]

/**
 * About what 100 ms are on a machine of 2024: the processor time of a loop in this process, so that a slow or busy machine is measured by
 * its own pace.
 */
async function budget(): Promise<number> {
  return processorTime(() => {
    let sum = 0
    for (let i = 0; i < 24_000_000; i++) sum = (sum * 31 + i) | 0
    return sum
  })
}

let known: number | undefined

/** Work on 64 KiB from outside must end within what 100 ms are (best of three, in processor time). */
export async function expectQuick(what: string, work: () => unknown): Promise<void> {
  known ??= await budget()
  const took = await processorTime(work)
  expect(took, `${what} took ${took.toFixed(0)} ms of ${known.toFixed(0)}`).toBeLessThan(known)
}
