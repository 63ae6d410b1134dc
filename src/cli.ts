#!/usr/bin/env node
/** `homeline COMMAND`. Exit status: 0 done, 1 the answer is no, 2 wrong use. */

import { parseArgs } from 'node:util'
import type { Outcome } from './commands/command.ts'
import { COMMANDS } from './commands.ts'
import { describeError, Problem, UsageProblem } from './problem.ts'

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

async function run(args: readonly string[]): Promise<Outcome> {
  const names = Object.keys(COMMANDS).sort((a, b) => b.length - a.length)
  if (args[0] === 'help' && args.length > 1) return run([...args.slice(1), '--help'])
  const line = args.join(' ')
  if (args.length === 0 || isHelp(args[0]) || args[0] === 'help') {
    process.stdout.write(usage())
    return { status: args.length === 0 ? 2 : 0 }
  }
  if (LATER.has(args[0] ?? '')) return { status: 2, problem: `\`homeline ${args[0]}\` is not built yet.` }
  const name = names.find((n) => line === n || line.startsWith(`${n} `))
  const command = name === undefined ? undefined : COMMANDS[name]
  if (name === undefined || command === undefined)
    return {
      status: 2,
      problem: `There is no command \`${args.slice(0, 2).join(' ').slice(0, 60)}\`: run \`homeline help\` for the list.`,
    }
  const rest = args.slice(name.split(' ').length)
  if (rest.some(isHelp)) {
    process.stdout.write(`Usage: homeline ${command.usage}\n\n  ${command.does}\n`)
    return { status: 0 }
  }
  let parsed: ReturnType<typeof parse>
  try {
    parsed = parse(rest, command.options)
  } catch {
    return { status: 2, problem: `Wrong options. Use: homeline ${command.usage}` }
  }
  const { readConfig } = await import('./config.ts')
  const result = readConfig()
  if (result.kind === 'wrong')
    return { status: 2, problem: ['The configuration is wrong:', ...result.problems.map((p) => `  ${p}`)].join('\n') }
  return command.run({
    config: result.config,
    options: parsed.values as Record<string, string | boolean | undefined>,
    operands: parsed.positionals,
  })
}

function parse(args: readonly string[], options: Readonly<Record<string, { type: 'string' | 'boolean' }>>) {
  return parseArgs({ args: [...args], options, allowPositionals: true, strict: true })
}

/** What may be said of a bug: its message can hold what people wrote. */
function bug(error: unknown): string {
  const { error: name, code, at } = describeError(error)
  return `Something went wrong in Homeline itself (${[name, code, at].filter((part) => part !== undefined).join(', ')}). Nothing was changed by this command unless it said so.\n`
}

// An error that nobody caught ends the process; Node would print it whole.
process.once('uncaughtException', (error) => {
  process.stderr.write(bug(error))
  process.exit(1)
})

try {
  const outcome = await run(process.argv.slice(2))
  if (outcome.problem !== undefined) process.stderr.write(`${outcome.problem}\n`)
  process.exitCode = outcome.status
} catch (error) {
  if (error instanceof UsageProblem) {
    process.stderr.write(`${error.message}\n`)
    process.exitCode = 2
  } else if (error instanceof Problem) {
    process.stderr.write(`${error.message}\n`)
    process.exitCode = 1
  } else {
    process.stderr.write(bug(error))
    process.exitCode = 1
  }
}
