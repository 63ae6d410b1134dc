/** What every command of the command line has in common. */

import type { Config } from '../config.ts'
import { UsageProblem } from '../problem.ts'

/** How a command ended: the exit status and, unless all is well, one plain sentence for standard error. */
export type Outcome = { readonly status: 0 | 1 | 2; readonly problem?: string }

/** What a command is run with. */
export type Given = {
  readonly config: Config
  readonly options: Readonly<Record<string, string | boolean | undefined>>
  readonly operands: readonly string[]
}

/** The command did what it was asked for. */
export const DONE: Outcome = { status: 0 }

/** Throws a `UsageProblem` when something stands behind a command that takes nothing. */
export function noOperands(given: Given): void {
  if (given.operands.length > 0) throw new UsageProblem(`This command takes no \`${String(given.operands[0]).slice(0, 40)}\`.`)
}

/** Whether whoever reads standard output has had enough, as `head` has. */
export function isClosedPipe(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'EPIPE'
}

/** An http or https address as `PUBLIC_URL` holds one, from the option `name`. Throws a `UsageProblem` for anything else. */
export function addressOf(value: string | boolean | undefined, name: string): string {
  if (typeof value === 'string' && URL.canParse(value) && /^https?:$/.test(new URL(value).protocol))
    return value.replace(/\/+$/, '')
  throw new UsageProblem(`${name} should be an http or https address, such as https://homeline.example.org.`)
}
