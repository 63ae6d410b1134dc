#!/usr/bin/env node
/** `homeline COMMAND`. Exit status: 0 done, 1 the answer is no, 2 wrong use. */

import { readCommandLine } from './command-line.ts'
import type { Outcome } from './commands/command.ts'
import { describeError, Problem, UsageProblem } from './problem.ts'

async function run(args: readonly string[]): Promise<Outcome> {
  const line = readCommandLine(args)
  if (line.kind === 'wrong') return { status: 2, problem: line.problem }
  if (line.kind !== 'run') {
    process.stdout.write(line.text)
    return { status: line.kind === 'help' ? 0 : 2 }
  }
  const { readConfig } = await import('./config.ts')
  const result = readConfig()
  if (result.kind === 'wrong')
    return { status: 2, problem: ['The configuration is wrong:', ...result.problems.map((p) => `  ${p}`)].join('\n') }
  return line.command.run({ config: result.config, options: line.options, operands: line.operands })
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
