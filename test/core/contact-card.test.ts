import fc from 'fast-check'
import { expect, it } from 'vitest'
import { contactCard } from '../../src/core/contact-card.ts'

it('names the family and gives the number', () => {
  expect(contactCard({ name: 'Maya L.’s family', note: 'Rosa Lopez', number: '+18725550116' })).toBe(
    'BEGIN:VCARD\r\nVERSION:3.0\r\nN:Maya L.’s family;;;;\r\nFN:Maya L.’s family\r\nNOTE:Rosa Lopez\r\nTEL;TYPE=CELL:+18725550116\r\nEND:VCARD\r\n',
  )
})

it('no name breaks out of its line, and no line is too long', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), fc.string({ unit: 'binary', maxLength: 200 }), (name, note) => {
      const card = contactCard({ name, note, number: '+18725550116' })
      const lines = card.split('\r\n')
      expect(lines.every((line) => Buffer.byteLength(line) <= 75)).toBe(true)
      const unfolded = card.replaceAll('\r\n ', '').trimEnd().split('\r\n')
      expect(unfolded.map((line) => line.split(/[:;]/, 1)[0])).toEqual(['BEGIN', 'VERSION', 'N', 'FN', 'NOTE', 'TEL', 'END'])
    }),
  )
})
