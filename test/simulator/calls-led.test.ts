import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { phone, proxy } from './bench.ts'
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
const dialed = `<Dial action="/after" callerId="${proxy}"><Number>${callee}</Number></Dial>`

describe('a conference', () => {
  const room = (more = '') => `<Dial action="/after"><Conference ${more}>room</Conference></Dial>`
  async function comes(number: string, document: string): Promise<void> {
    bench.answerWith(document)
    const before = bench.forms('/voice').length
    calls().dial(number, proxy)
    await until('it came in', () => bench.forms('/voice').length > before)
    await bench.simulator.settled()
  }

  test('of three goes on while one leaves; who is left alone stays', async () => {
    for (const number of [phone, callee, third]) await comes(number, room())
    for (const number of [phone, callee, third]) await talksTo(number)
    expect(await heard(phone)).toEqual(['[put through]'])
    calls().hangUp(third)
    calls().hangUp(callee)
    await bench.simulator.settled()
    expect(calls().phoneCall(phone)).toMatchObject({ state: 'talks', waits: 'the other side' })
    calls().hangUp(phone)
    await until('three ends', () => bench.forms('/after').length === 3)
    expect(bench.forms('/after').map(({ DialCallStatus }) => DialCallStatus)).toEqual(['answered', 'answered', 'answered'])
  })

  test('ends for all when one leaves whose leaving ends it, and each goes on in its own document', async () => {
    await comes(phone, room())
    await comes(callee, room('endConferenceOnExit="true"'))
    await comes(third, room())
    await talksTo(third)
    calls().hangUp(callee)
    for (const number of [phone, third]) {
      await stands(number, 'over')
      expect(await heard(number)).toEqual(['[put through]', 'en-US: after'])
    }
  })

  test('does not begin before somebody comes who begins it', async () => {
    await comes(phone, room('startConferenceOnEnter="false"'))
    await comes(callee, room('startConferenceOnEnter="false"'))
    expect(calls().phoneCall(callee)?.heard).toEqual([])
    await comes(third, room())
    for (const number of [phone, callee, third]) await talksTo(number)
  })

  test('has a room for each name, and a new one after its end', async () => {
    await comes(phone, room())
    await comes(callee, room().replace('room', 'another'))
    expect(calls().phoneCall(callee)?.heard).toEqual([])
    calls().hangUp(phone)
    await comes(third, room())
    expect(calls().phoneCall(third)?.heard).toEqual([])
  })
})

describe('a live call that is led elsewhere', () => {
  const led = (path = '/led') => ({
    url: `${bench.receiver.url}${path}`,
    method: 'POST',
    fallbackUrl: '',
    fallbackMethod: 'POST',
  })
  beforeEach(
    () => void bench.documents.set('/led', '<Say>led</Say><Gather action="/got"/>').set('/made', '<Gather/><Say>on</Say>'),
  )

  test.each([
    ['a question', '<Gather action="/after"/><Say>on</Say>', '[]'],
    ['a recording', '<Record action="/after"/><Say>on</Say>', '["[tone]"]'],
    ['a room', '<Dial action="/after"><Conference>room</Conference></Dial><Say>on</Say>', '[]'],
    ['a number that rings', `<Dial action="/after" callerId="${proxy}">${callee}</Dial><Say>on</Say>`, '[]'],
  ])('leaves %s behind', async (_, document, before) => {
    bench.answerWith(document)
    const sid = calls().dial(phone, proxy)
    await until('it talks', () => calls().call(sid)?.status === 'in-progress')
    await bench.simulator.settled()
    expect(calls().redirect(sid, led())).toBe(true)
    await until('it was led', () => calls().phoneCall(phone)?.waits === 'keys')
    expect(await heard()).toEqual([...JSON.parse(before), 'en-US: led'])
    calls().press(phone, '1#')
    await stands(phone, 'over')
    expect(await form('/got')).toMatchObject({ Digits: '1' })
    expect(bench.forms('/after')).toEqual([])
    if (document.includes(callee)) expect(calls().phoneCall(callee)?.state).toBe('over')
  })

  test('hangs up on the other side, which the caller had been put through to', async () => {
    bench.answerWith(dialed)
    const sid = calls().dial(phone, proxy)
    await stands(callee, 'rings')
    calls().answer(callee)
    await talksTo(phone)
    calls().redirect(sid, led())
    await stands(callee, 'over')
    expect((await bench.ready(phone)).waits).toBe('keys')
    expect(bench.forms('/after')).toEqual([])
  })

  test('takes the callee away, and the caller goes on', async () => {
    bench.answerWith(dialed)
    calls().dial(phone, proxy)
    await stands(callee, 'rings')
    calls().answer(callee)
    await talksTo(phone)
    calls().redirect(calls().phoneCall(callee)?.sid ?? '', led())
    await stands(phone, 'over')
    expect(calls().phoneCall(callee)?.state).toBe('talks')
    expect(await form('/after')).toMatchObject({ DialCallStatus: 'completed' })
  })

  test('keeps what was recorded until then', async () => {
    bench.answerWith('<Record action="/after" recordingStatusCallback="/told"/>')
    const sid = calls().dial(phone, proxy)
    await bench.ready(phone)
    calls().speak(phone, 'This is a sentence of about three seconds.')
    await until('it is heard', () =>
      calls()
        .phoneCall(phone)
        ?.heard.some(({ kind }) => kind === 'spoke'),
    )
    calls().redirect(sid, led())
    expect(await form('/told')).toMatchObject({ RecordingStatus: 'completed', RecordingDuration: '3' })
    expect(bench.forms('/after')).toEqual([])
  })

  test('must be live', async () => {
    const sid = bench.call(callee)
    await stands(callee, 'rings')
    expect(calls().redirect(sid, led())).toBe(false)
    calls().hangUp(callee)
    expect(calls().redirect(sid, led())).toBe(false)
    expect(calls().redirect('CA0', led())).toBe(false)
  })
})
