/** `homeline detect`. */

import readline from 'node:readline'
import { pipeline } from 'node:stream/promises'
import { languageTag } from '../core/language.ts'
import { createDetector, detectLines } from '../detection/detect.ts'
import { UsageProblem } from '../problem.ts'
import { DONE, type Given, isClosedPipe, noOperands, type Outcome } from './command.ts'

/** The language of each line of standard input. */
export async function detect(given: Given): Promise<Outcome> {
  noOperands(given)
  const home = given.options['home']
  const tag = typeof home === 'string' ? languageTag(home) : null
  if (typeof home === 'string' && tag === null)
    throw new UsageProblem('--home should name a language by its BCP 47 tag, such as es or zh-TW.')
  const lines = readline.createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY })
  const answers = detectLines(await createDetector(), lines, tag === null ? [] : [tag])
  await pipeline(answers, process.stdout, { end: false }).catch((error: unknown) => {
    if (!isClosedPipe(error)) throw error
  })
  return DONE
}
