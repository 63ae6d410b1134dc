import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { onTestFinished } from 'vitest'

/** What to make of a file of the good roster; null takes the file away. */
export type Edits = Readonly<Record<string, (text: string) => string | Buffer | null>>

const GOOD = path.resolve('fixtures/roster/good')

/** An empty folder for the length of a test. */
export async function tempFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'homeline-roster-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/** A copy of the good roster with changes, for the length of a test. */
export async function rosterFolder(edits: Edits = {}): Promise<string> {
  const folder = await tempFolder()
  await cp(GOOD, folder, { recursive: true })
  for (const [file, edit] of Object.entries(edits)) {
    const target = path.join(folder, file)
    const edited = edit(await readFile(target, 'utf8').catch(() => ''))
    if (edited === null) await rm(target)
    else await writeFile(target, edited)
  }
  return folder
}

/** Replaces one text that must be there. */
export function swap(from: string, to: string): (text: string) => string {
  return (text) => {
    if (!text.includes(from)) throw new Error(`The fixture does not hold ${JSON.stringify(from)}.`)
    return text.replaceAll(from, to)
  }
}

/** Adds lines at the end. */
export function add(...lines: string[]): (text: string) => string {
  return (text) => `${text}${lines.join('\n')}\n`
}

/** Takes away the lines that begin so. */
export function drop(...starts: string[]): (text: string) => string {
  return (text) =>
    text
      .split('\n')
      .filter((line) => !starts.some((start) => line.startsWith(start)))
      .join('\n')
}

/** One edit after the other. */
export function both(...edits: ((text: string) => string)[]): (text: string) => string {
  return (text) => edits.reduce((so, edit) => edit(so), text)
}
