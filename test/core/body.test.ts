import { describe, expect, it } from 'vitest'
import { familyLabel, senderLabel, writeBody } from '../../src/core/body.ts'

describe('how a text reads', () => {
  it.each([
    [[], 'Family'],
    [['Maya L.'], 'Maya L.'],
    [['Maya L.', 'Luis L.'], 'Maya L. & Luis L.'],
    [['Maya L.', 'Luis L.', 'Ana L.'], 'Maya L. + 2'],
  ])('the family of %j is called %s', (students, label) => {
    expect(familyLabel(students)).toBe(label)
  })

  it.each([
    [{ name: 'Ms Rivera', school: 'Lincoln School', first: true }, 'Ms Rivera, Lincoln School'],
    [{ name: 'Ms Rivera', school: 'Lincoln School', first: false }, 'Ms Rivera'],
    [{ name: 'Lincoln School', school: 'Lincoln School', first: true }, 'Lincoln School'],
  ])('a sender %j is called %s', (sender, label) => {
    expect(senderLabel(sender)).toBe(label)
  })

  it('begins with who wrote it, lines below each other, in punctuation that costs nothing', () => {
    expect(writeBody('Ms Rivera', ['It’s “fine”', 'two'])).toBe('Ms Rivera: It\'s "fine"\ntwo')
  })
})
