import { expect, test } from 'vitest'
import type { Known } from '../../src/core/conversation.ts'
import type { E164 } from '../../src/core/phone-number.ts'
import { receive } from '../../src/relay/receive.ts'
import type { InboxBatch, KnownText, ReceivingDistrict } from '../../src/relay/receive-ports.ts'

const ROSA = '+19715550142' as E164
const OURS = '+15035550100' as E164
const KNOWN: Known = {
  bound: { conversationId: 'c1', side: 'family', staffSide: 'rivera', guardianId: 'rosa' },
  household: null,
  staffId: null,
}

/** Takes texts of one phone in as one batch; gives the phone's changes and the notices that it got, in their order. */
async function together(bodies: readonly string[], optedOut: KnownText['optedOut'] = null): Promise<string[]> {
  const done: string[] = []
  let next = 0
  const district = {
    moment: { now: Temporal.Instant.from('2036-03-03T16:00Z'), database: Temporal.Instant.from('2036-03-03T16:00Z') },
    newId: () => `x${next++}`,
    know: async (texts) => texts.map((given) => ({ ...given, phoneId: 'p1', optedOut, known: KNOWN })),
    addressing: async () => ({ languages: ['es'], schoolName: 'Lincoln', districtName: 'District' }),
    keepTexts: async (routed) =>
      void done.push(...routed.map((r) => (r.passOn ? `passes on ${r.from.text.body}` : `keeps ${r.from.text.body}`))),
    answer: async (answers) => void done.push(...answers.map(({ notice }) => notice)),
    changePhone: async (change) => void done.push(change.optedOut ? 'out' : 'in'),
    task: async () => {},
    settle: async () => {},
    hearOfCall: async () => {},
  } as Partial<ReceivingDistrict> as ReceivingDistrict
  const batch: InboxBatch = {
    items: bodies.map((body, id) => ({
      id,
      form: { kind: 'text', sid: `SM${id}`, from: ROSA, to: OURS, body, media: [], detour: null },
    })),
    putOff: () => {},
    dialled: async () => new Map([[OURS, { districtId: 'd', proxyNumberId: 'n1' }]]),
    inDistrict: (_, work) => work(district),
  }
  const detect = () => ({ language: 'es', probability: 1 })
  const take = async (_: number, handle: (batch: InboxBatch) => Promise<void>) => {
    await handle(batch)
    return bodies.length
  }
  await receive({ inbox: { take }, detect: detect as never }, 10)
  return done
}

test.each<[string, KnownText['optedOut'], string[], string[]]>([
  ['a second STOP is not answered again', null, ['ALTO', 'ALTO'], ['out', 'stop_done', 'out']],
  ['a START after a STOP of ours is answered', null, ['ALTO', 'START'], ['out', 'stop_done', 'in', 'start_done']],
  ['a START after a STOP of the carrier is the carrier’s to answer', null, ['STOP', 'START'], ['out', 'in']],
  ['a YES after a STOP lifts it', null, ['STOP', 'YES'], ['out', 'in']],
  ['a YES without a STOP is an answer', null, ['YES'], []],
  ['a YES after a START is an answer', 'carrier', ['START', 'YES'], ['in']],
])('in one batch: %s', async (_, optedOut, bodies, expected) => {
  const done = await together(bodies, optedOut)
  expect(done.filter((one) => !one.includes(' '))).toEqual(expected)
  const yes = done.find((one) => one.endsWith(' YES'))
  if (yes !== undefined) expect(yes).toBe(expected.at(-1) === 'in' && bodies[0] === 'STOP' ? 'keeps YES' : 'passes on YES')
})
