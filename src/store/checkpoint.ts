/**
 * Checkpoints: signed notes of how far a district's chain had come, in files for keeping elsewhere. Against them a chain that was cut off
 * shows. The form is a signed note as in C2SP tlog-checkpoint (origin, size, root, signature); the root here is the chain's last code.
 */

import { createHash, createPrivateKey, createPublicKey, type KeyObject, randomUUID, sign, verify } from 'node:crypto'
import { mkdir, open, readdir, readFile, rename, stat } from 'node:fs/promises'
import path from 'node:path'
import { sql } from 'kysely'
import { type Db, inDistrict } from './database.ts'
import type { Keys } from './keys.ts'

/** What a checkpoint says: the chain of the district held this code (hex) at this place. */
export type Checkpoint = { readonly seq: number; readonly mac: string }

/** A stored checkpoint, or why the file is none. `file` is its name. */
export type StoredCheckpoint = { readonly file: string; readonly checkpoint: Checkpoint | null }

/** An Ed25519 seed of 32 bytes as PKCS #8 (RFC 8410). */
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex')
/** The type byte of Ed25519 in a signed note's key id (C2SP signed-note). */
const ED25519 = 1

function signingKey(keys: Keys): KeyObject {
  return createPrivateKey({ key: Buffer.concat([PKCS8, keys.derive('checkpoint')]), format: 'der', type: 'pkcs8' })
}

function origin(districtId: string): string {
  return `homeline/${districtId}`
}

function body(districtId: string, { seq, mac }: Checkpoint): string {
  return `${origin(districtId)}\n${seq}\n${Buffer.from(mac, 'hex').toString('base64')}\n`
}

function keyId(districtId: string, key: KeyObject): Buffer {
  const raw = createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(-32)
  return createHash('sha256')
    .update(`${origin(districtId)}\n`)
    .update(Buffer.from([ED25519]))
    .update(raw)
    .digest()
    .subarray(0, 4)
}

/** The checkpoint as a signed note. The same checkpoint always gives the same bytes. */
export function writeNote(keys: Keys, districtId: string, checkpoint: Checkpoint): string {
  const text = body(districtId, checkpoint)
  const key = signingKey(keys)
  const signature = Buffer.concat([keyId(districtId, key), sign(null, Buffer.from(text), key)])
  return `${text}\n— ${origin(districtId)} ${signature.toString('base64')}\n`
}

/** What a signed note says; null when it is no note of this district, or its signature is wrong. */
export function readNote(keys: Keys, districtId: string, note: string): Checkpoint | null {
  const match = /^[^\n]+\n([1-9][0-9]{0,15})\n([A-Za-z0-9+/]{43}=)\n\n— [^\n ]+ ([A-Za-z0-9+/=]+)\n$/.exec(note)
  if (match === null) return null
  const [, seq = '', mac = '', signature = ''] = match
  const checkpoint = { seq: Number(seq), mac: Buffer.from(mac, 'base64').toString('hex') }
  const signed = verify(
    null,
    Buffer.from(body(districtId, checkpoint)),
    createPublicKey(signingKey(keys)),
    Buffer.from(signature, 'base64').subarray(4),
  )
  return signed && writeNote(keys, districtId, checkpoint) === note ? checkpoint : null
}

/**
 * Notes how far the chain has come: `DIR/DISTRICT/SEQ.txt`, readable by its owner alone, whole or not at all. Gives the file's path; null when
 * nothing is sealed yet. A checkpoint that is there already stays as it is: it is evidence.
 */
export async function writeCheckpoint(db: Db, keys: Keys, districtId: string, dir: string): Promise<string | null> {
  const { rows } = await inDistrict(db, districtId, (trx) =>
    sql<Checkpoint>`select seq, encode(mac, 'hex') as mac from seal_head where district_id = ${districtId} and seq > 0`.execute(
      trx,
    ),
  )
  const head = rows[0]
  if (head === undefined) return null
  const folder = path.join(dir, districtId)
  const file = path.join(folder, `${head.seq}.txt`)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  if ((await stat(file).catch(() => null)) !== null) return file
  const draft = path.join(folder, `.${randomUUID()}`)
  const handle = await open(draft, 'wx', 0o600)
  try {
    await handle.writeFile(writeNote(keys, districtId, head))
    await handle.sync()
  } finally {
    await handle.close()
  }
  await rename(draft, file)
  await syncFolder(folder)
  return file
}

/** The new name is safe from a power cut only once the folder is; Windows cannot open folders and needs not. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** The district's checkpoints in the order of their places; none when there is no such folder. */
export async function readCheckpoints(keys: Keys, districtId: string, dir: string): Promise<readonly StoredCheckpoint[]> {
  const folder = path.join(dir, districtId)
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    throw new Error('The folder of checkpoints cannot be read.', { cause: error })
  })
  const files = names.filter((name) => /^[0-9]+\.txt$/.test(name)).sort((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10))
  const found: StoredCheckpoint[] = []
  for (const file of files) {
    const checkpoint = readNote(keys, districtId, await readFile(path.join(folder, file), 'utf8'))
    found.push({ file, checkpoint: checkpoint !== null && file === `${checkpoint.seq}.txt` ? checkpoint : null })
  }
  return found
}
