import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { inDistrict } from '../../src/store/database.ts'
import { timeOrderedId } from '../../src/store/exchanges.ts'
import { audioForCarrier, recordingStore, signAudio } from '../../src/store/recordings.ts'
import { freshDatabase, type TestDatabase } from '../support/database.ts'
import { logSchool } from '../support/log-school.ts'

let t: TestDatabase
let district = ''
let dataDir = ''
const recordingId = timeOrderedId()
const AUDIO = Buffer.from('RIFF: the voice of a mother')
const NOW = Temporal.Instant.from('2026-11-24T12:00:00Z')
const day = (days: number) =>
  NOW.subtract({ hours: 24 * days })
    .toString()
    .slice(0, 10)
beforeAll(async () => {
  t = await freshDatabase()
  district = (await logSchool(t.db, t.keys, 'one')).district
  dataDir = await mkdtemp(path.join(tmpdir(), 'homeline-recordings-'))
  await inDistrict(t.db, district, async (trx) => {
    const { rows } = await sql<{ id: string }>`
      insert into proxy_number (number, carrier_sid, district_id) values ('+13125550177', 'PN1', ${district}) returning id`.execute(
      trx,
    )
    const callId = timeOrderedId()
    await sql`insert into call (district_id, id, direction, script, proxy_number_id) values (${district}, ${callId}, 'inbound', 'family', ${rows[0]?.id})`.execute(
      trx,
    )
    await sql`insert into recording (district_id, id, call_id, sid, seconds, language, fetch_after)
      values (${district}, ${recordingId}, ${callId}, 'RE1', 5, 'es', clock_timestamp())`.execute(trx)
  })
})
afterAll(() => rm(dataDir, { recursive: true, force: true }))

describe('a recording', () => {
  test('is due once for two that look at the same time, and lies encrypted on the disk', async () => {
    const store = recordingStore(t.db, t.keys, dataDir)
    const [one, two] = await Promise.all([store.due(district, 5), store.due(district, 5)])
    expect([...one, ...two].map((r) => r.id)).toEqual([recordingId])
    await store.keep(district, recordingId, AUDIO, 'audio/wav')
    expect(await store.audio(district, recordingId)).toEqual(AUDIO)
    const [file] = await readdir(path.join(dataDir, 'recordings', district))
    expect((await readFile(path.join(dataDir, 'recordings', district, file ?? ''))).includes('mother')).toBe(false)
  })

  test.each([
    ['today’s word', () => signAudio(t.keys, district, recordingId, day(0)), true],
    ['yesterday’s word', () => signAudio(t.keys, district, recordingId, day(1)), true],
    ['the word of two days ago', () => signAudio(t.keys, district, recordingId, day(2)), false],
    ['the word of another recording', () => signAudio(t.keys, district, timeOrderedId(), day(0)), false],
    ['no word', () => '', false],
  ])('is played to the carrier for %s: %#', async (_, word, played) => {
    const audio = await audioForCarrier(t.keys, dataDir, NOW, district, recordingId, word())
    expect(audio).toEqual(played ? AUDIO : null)
  })

  test('that was changed on the disk is not played', async () => {
    const file = path.join(dataDir, 'recordings', district, recordingId)
    const bytes = await readFile(file)
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1
    await writeFile(file, bytes)
    await expect(recordingStore(t.db, t.keys, dataDir).audio(district, recordingId)).rejects.toThrow()
  })
})
