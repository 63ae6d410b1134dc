import { mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openSpool } from '../../src/fallback/spool.ts'
import { createKeys } from '../../src/store/keys.ts'
import type { KeptWebhook } from '../../src/webhooks/twilio.ts'

const keys = createKeys(Buffer.alloc(32, 3))
let root = ''
let dir = ''
beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'homeline-spool-'))
  dir = path.join(root, 'spool')
})
afterEach(() => rm(root, { recursive: true, force: true }))

const CANARY = '+19715550142'
const text = (n: number): KeptWebhook => ({
  key: `text:SM${n}`,
  kind: 'text',
  raw: Buffer.from(new URLSearchParams({ MessageSid: `SM${n}`, From: CANARY, Body: `Quillfeather ${n}` }).toString()),
  reachedAt: null,
})
const open = (most = 100) => openSpool(dir, keys, most)
async function drain(spool: Awaited<ReturnType<typeof open>>): Promise<string[]> {
  const bodies: string[] = []
  for (let next = await spool.oldest(); next !== null; next = await spool.oldest()) {
    bodies.push(`${next.key} ${new URLSearchParams(next.raw.toString()).get('Body')}`)
    await spool.remove(next.name)
  }
  return bodies
}

describe('the spool', () => {
  it('gives back what it took, in the order of arrival, also after a restart', async () => {
    const first = await open()
    await first.append([text(3), text(1)])
    await first.append([text(2)])
    const second = await open()
    await second.append([text(4)])
    const all = [3, 1, 2, 4].map((n) => `text:SM${n} Quillfeather ${n}`)
    expect(second.state()).toMatchObject({ waiting: 4, setAside: 0, full: false })
    expect(await drain(second)).toEqual(all)
    expect(await drain(await open())).toEqual([])
  })

  it('writes a webhook that waits already only once', async () => {
    const spool = await open()
    await spool.append([text(1)])
    await spool.append([text(1), text(2)])
    await (await open()).append([text(2), text(1)])
    expect(await readdir(dir)).toHaveLength(2)
  })

  it('holds no number, name or carrier id, neither in files nor in their names, and is its owner’s alone', async () => {
    await (await open()).append([text(1), text(2)])
    const names = await readdir(dir)
    const bytes = await Promise.all(names.map((name) => readFile(path.join(dir, name), 'latin1')))
    for (const shown of [...names, ...bytes])
      for (const secret of [CANARY, CANARY.slice(1), encodeURIComponent(CANARY), 'Quillfeather', 'SM1', 'SM2'])
        expect(shown).not.toContain(secret)
    expect((await stat(dir)).mode & 0o077).toBe(0)
    for (const name of names) expect((await stat(path.join(dir, name))).mode & 0o077).toBe(0)
  })

  it('takes no more than fit, and takes again when there is room', async () => {
    const spool = await open(2)
    await spool.append([text(1)])
    await expect(spool.append([text(2), text(3)])).rejects.toThrow('full')
    await spool.append([text(2)])
    expect(spool.state()).toMatchObject({ waiting: 2, full: true })
    await spool.remove((await spool.oldest())?.name ?? '')
    await spool.append([text(3)])
    expect(await drain(spool)).toHaveLength(2)
  })

  it('says so when its folder takes nothing, keeps nothing half, and goes on when it does again', async () => {
    const spool = await open()
    await rename(dir, `${dir}-away`)
    await expect(spool.append([text(1)])).rejects.toThrow('cannot be written')
    await expect(spool.probe()).rejects.toThrow()
    expect(spool.state().waiting).toBe(0)
    await rename(`${dir}-away`, dir)
    await spool.probe()
    await spool.append([text(1)])
    expect(await readdir(dir)).toHaveLength(1)
  })

  it('clears away halves of a crash, and sets aside what cannot be read without holding up the rest', async () => {
    const spool = await open()
    await spool.append([text(1)])
    await spool.append([text(2)])
    const [first = ''] = (await readdir(dir)).sort()
    await writeFile(path.join(dir, first), 'a torn page')
    await writeFile(path.join(dir, `${first.replace(/^0/, '1')}.part`), 'half')
    const again = await open()
    expect(await readdir(dir)).toHaveLength(2)
    expect(await drain(again)).toEqual(['text:SM2 Quillfeather 2'])
    expect(again.state()).toMatchObject({ waiting: 0, setAside: 1 })
    expect((await open()).state()).toMatchObject({ waiting: 0, setAside: 1 })
  })

  it('of another key is set aside whole and not deleted', async () => {
    await (await open()).append([text(1), text(2)])
    const other = await openSpool(dir, createKeys(Buffer.alloc(32, 4)), 100)
    expect(await other.oldest()).toBeNull()
    expect(other.state()).toMatchObject({ waiting: 0, setAside: 2 })
    expect(await readdir(dir)).toHaveLength(2)
  })
})
