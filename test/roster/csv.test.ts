import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type CsvLine, readCsv } from '../../src/roster/csv.ts'
import { anyText, expectQuick, longOf, SEEDS } from '../support/outside.ts'

async function read(content: string | Buffer, chunk = 7): Promise<CsvLine[]> {
  const bytes = Buffer.from(content)
  async function* chunks() {
    for (let i = 0; i < bytes.length; i += chunk) yield bytes.subarray(i, i + chunk)
  }
  const lines: CsvLine[] = []
  for await (const block of readCsv(chunks())) lines.push(...block)
  return lines
}

const record = (line: number, ...fields: string[]) => ({ kind: 'record', line, fields })
const problem = (line: number, reason: string) => ({ kind: 'problem', line, reason })

test('what is quoted by the rules of RFC 4180 comes back, wherever the chunks are cut', async () => {
  const field = fc
    .oneof(fc.string({ unit: 'grapheme' }), fc.stringMatching(/^[",\n a\u00e9]{0,8}$/))
    .filter((f) => !f.includes('\r'))
  const table = fc.array(fc.array(field, { minLength: 2, maxLength: 4 }), { maxLength: 12 })
  await fc.assert(
    fc.asyncProperty(table, fc.integer({ min: 1, max: 64 }), fc.boolean(), async (rows, chunk, crlf) => {
      const text = rows.map((row) => row.map((f) => `"${f.replaceAll('"', '""')}"`).join(',')).join(crlf ? '\r\n' : '\n')
      const lines = await read(text, chunk)
      expect(lines.map((line) => (line.kind === 'record' ? line.fields : line))).toEqual(rows)
    }),
  )
})

test.each<[string, string | Buffer, unknown[]]>([
  ['a byte order mark and CRLF', '\ufeffa,b\r\n1,2\r\n', [record(1, 'a', 'b'), record(2, '1', '2')]],
  ['no newline at the end', 'a,b\n1,2', [record(1, 'a', 'b'), record(2, '1', '2')]],
  ['blank lines, which count', 'a\n\n  \nb\n', [record(1, 'a'), record(4, 'b')]],
  ['a line break in a field', 'a,"x\ny"\nb,c\n', [record(1, 'a', 'x\ny'), record(3, 'b', 'c')]],
  [
    'text after a closing quote, and goes on',
    'a,b\n"1"x,2\n3,4\n',
    [record(1, 'a', 'b'), problem(2, 'Text follows the closing quote of a field.'), record(3, '3', '4')],
  ],
  [
    'a quote inside a field, and goes on',
    'a,b\n1,x"y\n3,4\n',
    [record(1, 'a', 'b'), problem(2, 'A quote stands inside a field that does not begin with one.'), record(3, '3', '4')],
  ],
  [
    'a quote that is never closed, and goes on',
    'a,b\n1,"x\n3,4\n',
    [record(1, 'a', 'b'), problem(2, 'A quoted field is not closed.'), record(3, '3', '4')],
  ],
  [
    'bytes that are not UTF-8',
    Buffer.from('a,b\n1,\xe9\n3,4\n', 'latin1'),
    [record(1, 'a', 'b'), problem(2, 'The line is not UTF-8 text.'), record(2, '1', '\ufffd'), record(3, '3', '4')],
  ],
  ['nothing', '', []],
])('reads %s', async (_, content, expected) => {
  const lines = await read(content)
  expect(lines.toSorted((a, b) => a.line - b.line)).toEqual(expected)
})

test('an open quote swallows at most twenty lines', async () => {
  const lines = await read(`a,"open\n${'x,y\n'.repeat(40)}`, 1000)
  expect(lines).toHaveLength(41)
  expect(lines[0]).toEqual(problem(1, 'A quoted field is not closed.'))
  expect(lines.at(-1)).toEqual(record(41, 'x', 'y'))
})

test('a line without end does not fill the memory', async () => {
  const lines = await read(`a,b\n${'x'.repeat(3 << 20)}`, 1 << 16)
  expect(lines).toEqual([
    record(1, 'a', 'b'),
    problem(2, 'The line is longer than a record may be; the rest of the file was not read.'),
  ])
})

test('a file that cannot be read to its end is a problem of the file', async () => {
  async function* broken() {
    yield Buffer.from('a,b\n1,2\n')
    throw new Error('EIO')
  }
  const lines: CsvLine[] = []
  for await (const block of readCsv(broken())) lines.push(...block)
  expect(lines.at(-1)).toEqual(problem(0, 'The file could not be read to its end.'))
})

test('a file full of malformed lines is given up, and a few are all told', async () => {
  const lines = await read('"a"b\n'.repeat(5_000), 1 << 16)
  expect(lines).toHaveLength(1_001)
  expect(lines.at(-1)).toMatchObject({
    kind: 'problem',
    reason: 'Too many lines are not CSV; the rest of the file was not read.',
  })
  const some = await read(`x,y\n"a"b\n${'1,2\n'.repeat(50)}c"d\n`.repeat(15), 300)
  expect(some.filter((line) => line.kind === 'problem').map((line) => line.line)).toEqual(
    Array.from({ length: 15 }, (_, i) => [53 * i + 2, 53 * i + 53]).flat(),
  )
  expect(some).toHaveLength(53 * 15)
})

describe('whatever bytes come', () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 200 }).map((list) => Buffer.from(list)),
    anyText('"', '""', ',', '\n', '\r\n', 'a,b\n', '"x\ny"').map((text) => Buffer.from(text)),
  )
  test('they are records and problems, the same wherever the chunks are cut', async () => {
    const inOrder = (lines: CsvLine[]) => lines.toSorted((a, b) => a.line - b.line || a.kind.localeCompare(b.kind))
    await fc.assert(
      fc.asyncProperty(bytes, fc.integer({ min: 1, max: 40 }), async (content, chunk) => {
        const lines = await read(content, chunk)
        expect(inOrder(lines)).toEqual(inOrder(await read(content, 1 << 16)))
      }),
    )
  })

  test('64 KiB of the worst are read in a moment', async () => {
    for (const seed of [...SEEDS, '"a"b\n', 'a"b\n', '"a,b\n', ',\n', '"""\n', '"a\n\n'])
      await expectQuick(`CSV of ${JSON.stringify(seed)}`, () => read(longOf(seed), 1 << 16))
  })
})
