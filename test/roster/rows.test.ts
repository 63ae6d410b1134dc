import { expect, test } from 'vitest'
import { asRow } from '../../src/roster/rows.ts'

test.each([
  ['Ro\tsa \n Lopez', 'Ro sa Lopez'],
  ['\u202eavE\u202c', 'avE'],
  ['\u2067فاطمة\u2069 \u200fالسيد\u061c', 'فاطمة السيد'],
  // The joiners belong to how some names are written.
  ['می\u200cخواهم', 'می\u200cخواهم'],
])('%j of the list is the name %j', (cell, name) => {
  expect(asRow(2, new Map([['givenName', 0]]), [cell]).cell('givenName')).toBe(name)
})
