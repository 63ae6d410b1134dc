/** Files in the data directory that nobody reads without the key: recordings, pictures and exports, each named by an id. */

import { mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Keys } from './keys.ts'

/** What a folder of them holds; also what its key is for. */
export type SealedKind = 'recording' | 'picture' | 'export'

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

/** The most plain bytes of one part of a long file. */
const PART = 256 * 1024
/** Before each part: how long it is, encrypted. */
const LENGTH = 4

/** What a part is bound to: its file, its place, and whether one follows, so that none can be left out, moved, or cut off. */
const placeOf = (id: string, n: number, last: boolean) => `${id} ${n}${last ? ' last' : ''}`

/**
 * Encrypts a file of any length while it comes, part by part; whole or not at all. `write` gets where the plain bytes go and leaves it open.
 * Gives how many plain bytes there were. (Parts as in STREAM: Hoang, Reyhanitabar, Rogaway, Vizár, CRYPTO 2015.)
 */
export async function writeSealedParts(
  keys: Keys,
  dataDir: string,
  kind: SealedKind,
  districtId: string,
  id: string,
  write: (out: Transform) => Promise<unknown>,
): Promise<number> {
  const file = path.join(folderOf(dataDir, kind, districtId), id)
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 })
  let [plain, n, size] = [Buffer.alloc(0), 0, 0]
  const seal = (bytes: Buffer, last: boolean) => {
    const sealed = keys.encrypt(kind, districtId, placeOf(id, n++, last), bytes)
    const length = Buffer.alloc(LENGTH)
    length.writeUInt32BE(sealed.length)
    return Buffer.concat([length, sealed])
  }
  const out = new Transform({
    transform: (chunk: Buffer, _encoding, done) => {
      size += chunk.length
      plain = Buffer.concat([plain, chunk])
      for (; plain.length > PART; plain = plain.subarray(PART)) out.push(seal(plain.subarray(0, PART), false))
      done()
    },
    flush: (done) => done(null, seal(plain, true)),
  })
  const handle = await open(`${file}.part`, 'w', 0o600)
  try {
    await Promise.all([
      pipeline(out, handle.createWriteStream({ flush: true })),
      write(out).then(
        () => out.end(),
        (error) => out.destroy(error),
      ),
    ])
  } catch (error) {
    await rm(`${file}.part`, { force: true })
    throw error
  }
  await rename(`${file}.part`, file)
  return size
}

/** The plain bytes of such a file, part by part; null when it is not here. Throws at a part that was changed, and when the end is missing. */
export async function readSealedParts(
  keys: Keys,
  dataDir: string,
  kind: SealedKind,
  districtId: string,
  id: string,
): Promise<AsyncGenerator<Buffer> | null> {
  const file = path.join(folderOf(dataDir, kind, districtId), id)
  const found = await stat(file).catch((error) => {
    if (error.code === 'ENOENT') return null
    throw error
  })
  if (found === null) return null
  const { size } = found
  async function* parts(): AsyncGenerator<Buffer> {
    const handle = await open(file)
    const read = async (at: number, length: number) => {
      if (at + length > size) throw new Error('The end of this file is missing.')
      return (await handle.read(Buffer.alloc(length), 0, length, at)).buffer
    }
    try {
      let at = 0
      let n = 0
      do {
        const length = (await read(at, LENGTH)).readUInt32BE()
        const sealed = await read(at + LENGTH, length)
        at += LENGTH + length
        yield keys.decrypt(kind, districtId, placeOf(id, n++, at === size), sealed)
      } while (at < size)
    } finally {
      await handle.close()
    }
  }
  return parts()
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
