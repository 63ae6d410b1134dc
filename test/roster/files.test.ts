import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { openRoster } from '../../src/roster/files.ts'
import { anyText, expectQuick, longOf, SEEDS } from '../support/outside.ts'
import { tempFolder } from './folder.ts'
import { zipOf } from './zip.ts'

async function opened(content: Buffer) {
  const file = path.join(await tempFolder(), 'roster.zip')
  await writeFile(file, content)
  return openRoster(file)
}

test.each([
  ['at the root', ''],
  ['in one subfolder', 'export/'],
])('a zip may hold its files %s', async (_, folder) => {
  const found = await opened(
    zipOf([
      [`${folder}users.csv`, 'a,b\n'],
      [`${folder}notes.txt`, 'x'],
      [`__MACOSX/${folder}users.csv`, 'junk'],
    ]),
  )
  if (found.kind !== 'opened') throw new Error(found.reason)
  expect([...found.source.sizes]).toEqual([['users.csv', 4]])
  const chunks: Buffer[] = []
  for await (const chunk of found.source.read('users.csv')) chunks.push(chunk)
  found.source.close()
  expect(Buffer.concat(chunks).toString()).toBe('a,b\n')
})

const many = Array.from({ length: 51 }, (_, i) => [`${i}.csv`, ''] as const)
const good = zipOf([['users.csv', 'a,b\n']])

test.each<[string, Buffer, string]>([
  ['something else', Buffer.from('no zip at all'), 'The file is not a .zip that can be read.'],
  ['a torn file', good.subarray(0, good.length - 30), 'The file is not a .zip that can be read.'],
  ['too many files', zipOf(many), 'The .zip holds more than 50 files.'],
  [
    'two folders',
    zipOf([
      ['a/users.csv', ''],
      ['b/orgs.csv', ''],
    ]),
    'The .zip holds roster files in more than one folder.',
  ],
  [
    'a file twice',
    zipOf([
      ['users.csv', ''],
      ['users.csv', ''],
    ]),
    'The .zip holds a file twice.',
  ],
  ['a way out', zipOf([['../users.csv', '']]), 'The .zip is damaged, or names a file outside itself.'],
  ['a bomb', zipOf([['users.csv', Buffer.alloc(4 << 20)]]), 'users.csv is packed tighter than a roster can be.'],
])('a zip with %s is refused', async (_, content, reason) => {
  expect(await opened(content)).toEqual({ kind: 'refused', reason })
})

test('a path that does not exist is refused', async () => {
  expect(await openRoster('/nowhere/at/all')).toEqual({
    kind: 'refused',
    reason: 'There is no such folder or .zip file, or it may not be read.',
  })
})

/** Opens what these bytes are and reads all of it: the words of a refusal, the text of each file, or that one is damaged. */
async function readAll(content: Buffer): Promise<unknown> {
  const found = await opened(content)
  if (found.kind === 'refused') return found.reason
  const texts: Record<string, string> = {}
  try {
    for (const file of found.source.sizes.keys()) {
      const blocks: Buffer[] = []
      for await (const block of found.source.read(file)) blocks.push(block)
      texts[file] = Buffer.concat(blocks).toString()
    }
    return texts
  } catch {
    return 'damaged'
  } finally {
    found.source.close()
  }
}

const USERS = 'sourcedId,role\n'.repeat(20)

test('whatever happens to the bytes of a zip, it is refused in a sentence, breaks while it is read, or its files are whole', async () => {
  const whole = zipOf([
    ['users.csv', USERS],
    ['orgs.csv', 'sourcedId\n'],
  ])
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 }),
      fc.option(fc.nat(whole.length), { nil: whole.length }),
      async (changes, length) => {
        const bytes = Buffer.from(whole.subarray(0, length))
        for (const [at, byte] of changes) if (at < bytes.length) bytes[at] = byte
        const read = await readAll(bytes)
        if (typeof read === 'string') expect(read).not.toBe('')
        else
          for (const [file, text] of Object.entries(read as Record<string, string>))
            expect([USERS, 'sourcedId\n'], `${file} is one of those that were packed`).toContain(text)
      },
    ),
    { numRuns: 300 },
  )
})

test('any file names and any bytes behind a zip’s first ones are refused or read, and never throw', async () => {
  const entry = fc.tuple(anyText('users.csv', 'export/users.csv', '__MACOSX/users.csv', '..', '/', '\\'), anyText())
  await fc.assert(
    fc.asyncProperty(fc.array(entry, { maxLength: 6 }), fc.uint8Array({ maxLength: 40 }), async (entries, tail) => {
      const usable = entries.filter(([name]) => Buffer.byteLength(name) < 0xffff)
      await readAll(Buffer.concat([zipOf(usable), tail]))
      await readAll(Buffer.concat([Buffer.from('PK\x03\x04'), tail]))
    }),
    { numRuns: 40 },
  )
})

test('64 KiB of anything are no zip in a moment', async () => {
  for (const seed of [...SEEDS, 'PK\x05\x06', 'PK\x01\x02', 'PK\x03\x04', 'PK\x06\x07'])
    await expectQuick(JSON.stringify(seed), () => readAll(Buffer.from(longOf(seed, 'PK\x03\x04'))))
})
