import fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { anyText } from '../support/outside.ts'
import { phone, proxy } from './bench.ts'
import { type CallBench, openCallBench, until } from './call-bench.ts'

let bench: CallBench
beforeEach(async () => {
  bench = await openCallBench()
})
afterEach(() => bench.close())

const VERBS = [
  '<Say>Hello</Say>',
  '<Say loop="0">Hello</Say>',
  '<Pause length="9"/>',
  '<Play>/none</Play>',
  '<Play>ftp://a</Play>',
  '<Gather action="::"/>',
  '<Gather action="/voice" numDigits="0" actionOnEmptyResult="true"/>',
  '<Gather input="speech"><Say>Speak</Say></Gather>',
  '<Record action="/voice" maxLength="0"/>',
  '<Record recordingStatusCallback="http://"/>',
  '<Dial>+19715550143</Dial>',
  '<Dial timeLimit="0"><Number url="http://[">+19715550143</Number></Dial>',
  '<Dial><Conference endConferenceOnExit="true">room</Conference></Dial>',
  '<Dial></Dial>',
  '<Redirect></Redirect>',
  '<Redirect>http://[</Redirect>',
  '<Redirect>javascript:1</Redirect>',
  '<Hangup/>',
  '<Reject/>',
]

test('whatever is answered and whatever is done at the phone, the call can be ended and nothing else breaks', async () => {
  const { calls } = bench.simulator
  const document = fc.oneof(
    fc.array(fc.constantFrom(...VERBS), { maxLength: 4 }).map((verbs) => verbs.join('')),
    anyText(...VERBS),
  )
  const keys = anyText('1', '#', '*', '12345')
  await fc.assert(
    fc.asyncProperty(document, keys, keys, async (given, typed, said) => {
      bench.answerWith(`!<Response>${given}</Response>`)
      const sid = calls.dial(phone, proxy)
      calls.press(phone, typed)
      await bench.simulator.settled()
      calls.speak(phone, said)
      calls.wait(phone)
      calls.hangUp(phone)
      await until('it is over', () => calls.call(sid)?.ended !== null)
      await bench.simulator.settled()
      expect(calls.phoneCall('+19715550143')?.state ?? 'over').toBe('over')
    }),
    { numRuns: 150 },
  )
}, 60_000)
