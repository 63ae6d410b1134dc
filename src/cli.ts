#!/usr/bin/env node
/** `homeline COMMAND`. Exit status: 0 done, 1 the answer is no, 2 wrong use. */

import { parseArgs } from 'node:util'
import { COMMANDS, type Outcome, UsageProblem } from './commands.ts'
import { readConfig } from './config.ts'
import { Problem } from './installation.ts'
import { describeError } from './logger.ts'

/** Named in the contract and not built yet. */
const LATER = new Set(['doctor', 'fallback', 'backup', 'restore'])

const usage = () =>
  ['Usage: homeline COMMAND [options]', '', ...Object.values(COMMANDS).map((c) => `  ${c.usage.padEnd(78)} ${c.does}`), ''].join(
    '\n',
  )

async function run(args: readonly string[]): Promise<Outcome> {
  const names = Object.keys(COMMANDS).sort((a, b) => b.length - a.length)
  const line = args.join(' ')
  if (args.length === 0 || args[0] === '--help' || args[0] === 'help') {
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
  let parsed: ReturnType<typeof parse>
  try {
    parsed = parse(rest, command.options)
  } catch {
    return { status: 2, problem: `Wrong options. Use: homeline ${command.usage}` }
  }
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
