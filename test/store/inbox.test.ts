import { sql } from 'kysely'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { scripts } from '../../src/relay/answer.ts'
import type { InboxBatch, InboxItem } from '../../src/relay/receive-ports.ts'
import { connect } from '../../src/store/database.ts'
import { dropOldWebhooks, inboxStore, keepWebhooks, type Webhook } from '../../src/store/inbox.ts'
import { freshDatabase, type TestDatabase } from '../support/database.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await freshDatabase()
})
beforeEach(() => sql`delete from inbox`.execute(database.db))

const webhook = (n: number, raw = `n=${n}`): Webhook => ({
  key: `status:${n}`,
  kind: 'status',
  raw: Buffer.from(raw),
  reachedAt: null,
})
const keep = (...webhooks: Webhook[]) => keepWebhooks(database.db, database.keys, webhooks)
const rows = async <T>(text: string) => (await sql.raw<T>(text).execute(database.db)).rows
/** Takes the inbox; `handle` sees what each row's bytes say. */
const store = (db = database.db) =>
  inboxStore(
    db,
    database.keys,
    (key, raw) => ({
      kind: 'status',
      sid: raw.toString(),
      status: key,
      errorCode: null,
      districtId: '',
      attemptId: '',
    }),
    scripts,
  )
const said = (items: readonly InboxItem[]) => items.map((item) => (item.form?.kind === 'status' ? item.form.sid : ''))

describe('the inbox', () => {
  it('keeps a webhook once under its key, however often and together with whom it comes', async () => {
    await keep(webhook(1), webhook(1), webhook(2))
    await Promise.all([keep(webhook(2, 'other'), webhook(3)), keep(webhook(3), webhook(1))])
    const taken: string[] = []
    expect(await store().take(10, async (batch) => void taken.push(...said(batch.items)))).toBe(3)
    expect(taken.sort()).toEqual(['n=1', 'n=2', 'n=3'])
  })

  it('holds nothing readable', async () => {
    await keep(webhook(1, 'From=%2B19715550142'))
    const [row] = await rows<{ text: string; raw: Buffer }>('select i::text as text, raw from inbox i')
    expect(row?.text).not.toContain('9715550142')
    expect(row?.raw.toString('latin1')).not.toContain('9715550142')
  })

  it('is taken in the order it came, so many at a time', async () => {
    for (let n = 0; n < 6; n++) await keep(webhook(n))
    const taken: string[][] = []
    const take = () => store().take(4, async (batch) => void taken.push(said(batch.items)))
    expect([await take(), await take(), await take()]).toEqual([4, 2, 0])
    expect(taken.slice(0, 2)).toEqual([
      ['n=0', 'n=1', 'n=2', 'n=3'],
      ['n=4', 'n=5'],
    ])
  })

  it('lets what came by a detour take the place that it would have had; a clock that is ahead gains nothing', async () => {
    const at = (minutes: number) => Temporal.Now.instant().add({ minutes })
    await keep(webhook(1))
    await keep({ ...webhook(2), reachedAt: at(60) })
    await keep(webhook(3), { ...webhook(4), reachedAt: at(-30) }, { ...webhook(5), reachedAt: at(-40) })
    const taken: string[] = []
    await store().take(10, async (batch) => void taken.push(...said(batch.items)))
    expect(taken).toEqual(['n=5', 'n=4', 'n=1', 'n=2', 'n=3'])
  })

  it('a row that fails is put off with a reason and holds up nobody; nothing of the failed try stays', async () => {
    for (let n = 0; n < 5; n++) await keep(webhook(n))
    const done: string[] = []
    await store().take(10, async (batch: InboxBatch) => {
      if (said(batch.items).includes('n=2')) throw Object.assign(new Error('+19715550142'), { code: '23505' })
      done.push(...said(batch.items))
    })
    expect(done).toEqual(['n=0', 'n=1', 'n=3', 'n=4'])
    expect(await rows('select key, tries, problem, try_after > now() as later from inbox where taken_at is null')).toEqual([
      { key: 'status:2', tries: 1, problem: '23505', later: true },
    ])
  })

  it.each(['40P01', '57P01', '57014', '55P03', 'ECONNRESET'])(
    'what the database cannot do just now (%s) puts off no text: those behind it would overtake it',
    async (code) => {
      for (let n = 0; n < 3; n++) await keep(webhook(n))
      const done: string[] = []
      let away = true
      const take = () =>
        store().take(10, async (batch: InboxBatch) => {
          if (away && said(batch.items).includes('n=1')) throw Object.assign(new Error('away'), { code })
          done.push(...said(batch.items))
        })
      await expect(take()).rejects.toThrow('away')
      expect(done).toEqual(['n=0'])
      away = false
      await take()
      expect(done).toEqual(['n=0', 'n=1', 'n=2'])
    },
  )

  it('a row can be left for later while the others are taken', async () => {
    await keep(webhook(1), webhook(2))
    await store().take(10, async (batch) => batch.putOff(batch.items[0]?.id ?? 0, 'number not adopted'))
    expect(await rows('select problem from inbox where taken_at is null')).toEqual([{ problem: 'number not adopted' }])
  })

  it('one taker at a time works: a second finds nothing, and what it did not take is still there', async () => {
    await keep(webhook(1))
    const other = connect(database.ownerUrl, 'homeline_app', 2)
    try {
      let second = -1
      expect(
        await store().take(10, async () => {
          second = await store(other).take(10, async () => {})
        }),
      ).toBe(1)
      expect(second).toBe(0)
    } finally {
      await other.destroy()
    }
  })

  it('drops raw webhooks a week after they were taken in, and never one that waits', async () => {
    await keep(webhook(1), webhook(2), webhook(3))
    await sql`update inbox set taken_at = now() - interval '8 days' where key = 'status:1'`.execute(database.db)
    await sql`update inbox set taken_at = now() - interval '6 days' where key = 'status:2'`.execute(database.db)
    await sql`update inbox set received_at = now() - interval '30 days' where key = 'status:3'`.execute(database.db)
    expect(await dropOldWebhooks(database.db)).toBe(1)
    expect(await rows('select key from inbox order by key')).toEqual([{ key: 'status:2' }, { key: 'status:3' }])
  })
})
