/** `homeline roster import`. */

import { UsageProblem } from '../problem.ts'
import { progressBar } from '../progress.ts'
import { formatCounts, formatFinding } from '../roster/format.ts'
import { IMPORT_SECONDS, importRoster } from '../roster/import.ts'
import { DONE, type Given, type Outcome } from './command.ts'
import { opened } from './opened.ts'

/** Imports a folder or a .zip; counts on standard output, what keeps it from being imported on standard error. */
export async function rosterImport({ config, options, operands }: Given): Promise<Outcome> {
  const [source, ...more] = operands
  if (source === undefined || more.length > 0) throw new UsageProblem('Name one folder or .zip: homeline roster import DIR')
  return opened(
    config,
    async ({ db, keys }) => {
      const bar = progressBar('Reading')
      const result = await importRoster(db, keys, source, {
        dryRun: options['dry-run'] === true,
        confirmRemovals: options['confirm-removals'] === true,
        progress: bar.to,
      }).finally(bar.end)
      if (result.kind === 'imported') {
        for (const line of formatCounts(result)) process.stdout.write(`${line}\n`)
        for (const finding of result.warnings) process.stdout.write(`${formatFinding(finding)}\n`)
        return DONE
      }
      if (result.kind === 'needs_confirmation') {
        for (const line of formatCounts(result)) process.stderr.write(`${line}\n`)
        return {
          status: 1,
          problem:
            'More than a tenth of a kind would go; nothing was imported. If that is right, run it again with --confirm-removals.',
        }
      }
      for (const finding of result.findings) process.stderr.write(`${formatFinding(finding)}\n`)
      return { status: 1, problem: formatCounts(result).join(' ') }
    },
    IMPORT_SECONDS,
  )
}
