import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { beforeAll, describe, expect, it } from 'vitest'
import { callWebhook } from '../../src/simulator/webhook.ts'
import { noFaults } from '../../src/simulator/world.ts'
import { verifyLog } from '../../src/store/verify.ts'
import { SMS_PATH } from '../../src/webhooks/twilio.ts'
import {
  ACCOUNT,
  type Family,
  folder,
  freePort,
  homeline,
  makeTown,
  type Server,
  startServer,
  type Town,
  until,
} from '../support/process.ts'

let town: Town
beforeAll(async () => {
  town = await makeTown({ families: 24, teachers: 12, numbers: 24 })
})

/** One text of a burst: `word` is in no other. */
type Sent = { readonly word: string; readonly family: Family; readonly toStaff: boolean }

/** Texts both ways over all conversations, one every few milliseconds; ends when all are sent. */
async function burst(name: string, count: number, everyMs: number): Promise<Sent[]> {
  const sent: Sent[] = []
  for (let n = 0; n < count; n++) {
    const family = town.families[(n >> 1) % town.families.length] as Family
    const one = { word: `${name}-${n}-end`, family, toStaff: n % 2 === 0 }
    if (one.toStaff) town.carrier.simulator.text(family.phone, family.familyNumber, one.word)
    else town.carrier.simulator.text(family.teacherPhone, family.staffNumber, one.word)
    sent.push(one)
    await pause(everyMs)
  }
  return sent
}

type Row = { id: string; original_text: string; status: string; seq: number; conversation_id: string; direction: string }

function rowsOf(name: string): Promise<Row[]> {
  return town.owner<Row>(
    `select id, original_text, status, seq::int, conversation_id, direction from exchange where original_text like '${name}-%' and author = 'person'`,
  )
}

/** Nothing waits, is leased or under way any more. */
async function quiet(): Promise<void> {
  await until('nothing is on its way', async () => {
    await town.carrier.simulator.settled()
    const [open] = await town.owner<{
      n: number
    }>(`select (select count(*) from exchange where status in ('queued', 'sending') or prepare_after is not null)::int
        + (select count(*) from inbox where taken_at is null)::int + (select count(*) from unsealed)::int as n`)
    return open?.n === 0
  })
}

/** The time goes by after which the work of a dead process is taken up again; what a living one has begun since `before` is left alone. */
async function leasesRunOut(before: string): Promise<void> {
  await town.owner(
    `update exchange set prepare_lease = clock_timestamp() where prepare_after is not null and prepare_lease < '${before}'::timestamptz + interval '60 seconds'`,
  )
  await town.owner(`update attempt set started_at = started_at - interval '21 minutes', look_after = clock_timestamp()
    where sid is null and (outcome is null or look_after is not null) and started_at < '${before}'::timestamptz`)
}

async function databaseTime(): Promise<string> {
  return (await town.owner<{ now: Date }>('select clock_timestamp() as now'))[0]?.now.toISOString() ?? ''
}

/** Every text once in the log; on the other phone once, or not at all where it failed; each lane in its order; and the log is whole. */
async function allIsRight(name: string, sent: readonly Sent[]): Promise<Row[]> {
  const rows = await rowsOf(name)
  expect(rows.map((r) => r.original_text).sort()).toEqual(sent.map((s) => s.word).sort())
  const byWord = new Map(rows.map((r) => [r.original_text, r]))
  const handset = (s: Sent) => town.carrier.simulator.handsets.get(s.toStaff ? s.family.teacherPhone : s.family.phone) ?? []
  const wrong = sent.filter((s) => {
    const times = handset(s).filter(
      (t) => t.kind === 'received' && t.body.includes(s.word) && t.body.includes(`: ${s.word}`),
    ).length
    return times !== (byWord.get(s.word)?.status === 'failed' ? 0 : 1)
  })
  expect(wrong).toEqual([])
  for (const family of town.families)
    for (const direction of ['to_staff', 'to_family']) {
      const lane = rows.filter(
        (r) => r.conversation_id === family.conversationId && r.direction === direction && r.status !== 'failed',
      )
      const inOrder = lane.toSorted((a, b) => a.seq - b.seq).map((r) => r.original_text)
      const phone = direction === 'to_staff' ? family.teacherPhone : family.phone
      const shown = (town.carrier.simulator.handsets.get(phone) ?? []).flatMap((t) =>
        t.kind === 'received' ? (t.body.match(new RegExp(`(?<=: )${name}-\\d+-end`)) ?? []) : [],
      )
      expect(shown.filter((word) => inOrder.includes(word))).toEqual(inOrder)
    }
  expect(await verifyLog(town.db, town.keys, town.district, town.variables.HOMELINE_DATA_DIR ?? '')).toMatchObject({
    kind: 'intact',
  })
  return rows
}

describe('a server that is killed', () => {
  it('five times in a burst of 300 texts both ways: each once in the log, at most once on a phone, in order', async () => {
    let server = await startServer(town.variables)
    const sending = burst('kill', 300, 25)
    for (const life of [400, 900, 150, 1_100, 650]) {
      await pause(life)
      expect(await server.end('SIGKILL')).toBeNull()
      server = await startServer(town.variables)
    }
    const started = await databaseTime()
    const sent = await sending
    await until(
      'all are kept',
      async () => (await town.owner<{ n: number }>(`select count(*)::int as n from inbox where kind = 'text'`))[0]?.n === 300,
    )
    await leasesRunOut(started)
    await quiet()
    const rows = await allIsRight('kill', sent)
    // Only what was in the hands of a killed process can have failed, and of that only what the carrier does not know.
    expect(rows.filter((r) => r.status === 'failed').length).toBeLessThan(60)
    expect(rows.filter((r) => r.status !== 'failed' && r.status !== 'delivered')).toEqual([])
    const asked = await town.owner(`select from task where kind = 'unknown' and closed_at is null`)
    expect(asked).toHaveLength(rows.filter((r) => r.status === 'failed').length)
    expect(await server.end('SIGTERM')).toBe(0)
  }, 300_000)
})

describe('a server that is told to stop', () => {
  it('finishes what it has begun, exits with 0, and the next one goes on at once', async () => {
    let server = await startServer(town.variables)
    const sending = burst('term', 80, 10)
    await pause(500)
    expect(await server.end('SIGTERM')).toBe(0)
    expect(server.err()).toBe('')
    expect(
      await town.owner(
        `select from exchange where prepare_after > clock_timestamp() or prepare_lease > clock_timestamp() or status = 'sending'`,
      ),
    ).toEqual([])
    expect(await town.owner('select from unsealed')).toEqual([])
    server = await startServer(town.variables)
    const sent = await sending
    await until('all are kept', async () => (await rowsOf('term')).length === 80)
    await quiet()
    const rows = await allIsRight('term', sent)
    expect(rows.filter((r) => r.status !== 'delivered')).toEqual([])
    expect(await server.end('SIGTERM')).toBe(0)
  })
})

describe('a server that waits for a hand-over before it stops', () => {
  it('keeps what the carrier brings meanwhile, by new connections too, and says that it is stopping', async () => {
    const family = town.families[0] as Family
    const server = await startServer(town.variables)
    town.carrier.simulator.setFaults({ ...noFaults, rest: 'accept-then-hang', strikes: 1, callbacks: 'lost' })
    town.carrier.simulator.text(family.teacherPhone, family.staffNumber, 'drain-0-end')
    await until('the carrier is called', () => town.carrier.simulator.faults().rest === 'none')
    const ended = server.end('SIGTERM')
    const health = await until('it is stopping', async () => {
      const answer = await fetch(`${server.url}/health`)
      return answer.status === 503 && answer
    })
    expect(await health.json()).toMatchObject({ problems: ['the server is stopping'] })
    const answers = await Promise.all(
      ['drain-1-end', 'drain-2-end'].map((Body, n) => {
        const sid = `SM${'0123456789abcde'.repeat(2)}d${n}`
        const fields = {
          MessageSid: sid,
          From: family.phone,
          To: family.familyNumber,
          Body,
          NumMedia: '0',
          AccountSid: ACCOUNT.sid,
        }
        return callWebhook(`${server.url}${SMS_PATH}`, 'POST', fields, ACCOUNT.token, {
          fetch,
          later: () => () => {},
          random: Math.random,
        })
      }),
    )
    expect(answers.map((answer) => answer.kind)).toEqual(['answered', 'answered'])
    await town.carrier.shut()
    expect(await ended).toBe(0)
    expect(server.err()).toBe('')
    await expect(fetch(`${server.url}/health`)).rejects.toThrow()
    await town.carrier.reopen()
    town.carrier.simulator.setFaults(noFaults)
    const next = await startServer(town.variables)
    await until('all is delivered', async () => {
      const rows = await rowsOf('drain')
      return rows.length === 3 && rows.every((row) => row.status === 'delivered')
    })
    expect(await next.end('SIGTERM')).toBe(0)
  })
})

describe('two servers on one database', () => {
  it('share the work: each text once in the log and on the phone, in order', async () => {
    const [one, two] = await Promise.all([
      startServer(town.variables),
      freePort().then((port) =>
        startServer({ ...town.variables, PUBLIC_URL: `http://127.0.0.1:${town.variables.PORT}`, PORT: String(port) }),
      ),
    ])
    const sent = await burst('two', 120, 5)
    await until('all are kept', async () => (await rowsOf('two')).length === 120)
    await quiet()
    const rows = await allIsRight('two', sent)
    expect(rows.filter((r) => r.status !== 'delivered')).toEqual([])
    expect([await one.end('SIGTERM'), await two.end('SIGTERM'), one.err(), two.err()]).toEqual([0, 0, '', ''])
  })
})

describe('the embedded database', () => {
  it('outlives a killed server, is adopted by the next, serves commands beside it, and ends with its last client', async () => {
    const cwd = await folder()
    const variables = { HOMELINE_DATA_DIR: path.join(cwd, 'data'), PORT: String(await freePort()) }
    const pidFile = path.join(variables.HOMELINE_DATA_DIR, 'postgres', 'data', 'postmaster.pid')
    const postmaster = async () => Number((await readFile(pidFile, 'utf8').catch(() => '')).split('\n')[0])
    const lives = (pid: number) => {
      try {
        return process.kill(pid, 0)
      } catch {
        return false
      }
    }
    const first: Server = await startServer(variables, cwd)
    const pid = await postmaster()
    expect(pid).toBeGreaterThan(0)
    await first.end('SIGKILL')
    expect(lives(pid)).toBe(true)

    const second = await startServer(variables, cwd)
    expect(await postmaster()).toBe(pid)
    const [token, verified] = await Promise.all([
      homeline(['token', 'create', '--staff', 'staff-rivera'], variables, { cwd }),
      homeline(['log', 'verify'], variables, { cwd }),
    ])
    expect(token).toMatchObject({ status: 0, err: '' })
    expect(token.out).toMatch(/^\S{20,}\n$/)
    // The token's own event is sealed within a second: it may be seen before.
    const intact = /^intact, \d+ entries\n(1 event is not sealed yet: .+\n)?$/
    expect(verified).toMatchObject({ status: 0, err: '', out: expect.stringMatching(intact) })
    expect(lives(pid)).toBe(true)
    expect((await fetch(`${second.url}/health`)).status).toBe(200)
    expect(await second.end('SIGTERM')).toBe(0)
    // A postmaster that has stopped takes its file along; its process may be there still until somebody asks how it ended.
    expect(await postmaster()).toBe(0)

    const after = await homeline(['log', 'verify'], variables, { cwd })
    expect(after).toMatchObject({ status: 0, err: '' })
    expect(await postmaster()).toBe(0)
  })
})
