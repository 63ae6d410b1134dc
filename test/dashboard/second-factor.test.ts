import { expect, test } from 'vitest'
import { needsSecondFactor } from '../../src/dashboard/sign-in.ts'

type Login = Parameters<typeof needsSecondFactor>[0]
type Scope = Login['staff']['scope']

const login = (how: Login['how'], scope: Scope, secondFactor: boolean) => ({ how, staff: { scope }, secondFactor }) as Login

test.each([
  ['a teacher who came by a text', login('code', { kind: 'own' }, false), false],
  ['an administrator of a school who came by a text', login('code', { kind: 'schools', schools: ['s'] }, false), true],
  ['one of the district who came by a text', login('code', { kind: 'district' }, false), true],
  ['one who has shown it', login('code', { kind: 'district' }, true), false],
  ['one whom the district’s identity provider knows', login('provider', { kind: 'district' }, false), false],
] as const)('%s has a second factor to show: %s', (_, who, needed) => {
  expect(needsSecondFactor(who)).toBe(needed)
})
