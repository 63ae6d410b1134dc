import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { sealAll } from '../../src/housekeeping.ts'
import { noFaults } from '../../src/simulator/world.ts'
import { verifyLog } from '../../src/store/verify.ts'
import { ACCOUNT, type Family, likeTwilio, makeTown, startServer, type Town, until } from '../support/process.ts'

let town: Town
let family: Family
let other: Family
beforeAll(async () => {
  town = await makeTown({ families: 2, teachers: 2, numbers: 4, webhooks: likeTwilio })
  ;[family, other] = town.families as [Family, Family]
  await town.owner(`update proxy_number set adopted_at = now() - interval '90 minutes'`)
})
afterEach(async () => {
  town.carrier.simulator.setFaults(noFaults)
  await sealAll(town)
  expect(await verifyLog(town.db, town.keys, town.district, town.variables.HOMELINE_DATA_DIR ?? '')).toMatchObject({
    kind: 'intact',
  })
})

const simulator = () => town.carrier.simulator
/** A text that nobody answered for, so many minutes ago by the carrier's clock. */
async function lost(from: string, to: string, body: string, minutesAgo: number): Promise<string> {
  simulator().text(from, to, body)
  await simulator().settled()
  const sid = simulator().messages(ACCOUNT.sid)[0]?.sid ?? ''
  const at = Temporal.Now.instant().subtract({ minutes: minutesAgo }).round('second').toString()
  simulator().changeMessage(sid, { created: at, sent: at })
  return sid
}
const inLog = async (pattern: string) =>
  (
    await town.owner<{ text: string; whats: string[] }>(
      `select original_text as text, (select array_agg(v.what order by v.id) from event v where v.exchange_id = e.id) as whats
        from exchange e where author = 'person' and original_text like '${pattern}' order by created_at, id`,
    )
  ).map(({ text, whats }) => ({ text, found: whats.slice(0, 2).join() === 'reached_carrier,received' }))
const screen = (phone: string) => (simulator().handsets.get(phone) ?? []).filter((t) => t.kind === 'received').map((t) => t.body)
/** How far the list has been read. */
const mark = async () =>
  (await town.owner<{ value: { until: string } }>(`select value from setting where key = 'swept'`))[0]?.value

async function sweptOnce(work: () => Promise<void> = async () => {}): Promise<void> {
  const before = await mark()
  const server = await startServer(town.variables)
  await work()
  await until('the list was read', async () => (await mark())?.until !== before?.until)
  await until('the inbox is empty', async () => (await town.owner(`select from inbox where taken_at is null`)).length === 0)
  expect(await server.end('SIGTERM')).toBe(0)
}

describe('with server and fallback down', () => {
  it('a text is found at the next start, once and in order, says when it was written, and comes before what is sent then', async () => {
    await lost(family.phone, family.familyNumber, 'lost one', 30)
    await lost(other.phone, other.familyNumber, 'lost elsewhere', 29)
    await lost(family.phone, family.familyNumber, 'lost two', 28)
    await lost(family.phone, family.familyNumber, 'lost before the number was ours', 120)
    await sweptOnce(async () => {
      simulator().text(family.phone, family.familyNumber, 'lost never')
      await until('the last one is read', () => screen(family.teacherPhone).some((body) => body.includes('lost never')))
    })
    expect(await inLog('lost %')).toEqual([
      { text: 'lost one', found: true },
      { text: 'lost elsewhere', found: true },
      { text: 'lost two', found: true },
      { text: 'lost never', found: false },
    ])
    const read = screen(family.teacherPhone)
    expect(read[0]).toMatch(
      /^Sage0 Q\.: This message was delayed\. It was written (today|\w+, \w+ \d+) at \d+:\d\d [AP]M:\nlost one$/,
    )
    expect(read.slice(1)).toEqual([expect.stringMatching(/delayed.*\nlost two$/s), 'Sage0 Q.: lost never'])
  })

  it('nothing is taken again: not at the next start, not from the beginning, not when the raw webhooks are gone', async () => {
    const before = [await inLog('%'), screen(family.teacherPhone), screen(other.teacherPhone)]
    await sweptOnce()
    await town.owner(`delete from setting where key = 'swept'`)
    await town.owner('delete from inbox')
    await sweptOnce()
    expect([await inLog('%'), screen(family.teacherPhone), screen(other.teacherPhone)]).toEqual(before)
  })

  it('a STOP is found and obeyed', async () => {
    await lost(other.phone, other.familyNumber, 'NO MÁS', 20)
    await sweptOnce()
    const stopped = await town.owner(`select from event where what = 'opted_out'`)
    expect(stopped).toHaveLength(1)
  })

  it('what the list shows late is found late', async () => {
    await lost(family.phone, family.familyNumber, 'lagging', 50)
    simulator().setFaults({ listLagSeconds: 3_600 })
    await sweptOnce()
    expect(await inLog('lagging')).toEqual([])
    simulator().setFaults({ listLagSeconds: 0 })
    await sweptOnce()
    expect(await inLog('lagging')).toEqual([{ text: 'lagging', found: true }])
  })

  it('a carrier that cannot be asked holds nobody up; what it has is found when it can', async () => {
    await lost(family.phone, family.familyNumber, 'unasked', 40)
    const before = await mark()
    await town.carrier.shut()
    const server = await startServer(town.variables)
    simulator().text(family.phone, family.familyNumber, 'direct')
    await until('the text is in the log', async () => (await inLog('direct')).length === 1)
    expect((await fetch(`${server.url}/health`)).status).toBe(200)
    expect(await server.end('SIGTERM')).toBe(0)
    expect(await mark()).toEqual(before)
    await town.carrier.reopen()
    await sweptOnce()
    expect(await inLog('unasked')).toEqual([{ text: 'unasked', found: true }])
  })
})
