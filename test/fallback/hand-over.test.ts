import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import fastify from 'fastify'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Posted, posterTo, startHandOver } from '../../src/fallback/hand-over.ts'
import { openSpool, type Spool, type Spooled } from '../../src/fallback/spool.ts'
import { createKeys } from '../../src/store/keys.ts'
import { type KeptWebhook, twilioWebhooks } from '../../src/webhooks/twilio.ts'
import { until } from '../support/process.ts'

const ACCOUNT = { accountSid: `AC${'7'.repeat(32)}`, authToken: 'a-token-of-the-hand-over' }
const raw = (fields: Readonly<Record<string, string>>) =>
  Buffer.from(new URLSearchParams({ AccountSid: ACCOUNT.accountSid, ...fields }).toString())
const text = (n: number): KeptWebhook => ({
  key: `text:SM${n}`,
  kind: 'text',
  raw: raw({ MessageSid: `SM${n}`, From: '+19715550142', To: '+18725550100', Body: 'ä & ñ = 你', ErrorCode: '11200' }),
  reachedAt: null,
})

let dir = ''
let spool: Spool
beforeEach(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'homeline-hand-over-'))
  spool = await openSpool(dir, createKeys(Buffer.alloc(32, 3)), 100)
})
afterEach(() => rm(dir, { recursive: true, force: true }))

/** Runs the hand-over with a server that answers as told, until `done`. */
async function handOver(post: (webhook: Spooled) => Posted, done: (emptied: readonly number[]) => boolean) {
  const [emptied, refusals]: [number[], number[]] = [[], []]
  const running = startHandOver({
    spool,
    post: async (webhook) => post(webhook),
    emptied: (count) => emptied.push(count),
    refused: () => refusals.push(1),
    report: (error) => {
      throw error
    },
  })
  try {
    await until('it is done', () => done(emptied))
    return { emptied, refusals: refusals.length, isRefused: running.isRefused() }
  } finally {
    await running.stop()
  }
}

describe('the hand-over', () => {
  it('goes in the order of arrival, tries the same again while the server is away, and says once that all is over', async () => {
    for (let n = 0; n < 5; n++) await spool.append([text(n)])
    const posted: string[] = []
    let away = 2
    const ended = await handOver(
      ({ key }) => {
        posted.push(key)
        return key === 'text:SM2' && away-- > 0 ? 'away' : 'taken'
      },
      (emptied) => emptied.length > 0,
    )
    expect(posted.map((key) => Number(key.slice(-1)))).toEqual([0, 1, 2, 2, 2, 3, 4])
    expect(ended).toEqual({ emptied: [5], refusals: 0, isRefused: false })
  })

  it('deletes nothing that the server refuses, says it once and waits for a person', async () => {
    await spool.append([text(1)])
    let tried = 0
    const ended = await handOver(
      () => {
        tried++
        return 'refused'
      },
      () => tried > 0,
    )
    expect(ended).toEqual({ emptied: [], refusals: 1, isRefused: true })
    expect(spool.state().waiting).toBe(1)
  })

  it('sets aside what the server will never take, and goes on', async () => {
    await spool.append([text(1)])
    await spool.append([text(2)])
    await handOver(
      ({ key }) => (key === 'text:SM1' ? 'unfit' : 'taken'),
      () => spool.state().waiting === 0,
    )
    expect(spool.state().setAside).toBe(1)
  })
})

describe('what is posted to the server', () => {
  const at = Temporal.Instant.from('2026-11-02T15:04:05.678Z')
  const status: Spooled = {
    key: `status:SM1:delivered:${'1'.repeat(8)}-1111-1111-1111-${'1'.repeat(12)}:${'2'.repeat(8)}-2222-2222-2222-${'2'.repeat(12)}`,
    raw: raw({ MessageSid: 'SM1', MessageStatus: 'delivered' }),
    at,
  }

  it('is what the carrier would post: the server keeps it under the same key, with the time at which it was taken', async () => {
    const kept: KeptWebhook[] = []
    const app = fastify({ forceCloseConnections: true })
    // The address is known once the port is.
    const deps = { ...ACCOUNT, publicUrl: '', keep: async (webhook: KeptWebhook) => void kept.push(webhook), voice: null }
    await app.register(twilioWebhooks(deps))
    const url = await app.listen({ port: 0, host: '127.0.0.1' })
    deps.publicUrl = url
    try {
      const post = posterTo(url, ACCOUNT.authToken)
      const { key, raw: bytes } = text(1)
      expect([await post({ key, raw: bytes, at }), await post(status)]).toEqual(['taken', 'taken'])
      expect(kept.map((w) => [w.key, w.kind, w.reachedAt?.toString()])).toEqual([
        [key, 'text', at.toString()],
        [status.key, 'status', at.toString()],
      ])
      expect(new URLSearchParams(kept[0]?.raw.toString()).get('Body')).toBe('ä & ñ = 你')
      expect(await posterTo(url, 'another token')(status)).toBe('refused')
      expect(await post({ ...status, raw: Buffer.from('MessageSid=SM1&MessageSid=SM2') })).toBe('unfit')
    } finally {
      await app.close()
    }
    expect(await posterTo(url, ACCOUNT.authToken)(status)).toBe('away')
  })

  it.each([
    [200, 'taken'],
    [302, 'refused'],
    [400, 'unfit'],
    [403, 'refused'],
    [404, 'refused'],
    [413, 'unfit'],
    [429, 'away'],
    [500, 'away'],
    [503, 'away'],
  ] as const)('and answered with %i counts as %s', async (code, posted) => {
    const app = fastify({ forceCloseConnections: true })
    app.removeAllContentTypeParsers()
    app.addContentTypeParser('*', (_request, _body, done) => done(null))
    app.post('/*', async (_request, reply) => reply.code(code).send())
    const url = await app.listen({ port: 0, host: '127.0.0.1' })
    try {
      expect(await posterTo(url, ACCOUNT.authToken)(status)).toBe(posted)
    } finally {
      await app.close()
    }
  })
})
