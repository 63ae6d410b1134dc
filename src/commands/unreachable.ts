/** For commands that tell a carrier where this server is. */

import { unreachableProblem } from '../carrier-account.ts'
import type { Config } from '../config.ts'

/** Says on standard error when the carrier cannot reach PUBLIC_URL. */
export function warnOfUnreachable(config: Config): void {
  const problem = unreachableProblem(config)
  if (problem !== null) process.stderr.write(`${problem}\n`)
}
