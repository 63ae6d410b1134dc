import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readdir, utimes, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { parse } from 'csv-parse/sync'
import { sql } from 'kysely'
import { beforeAll, describe, expect, test } from 'vitest'
import { forgetExports } from '../../src/store/exports.ts'
import { type Visitor, visitor } from '../support/visitor.ts'
import { openWorld, type World } from '../support/world.ts'

let world: World
let kim: Visitor
beforeAll(async () => {
  world = await openWorld({ numbers: 8 })
  await world.itIs('2036-03-03T10:00')
  await world.sends('rivera', { guardian: 'rosa' }, 'Thank you for letting me know.')
  await world.phoneOf('rosa').reads()
  const { family } = await world.line('rivera', 'rosa')
  world.phoneOf('rosa').texts(family ?? '', 'Gracias')
  await world.settled()
  kim = await visitor(world, 'kim')
})

const form = { from: '2020-01-01', to: '2099-01-01', reason: 'Records request 12', format: 'csv' }

/** Asks for an export; gives the path of its page. */
async function asks(who: Visitor, fields: Readonly<Record<string, string>> = {}): Promise<string> {
  const { status, to } = await who.post('/oversight/export', { ...form, ...fields })
  expect(status).toBe(303)
  return to ?? ''
}

/** Waits until the page says that the file is there, and fetches it. */
async function fetched(who: Visitor, page: string) {
  await world.until('the export is ready', async () => (await who.get(page)).html.includes('Download'))
  return who.get(`${page}/file`)
}

const lastExport = async () =>
  (
    await world.rows(
      sql<{ detail: Record<string, unknown> }>`select detail from event where what = 'log_exported' order by id desc limit 1`,
    )
  )[0]?.detail

const files = () => readdir(path.join(world.dataDir, 'exports', world.district)).catch((): string[] => [])

describe('an export', () => {
  test('needs a reason, is made while one is elsewhere, is found again, and holds no number', async () => {
    const page = await asks(kim)
    const { html, headers, bytes } = await fetched(kim, page)
    expect(headers.get('content-disposition')).toMatch(
      /^attachment; filename="homeline-2020-01-01-to-2099-01-01-[\da-f]{4}\.csv"$/,
    )
    expect(Number(headers.get('content-length'))).toBe(bytes.length)
    expect(html.startsWith('\ufeff"')).toBe(true)
    const rows = parse(html, { columns: true, bom: true }) as Record<string, string>[]
    expect(rows.map((row) => row['original'])).toContain('Gracias')
    const thanks = rows.find((row) => row['original'] === 'Gracias')
    expect(thanks).toMatchObject({ staffName: 'Ms Rivera', guardianNames: expect.stringContaining('Rosa Lopez') })
    const local = Temporal.Instant.from(thanks?.['at'] ?? '').toZonedDateTimeISO('America/Chicago')
    expect(thanks?.['schoolTime']).toBe(`${local.toPlainDate()} ${local.toPlainTime().toString({ smallestUnit: 'second' })}`)
    for (const who of ['rosa', 'rivera']) expect(html).not.toContain(world.phoneOf(who).number.slice(-10))
    const list = await kim.get('/oversight/exports')
    expect([list.html.includes(page), list.html.includes('Records request 12')]).toEqual([true, true])
    const looks = (await kim.get('/oversight/looks')).html
    expect([looks.includes('exported the log'), looks.includes('downloaded an export')]).toEqual([true, true])
  })

  test('is a PDF, of one family and teacher where that is chosen, and the log says what was chosen', async () => {
    const pdf = { format: 'pdf', reason: 'Records request 13' }
    const { html, headers } = await fetched(kim, await asks(kim, { ...pdf, staff: 'rivera', family: 'rosa' }))
    expect([headers.get('content-type'), html.slice(0, 5), html.trimEnd().slice(-5)]).toEqual([
      'application/pdf',
      '%PDF-',
      '%%EOF',
    ])
    const one = await lastExport()
    expect(one).toMatchObject({ format: 'pdf', staff: 'rivera', guardian: 'rosa', reason: 'Records request 13' })
    expect(one?.['count']).toBeGreaterThan(0)
    await fetched(kim, await asks(kim, { ...pdf, family: 'nobody' }))
    expect(await lastExport()).toMatchObject({ guardian: 'nobody', count: 0 })
    await fetched(kim, await asks(kim, { ...pdf, class: 'no-such-class' }))
    expect(await lastExport()).toMatchObject({ classId: 'no-such-class', count: 0 })
    for (const who of ['rosa', 'rivera']) expect(html).not.toContain(world.phoneOf(who).number.slice(-10))
  })

  test('without a reason, or with a day that is none, gives the form back with all that was typed, and one sentence', async () => {
    const typed = { ...form, staff: 'rivera', family: 'maya', key: '00000000-0000-4000-8000-00000000cccc', format: 'jsonl' }
    for (const [wrong, words] of [
      [{ reason: ' ' }, 'Say why it is needed'],
      [{ from: '2026-02-30' }, '“2026-02-30” is no day.'],
      [{ from: '2026-03-02', to: '2026-03-01' }, 'The last day is before the first.'],
    ] as const) {
      const { status, html } = await kim.post('/oversight/export', { ...typed, ...wrong })
      expect([status, html.includes(words), html.match(/role="alert"/g)?.length]).toEqual([422, true, 1])
      for (const [name, value] of Object.entries({ ...typed, ...wrong }).filter(([name]) => name !== 'format'))
        expect([name, html.includes(name === 'family' ? `<option value="${value}" selected>` : `value="${value}"`)]).toEqual([
          name,
          true,
        ])
      expect(html).toContain('value="jsonl" checked')
      expect(html).toContain('Messages of the family of Maya Lopez')
    }
    expect(await world.rows(sql`select from export where id = ${typed.key}::uuid`)).toEqual([])
  })

  test('has the family chosen to which oversight was narrowed, a student’s too', async () => {
    for (const family of ['rosa', 'maya'])
      expect((await kim.get(`/oversight?family=${family}`)).html).toContain(`<option value="${family}" selected>`)
    await fetched(kim, await asks(kim, { family: 'maya', format: 'csv' }))
    expect((await lastExport())?.['count']).toBeGreaterThan(0)
  })

  test.skipIf(!existsSync('/usr/bin/pdftotext'))('as a PDF names student, guardians and school of each message', async () => {
    const { bytes } = await fetched(kim, await asks(kim, { format: 'pdf', family: 'rosa' }))
    const words = execFileSync('/usr/bin/pdftotext', ['-raw', '-', '-'], { input: bytes, encoding: 'utf8' })
    expect(words).toContain('Messages of the family of Rosa Lopez')
    expect(words).toMatch(/Message · Rosa Lopez.* → Ms Rivera\s+Family of Maya Lopez.* · Lincoln/)
  })

  test('whose form is sent twice is made once', async () => {
    const key = '00000000-0000-4000-8000-00000000abcd'
    const pages = [await asks(kim, { key }), await asks(kim, { key })]
    expect(pages).toEqual([`/oversight/exports/${key}`, `/oversight/exports/${key}`])
    await fetched(kim, pages[0] ?? '')
    const made = await world.rows(sql`select from event where what = 'log_exported' and detail ->> 'export' = ${key}`)
    expect((await world.rows(sql`select from export where id = ${key}::uuid`)).length).toBe(1)
    expect(made.length).toBe(1)
  })

  test('is nobody’s but who asked for it, and not of who has other rights by now', async () => {
    const page = await asks(kim)
    await fetched(kim, page)
    const whitfield = await visitor(world, 'whitfield')
    const nothing = (await whitfield.get('/nothing')).html
    for (const path of [page, `${page}/file`]) {
      const { status, html } = await whitfield.get(path)
      expect([path, status, html === nothing]).toEqual([path, 404, true])
    }
    expect((await whitfield.post(`${page}/drop`)).status).toBe(404)
    await world.rows(
      sql`update export set scope = '{"kind":"schools","schools":["grant"]}' where id = ${page.split('/').at(-1)}::uuid`,
    )
    expect([(await kim.get(page)).status, (await kim.get(`${page}/file`)).status]).toEqual([404, 404])
  })

  test('that is deleted leaves no file', async () => {
    const page = await asks(kim)
    await fetched(kim, page)
    const id = page.split('/').at(-1) ?? ''
    expect(await files()).toContain(id)
    expect((await kim.post(`${page}/drop`)).to).toBe('/oversight/exports?said=export_dropped')
    expect([(await files()).includes(id), (await kim.get(page)).status]).toEqual([false, 404])
  })

  test('is gone after a day, with its file and with files that belong to none', async () => {
    const page = await asks(kim)
    await fetched(kim, page)
    const id = page.split('/').at(-1) ?? ''
    await world.rows(sql`update export set ended_at = ended_at - interval '25 hours' where id = ${id}::uuid`)
    expect((await kim.get(page)).status).toBe(404)
    const stray = path.join(world.dataDir, 'exports', world.district, `${crypto.randomUUID()}.part`)
    await writeFile(stray, 'half of a file')
    await utimes(stray, 0, 0)
    await forgetExports(world.database.db, world.dataDir, world.district)
    const left = await files()
    expect([left.includes(id), left.includes(path.basename(stray))]).toEqual([false, false])
  })
})
