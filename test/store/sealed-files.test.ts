import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { buffer } from 'node:stream/consumers'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createKeys, type Keys } from '../../src/store/keys.ts'
import { readSealedParts, writeSealedParts } from '../../src/store/sealed-files.ts'

const keys = createKeys(Buffer.alloc(32, 7))
const [district, id] = ['d', '00000000-0000-4000-8000-000000000001']

let dir: string
beforeAll(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'homeline-sealed-'))
})
afterAll(() => rm(dir, { recursive: true }))

const file = () => path.join(dir, 'exports', district, id)

const write = (parts: readonly Buffer[]) =>
  writeSealedParts(keys, dir, 'export', district, id, async (out) => {
    for (const part of parts) out.write(part)
  })

async function read(by: Keys = keys): Promise<Buffer> {
  const parts = await readSealedParts(by, dir, 'export', district, id)
  if (parts === null) throw new Error('There is no such file.')
  return buffer(parts)
}

/** Where the parts of the file begin, and where it ends. */
async function seams(): Promise<number[]> {
  const bytes = await readFile(file())
  const at = [0]
  for (let n = 0; n < bytes.length; at.push(n)) n += 4 + bytes.readUInt32BE(n)
  return at
}

describe('a long file', () => {
  test('comes back byte for byte, however it was written, and says how long it is', async () => {
    const sizes = fc.array(fc.constantFrom<number[]>(0, 1, 1000, 262_143, 262_144, 262_145, 600_000), { maxLength: 5 })
    await fc.assert(
      fc.asyncProperty(sizes, async (lengths) => {
        const parts = lengths.map((length, i) => Buffer.alloc(length, i + 1))
        expect(await write(parts)).toBe(lengths.reduce((sum, one) => sum + one, 0))
        expect((await read()).equals(Buffer.concat(parts))).toBe(true)
      }),
      { numRuns: 30 },
    )
  })

  test('shows nobody without the key what is in it', async () => {
    await write([Buffer.from('Gracias, maestra')])
    expect((await readFile(file())).includes('Gracias')).toBe(false)
    await expect(read(createKeys(Buffer.alloc(32, 8)))).rejects.toThrow()
  })

  test('with a part cut off, left out, moved or changed is not taken for whole', async () => {
    await write([Buffer.alloc(700_000, 1)])
    const whole = await readFile(file())
    const [, second = 0, third = 0] = await seams()
    const wrong: Readonly<Record<string, Buffer>> = {
      'the last part cut off': whole.subarray(0, third),
      'cut off within a part': whole.subarray(0, whole.length - 5),
      'cut off within a length': whole.subarray(0, third + 2),
      'nothing left': Buffer.alloc(0),
      'a part left out': Buffer.concat([whole.subarray(0, second), whole.subarray(third)]),
      'parts in another order': Buffer.concat([whole.subarray(second, third), whole.subarray(0, second), whole.subarray(third)]),
      'something added': Buffer.concat([whole, Buffer.alloc(40)]),
      'a byte changed': Buffer.concat([whole.subarray(0, 100), Buffer.from([(whole[100] ?? 0) ^ 1]), whole.subarray(101)]),
    }
    for (const [what, bytes] of Object.entries(wrong)) {
      await writeFile(file(), bytes)
      await expect(read(), what).rejects.toThrow()
    }
  })

  test('that breaks off while it is written leaves nothing behind, and the one before it as it was', async () => {
    await write([Buffer.from('before')])
    const broken = writeSealedParts(keys, dir, 'export', district, id, async (out) => {
      out.write(Buffer.alloc(900_000))
      throw new Error('the database went away')
    })
    await expect(broken).rejects.toThrow('the database went away')
    expect(await readdir(path.dirname(file()))).toEqual([id])
    expect((await read()).toString()).toBe('before')
  })

  test('that is not there is none', async () => {
    expect(await readSealedParts(keys, dir, 'export', 'another', id)).toBe(null)
  })
})
