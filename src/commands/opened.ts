/** For commands that work on the database. */

import type { Config } from '../config.ts'
import { type Installation, openInstallation } from '../installation.ts'
import { Problem, UsageProblem } from '../problem.ts'
import type { Outcome } from './command.ts'

/** Opens the installation for a piece of work, and closes it however that ends; `statementSeconds` as in `openInstallation`. */
export async function opened(
  config: Config,
  work: (installation: Installation) => Promise<Outcome>,
  statementSeconds?: number,
): Promise<Outcome> {
  const installation = await openInstallation(config, statementSeconds)
  try {
    return await work(installation)
  } finally {
    await installation.close()
  }
}

/** The district that is meant: the one named, or the only one there is. Throws a `Problem` or a `UsageProblem` when that is none. */
export async function districtOf(db: Installation['db'], named: string | boolean | undefined): Promise<string> {
  const districts = await db.selectFrom('district').select(['id', 'sourced_id']).execute()
  if (districts.length === 0) throw new Problem('There is no district yet: import a roster first.')
  if (typeof named === 'string') {
    const found = districts.find((d) => d.sourced_id === named)
    if (found === undefined) throw new Problem('There is no district with that sourcedId.')
    return found.id
  }
  if (districts.length > 1) throw new UsageProblem('There are several districts: name one with --district SOURCED_ID.')
  return districts[0]?.id as string
}
