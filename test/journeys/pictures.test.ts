import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { readPicture } from '../../src/core/picture.ts'
import type { File } from '../../src/simulator/world.ts'
import { PLAIN, planted } from '../support/pictures.ts'
import { openWorld, type World } from '../support/world.ts'

const HOME = Buffer.from('GPS 45.52306 -122.67648')
const file = (type: string, bytes: Buffer): File => ({ type, base64: bytes.toString('base64') })
const PHOTO = file('image/jpeg', planted('image/jpeg', HOME, 6))
const CARD = file('text/x-vcard', Buffer.from('BEGIN:VCARD\nTEL:+19715550142\nEND:VCARD'))

let world: World
let seen: { family: string; staff: string }
beforeAll(async () => {
  world = await openWorld({ numbers: 5 })
  await world.itIs('2036-03-03T10:00')
  await world.sends('rivera', { guardian: 'rosa' }, 'Thank you.')
  await world.phoneOf('rosa').reads()
  const line = await world.line('rivera', 'rosa')
  seen = { family: line.family ?? '', staff: line.staff ?? '' }
})
afterEach(async () => {
  await world.paceIsOver()
  await world.isIntact()
})

/** What the last text on a phone shows besides words. */
const shown = (person: string) =>
  (world.phoneOf(person).screen().at(-1)?.pictures ?? []).map((key) => {
    const { type, base64 } = world.simulator.picture(key) as File
    return { type, bytes: Buffer.from(base64, 'base64') }
  })
const kept = async () => {
  const folder = path.join(world.dataDir, 'pictures', world.district)
  return Promise.all((await readdir(folder)).map((name) => readFile(path.join(folder, name))))
}
const leftAtCarrier = () =>
  [...world.simulator.accounts.keys()].flatMap((account) =>
    world.simulator.messages(account).flatMap((m) => (m.direction === 'inbound' ? world.simulator.media(m.sid) : [])),
  )
const last = async () => (await world.exchanges({ guardian: 'rosa' })).at(-1)

describe('a picture from a family', () => {
  test('reaches the teacher’s own phone, without where it was taken', async () => {
    world.phoneOf('rosa').texts(seen.family, 'Gracias.', PHOTO)
    expect(await world.phoneOf('rivera').reads()).toEqual(['Maya L.: Thank you.\n(picture)'])
    const [picture] = shown('rivera')
    expect(picture?.type).toBe('image/jpeg')
    expect(readPicture(picture?.bytes ?? Buffer.alloc(0))).toMatchObject({ kind: 'picture', width: 32, height: 48 })
    expect(picture?.bytes.includes(HOME)).toBe(false)
    expect(await world.phoneOf('rosa').reads()).toEqual([])
  })

  test('lies encrypted on our disk, and no more at the carrier', async () => {
    await world.until('the carrier’s copy is deleted', () => leftAtCarrier().length === 0)
    for (const bytes of await kept()) {
      expect(bytes.includes('JFIF')).toBe(false)
      expect(bytes.includes(HOME)).toBe(false)
    }
  })

  test('is in the log by a digest, so that the picture is part of the record', async () => {
    const [event] = await world.rows<{ detail: Record<string, unknown> }>(
      (await import('kysely')).sql`select detail from event where what = 'picture_kept' order by id limit 1`,
    )
    expect(event?.detail).toMatchObject({ picture: 1, type: 'image/jpeg', digest: expect.stringMatching(/^[0-9a-f]{64}$/) })
  })

  test('without words is said to be one', async () => {
    world.phoneOf('rosa').texts(seen.family, '', PHOTO)
    expect(await world.phoneOf('rivera').reads()).toEqual(['Maya L.: (picture)'])
    expect(shown('rivera')).toHaveLength(1)
  })

  test('several come together, in their order', async () => {
    world
      .phoneOf('rosa')
      .texts(seen.family, '', PHOTO, file('image/png', PLAIN['image/png']), file('image/gif', PLAIN['image/gif']))
    expect(await world.phoneOf('rivera').reads()).toEqual(['Maya L.: (3 pictures)'])
    expect(shown('rivera').map(({ type }) => type)).toEqual(['image/jpeg', 'image/png', 'image/gif'])
  })

  test('of a kind that no phone takes by message waits in the browser', async () => {
    world.phoneOf('rosa').texts(seen.family, '', file('image/webp', PLAIN['image/webp']))
    expect(await world.phoneOf('rivera').reads()).toEqual(['Maya L.: (picture: see it in your browser)'])
    expect(shown('rivera')).toEqual([])
  })

  test('keeps its place: what was written after it does not overtake it', async () => {
    world.phoneOf('rosa').texts(seen.family, '', PHOTO)
    world.phoneOf('rosa').texts(seen.family, 'Gracias.')
    expect(await world.phoneOf('rivera').reads()).toEqual(['Maya L.: (picture)', 'Maya L.: Thank you.'])
  })
})

describe('what is no picture', () => {
  test('a contact card is never fetched nor passed on: the teacher reads that there was one, the family that it went nowhere', async () => {
    world.phoneOf('rosa').texts(seen.family, 'Gracias.', CARD)
    expect(await world.phoneOf('rivera').reads()).toEqual([
      'Maya L.: Thank you.\n(a contact card came with it, which is not passed on)',
    ])
    expect(shown('rivera')).toEqual([])
    expect((await world.phoneOf('rosa').reads()).join()).toMatch(/^No pudimos pasar su foto o archivo\./)
    await world.until('the carrier’s copy is deleted', () => leftAtCarrier().length === 0)
  })

  test('a page that says that it is a picture is known by its bytes', async () => {
    world.phoneOf('rosa').texts(seen.family, '', file('image/jpeg', Buffer.from('<script>alert(1)</script>')))
    expect(await world.phoneOf('rivera').reads()).toEqual(['Maya L.: (a file came with it, which cannot be passed on)'])
    expect(await world.phoneOf('rosa').reads()).toHaveLength(1)
  })

  test('a picture that broke off is said to have come', async () => {
    world.phoneOf('rosa').texts(seen.family, '', file('image/jpeg', PLAIN['image/jpeg'].subarray(0, 700)))
    expect(await world.phoneOf('rivera').reads()).toEqual(['Maya L.: (a picture came with it that cannot be shown)'])
    expect(await world.phoneOf('rosa').reads()).toHaveLength(1)
  })
})

describe('a picture from a teacher’s own phone', () => {
  test('reaches the family', async () => {
    world.phoneOf('rivera').texts(seen.staff, 'See you tomorrow.', PHOTO)
    expect(await world.phoneOf('rosa').reads()).toEqual(['Ms Rivera: Hasta mañana.'])
    const [picture] = shown('rosa')
    expect(picture?.bytes.includes(HOME)).toBe(false)
    expect(await last()).toMatchObject({ direction: 'to_family', status: 'delivered' })
  })

  test('of a long message that no carrier takes with its picture, no part arrives twice', async () => {
    world.simulator.setLine(world.phoneOf('hoa').number, 'no-pictures')
    await world.sends('tran', { guardian: 'hoa' }, 'Thank you.')
    await world.settled()
    const { staff } = await world.line('tran', 'hoa')
    const words = 'A long letter about the trip to the zoo. '.repeat(60)
    world.phoneOf('tran').texts(staff ?? '', words, PHOTO)
    await world.settled()
    const parts = world
      .phoneOf('hoa')
      .screen()
      .flatMap(({ body }) => /^\(\d\/\d\)/.exec(body)?.[0] ?? [])
    expect(parts).toEqual([...new Set(parts)])
    expect(parts).toContain('(2/2)')
  })

  test('a family whose phone takes none reads that there is one', async () => {
    world.simulator.setLine(world.phoneOf('rosa').number, 'no-pictures')
    world.phoneOf('rivera').texts(seen.staff, 'See you tomorrow.', PHOTO)
    expect(await world.phoneOf('rosa').reads()).toEqual([
      'Ms Rivera: Hasta mañana.\nCon este mensaje venía algo que su teléfono no puede recibir. Por favor pídalo en la escuela.',
    ])
    expect(await last()).toMatchObject({ status: 'delivered' })
    world.phoneOf('rivera').texts(seen.staff, 'See you tomorrow.', PHOTO)
    expect(await world.phoneOf('rosa').reads()).toHaveLength(1)
    world.simulator.setLine(world.phoneOf('rosa').number, 'mobile')
  })
})
