/** A command line as it was typed: which command it names, with what, or what to say instead. */

import { parseArgs } from 'node:util'
import { COMMANDS, type Command } from './commands.ts'

/** What a command line asks for; `wrong` says what is wrong with it in a sentence. */
export type CommandLine =
  | {
      readonly kind: 'run'
      readonly command: Command
      readonly options: Readonly<Record<string, string | boolean | undefined>>
      readonly operands: readonly string[]
    }
  | { readonly kind: 'help'; readonly text: string }
  | { readonly kind: 'wrong'; readonly problem: string }
  /** Nothing was typed: the list of commands is the answer, and none was run. */
  | { readonly kind: 'nothing'; readonly text: string }

/** Named in the contract and not built yet. */
const LATER = new Set(['doctor', 'backup', 'restore'])

function usage(): string {
  const width = Math.max(...Object.keys(COMMANDS).map((name) => name.length))
  return [
    'Usage: homeline COMMAND [options]',
    '',
    ...Object.entries(COMMANDS).map(([name, { does }]) => `  ${name.padEnd(width)}  ${does}`),
    '',
    '`homeline COMMAND --help` tells what a command takes. Configuration is read from the environment and .env: see .env.example.',
    '',
  ].join('\n')
}

const isHelp = (word: string | undefined) => word === '--help' || word === '-h'

/** Reads the words after `homeline`. Never throws. */
export function readCommandLine(args: readonly string[]): CommandLine {
  const [first, second] = args
  if (first === undefined) return { kind: 'nothing', text: usage() }
  if (isHelp(first) || (first === 'help' && second === undefined)) return { kind: 'help', text: usage() }
  if (first === 'help') return readCommandLine([...args.slice(1).filter((word) => word !== 'help'), '--help'])
  if (LATER.has(first)) return { kind: 'wrong', problem: `\`homeline ${first}\` is not built yet.` }
  const [one, two] = [first, `${first} ${second}`]
  const name = Object.hasOwn(COMMANDS, two) ? two : one
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined
  if (command === undefined || (name === one && one.includes(' ')))
    return {
      kind: 'wrong',
      problem: `There is no command \`${args.slice(0, 2).join(' ').slice(0, 60)}\`: run \`homeline help\` for the list.`,
    }
  const rest = args.slice(name === two ? 2 : 1)
  if (rest.some(isHelp)) return { kind: 'help', text: `Usage: homeline ${command.usage}\n\n  ${command.does}\n` }
  try {
    const { values, positionals } = parseArgs({ args: rest, options: command.options, allowPositionals: true, strict: true })
    return { kind: 'run', command, options: values, operands: positionals }
  } catch {
    return { kind: 'wrong', problem: `Wrong options. Use: homeline ${command.usage}` }
  }
}
