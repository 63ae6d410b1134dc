import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { expect, test } from 'vitest'
import { openRoster } from '../../src/roster/files.ts'
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
