import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { sql } from 'kysely'
import { expect, onTestFinished, test } from 'vitest'
import { carrierAccount } from '../src/carrier-account.ts'
import { toConfig } from '../src/config.ts'
import { prepareDemo } from '../src/demo.ts'
import type { Installation } from '../src/installation.ts'
import { createLooks } from '../src/looks.ts'
import { inDistrict } from '../src/store/database.ts'
import { readSetting } from '../src/store/settings.ts'
import { createTranslator } from '../src/translators/choose.ts'
import { freshDatabase } from './support/database.ts'

test('a start that ends amid the sample school keeps a real account out, and the next start finishes it', async () => {
  const t = await freshDatabase()
  const dataDir = await mkdtemp(path.join(tmpdir(), 'homeline-demo-'))
  onTestFinished(() => rm(dataDir, { recursive: true }))
  const config = (more: Record<string, string>) => {
    const result = toConfig({ HOMELINE_DATA_DIR: dataDir, ...more })
    if (result.kind === 'wrong') throw new Error(result.problems.join('; '))
    return result.config
  }
  const start = async (keys: Installation['keys']) => {
    const installation = { ...t, config: config({}), keys, sessionSecret: 's'.repeat(32), migrated: [], close: async () => {} }
    const account = await carrierAccount(installation.config, t.db, t.keys)
    return prepareDemo(installation, account, createTranslator(installation.config.translator), createLooks())
  }
  const failing = new Proxy(t.keys, {
    get: () => {
      throw new Error('The process ends.')
    },
  })
  await expect(start(failing)).rejects.toThrow('The process ends.')
  const real = config({ TWILIO_ACCOUNT_SID: `AC${'0'.repeat(32)}`, TWILIO_AUTH_TOKEN: 'token' })
  await expect(carrierAccount(real, t.db, t.keys)).rejects.toThrow(/holds the sample school/)

  for (const _ of ['the next start', 'the one after']) {
    const demo = await start(t.keys)
    demo.close()
    expect(demo.hasScene).toBe(true)
    const [district] = await t.db.selectFrom('district').select('id').execute()
    expect(await readSetting(t.db, 'sample_school')).toBe(district?.id)
    const { rows } = await inDistrict(t.db, district?.id ?? '', (trx) =>
      sql`select id from school where hours is null`.execute(trx),
    )
    expect(rows).toEqual([])
  }
})
