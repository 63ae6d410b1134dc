/** Whether the files of a roster are there, and are what the manifest says of them. */

import type { NewFinding } from '../store/roster.ts'
import { readCsv } from './csv.ts'
import type { RosterSource } from './files.ts'
import { readHeader, refusal, TABLES, type TableFile } from './rows.ts'

/**
 * What keeps a roster from being imported before a row is looked at: a file that is missing, or that the manifest does not call bulk (a delta says nothing about
 * those who left). A roster without manifest.csv is taken as bulk.
 */
export async function missingFiles(source: RosterSource): Promise<NewFinding[]> {
  const tables = Object.keys(TABLES) as TableFile[]
  const missing = tables.filter((file) => !source.sizes.has(file))
  const problems = missing.map((file) => refusal(file, 0, 'The file is missing.'))
  if (!source.sizes.has('manifest.csv')) return problems
  return [...problems, ...(await manifestProblems(source, tables))]
}

async function manifestProblems(source: RosterSource, tables: readonly TableFile[]): Promise<NewFinding[]> {
  const said = new Map<string, { value: string; line: number }>()
  let columns: ReadonlyMap<string, number> | null = null
  for await (const block of readCsv(source.read('manifest.csv'))) {
    for (const line of block) {
      if (line.kind === 'problem') return [refusal('manifest.csv', line.line, line.reason)]
      if (columns === null) {
        const header = readHeader('manifest.csv', ['propertyName', 'value'], line.fields)
        if (header.problems.length > 0) return header.problems
        columns = header.columns
      } else {
        const cell = (column: string) => (line.fields[columns?.get(column) ?? -1] ?? '').trim()
        said.set(cell('propertyName'), { value: cell('value'), line: line.line })
      }
    }
  }
  return tables
    .filter((file) => source.sizes.has(file))
    .flatMap((file) => {
      const property = `file.${file.replace('.csv', '')}`
      const found = said.get(property)
      if (found === undefined) return [refusal('manifest.csv', 0, `${property} is missing; it must say bulk.`)]
      return found.value === 'bulk'
        ? []
        : [refusal('manifest.csv', found.line, `${property} does not say bulk; only bulk files can be imported.`)]
    })
}
