import { describe, expect, it } from 'vitest'
import { toConfig, VARIABLES } from '../src/config.ts'

const SID = `AC${'0'.repeat(32)}`
const KEY = Buffer.alloc(32, 1).toString('base64')
const problems = (env: Record<string, string>) => {
  const result = toConfig(env)
  return result.kind === 'wrong' ? result.problems : []
}
const config = (env: Record<string, string>) => {
  const result = toConfig(env)
  if (result.kind === 'wrong') throw new Error(result.problems.join('; '))
  return result.config
}

describe('the configuration', () => {
  it('without any variable is the demo', () => {
    expect(config({})).toMatchObject({
      port: 3000,
      host: '127.0.0.1',
      publicUrl: 'http://127.0.0.1:3000',
      databaseUrl: null,
      key: null,
      twilio: null,
      translator: { kind: 'phrasebook' },
      logLevel: 'info',
    })
  })

  it('an empty value counts as absent', () => {
    expect(config(Object.fromEntries(Object.keys(VARIABLES).map((name) => [name, ''])))).toEqual(config({}))
  })

  it.each([
    ['PORT', '70000'],
    ['PORT', '-1'],
    ['PORT', '80a'],
    ['HOST', 'a b'],
    ['PUBLIC_URL', 'ftp://x'],
    ['DATABASE_URL', 'http://x'],
    ['HOMELINE_KEY', Buffer.alloc(31).toString('base64')],
    ['HOMELINE_KEY', 'not base 64 at all, though 32 long'],
    ['SESSION_SECRET', 'short'],
    ['TWILIO_ACCOUNT_SID', 'SK00000000000000000000000000000000'],
    ['TWILIO_API_URL', 'localhost:4010'],
    ['TWILIO_MESSAGING_SERVICE_SID', SID],
    ['TRANSLATOR', 'deepl'],
    ['LIBRETRANSLATE_URL', 'x'],
    ['AWS_REGION', 'Oregon'],
    ['AWS_TRANSCRIBE_BUCKET', 's3://Bucket'],
    ['OIDC_ISSUER', 'x'],
    ['LOG_LEVEL', 'loud'],
  ])('%s=%s is named, with what it should hold and without what it holds', (name, value) => {
    const [first = ''] = problems({ [name]: value })
    expect(first).toMatch(new RegExp(`^${name} should hold `))
    expect(first).not.toContain(value)
  })

  it.each<[Record<string, string>, string[]]>([
    [{ TWILIO_ACCOUNT_SID: SID }, ['TWILIO_AUTH_TOKEN']],
    [{ TWILIO_ACCOUNT_SID: 'wrong' }, ['TWILIO_ACCOUNT_SID', 'TWILIO_AUTH_TOKEN']],
    [{ TWILIO_AUTH_TOKEN: 'x' }, ['TWILIO_ACCOUNT_SID']],
    [{ DATABASE_URL: 'postgres://h/d' }, ['HOMELINE_KEY', 'SESSION_SECRET']],
    [{ DATABASE_URL: 'wrong' }, ['DATABASE_URL', 'HOMELINE_KEY', 'SESSION_SECRET']],
    [{ TRANSLATOR: 'aws' }, ['AWS_REGION']],
    [{ TRANSLATOR: 'libretranslate' }, ['LIBRETRANSLATE_URL']],
    [{ AWS_TRANSCRIBE_BUCKET: 'voicemails' }, ['AWS_REGION']],
    [{ OIDC_ISSUER: 'https://id.example' }, ['OIDC_CLIENT_ID', 'OIDC_CLIENT_SECRET']],
  ])('%j lacks or spoils %j, all named at once', (env, names) => {
    expect(problems(env).map((problem) => problem.split(' ')[0])).toEqual(names)
  })

  it.each<[Record<string, string>, object]>([
    [
      { PORT: '0', HOST: '::1' },
      { port: 0, publicUrl: 'http://[::1]:0' },
    ],
    [{ PUBLIC_URL: 'https://school.example/homeline//' }, { publicUrl: 'https://school.example/homeline' }],
    [
      { DATABASE_URL: 'postgresql://h/d', HOMELINE_KEY: KEY, SESSION_SECRET: 's'.repeat(32) },
      { key: Buffer.alloc(32, 1), databaseUrl: 'postgresql://h/d' },
    ],
    [{ AWS_REGION: 'us-east-1', AWS_PROFILE: 'x' }, { translator: { kind: 'aws', region: 'us-east-1' } }],
    [{ AWS_REGION: 'us-east-1' }, { translator: { kind: 'phrasebook' }, transcription: null }],
    [
      { AWS_REGION: 'us-east-1', AWS_TRANSCRIBE_BUCKET: 'voicemails' },
      { transcription: { region: 'us-east-1', bucket: 'voicemails' } },
    ],
    [{ AWS_REGION: 'us-east-1', AWS_PROFILE: 'x', TRANSLATOR: 'phrasebook' }, { translator: { kind: 'phrasebook' } }],
  ])('%j is taken', (env, part) => {
    expect(config(env)).toMatchObject(part)
  })
})
