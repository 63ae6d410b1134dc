import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { account, phone, proxy } from './bench.ts'
import { type CallBench, lines, openCallBench, until } from './call-bench.ts'

const SORRY = 'en-US: We are sorry. An application error has occurred. Goodbye.'

let bench: CallBench
beforeEach(async () => {
  bench = await openCallBench()
})
afterEach(() => bench.close())

const calls = () => bench.simulator.calls
const heard = async (number = phone) => lines(await bench.ready(number))
/** The next form that came to an address. */
const form = (path: string) => until(`a form to ${path}`, () => bench.forms(path).at(-1))
const over = (number = phone) => until(`${number.slice(-4)} is over`, () => calls().phoneCall(number)?.state === 'over')

type Does = { press?: string; speak?: string; hangUp?: true; wait?: true }
function does(what: Does, number = phone): void {
  if (what.speak !== undefined) calls().speak(number, what.speak)
  if (what.press !== undefined) calls().press(number, what.press)
  if (what.wait) calls().wait(number)
  if (what.hangUp) calls().hangUp(number)
}

describe('a document', () => {
  test.each([
    ['<Say>Hello</Say>', ['en-US: Hello']],
    ['<Say language="es-US" voice="Polly.Lupe">Hola</Say>', ['es-US: Hola']],
    ['<Say voice="Google.vi-VN-Wavenet-A">Chào</Say>', ['vi-VN: Chào']],
    ['<Say loop="2">Hi</Say>', ['en-US: Hi', 'en-US: Hi']],
    ['<Play>/sound</Play>', ['[/sound]']],
    ['<Play>/missing</Play><Say>on</Say>', ['en-US: on']],
    ['<Pause length="3"/><Say>on</Say>', ['en-US: on']],
    ['<Say>a</Say><Hangup/><Say>b</Say>', ['en-US: a']],
    ['<Say>a</Say><Redirect>/next</Redirect><Say>b</Say>', ['en-US: a', 'en-US: next']],
    ['<Redirect method="GET">next?a=1</Redirect>', ['en-US: next']],
    ['<Gather/><Say>a</Say>', ['en-US: a']],
    ['', []],
  ])('%s is heard as %j', async (document, expected) => {
    bench.documents.set('/sound', 'audio').set('/next', '<Say>next</Say>').set('/missing', 404)
    bench.answerWith(document)
    const sid = calls().dial(phone, proxy)
    if (document.startsWith('<Gather')) does({ wait: true })
    await over()
    expect(await heard()).toEqual(expected)
    expect(calls().call(sid)).toMatchObject({ status: 'completed', direction: 'inbound', from: phone, to: proxy })
  })

  test.each([
    ['<Reject/>', 'no-answer'],
    ['<Reject reason="busy"/>', 'busy'],
    ['<Pause/><Reject reason="busy"/>', 'busy'],
    ['<Say>a</Say><Reject reason="busy"/>', 'completed'],
    ['<Hangup/>', 'completed'],
  ])('%s ends a call that comes in as %s', async (document, status) => {
    bench.answerWith(document)
    const sid = calls().dial(phone, proxy)
    await over()
    expect(calls().call(sid)?.status).toBe(status)
    expect(await form('/number')).toMatchObject({ CallSid: sid, CallStatus: status })
  })

  test('is asked for by the method that is named, signed either way', async () => {
    bench.answerWith('<Redirect method="GET">/next?a=1</Redirect>')
    calls().dial(phone, proxy)
    await over()
    expect(await form('/next')).toMatchObject({ a: '1', CallStatus: 'ringing' })
    expect(bench.receiver.got.filter(({ signed }) => !signed)).toEqual([])
    expect(bench.receiver.got.find(({ path }) => path.startsWith('/next'))?.fields).toEqual({})
  })
})

describe('a document that cannot be had', () => {
  test.each([
    ['an error', 500, undefined, 11200, [SORRY]],
    ['no XML', '!hello', undefined, 12100, [SORRY]],
    ['a verb that there is not', '<Shout/>', undefined, 12200, [SORRY]],
    ['a voice that cannot', '<Say voice="man" language="vi-VN">Chào</Say>', undefined, 13511, [SORRY]],
    ['an error, then a fallback', 500, '<Say>later</Say>', 11200, ['en-US: later']],
    ['nonsense, then a fallback', '<Shout/>', '<Say>later</Say>', 12200, ['en-US: later']],
    ['an error and a fallback that fails too', 500, 404, 11200, [SORRY]],
    ['an address that is none', '<Redirect>http://</Redirect>', undefined, 11100, [SORRY]],
    ['another sort of address', '<Redirect>file:///etc/hosts</Redirect>', undefined, 11100, [SORRY]],
  ] as const)('%s is told to who maintains it, and the caller hears an end', async (_, document, fallback, code, expected) => {
    bench.answerWith(document, fallback)
    calls().dial(phone, proxy)
    await over()
    expect(await heard()).toEqual(expected)
    expect(bench.simulator.alerts[0]).toMatchObject({ code })
    if (fallback === undefined) return
    expect(await form('/fallback')).toMatchObject({ ErrorCode: String(code), ErrorUrl: `${bench.receiver.url}/voice` })
  })

  test('a call that turns in a circle ends', async () => {
    bench.answerWith('<Redirect>/voice</Redirect>')
    calls().dial(phone, proxy)
    await over()
    expect(await heard()).toEqual([SORRY])
    // Hundreds of documents are fetched until it ends.
  }, 30_000)
})

describe('Gather', () => {
  const after = '<Say>nothing</Say>'
  test.each([
    ['', { press: '12#' }, { Digits: '12', FinishedOnKey: '#' }],
    ['', { press: '12' }, { Digits: '12' }],
    ['numDigits="1"', { press: '12' }, { Digits: '1' }],
    ['numDigits="1" finishOnKey=""', { press: '#' }, { Digits: '#' }],
    ['finishOnKey="*"', { press: '1#*' }, { Digits: '1#', FinishedOnKey: '*' }],
    ['', { press: '#' }, null],
    ['', { wait: true }, null],
    ['actionOnEmptyResult="true"', { press: '#' }, { Digits: '', FinishedOnKey: '#' }],
    ['actionOnEmptyResult="true"', { wait: true }, { Digits: '' }],
    ['input="speech" language="es-US"', { speak: 'sí' }, { SpeechResult: 'sí', Confidence: '0.9', Language: 'es-US' }],
    ['input="dtmf speech"', { speak: 'yes' }, { SpeechResult: 'yes', Language: 'en-US' }],
    ['input="dtmf speech"', { press: '3' }, { Digits: '3' }],
    ['input="speech"', { wait: true }, null],
    ['input="dtmf"', { speak: 'yes', wait: true }, null],
    ['input="speech"', { press: '1', wait: true }, null],
  ] as const)('%s after %j says %j', async (attributes, what, fields) => {
    bench.documents.set('/got', '')
    bench.answerWith(`<Gather action="/got" ${attributes}><Say>Press</Say></Gather>${after}`)
    const sid = calls().dial(phone, proxy)
    expect(await heard()).toEqual(['en-US: Press'])
    expect((await bench.ready(phone)).waits).toBe(
      attributes.includes('dtmf speech') ? 'keys or speech' : attributes.includes('speech') ? 'speech' : 'keys',
    )
    does(what)
    await over()
    expect((await heard()).at(-1) === 'en-US: nothing').toBe(fields === null)
    if (fields === null) expect(bench.forms('/got')).toEqual([])
    else expect(await form('/got')).toMatchObject({ ...fields, CallSid: sid, CallStatus: 'in-progress' })
  })

  test('says which key ended it only where one did', async () => {
    bench.answerWith('<Gather action="/got"/>')
    calls().dial(phone, proxy)
    await heard()
    does({ press: '12' })
    expect(await form('/got')).not.toHaveProperty('FinishedOnKey')
  })

  test('asks its own document again without an action, and hears what was typed ahead', async () => {
    bench.answerWith('<Gather numDigits="1"/>')
    calls().dial(phone, proxy)
    does({ press: '1' })
    await until('two forms', () => bench.forms('/voice').length === 2)
    expect(bench.forms('/voice')[1]).toMatchObject({ Digits: '1' })
  })

  test('who hangs up in it asks for nothing more', async () => {
    bench.answerWith('<Gather action="/got" actionOnEmptyResult="true"/>')
    calls().dial(phone, proxy)
    await heard()
    does({ hangUp: true })
    await over()
    await bench.simulator.settled()
    expect(bench.forms('/got')).toEqual([])
  })
})

describe('Record', () => {
  const long = 'This is a sentence of about three seconds.'
  test.each([
    ['', [{ speak: long }, { press: '#' }], { RecordingDuration: '3', Digits: '#' }],
    ['', [{ speak: long }, { press: '5' }], { RecordingDuration: '3', Digits: '5' }],
    ['', [{ speak: long }, { wait: true }], { RecordingDuration: '3' }],
    ['', [{ speak: long }, { speak: long }, { wait: true }], { RecordingDuration: '6' }],
    ['finishOnKey="#"', [{ speak: long }, { press: '5' }, { press: '#' }], { RecordingDuration: '3', Digits: '#' }],
    ['maxLength="5"', [{ speak: long }, { speak: long }], { RecordingDuration: '5' }],
    ['', [{ speak: long }, { hangUp: true }], { RecordingDuration: '3', Digits: 'hangup', CallStatus: 'completed' }],
    ['', [{ speak: 'Oh' }, { press: '#' }], null],
    ['', [{ wait: true }], null],
  ] as readonly [string, readonly Does[], Record<string, string> | null][])(
    '%s after %j says %j',
    async (attributes, all, fields) => {
      bench.documents.set('/got', '')
      bench.answerWith(`<Record action="/got" ${attributes}/><Say>nothing</Say>`)
      const sid = calls().dial(phone, proxy)
      expect(await heard()).toEqual(['[tone]'])
      for (const what of all) {
        does(what)
        await new Promise((resolve) => setImmediate(resolve))
      }
      await over()
      await bench.simulator.settled()
      const [recording] = calls().recordings(account)
      if (fields === null) {
        expect((await heard()).at(-1)).toBe('en-US: nothing')
        expect([bench.forms('/got'), recording]).toEqual([[], undefined])
        return
      }
      const told = await form('/got')
      expect(told).toMatchObject({ ...fields, RecordingSid: recording?.sid, CallSid: sid })
      expect(told['RecordingUrl']).toBe(`https://api.twilio.com/2010-04-01/Accounts/${account}/Recordings/${recording?.sid}`)
      if (!('Digits' in fields)) expect(told).not.toHaveProperty('Digits')
    },
  )

  test.each([
    ['completed', long, ['completed']],
    ['completed absent', long, ['completed']],
    ['completed absent', 'Oh', ['absent']],
    ['completed', 'Oh', []],
  ])('tells of %s after %j: %j', async (events, words, statuses) => {
    bench.answerWith(`<Record recordingStatusCallback="/told" recordingStatusCallbackEvent="${events}" action="/got"/>`)
    calls().dial(phone, proxy)
    await heard()
    does({ speak: words, press: '#' })
    await over()
    await bench.simulator.settled()
    expect(bench.forms('/told').map((told) => told['RecordingStatus'])).toEqual(statuses)
  })

  test.each([
    ['lost', 0],
    ['doubled', 2],
  ] as const)('%s callbacks tell of a recording %i times', async (callbacks, times) => {
    bench.simulator.setFaults({ callbacks })
    bench.answerWith('<Record recordingStatusCallback="/told" action="/got"/>')
    calls().dial(phone, proxy)
    await heard()
    does({ speak: long, press: '#' })
    await over()
    await bench.simulator.settled()
    expect(bench.forms('/told')).toHaveLength(times)
  })

  test('has no tone where none is wanted, and is written down where that is wanted', async () => {
    bench.answerWith('<Record playBeep="false" transcribe="true" transcribeCallback="/written" action="/got"/>')
    calls().dial(phone, proxy)
    expect(await heard()).toEqual([])
    does({ speak: long, press: '#' })
    expect(await form('/written')).toMatchObject({ TranscriptionText: long, TranscriptionStatus: 'completed' })
  })
})
