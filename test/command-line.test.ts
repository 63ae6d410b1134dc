import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readCommandLine } from '../src/command-line.ts'
import { COMMANDS } from '../src/commands.ts'

const read = (line: string) => readCommandLine(line === '' ? [] : line.split(' '))

describe('a command line', () => {
  test.each(Object.keys(COMMANDS))('%s is found by its name, and told of when it is asked', (name) => {
    expect(read(name)).toMatchObject({ kind: 'run', command: COMMANDS[name] })
    for (const asked of [`${name} --help`, `help ${name}`, `${name} -h`])
      expect(read(asked)).toMatchObject({ kind: 'help', text: expect.stringContaining(`Usage: homeline ${name}`) })
  })

  test.each([
    ['', 'nothing'],
    ['help', 'help'],
    ['help help', 'help'],
    ['--help', 'help'],
    ['roster', 'wrong'],
    ['roster export', 'wrong'],
    ['constructor', 'wrong'],
    ['__proto__', 'wrong'],
    ['doctor', 'wrong'],
    ['token create --staff', 'wrong'],
    ['token create --staf x', 'wrong'],
  ])('%j is %s', (line, kind) => {
    expect(read(line).kind).toBe(kind)
  })

  test('quoted as one word is none', () => {
    expect(readCommandLine(['log export', '--from', 'x']).kind).toBe('wrong')
  })

  test('gives what stands behind the command', () => {
    expect(read('roster import there.zip --dry-run')).toMatchObject({ options: { 'dry-run': true }, operands: ['there.zip'] })
    expect(read('log export --from=a --to b')).toMatchObject({ options: { from: 'a', to: 'b' }, operands: [] })
  })

  test('whatever is typed has an answer at once, and what is wrong is said in a short sentence', () => {
    const known = Object.values(COMMANDS).flatMap(({ usage, options }) => [
      ...usage.split(/[ |[\]]+/),
      ...Object.keys(options).map((name) => `--${name}`),
    ])
    const word = fc.oneof(
      fc.constantFrom(...known, 'help', '--help', '-h', '--', '-', '--=', '__proto__', ''),
      fc.string({ unit: 'grapheme' }),
    )
    fc.assert(
      fc.property(fc.array(word, { maxLength: 12 }), (args) => {
        const line = readCommandLine(args)
        if (line.kind === 'wrong') expect(line.problem.length).toBeLessThan(200)
      }),
      { numRuns: 3_000 },
    )
  })

  test.each([
    ['one long word', ['x'.repeat(65_536)]],
    ['many words', Array(16_384).fill('-a=b')],
    ['a long option', ['token', 'create', `--staff=${'"'.repeat(65_536)}`]],
    ['help of help', Array(16_384).fill('help')],
  ])('%s of 64 KiB takes no time', (_, args) => {
    const { user } = process.cpuUsage()
    readCommandLine(args)
    expect((process.cpuUsage().user - user) / 1000).toBeLessThan(100)
  })
})
