import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openTables } from '../../src/simulator/journal.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'journal-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const open = (path: string | null) => openTables<{ a: number; b: string }>(['a', 'b'], path)

test('rows come back in the order of first writing, deleted ones do not', () => {
  const path = join(folder, 'journal')
  const { put } = open(path)
  put('a', 'one', 1)
  put('b', 'x', 'text')
  put('a', 'two', 2)
  put('a', 'one', 3)
  put('b', 'x', null)
  const { rows } = open(path)
  expect([...rows.a]).toEqual([
    ['one', 3],
    ['two', 2],
  ])
  expect([...rows.b]).toEqual([])
  expect(readFileSync(path, 'utf8').trim().split('\n')).toHaveLength(2)
  expect(statSync(path).mode & 0o777).toBe(0o600)
})

test('a last line torn by a crash is dropped', () => {
  const path = join(folder, 'journal')
  open(path).put('a', 'one', 1)
  appendFileSync(path, '["a","two",')
  expect([...open(path).rows.a.keys()]).toEqual(['one'])
})

test('without a path nothing is kept', () => {
  open(null).put('a', 'one', 1)
  expect(open(null).rows.a.size).toBe(0)
})
