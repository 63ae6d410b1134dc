/** Where a roster lies: a folder, or a zip file whose files stand at its root or in one subfolder. */

import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import path from 'node:path'
import { crc32 } from 'node:zlib'
import { type Entry, openPromise } from 'yauzl'

/** The files of OneRoster that are read; all others are ignored (IMS OneRoster 1.1, CSV binding). */
export const ROSTER_FILES = ['manifest.csv', 'orgs.csv', 'users.csv', 'classes.csv', 'enrollments.csv'] as const
/** One of the files that are read. */
export type RosterFile = (typeof ROSTER_FILES)[number]

/** An opened roster. `sizes` holds the unpacked bytes of each file that is there; `read` throws where one is damaged; call `close` at the end. */
export type RosterSource = {
  readonly sizes: ReadonlyMap<RosterFile, number>
  readonly read: (file: RosterFile) => AsyncIterable<Buffer>
  readonly close: () => void
}

/** `refused` says in one sentence why nothing can be read there. */
export type OpenedSource =
  | { readonly kind: 'opened'; readonly source: RosterSource }
  | { readonly kind: 'refused'; readonly reason: string }

const BLOCK = 256 * 1024
const MOST_ENTRIES = 50
const MOST_BYTES = 2 * 1024 ** 3
/** Far above what names and ids pack to; a file packed tighter than this was made to fill the memory. */
const MOST_RATIO = 200
const SMALL_ENTRY = 1024 * 1024

/** Opens a folder or a .zip. */
export async function openRoster(source: string): Promise<OpenedSource> {
  const found = await stat(source).catch(() => null)
  if (found === null) return { kind: 'refused', reason: 'There is no such folder or .zip file, or it may not be read.' }
  if (found.isDirectory()) return openFolder(source)
  if (found.isFile()) return openZip(source)
  return { kind: 'refused', reason: 'A roster is a folder or a .zip file.' }
}

async function openFolder(folder: string): Promise<OpenedSource> {
  const sizes = new Map<RosterFile, number>()
  for (const file of ROSTER_FILES) {
    const found = await stat(path.join(folder, file)).catch(() => null)
    if (found?.isFile()) sizes.set(file, found.size)
  }
  const read = (file: RosterFile) => createReadStream(path.join(folder, file), { highWaterMark: BLOCK })
  return { kind: 'opened', source: { sizes, read, close: () => {} } }
}

async function openZip(file: string): Promise<OpenedSource> {
  const zip = await openPromise(file, { autoClose: false, lazyEntries: true }).catch(() => null)
  if (zip === null) return { kind: 'refused', reason: 'The file is not a .zip that can be read.' }
  const refuse = (reason: string): OpenedSource => {
    zip.close()
    return { kind: 'refused', reason }
  }
  if (zip.entryCount > MOST_ENTRIES) return refuse(`The .zip holds more than ${MOST_ENTRIES} files.`)
  const entries: Entry[] = []
  try {
    for await (const entry of zip.eachEntry()) entries.push(entry)
  } catch {
    return refuse('The .zip is damaged, or names a file outside itself.')
  }
  if (entries.reduce((sum, entry) => sum + entry.uncompressedSize, 0) > MOST_BYTES)
    return refuse('The .zip unpacks to more than 2 GB.')
  const wanted = entries.filter(
    (entry) => isRosterFile(path.posix.basename(entry.fileName)) && !entry.fileName.startsWith('__MACOSX/'),
  )
  if (new Set(wanted.map((entry) => path.posix.dirname(entry.fileName))).size > 1)
    return refuse('The .zip holds roster files in more than one folder.')
  const byName = new Map(wanted.map((entry) => [path.posix.basename(entry.fileName) as RosterFile, entry]))
  if (byName.size < wanted.length) return refuse('The .zip holds a file twice.')
  for (const [name, entry] of byName) {
    if (!entry.canDecodeFileData()) return refuse(`${name} is encrypted, or packed in a way that is not known.`)
    if (entry.uncompressedSize > SMALL_ENTRY && entry.uncompressedSize > MOST_RATIO * entry.compressedSize)
      return refuse(`${name} is packed tighter than a roster can be.`)
  }
  const sizes = new Map([...byName].map(([name, entry]) => [name, entry.uncompressedSize]))
  const open = (entry: Entry) => zip.openReadStreamPromise(entry)
  async function* read(name: RosterFile): AsyncGenerator<Buffer> {
    const entry = byName.get(name) as Entry
    let sum = 0
    for await (const block of await open(entry)) {
      sum = crc32(block as Buffer, sum)
      yield block as Buffer
    }
    // yauzl leaves the sum to whoever reads, and bytes can be wrong without any other sign.
    if (sum !== entry.crc32) throw new Error('A file of the .zip is not what was packed.')
  }
  return { kind: 'opened', source: { sizes, read, close: () => zip.close() } }
}

function isRosterFile(name: string): name is RosterFile {
  return (ROSTER_FILES as readonly string[]).includes(name)
}
