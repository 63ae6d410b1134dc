import { describe, expect, it } from 'vitest'
import { type Known, routeText } from '../../src/core/conversation.ts'

const bound = { conversationId: 'c', staffSide: 'rivera', guardianId: 'rosa' }
const household = { id: 'h', schoolId: 's', guardianId: 'rosa' }
const known = (change: Partial<Known>): Known => ({ bound: null, household: null, staffId: null, ...change })

describe('routeText', () => {
  it('the dialled number alone names the conversation', () => {
    expect(routeText(known({ bound: { ...bound, side: 'family' }, household }))).toMatchObject({
      kind: 'relay',
      conversationId: 'c',
      direction: 'to_staff',
      authorId: 'rosa',
    })
    expect(routeText(known({ bound: { ...bound, side: 'staff' }, staffId: 'rivera' }))).toMatchObject({
      kind: 'relay',
      direction: 'to_family',
      authorId: 'rivera',
      guardianId: 'rosa',
    })
  })

  it('a teacher who is a parent too writes as what the number means', () => {
    const both = { household, staffId: 'rivera' }
    expect(routeText(known({ ...both, bound: { ...bound, side: 'family' } }))).toMatchObject({ direction: 'to_staff' })
    expect(routeText(known({ ...both, bound: { ...bound, side: 'staff' } }))).toMatchObject({ direction: 'to_family' })
  })

  it('a known family at any other number reaches the office, never a person', () => {
    expect(routeText(known({ household }))).toEqual({ kind: 'office', householdId: 'h', schoolId: 's', guardianId: 'rosa' })
    expect(routeText(known({ household, staffId: 'rivera' })).kind).toBe('office')
  })

  it('a staff phone at a number that means nothing to it is lost, anybody else a stranger', () => {
    expect(routeText(known({ staffId: 'rivera' }))).toEqual({ kind: 'lost_staff', staffId: 'rivera' })
    expect(routeText(known({}))).toEqual({ kind: 'stranger' })
  })
})
