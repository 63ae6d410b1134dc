import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { CallerSigns } from '../../src/simulator/call-world.ts'
import { phone, proxy, secondProxy } from './bench.ts'
import { type CallBench, lines, openCallBench, until } from './call-bench.ts'

const callee = '+19715550143'
const third = '+19715550144'

let bench: CallBench
beforeEach(async () => {
  bench = await openCallBench()
  bench.documents.set('/after', '<Say>after</Say>')
})
afterEach(() => bench.close())

const calls = () => bench.simulator.calls
const heard = async (number = phone) => lines(await bench.ready(number))
const form = (path: string) => until(`a form to ${path}`, () => bench.forms(path).at(-1))
const stands = (number: string, state: 'rings' | 'talks' | 'over') =>
  until(`${number.slice(-4)} ${state}`, () => calls().phoneCall(number)?.state === state)
const talksTo = (number: string) =>
  until(`${number.slice(-4)} talks`, () => calls().phoneCall(number)?.waits === 'the other side')
const dialed = (attributes = '', noun = '') =>
  `<Dial action="/after" callerId="${proxy}" ${attributes}><Number ${noun}>${callee}</Number></Dial>`

describe('Dial', () => {
  test('puts two through; each sees a number of ours, and the one who hangs up ends it for the other', async () => {
    bench.answerWith(dialed())
    const sid = calls().dial(phone, proxy)
    await stands(callee, 'rings')
    expect(calls().phoneCall(callee)?.other).toBe(proxy)
    calls().answer(callee)
    await talksTo(phone)
    calls().speak(phone, 'hello')
    calls().press(callee, '5')
    calls().hangUp(callee)
    await stands(phone, 'over')
    expect(await heard()).toEqual(['[put through]', '<hello', 'en-US: after'])
    expect(await heard(callee)).toEqual(['[put through]', '<5'])
    const child = calls().phoneCall(callee)?.sid ?? ''
    expect(calls().call(child)).toMatchObject({ parentSid: sid, direction: 'outbound-dial', from: proxy, status: 'completed' })
    expect(await form('/after')).toMatchObject({
      DialCallStatus: 'completed',
      DialCallSid: child,
      DialBridged: 'true',
      CallStatus: 'in-progress',
    })
  })

  test('what two say to each other answers no question after', async () => {
    bench.documents.set('/after', '<Gather numDigits="1" action="/got"/>')
    bench.answerWith(dialed())
    calls().dial(phone, proxy)
    await stands(callee, 'rings')
    calls().press(phone, '9')
    calls().answer(callee)
    await talksTo(phone)
    calls().press(phone, '1')
    calls().hangUp(callee)
    await until('it is asked', () => calls().phoneCall(phone)?.waits === 'keys')
    expect(bench.forms('/got')).toEqual([])
  })

  test('a caller who hangs up ends the callee’s leg, and the action is still asked for', async () => {
    bench.answerWith(dialed())
    calls().dial(phone, proxy)
    await stands(callee, 'rings')
    calls().answer(callee)
    await talksTo(phone)
    calls().hangUp(phone)
    await stands(callee, 'over')
    expect(await form('/after')).toMatchObject({ DialCallStatus: 'completed', CallStatus: 'completed' })
  })

  test.each([
    ['declines', 'busy', () => calls().hangUp(callee)],
    ['is busy', 'busy', () => calls().setVoiceFault(callee, 'busy')],
    ['does not answer', 'no-answer', () => calls().setVoiceFault(callee, 'no-answer')],
    ['is off', 'no-answer', () => bench.simulator.setLine(callee, 'off')],
    ['is no number any more', 'failed', () => bench.simulator.setLine(callee, 'disconnected')],
    ['is given up on by the caller', 'canceled', () => calls().hangUp(phone)],
  ] as const)('a callee who %s is %s', async (_, status, happens) => {
    const before = !['canceled'].includes(status) && !_.startsWith('declines')
    if (before) happens()
    bench.answerWith(dialed())
    calls().dial(phone, proxy)
    if (!before) {
      await stands(callee, 'rings')
      happens()
    }
    expect(await form('/after')).toMatchObject({ DialCallStatus: status })
    expect(await form('/after')).not.toHaveProperty('DialBridged')
    await stands(phone, 'over')
    expect(calls().phoneCall(callee)?.state).toBe('over')
  })

  test.each([
    ['presses a key', '<Gather numDigits="1" action="/through"><Say>Press one</Say></Gather><Hangup/>', 'press', 'true'],
    ['does not', '<Gather numDigits="1" action="/through"><Say>Press one</Say></Gather><Hangup/>', 'wait', 'false'],
    ['hangs up', '<Gather numDigits="1" action="/through"><Say>Press one</Say></Gather><Hangup/>', 'hangUp', 'false'],
  ] as const)('a callee who is asked and %s is put through: %s', async (_, document, what, bridged) => {
    bench.documents.set('/screen', document).set('/through', '')
    bench.answerWith(dialed('', 'url="/screen"'))
    calls().dial(phone, proxy)
    await stands(callee, 'rings')
    calls().answer(callee)
    expect(await heard(callee)).toEqual(['en-US: Press one'])
    expect(await form('/screen')).toMatchObject({ To: callee, From: proxy, Direction: 'outbound-dial' })
    if (what === 'press') calls().press(callee, '1')
    if (what === 'wait') calls().wait(callee)
    if (what === 'hangUp') calls().hangUp(callee)
    if (bridged === 'true') {
      await talksTo(callee)
      calls().hangUp(callee)
    }
    expect(await form('/after')).toMatchObject({ DialCallStatus: 'completed', DialBridged: bridged })
  })

  test('a mailbox, and a screen that cannot be fetched, are not put through', async () => {
    bench.documents.set('/screen', 500)
    bench.answerWith(dialed('', 'url="/screen"'))
    calls().setVoiceFault(callee, 'machine')
    calls().dial(phone, proxy)
    expect(await form('/after')).toMatchObject({ DialCallStatus: 'completed', DialBridged: 'false' })
  })

  test('the first of several to pick up has the call, and the others stop ringing', async () => {
    bench.answerWith(`<Dial action="/after" callerId="${proxy}"><Number>${callee}</Number><Number>${third}</Number></Dial>`)
    calls().dial(phone, proxy)
    await stands(callee, 'rings')
    calls().answer(third)
    await talksTo(third)
    expect(calls().call(calls().phoneCall(callee)?.sid ?? '')?.status).toBe('canceled')
    calls().hangUp(third)
    expect(await form('/after')).toMatchObject({ DialCallSid: calls().phoneCall(third)?.sid })
  })

  test('the star ends it for a caller who may', async () => {
    bench.answerWith(dialed('hangupOnStar="true"'))
    calls().dial(phone, proxy)
    await stands(callee, 'rings')
    calls().answer(callee)
    await talksTo(phone)
    calls().speak(phone, 'Goodbye')
    calls().press(phone, '1')
    calls().press(phone, '*')
    await stands(callee, 'over')
    expect(await form('/after')).toMatchObject({ CallStatus: 'in-progress' })
    expect((await heard()).slice(0, 4)).toEqual(['[put through]', '<Goodbye', '<1', '<*'])
  })

  test('a call is not picked up before the bridge where the document says so', async () => {
    bench.answerWith(dialed('answerOnBridge="true"'))
    const sid = calls().dial(phone, proxy)
    await stands(callee, 'rings')
    expect(calls().call(sid)?.status).toBe('ringing')
    calls().answer(callee)
    await talksTo(phone)
    expect(calls().call(sid)?.status).toBe('in-progress')
  })

  test('a callee’s steps are told to who asked', async () => {
    bench.answerWith(dialed('', 'statusCallback="/leg" statusCallbackEvent="initiated ringing answered completed"'))
    calls().dial(phone, proxy)
    await stands(callee, 'rings')
    calls().answer(callee)
    await talksTo(callee)
    calls().hangUp(callee)
    await until('four steps', () => bench.forms('/leg').length === 4)
    expect(bench.forms('/leg').map(({ CallStatus }) => CallStatus)).toEqual(['initiated', 'ringing', 'in-progress', 'completed'])
  })

  test.each([
    ['one of ours', `callerId="${secondProxy}"`, secondProxy],
    ['the number that was called', `callerId="${proxy}"`, proxy],
    ['the caller’s own', `callerId="${phone}"`, phone],
    ['none', '', phone],
    ['somebody else’s', `callerId="${third}"`, null],
  ] as const)('with %s for a caller id the callee sees %s%s', async (_, attribute, shows) => {
    bench.answerWith(`<Dial action="/after" ${attribute}>${callee}</Dial>`)
    calls().dial(phone, proxy)
    if (shows !== null) {
      await stands(callee, 'rings')
      expect(calls().phoneCall(callee)?.other).toBe(shows)
      return
    }
    expect(await form('/after')).toMatchObject({ DialCallStatus: 'failed' })
    expect(bench.simulator.alerts).toMatchObject([{ code: 13214 }])
    expect(calls().phoneCalls(callee)).toEqual([])
  })

  test('what is no number is not dialled', async () => {
    bench.answerWith('<Dial action="/after"><Number>the office</Number></Dial>')
    calls().dial(phone, proxy)
    expect(await form('/after')).toMatchObject({ DialCallStatus: 'failed' })
    expect(bench.simulator.alerts).toMatchObject([{ code: 13223 }])
  })
})

describe('a caller', () => {
  test('who withholds the number is anonymous on the callee’s display and a known number to the gateway', async () => {
    bench.answerWith(`<Dial>${callee}</Dial>`)
    calls().dial(phone, proxy, true)
    await stands(callee, 'rings')
    expect(calls().phoneCall(callee)?.other).toBe('anonymous')
    expect(bench.forms('/voice')[0]).toMatchObject({ From: '+266696687', Caller: '+266696687' })
    expect(JSON.stringify(bench.forms('/voice'))).not.toContain(phone)
  })

  test.each([
    [{}, { StirVerstat: 'TN-Validation-Passed-A' }],
    [{ verified: 'TN-Validation-Failed' }, { StirVerstat: 'TN-Validation-Failed' }],
    [{ forwardedFrom: third }, { ForwardedFrom: third }],
  ] as readonly [CallerSigns, Record<string, string>][])('%j is told as %j', async (signs, fields) => {
    bench.answerWith('<Hangup/>')
    const sid = calls().dial(phone, proxy, false, signs)
    const first = await form('/voice')
    expect(first).toMatchObject({ ...fields, CallStatus: 'ringing', CallerCity: 'PORTLAND', CalledCountry: 'US' })
    expect('ForwardedFrom' in first).toBe('forwardedFrom' in signs)
    expect(calls().call(sid)?.forwardedFrom).toBe(signs.forwardedFrom ?? null)
  })

  test('whose network says nothing of the number, and who dials what nobody has', async () => {
    bench.answerWith('<Hangup/>')
    calls().dial(phone, proxy, false, { verified: '' })
    expect(await form('/voice')).not.toHaveProperty('StirVerstat')
    expect(calls().call(calls().dial(phone, third))?.status).toBe('failed')
  })

  test('who hangs up before anybody picked up was not answered', async () => {
    bench.answerWith(dialed('answerOnBridge="true"'))
    const sid = calls().dial(phone, proxy)
    await stands(callee, 'rings')
    calls().hangUp(phone)
    expect(calls().call(sid)?.status).toBe('no-answer')
  })
})
