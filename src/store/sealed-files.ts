/** Files in the data directory that nobody reads without the key: recordings and pictures, each named by an id. */

import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Keys } from './keys.ts'

/** What a folder of them holds; also what its key is for. */
export type SealedKind = 'recording' | 'picture'

function folderOf(dataDir: string, kind: SealedKind, districtId: string): string {
  return path.join(dataDir, `${kind}s`, districtId)
}

/** Encrypts bytes into their file; whole or not at all. */
export async function writeSealed(
  keys: Keys,
  dataDir: string,
  kind: SealedKind,
  districtId: string,
  id: string,
  bytes: Buffer,
): Promise<void> {
  const file = path.join(folderOf(dataDir, kind, districtId), id)
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 })
  await writeFile(`${file}.part`, keys.encrypt(kind, districtId, id, bytes), { mode: 0o600, flush: true })
  await rename(`${file}.part`, file)
}

/** The bytes of a file; null when it is not here (not fetched yet, erased, or on another host's disk). Throws when it was changed. */
export async function readSealed(
  keys: Keys,
  dataDir: string,
  kind: SealedKind,
  districtId: string,
  id: string,
): Promise<Buffer | null> {
  try {
    return keys.decrypt(kind, districtId, id, await readFile(path.join(folderOf(dataDir, kind, districtId), id)))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}

/** Removes a file; one that is not here is as good. */
export async function removeSealed(dataDir: string, kind: SealedKind, districtId: string, id: string): Promise<void> {
  await rm(path.join(folderOf(dataDir, kind, districtId), id), { force: true })
}

/** Ours; what a file system or a file manager leaves beside them is nobody's picture. */
const FILE = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?:\.part)?$/

/** The ids of files that were written before an instant; half-written ones too, by their id. */
export async function sealedBefore(
  dataDir: string,
  kind: SealedKind,
  districtId: string,
  at: Temporal.Instant,
): Promise<string[]> {
  const folder = folderOf(dataDir, kind, districtId)
  const names = (await readdir(folder).catch(() => [])).filter((name) => FILE.test(name))
  const old: string[] = []
  for (const name of names) {
    const found = await stat(path.join(folder, name)).catch(() => null)
    if (found !== null && found.mtimeMs < at.epochMilliseconds) old.push(name)
  }
  return old
}
