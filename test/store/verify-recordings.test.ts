import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { inDistrict } from '../../src/store/database.ts'
import { timeOrderedId } from '../../src/store/exchanges.ts'
import { recordingStore } from '../../src/store/recordings.ts'
import { findBadRecording } from '../../src/store/verify-recordings.ts'
import { type CallSchool, callSchool } from '../support/call-school.ts'
import { freshDatabase, type TestDatabase } from '../support/database.ts'
import { addExchange } from '../support/log-school.ts'

let t: TestDatabase
let school: CallSchool
let dataDir = ''
let voicemails: { readonly exchange: string; readonly recording: string }[] = []
beforeAll(async () => {
  t = await freshDatabase()
  dataDir = await mkdtemp(path.join(tmpdir(), 'homeline-recordings-'))
})
afterAll(() => rm(dataDir, { recursive: true, force: true }))
beforeEach(async () => {
  school = await callSchool(t)
  voicemails = [await voicemail('one'), await voicemail('two')]
})

const rows = (query: ReturnType<typeof sql>) => inDistrict(t.db, school.district, async (trx) => (await query.execute(trx)).rows)
const fileOf = (recording: string) => path.join(dataDir, 'recordings', school.district, recording)
const verdict = async () => (await findBadRecording(t.db, t.keys, dataDir, school.district))?.what ?? 'intact'

/** A family's voicemail whose audio is kept. */
async function voicemail(words: string) {
  const exchange = await addExchange(t.db, school, { original: '', translation: null, status: 'received' })
  const [call, recording] = [timeOrderedId(), timeOrderedId()]
  await rows(sql`insert into call (district_id, id, direction, script, proxy_number_id)
    values (${school.district}, ${call}, 'inbound', 'family', ${school.proxies.spare.id}) returning id`)
  await rows(sql`insert into recording (district_id, id, call_id, exchange_id, sid, seconds, language)
    values (${school.district}, ${recording}, ${call}, ${exchange}, ${recording}, 9, 'es') returning id`)
  await rows(sql`update exchange set kind = 'voicemail', recording_id = ${recording} where id = ${exchange} returning id`)
  await recordingStore(t.db, t.keys, dataDir).keep(school.district, recording, Buffer.from(words), 'audio/wav')
  return { exchange, recording }
}

test.each<[string, () => Promise<unknown>, RegExp]>([
  ['as they were kept', async () => {}, /^intact$/],
  [
    'when one is said to be the other’s',
    () =>
      rows(
        sql`update exchange set recording_id = ${voicemails[1]?.recording} where id = ${voicemails[0]?.exchange} returning id`,
      ),
    /is not the one that is played/,
  ],
  [
    'when one is moved to the other’s exchange',
    () =>
      rows(
        sql`update recording set exchange_id = ${voicemails[1]?.exchange} where id = ${voicemails[0]?.recording} returning id`,
      ),
    /said to be of another exchange/,
  ],
  ['when the audio is gone', () => rm(fileOf(voicemails[0]?.recording ?? '')), /not in the data directory/],
  [
    'when the audio was changed',
    () => writeFile(fileOf(voicemails[0]?.recording ?? ''), 'other words'),
    /is not the one that was kept/,
  ],
])('the log holds recordings: %s', async (_, change, expected) => {
  await change()
  expect(await verdict()).toMatch(expected)
})
