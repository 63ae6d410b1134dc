import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readAttendanceLine } from '../../src/core/attendance-lines.ts'

const STUDENTS = [
  { id: 's1', name: 'Maya Lopez' },
  { id: 's2', name: 'Idris Hassan' },
  { id: 's3', name: 'Lin Chen' },
  { id: 's4', name: 'Lin Chen' },
  { id: 's5', name: 'Jin No' },
]
const read = (line: string, first = false) => readAttendanceLine(line, '2026-11-30', STUDENTS, first)

describe('a line of absences', () => {
  test.each([
    ['s1', 's1'],
    ['Maya Lopez', 's1'],
    ['maya lopez', 's1'],
    ['Lopez, Maya', 's1'],
    ['"Hassan, Idris",absent', 's2'],
    ['Hassan, Idris', 's2'],
    ['Idris;Hassan;ABSENT', 's2'],
    ['s1\tMaya\tLopez\t11/30/2026\tA', 's1'],
    ['s1,Maya Lopez,2026-11-30,absent', 's1'],
    ['s3,Lin Chen', 's3'],
  ])('%j names an absent student', (line, id) => {
    expect(read(line)).toEqual({ kind: 'absent', id })
  })

  test.each([
    ['s1,2026-11-30,present', 'present'],
    ['Maya Lopez,tardy', 'present'],
    ['s5,no', 'present'],
    ['s1,2026-11-20,absent', 'another_day'],
    ['s1,11/29/2026', 'another_day'],
    ['s9', 'nobody'],
    ['Maya', 'nobody'],
    ['Lin Chen', 'several'],
    ['s1,perhaps', 'unclear'],
    ['s1,Room 12', 'unclear'],
    ['', 'nobody'],
  ])('%j is left out: %s', (line, why) => {
    expect(read(line)).toEqual({ kind: 'left_out', line, why })
  })

  test('the first line may be the heading of a table, and no other', () => {
    for (const line of ['Student,Date,Status', 'sourcedId;First Name;Last Name;Attendance', 'Name'])
      expect([read(line, true).kind, read(line).kind]).toEqual(['heading', 'left_out'])
  })

  test('whatever stands in it, nobody is absent whom it does not name whole', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 80 }), fc.constantFrom(',', ';', '\t', ' '), (other, separator) => {
        const line = read(`s1${separator}${other}`)
        if (line.kind === 'absent') expect(line.id).toBe('s1')
      }),
    )
  })
})
