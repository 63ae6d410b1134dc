import { describe, expect, it } from 'vitest'
import { fullName, officeDesk, ROLES, scopeOf, shortName } from '../../src/core/people.ts'

describe('people', () => {
  it.each([
    ['administrator', ['town'], { kind: 'district' }],
    ['administrator', ['lincoln', 'town'], { kind: 'district' }],
    ['administrator', ['lincoln', 'grant'], { kind: 'schools', schools: ['grant', 'lincoln'] }],
    ['administrator', [], { kind: 'schools', schools: [] }],
    ['teacher', ['town'], { kind: 'own' }],
    ['aide', ['lincoln'], { kind: 'own' }],
    ['constructor', ['town'], { kind: 'own' }],
  ])('%s of %j sees %j', (role, orgs, scope) => {
    expect(scopeOf(role, orgs, 'town')).toEqual(scope)
  })

  it('only staff roles are staff', () => {
    expect(
      Object.entries(ROLES)
        .filter(([, kind]) => kind === 'staff')
        .map(([role]) => role),
    ).toEqual(['administrator', 'aide', 'proctor', 'teacher'])
  })

  it.each([
    [{ givenName: 'Elena', familyName: 'Rivera', displayName: 'Ms Rivera' }, 'Ms Rivera'],
    [{ givenName: 'Elena', familyName: 'Rivera', displayName: null }, 'Elena Rivera'],
    [{ givenName: 'Elena', familyName: '', displayName: null }, 'Elena'],
  ])('%j is called %s', (person, name) => {
    expect(fullName(person)).toBe(name)
  })

  it.each([
    ['Lopez', 'Maya L.'],
    ['  Ávila', 'Maya Á.'],
    ['𐐀bc', 'Maya 𐐀.'],
    ['', 'Maya'],
  ])('a student Maya %j is named %s', (familyName, name) => {
    expect(shortName({ givenName: 'Maya', familyName })).toBe(name)
  })

  it('each school’s first desk is its office', () => {
    expect(officeDesk('lincoln')).toBe('lincoln/office')
  })
})
