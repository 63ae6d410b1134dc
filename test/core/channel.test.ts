import { expect, test } from 'vitest'
import { channelOf } from '../../src/core/channel.ts'

const mobile = { contactBy: 'sms', textable: true, lineType: 'mobile', refusesCalls: false } as const

test.each([
  ['a mobile gets texts', {}, 'text'],
  ['a phone of which nobody knows the kind gets texts', { lineType: null }, 'text'],
  ['a landline is called, whatever the roster says', { lineType: 'landline' }, 'call'],
  ['a number that stands for calls only is called', { textable: false, lineType: null }, 'call'],
  ['a family that wants calls is called', { contactBy: 'voice' }, 'call'],
  ['who wants calls but refuses more of them gets texts', { contactBy: 'voice', refusesCalls: true }, 'text'],
  ['a landline that refuses calls has no way left', { lineType: 'landline', refusesCalls: true }, 'none'],
  ['a number for calls only that refuses them has no way left', { textable: false, refusesCalls: true }, 'none'],
] as const)('%s', (_, phone, channel) => {
  expect(channelOf({ ...mobile, ...phone })).toBe(channel)
})
