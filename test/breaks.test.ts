import { existsSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { BREAKS } from '../.ci/breaks.ts'

test.each(BREAKS)(
  '“$rule” can still be broken in one place, and the tests that should notice are there',
  ({ file, from, to, tests }) => {
    expect(readFileSync(file, 'utf8').split(from).length - 1).toBe(1)
    expect(to).not.toBe(from)
    expect(tests.filter((one) => !existsSync(one))).toEqual([])
  },
)
