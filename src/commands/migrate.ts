/** `homeline migrate`. */

import { DONE, type Given, noOperands, type Outcome } from './command.ts'
import { opened } from './opened.ts'

/** Brings the schema up to date, as opening does; says what it ran. */
export async function migrate(given: Given): Promise<Outcome> {
  noOperands(given)
  return opened(given.config, async ({ migrated }) => {
    process.stdout.write(migrated.length === 0 ? 'The schema is up to date.\n' : migrated.map((name) => `${name}\n`).join(''))
    return DONE
  })
}
