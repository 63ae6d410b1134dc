/** `homeline token create`. */

import { UsageProblem } from '../problem.ts'
import { createToken } from '../store/tokens.ts'
import { DONE, type Given, type Outcome } from './command.ts'
import { districtOf, opened } from './opened.ts'

/** Makes an API token; the token alone on standard output. */
export async function tokenCreate({ config, options, operands }: Given): Promise<Outcome> {
  const staff = options['staff']
  if (typeof staff !== 'string' || operands.length > 0)
    throw new UsageProblem('Name the staff member: homeline token create --staff SOURCED_ID')
  return opened(config, async ({ db }) => {
    const token = await createToken(db, await districtOf(db, options['district']), staff)
    if (token === null)
      return { status: 1, problem: 'There is no active staff member with that sourcedId: check it against the roster.' }
    process.stdout.write(`${token}\n`)
    return DONE
  })
}
