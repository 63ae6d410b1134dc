import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import path from 'node:path'
import { parseArgs, promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { COMMANDS, type Command } from '../../src/commands.ts'
import { toConfig } from '../../src/config.ts'
import { Problem, UsageProblem } from '../../src/problem.ts'
import { databaseNow, inDistrict } from '../../src/store/database.ts'
import { appendEvents } from '../../src/store/events.ts'
import {
  ACCOUNT,
  CLI,
  type CommandEnd,
  folder,
  freePort,
  homeline,
  KEY,
  makeTown,
  proxyNumber,
  startCarrier,
  startServer,
  type Town,
  type Variables,
} from '../support/process.ts'

const SERVICE = `MG${'1'.repeat(32)}`
const RANGE = ['--from', '2020-01-01', '--to', '2099-01-01']

let town: Town
let cwd: string
beforeAll(async () => {
  ;[town, cwd] = [await makeTown({ families: 3, teachers: 1, numbers: 6 }), await folder()]
})

const run = (args: readonly string[], change: Variables = {}, input = '') =>
  homeline(args, { ...town.variables, ...change }, { cwd, input })
/** Without an account: the simulator's. */
const simulated = (): Variables =>
  Object.fromEntries(Object.entries(town.variables).filter(([name]) => !name.startsWith('TWILIO_')))

/** One plain sentence, and no inside of the program. */
function isPlain(end: CommandEnd): void {
  expect(end.err).toMatch(/^[^\n]+\n$/)
  expect(end.err).not.toMatch(/\n {2,}at |node:|Error:|undefined|\[object|went wrong in Homeline itself/)
}

/** Runs a command's function in this process; the program around it only prints what it answers or throws. */
async function called(args: readonly string[], change: Variables = {}): Promise<string> {
  const name = Object.keys(COMMANDS).find((n) => `${args.join(' ')} `.startsWith(`${n} `)) ?? ''
  const command = COMMANDS[name] as Command
  const config = toConfig({ ...town.variables, ...change })
  if (config.kind === 'wrong') throw new Error('The configuration of the town is wrong.')
  const { values, positionals } = parseArgs({
    args: args.slice(name.split(' ').length),
    options: command.options,
    allowPositionals: true,
  })
  try {
    return JSON.stringify(
      await command.run({ config: config.config, options: values as Record<string, string>, operands: positionals }),
    )
  } catch (error) {
    return error instanceof UsageProblem || error instanceof Problem ? error.message : `not foreseen: ${error}`
  }
}

describe('wrong use ends with 2 and one sentence', () => {
  it.each<[string, [string[], RegExp][]]>([
    [
      'a command that is not there',
      [
        [['frobnicate'], /no command `frobnicate`/],
        [['log'], /no command `log`/],
        [['constructor'], /no command/],
        [['__proto__'], /no command/],
      ],
    ],
    [
      'an option that is not there',
      [
        [['migrate', '--force'], /Use: homeline migrate/],
        [['numbers', 'sync', '--district'], /Use: homeline numbers sync/],
        [['token', 'create', '--staff'], /Use: homeline token create/],
      ],
    ],
    [
      'a wrong operand',
      [
        [['serve', 'here'], /takes no `here`/],
        [['log', 'export', ...RANGE, '--format', 'xml'], /csv or jsonl/],
      ],
    ],
    [
      'a command that is still to come',
      [
        [['doctor'], /not built yet/],
        [['backup', '--out', 'x'], /not built yet/],
        [['restore', 'x'], /not built yet/],
      ],
    ],
  ])('%s', async (_what, cases) => {
    const ends = await Promise.all(cases.map(([args]) => run(args)))
    ends.forEach((end, n) => {
      expect(end).toMatchObject({ status: 2, out: '', err: expect.stringMatching(cases[n]?.[1] ?? /never/) })
      isPlain(end)
    })
  })

  it.each<[string[], RegExp]>([
    [['migrate', 'now'], /takes no `now`/],
    [['roster', 'import'], /Name one folder/],
    [['roster', 'import', 'a', 'b'], /Name one folder/],
    [['numbers', 'sync', 'all'], /takes no/],
    [['token', 'create'], /--staff/],
    [['token', 'create', 'teacher-0'], /--staff/],
    [['log', 'export'], /--from/],
    [['log', 'export', '--from', '2026-01-01'], /--to/],
    [['log', 'export', '--from', 'yesterday', '--to', '2026-01-01'], /--from/],
    [['log', 'export', '--from', '2026-02-30', '--to', '2026-03-01'], /--from/],
    [['log', 'export', '--from=-271821-04-20T00:00Z', '--to', '2026-03-01'], /--from/],
    [['log', 'export', '--from', '2026-02-01', '--to', '2026-02-01'], /before/],
    [['log', 'verify', 'all'], /takes no/],
    [['detect', '--home', 'not a language'], /BCP 47/],
    [['detect', 'hola'], /takes no `hola`/],
  ])('homeline %j', async (args, words) => {
    expect(await called(args)).toMatch(words)
  })

  it('no command at all shows the list', async () => {
    const [none, help] = await Promise.all([run([]), run(['--help'])])
    expect([none.status, help.status]).toEqual([2, 0])
    expect(none.out).toBe(help.out)
    const columns = Object.entries(COMMANDS).map(([name, { does }]) => {
      const line = help.out.split('\n').find((one) => one.startsWith(`  ${name} `)) ?? ''
      expect(line.length).toBeLessThanOrEqual(80)
      return line.indexOf(does)
    })
    expect(columns.every((column) => column > 0 && column === columns[0])).toBe(true)
  })

  it('every command tells what it takes, even where the configuration is wrong', async () => {
    const asked = [
      ['serve', '--help'],
      ['help', 'log', 'export'],
      ['numbers', 'sync', '-h'],
      ['detect', 'x', '--help'],
    ]
    const ends = await Promise.all(asked.map((args) => run(args, { PORT: 'wrong' })))
    expect(ends.map(({ status, err }) => [status, err])).toEqual(asked.map(() => [0, '']))
    expect(ends.map((end) => end.out.split('\n')[0])).toEqual([
      'Usage: homeline serve',
      'Usage: homeline log export --from ISO --to ISO [--format csv|jsonl] [--out FILE] [--district ID]',
      'Usage: homeline numbers sync [--fallback URL] [--district ID]',
      'Usage: homeline detect [--home LANG]',
    ])
    expect(await run(['frobnicate', '--help'])).toMatchObject({ status: 2, out: '' })
  })
})

describe('circumstances end with 1 and one sentence', () => {
  const closed = async () => `postgres://homeline:x@127.0.0.1:${await freePort()}/homeline`
  /** A database that answers every connection with these bytes and ends it. */
  const answering = async (bytes: string) => {
    const server = createServer((socket) => socket.on('error', () => {}).once('data', () => socket.end(bytes, 'latin1')))
    afterAll(() => void server.close())
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
    return `postgres://homeline:x@127.0.0.1:${(server.address() as AddressInfo).port}/homeline`
  }
  const STARTING = 'SFATAL\0C57P03\0Mthe database system is starting up\0\0'
  const changed = (change: (url: URL) => void) => {
    const url = new URL(town.ownerUrl)
    change(url)
    return url.toString()
  }
  it.each<[string, string[], () => Promise<Variables> | Variables, RegExp]>([
    ['a database that does not answer', ['migrate'], async () => ({ DATABASE_URL: await closed() }), /does not answer/],
    [
      'a database that is just starting',
      ['migrate'],
      async () => ({ DATABASE_URL: await answering(`E\0\0\0${String.fromCharCode(STARTING.length + 4)}${STARTING}`) }),
      /does not answer/,
    ],
    ['a database that hangs up', ['migrate'], async () => ({ DATABASE_URL: await answering('') }), /does not answer/],
    [
      'a wrong password',
      ['migrate'],
      () => ({ DATABASE_URL: changed((url) => Object.assign(url, { password: 'wrong' })) }),
      /refuses the name or password/,
    ],
    [
      'a database that is not there',
      ['migrate'],
      () => ({ DATABASE_URL: changed((url) => Object.assign(url, { pathname: '/nowhere' })) }),
      /does not exist/,
    ],
    ['another key', ['log', 'verify'], () => ({ HOMELINE_KEY: Buffer.alloc(32, 8).toString('base64') }), /not the key/],
    ['an unknown staff member', ['token', 'create', '--staff', 'nobody'], () => ({}), /no active staff member/],
    ['an unknown district', ['token', 'create', '--staff', 'head', '--district', 'x'], () => ({}), /no district with that/],
    [
      'a roster that is not there',
      ['roster', 'import', '/nowhere/at/all'],
      () => ({}),
      /Nothing was imported|not there|cannot be/,
    ],
    [
      'a file that cannot be written',
      ['log', 'export', ...RANGE, '--out', '/nowhere/at/all.csv'],
      () => ({}),
      /cannot be written/,
    ],
    ['a file in place of a folder', ['log', 'export', ...RANGE, '--out', `${CLI}/log.csv`], () => ({}), /cannot be written/],
    [
      'a data folder that cannot be made',
      ['migrate'],
      () => ({ DATABASE_URL: '', HOMELINE_DATA_DIR: `${CLI}/data` }),
      /^HOMELINE_DATA_DIR names a folder that cannot be written/,
    ],
    [
      'a carrier that refuses the token',
      ['numbers', 'sync'],
      () => ({ TWILIO_AUTH_TOKEN: 'wrong' }),
      /refuses TWILIO_ACCOUNT_SID/,
    ],
    [
      'a carrier that cannot be reached',
      ['numbers', 'sync'],
      async () => ({ TWILIO_API_URL: `http://127.0.0.1:${await freePort()}` }),
      /cannot be reached/,
    ],
    [
      'a messaging service that is not there',
      ['numbers', 'sync'],
      () => ({ TWILIO_MESSAGING_SERVICE_SID: SERVICE }),
      /does not know this account or messaging service/,
    ],
    ['an address that is not this computer’s', ['serve'], () => ({ HOST: '192.0.2.1' }), /may not listen/],
  ])('%s', async (_what, args, change, words) => {
    const said = await called(args, await change())
    expect(said).toMatch(words)
    expect(said).not.toMatch(/\n|not foreseen/)
  })

  it('a port that is taken', async () => {
    const taken = createServer()
    const port = await new Promise<number>((resolve) =>
      taken.listen(0, '127.0.0.1', () => resolve((taken.address() as { port: number }).port)),
    )
    const end = await run(['serve'], { PORT: String(port) })
    taken.close()
    expect(end).toMatchObject({ status: 1, err: expect.stringMatching(/^Port \d+ is taken/) })
    isPlain(end)
  })

  it('the simulator, after a real account has used the database', async () => {
    for (const args of [['serve'], ['numbers', 'sync']]) {
      const end = await homeline(args, simulated(), { cwd })
      expect(end).toMatchObject({ status: 1, err: expect.stringMatching(/real Twilio account/) })
      isPlain(end)
    }
  })
})

describe('numbers sync without an account', () => {
  it('names PORT and HOST where nobody or somebody else answers in the simulator’s place', async () => {
    const here = await folder()
    const port = await freePort()
    const variables = { HOMELINE_DATA_DIR: path.join(here, 'data'), PORT: String(port) }
    const alone = await homeline(['numbers', 'sync'], variables, { cwd: here })
    const other = createServer((socket) => socket.end('HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\n{}'))
    await new Promise<void>((resolve) => other.listen(port, '127.0.0.1', resolve))
    const wrong = await homeline(['numbers', 'sync'], variables, { cwd: here })
    other.close()
    for (const end of [alone, wrong]) {
      expect(end).toMatchObject({ status: 1, out: '', err: expect.stringMatching(/the same PORT and HOST/) })
      isPlain(end)
    }
  })
})

describe('the configuration', () => {
  it('names every bad variable at once, with what it should hold and never with what it holds', async () => {
    const bad = {
      PORT: '99999',
      PUBLIC_URL: 'school.example',
      DATABASE_URL: 'mysql://secret',
      HOMELINE_KEY: 'secret',
      SESSION_SECRET: 'secret',
      TWILIO_ACCOUNT_SID: 'secret',
      TRANSLATOR: 'secret',
      LOG_LEVEL: 'secret',
    }
    const end = await homeline(['migrate'], bad, { cwd })
    expect(end).toMatchObject({ status: 2, out: '' })
    for (const name of [...Object.keys(bad), 'TWILIO_AUTH_TOKEN'])
      expect(end.err).toMatch(new RegExp(`${name} (is missing: [^\n]*; it )?should hold `))
    expect(end.err).not.toContain('secret')
  })

  it('a database of one’s own needs a key', async () => {
    const { HOMELINE_KEY: _key, SESSION_SECRET: _secret, ...rest } = town.variables as Record<string, string>
    const end = await homeline(['migrate'], rest, { cwd })
    expect(end.status).toBe(2)
    expect(end.err).toMatch(/HOMELINE_KEY/)
    expect(end.err).toMatch(/SESSION_SECRET/)
  })

  it('reads .env of the folder it is started in; real variables win', async () => {
    const here = await folder()
    await writeFile(path.join(here, '.env'), `HOMELINE_KEY=${KEY}\nPORT=bad\n`)
    const { HOMELINE_KEY: _key, PORT: port, ...rest } = town.variables as Record<string, string>
    const end = await homeline(['migrate'], rest, { cwd: here })
    expect(end).toMatchObject({ status: 2, err: expect.stringMatching(/PORT should hold/) })
    expect(await homeline(['migrate'], { ...rest, PORT: port ?? '' }, { cwd: here })).toMatchObject({ status: 0, err: '' })
  })
})

describe('commands that do what they say', () => {
  it('migrate says what it ran, and two at once do not meet', async () => {
    expect(await run(['migrate'])).toEqual({ status: 0, out: 'The schema is up to date.\n', err: '' })
    const cluster = new URL(town.ownerUrl)
    const name = `test_two_${process.pid}_${Date.now()}`
    await town.owner(`create database ${name}`)
    afterAll(() => town.owner(`drop database if exists ${name} with (force)`))
    cluster.pathname = `/${name}`
    const both = await Promise.all([
      run(['migrate'], { DATABASE_URL: cluster.toString() }),
      run(['migrate'], { DATABASE_URL: cluster.toString() }),
    ])
    expect(both.map(({ status, err }) => ({ status, err }))).toEqual([
      { status: 0, err: '' },
      { status: 0, err: '' },
    ])
    expect(
      both
        .map((end) => end.out)
        .sort()
        .join(''),
    ).toMatch(/^0001-foundation\n[\s\S]*The schema is up to date\.\n$/)
  })

  it('token create prints the token alone', async () => {
    const end = await run(['token', 'create', '--staff', 'teacher-0', '--district', 'town'])
    expect(end).toMatchObject({ status: 0, err: '' })
    expect(end.out).toMatch(/^\S{20,}\n$/)
  })

  it('detect reads lines of any kind and answers each', async () => {
    const input = 'Mi hijo está enfermo hoy y no irá a la escuela.\n\n12345\n我可以和您谈谈吗？\r\nok\u0000\uFFFD'
    const end = await homeline(['detect', '--home', 'es'], {}, { cwd, input })
    expect(end).toMatchObject({ status: 0, err: '' })
    const lines = end.out.trimEnd().split('\n')
    expect(lines).toHaveLength(5)
    for (const line of lines) expect(line).toMatch(/^[A-Za-z0-9-]+\t[01]\.?\d*$/)
    expect(lines[0]).toMatch(/^es\t/)
    expect(lines[3]).toMatch(/^zh/)
    expect(await homeline(['detect'], {}, { cwd })).toEqual({ status: 0, out: '', err: '' })
  })

  it('detect ends quietly when nobody reads on', async () => {
    const line = 'Mi hijo está enfermo hoy.\n'
    const shell = `yes '${line.trim()}' | head -20000 | '${process.execPath}' '${CLI}' detect | head -1; echo \${PIPESTATUS[2]}`
    const end = await promisify(execFile)('bash', ['-c', shell], { cwd })
    expect(end).toEqual({ stdout: expect.stringMatching(/^es\t[01]\.\d\d\n0\n$/), stderr: '' })
  })

  it('log verify without a server says how many events are not sealed yet, and seals none', async () => {
    const unsealed = () => town.owner<{ n: number }>('select count(*)::int as n from unsealed')
    const before = (await unsealed())[0]?.n ?? 0
    const at = await databaseNow(town.db)
    await inDistrict(town.db, town.district, (trx) =>
      appendEvents(trx, town.district, [{ exchangeId: null, at, what: 'roster_imported' }]),
    )
    const end = await run(['log', 'verify'])
    expect(end).toMatchObject({ status: 0, err: '' })
    expect(end.out).toMatch(/^intact, \d+ entries\n\d+ events? (is|are) not sealed yet: [^\n]+\n$/)
    expect(await unsealed()).toEqual([{ n: before + 1 }])
  })

  it('log verify and log export work on an empty log and beside a server', async () => {
    const server = await startServer(town.variables)
    const [verify, csv, jsonl] = await Promise.all([
      run(['log', 'verify']),
      run(['log', 'export', ...RANGE]),
      run(['log', 'export', ...RANGE, '--format', 'jsonl']),
    ])
    // The server seals within a second what it found: the command may look before.
    const intact = /^intact, \d+ entries\n(\d+ events? (is|are) not sealed yet: .+\n)?$/
    expect(verify).toMatchObject({ status: 0, err: '', out: expect.stringMatching(intact) })
    expect(csv).toMatchObject({ status: 0, err: '' })
    expect(csv.out.split('\n')[0]).toContain('id')
    expect(jsonl).toMatchObject({ status: 0, err: '', out: '' })
    expect(await server.end('SIGTERM')).toBe(0)
    const out = path.join(cwd, 'log.csv')
    expect(await run(['log', 'export', ...RANGE, '--out', out])).toEqual({ status: 0, out: '', err: '' })
  })

  it('numbers sync points every number here, and tells a messaging service to leave texts to its numbers', async () => {
    const numbers = [0, 1, 2, 3, 4, 5].map(proxyNumber)
    const carrier = await startCarrier(numbers, SERVICE)
    const end = await run(['numbers', 'sync'], {
      TWILIO_API_URL: carrier.url,
      TWILIO_MESSAGING_SERVICE_SID: SERVICE,
      PUBLIC_URL: 'https://school.example/homeline/',
    })
    expect(end).toMatchObject({ status: 0, err: '6 numbers: 0 new, 6 known.\n' })
    expect(end.out.trim().split('\n').sort()).toEqual(numbers)
    for (const number of carrier.simulator.numbers(ACCOUNT.sid))
      expect(number).toMatchObject({
        smsUrl: 'https://school.example/homeline/webhooks/twilio/sms#rc=5&rp=all',
        smsMethod: 'POST',
        voiceUrl: 'https://school.example/homeline/webhooks/twilio/voice#rc=5&rp=all',
        voiceMethod: 'POST',
      })
    expect(carrier.simulator.services(ACCOUNT.sid)).toMatchObject([{ useInboundWebhookOnNumber: true }])
  })

  it('an account without a number is told to buy one', async () => {
    const carrier = await startCarrier([])
    const end = await run(['numbers', 'sync'], { TWILIO_API_URL: carrier.url })
    expect(end).toMatchObject({ status: 1, err: expect.stringMatching(/no phone number/) })
  })
})
