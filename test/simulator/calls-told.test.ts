import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { account, basic, openRest, openSimulator, phone, proxy } from './bench.ts'
import { type CallBench, lines, openCallBench, until } from './call-bench.ts'

let bench: CallBench
afterEach(() => bench.close())

const calls = () => bench.simulator.calls
const stands = (state: 'rings' | 'talks' | 'over') => until(`it ${state}`, () => calls().phoneCall(phone)?.state === state)
const told = () => bench.forms('/status').map(({ CallStatus, SequenceNumber }) => `${SequenceNumber} ${CallStatus}`)

describe('status callbacks', () => {
  test.each([
    ['initiated ringing answered completed', ['0 initiated', '1 ringing', '2 in-progress', '3 completed']],
    ['answered completed', ['0 in-progress', '1 completed']],
    ['completed', ['0 completed']],
  ])('of %s come in their order, signed', async (events, expected) => {
    bench = await openCallBench()
    bench.documents.set('/made', '<Say>Hello</Say>')
    bench.call(phone, { events })
    await stands('rings')
    calls().answer(phone)
    await stands('over')
    await bench.simulator.settled()
    expect(told()).toEqual(expected)
    expect(bench.receiver.got.every(({ signed }) => signed)).toBe(true)
    expect(bench.forms('/status').at(-1)).toMatchObject({ CallDuration: '0', CallbackSource: 'call-progress-events' })
  })

  test('wait for the one before, however slow its receiver is', async () => {
    bench = await openCallBench({
      fetch: async (...request) => {
        if (String(request[1]?.body).includes('SequenceNumber=0')) await new Promise((resolve) => setTimeout(resolve, 50))
        return fetch(...request)
      },
    })
    bench.documents.set('/made', '<Say>Hello</Say>')
    bench.call(phone)
    await stands('rings')
    calls().answer(phone)
    await stands('over')
    await bench.simulator.settled()
    expect(told()).toEqual(['0 initiated', '1 ringing', '2 in-progress', '3 completed'])
  })

  test.each([
    ['lost', []],
    ['doubled', ['0 initiated', '0 initiated', '1 ringing', '1 ringing', '2 busy', '2 busy']],
    ['reordered', ['2 busy', '1 ringing', '0 initiated']],
  ] as const)('are %s: %j', async (callbacks, expected) => {
    bench = await openCallBench()
    bench.simulator.setFaults({ callbacks })
    bench.call(phone)
    await stands('rings')
    calls().hangUp(phone)
    await bench.simulator.settled()
    expect(told()).toEqual(expected)
  })

  test('can come before the answer', async () => {
    bench = await openCallBench()
    const app = openRest(bench.simulator)
    bench.simulator.setFaults({ callbacks: 'early' })
    const answer = await app.inject({
      method: 'POST',
      url: `/2010-04-01/Accounts/${account}/Calls.json`,
      headers: { authorization: basic, 'content-type': 'application/x-www-form-urlencoded' },
      payload: new URLSearchParams([
        ['From', proxy],
        ['To', phone],
        ['Url', `${bench.receiver.url}/made`],
        ['StatusCallback', `${bench.receiver.url}/status`],
        ['StatusCallbackEvent', 'initiated'],
        ['StatusCallbackEvent', 'ringing'],
      ]).toString(),
    })
    expect(answer.json()).toMatchObject({ status: 'queued' })
    expect(told()).toEqual(['0 initiated', '1 ringing'])
    await app.close()
  })

  test('that nobody takes are an alert', async () => {
    bench = await openCallBench()
    bench.documents.set('/status', 500)
    bench.call(phone, { events: 'ringing' })
    await bench.simulator.settled()
    expect(bench.simulator.alerts).toMatchObject([{ code: 11200, why: '5xx' }])
  })
})

describe('a phone that is called', () => {
  test.each([
    ['busy', 'busy'],
    ['no-answer', 'no-answer'],
    ['hang-up', 'completed'],
    ['machine', 'completed'],
  ] as const)('with the fault %s ends as %s', async (fault, status) => {
    bench = await openCallBench()
    bench.documents.set('/made', '<Say>Hello</Say><Gather/>')
    calls().setVoiceFault(phone, fault)
    expect(calls().voiceFault(phone)).toBe(fault)
    const sid = bench.call(phone, { machineDetection: 'DetectMessageEnd' })
    if (fault === 'hang-up') {
      await stands('rings')
      calls().answer(phone)
    }
    await stands('over')
    expect(calls().call(sid)).toMatchObject({
      status,
      answeredBy: fault === 'machine' ? 'machine_end_beep' : fault === 'hang-up' ? 'human' : null,
    })
  })

  test('does not ring before the call has got there, and tells who watches all that it hears', async () => {
    bench = await openCallBench()
    bench.documents.set('/made', '<Say>Hello</Say>')
    const seen: string[] = []
    const unsubscribe = calls().subscribe((call) => seen.push(`${call.state} ${call.heard.length}`))
    bench.call(phone)
    expect(calls().phoneCall(phone)).toBeUndefined()
    await stands('rings')
    calls().answer(phone)
    await stands('over')
    expect(seen).toEqual(['rings 0', 'talks 0', 'talks 1', 'over 1'])
    unsubscribe()
    calls().dial(phone, proxy)
    expect(seen).toHaveLength(4)
  })
})

describe('where time passes', () => {
  /** Timers by when they are due; `pass` lets time go on. */
  function clock() {
    let at = 0
    const due: { at: number; fn: () => void }[] = []
    return {
      due,
      later: (milliseconds: number, fn: () => void) => {
        const entry = { at: at + milliseconds, fn }
        due.push(entry)
        return () => void (due.includes(entry) && due.splice(due.indexOf(entry), 1))
      },
      async pass(milliseconds: number) {
        const end = at + milliseconds
        await settle()
        for (;;) {
          const next = due.filter((entry) => entry.at <= end).sort((a, b) => a.at - b.at)[0]
          if (next === undefined) break
          due.splice(due.indexOf(next), 1)
          at = next.at
          next.fn()
          await settle()
        }
        at = end
      },
    }
  }
  /** Webhooks of this machine arrive. */
  const settle = () => new Promise((resolve) => setTimeout(resolve, 20))
  let time: ReturnType<typeof clock>
  async function talking(document: string): Promise<void> {
    time = clock()
    bench = await openCallBench({ speechMilliseconds: 100, later: time.later })
    bench.answerWith(document)
    calls().dial(phone, proxy)
    await settle()
  }
  const heard = () => lines(calls().phoneCall(phone) as NonNullable<ReturnType<CallBench['simulator']['calls']['phoneCall']>>)

  test('speech takes time, and a key skips the rest of a question', async () => {
    await talking('<Gather numDigits="1" action="/got"><Say>1234567890</Say><Say>more</Say></Gather>')
    await time.pass(999)
    expect(heard()).toEqual(['en-US: 1234567890'])
    calls().press(phone, '1')
    await settle()
    expect(heard()).toEqual(['en-US: 1234567890', '<1'])
    expect(bench.forms('/got')[0]).toMatchObject({ Digits: '1' })
  })

  test.each([
    ['', 1],
    ['bargeIn="true"', 1],
    ['bargeIn="false"', 0],
  ])('words over a question with %s are heard %i times', async (attribute, times) => {
    await talking(`<Gather input="dtmf speech" action="/got" timeout="5" ${attribute}><Say>1234567890</Say></Gather>`)
    calls().speak(phone, 'yes')
    await settle()
    expect(bench.forms('/got')).toHaveLength(times)
    if (times === 1) return
    await time.pass(1001)
    expect(calls().phoneCall(phone)?.waits).toBe('keys or speech')
    calls().speak(phone, 'yes')
    await settle()
    expect(bench.forms('/got')).toHaveLength(1)
  })

  test('a key still ends a question that words do not', async () => {
    await talking('<Gather numDigits="1" input="dtmf speech" action="/got" bargeIn="false"><Say>1234567890</Say></Gather>')
    calls().speak(phone, 'yes')
    calls().press(phone, '2')
    await settle()
    expect(bench.forms('/got')).toMatchObject([{ Digits: '2' }])
  })

  test('what is done in one moment answers one question after the other', async () => {
    await talking('<Record action="/got"/>')
    calls().speak(phone, 'This is a sentence of about three seconds.')
    calls().press(phone, '#')
    await settle()
    expect(bench.forms('/got')).toMatchObject([{ RecordingDuration: '3', Digits: '#' }])
  })

  test('keys come one by one, until there are enough or time is up', async () => {
    await talking('<Gather numDigits="3" action="/got" timeout="5"/>')
    for (const key of '12') {
      calls().press(phone, key)
      await time.pass(4000)
    }
    expect(bench.forms('/got')).toEqual([])
    calls().press(phone, '3')
    await settle()
    expect(bench.forms('/got')).toMatchObject([{ Digits: '123' }])
    bench.answerWith('<Gather action="/got" timeout="5"/>')
    calls().dial(phone, proxy)
    await settle()
    calls().press(phone, '7')
    await time.pass(5001)
    expect(bench.forms('/got')).toMatchObject([{ Digits: '123' }, { Digits: '7' }])
  })

  test('a pause, silence, a bell that nobody hears and a call that is too long come to an end', async () => {
    await talking('<Pause length="2"/><Gather timeout="3"/><Say>on</Say><Gather timeout="9999"/>')
    await time.pass(4999)
    expect(heard()).toEqual([])
    await time.pass(2)
    expect(heard()).toEqual(['en-US: on'])
    const unheard = bench.call('+19715550143')
    bench.documents.set('/made', '<Gather timeout="9999"/>')
    const long = bench.call('+19715550144')
    await time.pass(10)
    calls().answer('+19715550144')
    await time.pass(30_001)
    expect(calls().call(unheard)?.status).toBe('no-answer')
    expect(calls().call(long)?.status).toBe('in-progress')
    await time.pass(570_000)
    expect(calls().call(long)?.status).toBe('completed')
  })

  test('a simulator that is closed leaves no timer and no request, and nothing happens on its phones', async () => {
    await talking('<Gather timeout="100"><Say>1234567890</Say></Gather>')
    bench.receiver.answer = () => 'silence'
    bench.call(phone)
    bench.call('+19715550143')
    await time.pass(10)
    calls().answer('+19715550143')
    const stood = () =>
      calls()
        .calls(account)
        .map(({ status }) => status)
    const before = stood()
    bench.simulator.close()
    calls().press(phone, '1')
    calls().hangUp(phone)
    await settle()
    expect(time.due).toEqual([])
    expect(stood()).toEqual(before)
  })
})

describe('over a restart', () => {
  test('calls that were live have failed, and what was recorded is there', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'simulator-'))
    const journalPath = join(directory, 'journal')
    bench = await openCallBench({ journalPath })
    bench.answerWith('<Record action="/next"/>')
    bench.documents.set('/next', '<Gather/>')
    const sid = calls().dial(phone, proxy)
    await bench.ready(phone)
    calls().speak(phone, 'This is a sentence of about three seconds.')
    calls().press(phone, '#')
    await until('it goes on', () => calls().phoneCall(phone)?.waits === 'keys')
    const done = bench.call('+19715550143')
    await until('it rings', () => calls().phoneCall('+19715550143')?.state === 'rings')
    calls().hangUp('+19715550143')
    const made = bench.call('+19715550144')
    bench.simulator.close()

    const again = openSimulator({ journalPath })
    expect([sid, done, made].map((one) => again.calls.call(one)?.status)).toEqual(['failed', 'busy', 'failed'])
    expect(again.calls.call(sid)?.ended).not.toBeNull()
    expect(again.calls.recordings(account)).toMatchObject([{ callSid: sid, words: 'This is a sentence of about three seconds.' }])
    expect(again.calls.phoneCall(phone)).toBeUndefined()
    again.close()
    rmSync(directory, { recursive: true })
  })
})
