/** An import's result in words, for the command line. */

import type { Finding } from '../store/roster.ts'
import { type Removal, ROSTER_KINDS } from '../store/roster-merge.ts'
import type { RosterResult } from './import.ts'

/** `users.csv, line 7: ...`; a finding about no line or no file says less. */
export function formatFinding(finding: Finding): string {
  const place = [finding.file, finding.line > 0 ? `line ${finding.line}` : ''].filter((part) => part !== '').join(', ')
  return place === '' ? finding.reason : `${place}: ${finding.reason}`
}

/** `30 of 100 students would be removed` */
export function formatRemoval(removal: Removal): string {
  return `${removal.gone} of ${removal.existing} ${removal.kind} would be removed`
}

/** One line a kind, and one when there are more findings than are shown. Findings themselves go through `formatFinding`. */
export function formatCounts(result: RosterResult): string[] {
  if (result.kind === 'needs_confirmation') return result.removals.map(formatRemoval)
  if (result.kind === 'refused')
    return [...more(result.findings.length, result.findingsTotal, 'problem'), 'Nothing was imported.']
  const lines = ROSTER_KINDS.map((kind) => {
    const { added, changed, removed, unchanged } = result.counts[kind]
    return `${kind}: ${added} added, ${changed} changed, ${removed} removed, ${unchanged} unchanged`
  })
  const { conversations, messages } = result.ended
  return [
    ...lines,
    ...(result.dryRun ? result.removals.map((r) => `${formatRemoval(r)}; the import will ask to confirm that.`) : []),
    ...(conversations + messages === 0
      ? []
      : [`${conversations} conversations end; ${messages} messages wait and reach nobody, each a task.`]),
    ...more(result.warnings.length, result.warningsTotal, 'warning'),
  ]
}

function more(shown: number, total: number, word: string): string[] {
  return total > shown ? [`The first ${shown} of ${total} ${word}s are shown.`] : []
}
