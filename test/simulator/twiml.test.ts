import { expect, test } from 'vitest'
import { readMessagingTwiml } from '../../src/simulator/twiml.ts'

const xml = 'text/xml; charset=utf-8'

test.each([
  [xml, '', []],
  [xml, '<Response/>', []],
  [xml, '<?xml version="1.0" encoding="UTF-8"?><Response></Response>', []],
  [
    xml,
    '<Response><Message>Hi</Message><Message to="+19715550100"><Body>a &lt; b &#233;&#x1F600;</Body></Message></Response>',
    ['Hi', 'a < b é😀'],
  ],
  [xml, '<Response><!-- <Message>no</Message> --></Response>', []],
  [xml, '<Response><Message>&#x110000; &nbsp;</Message></Response>', ['&#x110000; &nbsp;']],
  ['text/plain', 'OK', ['OK']],
])('%s %s is answered with %j', (type, body, bodies) => {
  expect(readMessagingTwiml(type, body)).toEqual({ kind: 'replies', bodies })
})

test.each(['<html></html>', '<Response><Say>Hi</Say></Response>', '<Response>', '{"ok":true}'])(
  '%s is no messaging TwiML',
  (body) => {
    expect(readMessagingTwiml(xml, body)).toEqual({ kind: 'unreadable' })
  },
)
