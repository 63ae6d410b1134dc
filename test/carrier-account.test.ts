import { beforeEach, describe, expect, test } from 'vitest'
import { carrierAccount, unreachableProblem } from '../src/carrier-account.ts'
import { type Config, toConfig } from '../src/config.ts'
import { writeSetting } from '../src/store/settings.ts'
import { freshDatabase, type TestDatabase } from './support/database.ts'

const REAL = { TWILIO_ACCOUNT_SID: `AC${'0'.repeat(32)}`, TWILIO_AUTH_TOKEN: 'token' }
const config = (env: Record<string, string>): Config => {
  const result = toConfig(env)
  if (result.kind === 'wrong') throw new Error(result.problems.join('; '))
  return result.config
}

describe('the account', () => {
  let t: TestDatabase
  beforeEach(async () => {
    t = await freshDatabase()
  })
  const use = async (env: Record<string, string>) => (await carrierAccount(config(env), t.db, t.keys)).simulated

  test('is the simulator’s until a real one has been used', async () => {
    expect(await use({})).toBe(true)
    expect(await use(REAL)).toBe(false)
    await expect(use({})).rejects.toThrow(/real Twilio account/)
  })

  test('is refused where the sample school is, and the demo goes on', async () => {
    await writeSetting(t.db, 'sample_school', 'x')
    await expect(use(REAL)).rejects.toThrow(/holds the sample school.*HOMELINE_DATA_DIR or DATABASE_URL/)
    expect(await use({})).toBe(true)
  })
})

test.each<[string, Record<string, string>, boolean]>([
  ['the demo', {}, false],
  ['a real account and no PUBLIC_URL', REAL, true],
  ['a real account and an address of this computer', { ...REAL, PUBLIC_URL: 'https://localhost:3000' }, true],
  ['a real account that listens everywhere', { ...REAL, HOST: '::' }, true],
  ['a real account and a public address', { ...REAL, PUBLIC_URL: 'https://school.example' }, false],
  ...[
    '10.0.0.5',
    '192.168.1.20',
    '172.16.0.1',
    '172.31.255.1',
    '169.254.3.4',
    'gateway.local',
    'homeline.school.internal',
    '[fd12:3456::1]',
    '[fe80::1]',
    '[febf::1]',
  ].map((host): [string, Record<string, string>, boolean] => [
    'a real account and an address of this network',
    { ...REAL, PUBLIC_URL: `https://${host}` },
    true,
  ]),
  ...['172.32.0.1', '11.0.0.5', '192.169.1.20', '[2001:db8::fe80]', 'local.example', '10.0.example'].map(
    (host): [string, Record<string, string>, boolean] => [
      'a real account and an address that only looks like it',
      { ...REAL, PUBLIC_URL: `https://${host}` },
      false,
    ],
  ),
  ['a carrier of this network', { ...REAL, PUBLIC_URL: 'http://10.0.0.5:3000', TWILIO_API_URL: 'http://10.0.0.6:4010' }, false],
  ['a carrier of this network and an address of this computer', { ...REAL, TWILIO_API_URL: 'http://10.0.0.6:4010' }, true],
  ['a carrier on this computer', { ...REAL, TWILIO_API_URL: 'http://127.0.0.1:4010' }, false],
])('with %s: %j warns that the carrier cannot come here: %s', (_, env, warns) => {
  expect(unreachableProblem(config(env)) !== null).toBe(warns)
})
