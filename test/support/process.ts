import { type ChildProcess, spawn } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import fastify from 'fastify'
import { sql } from 'kysely'
import pg from 'pg'
import { afterAll, inject } from 'vitest'
import { importRoster } from '../../src/roster/import.ts'
import { createSimulator, type Simulator } from '../../src/simulator/carrier.ts'
import { simulatorRest } from '../../src/simulator/rest.ts'
import { openConversations } from '../../src/store/conversations.ts'
import { inDistrict } from '../../src/store/database.ts'
import { freshDatabase, type TestDatabase } from './database.ts'

/** The program as it is installed. */
export const CLI = path.resolve('src/cli.ts')
/** The account that the carrier of a test knows. */
export const ACCOUNT = { sid: `AC${'0123456789abcdef'.repeat(2)}`, token: 'f'.repeat(32) } as const
/** The key of `freshDatabase`. */
export const KEY = Buffer.alloc(32, 7).toString('base64')

/** Only catches what never comes: less than the time limit of a test, so that it can say what. */
const WAIT_MS = 100_000

/** Waits until `look` gives something, looking every 20 ms; throws with `what` when it never comes. */
export async function until<T>(
  what: string,
  look: () => Promise<T | null | undefined | false> | T | null | undefined | false,
): Promise<T> {
  const end = performance.now() + WAIT_MS
  for (;;) {
    const found = await look()
    if (found !== null && found !== undefined && found !== false) return found
    if (performance.now() > end) throw new Error(`Waited in vain until ${what}.`)
    await pause(20)
  }
}

/** A folder that is gone after the test file. */
export async function folder(): Promise<string> {
  const dir = await mkdtemp(path.join(tmpdir(), 'homeline-process-'))
  afterAll(() => rm(dir, { recursive: true, force: true }))
  return dir
}

/** A port that nobody listens on now. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })
}

/** One call at the carrier's door. */
export type CarrierCall = {
  readonly method: string
  readonly url: string
  readonly form: Readonly<Record<string, string>>
  readonly status: number
  readonly answer: unknown
}

/** A stand-in carrier behind its own door. */
export type CarrierAtDoor = {
  readonly simulator: Simulator
  readonly url: string
  /** Every call that was answered, and every one whose form was read. */
  readonly calls: readonly CarrierCall[]
  /** Refuses connections until `reopen`. */
  readonly shut: () => Promise<void>
  readonly reopen: () => Promise<void>
}

/** A webhook to a server that is being stopped (503) or started again is tried until the carrier's time is up. */
const patiently: typeof fetch = async (...request) => {
  for (let tried = 0; ; tried++) {
    try {
      const answer = await fetch(...request)
      if (answer.status !== 503 || tried >= 590) return answer
    } catch (error) {
      if (tried >= 590) throw error
    }
    await pause(100)
  }
}

/** As Twilio does it: the retries that the webhook's address asks for and no more, then the fallback. */
export const likeTwilio: typeof fetch = (...request) => fetch(...request)

/** Starts the simulator on a port of its own, as the account's Twilio; `service` puts the numbers on a messaging service. */
export async function startCarrier(
  numbers: readonly string[],
  service?: string,
  webhooks: typeof fetch = patiently,
): Promise<CarrierAtDoor> {
  const services = service === undefined ? [] : [{ sid: service, numbers, useInboundWebhookOnNumber: false }]
  const accounts = [{ sid: ACCOUNT.sid, authToken: ACCOUNT.token, numbers, services }]
  // A busy machine starts a server more slowly than Twilio waits in all (15 s): this carrier waits four times as long.
  const later = (milliseconds: number, fn: () => void) => {
    const timer = setTimeout(fn, milliseconds >= 15_000 ? milliseconds * 4 : milliseconds)
    return () => clearTimeout(timer)
  }
  const simulator = createSimulator({ accounts, later, fetch: webhooks })
  const app = fastify({ forceCloseConnections: true })
  const calls: CarrierCall[] = []
  app.addHook('onSend', async (request, reply, payload) => {
    const form = (request.body ?? {}) as Record<string, string>
    let answer: unknown = null
    try {
      answer = JSON.parse(String(payload))
    } catch {
      // A fault's garbage is kept as null.
    }
    calls.push({ method: request.method, url: request.url, form, status: reply.statusCode, answer })
    return payload
  })
  app.register(simulatorRest, { simulator })
  const url = await app.listen({ port: 0, host: '127.0.0.1' })
  afterAll(async () => {
    simulator.close()
    await app.close()
  })
  const shut = () =>
    new Promise<void>((resolve) => {
      app.server.close(() => resolve())
      app.server.closeAllConnections()
    })
  const reopen = () => new Promise<void>((resolve) => void app.server.listen(Number(new URL(url).port), '127.0.0.1', resolve))
  return { simulator, url, calls, shut, reopen }
}

/** Variables of a process; what the test runner has is left out. */
export type Variables = Readonly<Record<string, string>>

function start(args: readonly string[], variables: Variables, cwd: string): ChildProcess {
  const env = { PATH: process.env.PATH, HOME: cwd, LOG_LEVEL: 'warn', NODE_COMPILE_CACHE: inject('compileCache'), ...variables }
  return spawn(process.execPath, [CLI, ...args], { cwd, env, stdio: ['pipe', 'pipe', 'pipe'] })
}

/** What a command printed and how it ended. */
export type CommandEnd = { readonly status: number | null; readonly out: string; readonly err: string }

/** Runs a command to its end. */
export async function homeline(
  args: readonly string[],
  variables: Variables = {},
  given: { readonly input?: string; readonly cwd?: string } = {},
): Promise<CommandEnd> {
  const child = start(args, variables, given.cwd ?? tmpdir())
  let [out, err] = ['', '']
  child.stdout?.on('data', (chunk) => {
    out += chunk
  })
  child.stderr?.on('data', (chunk) => {
    err += chunk
  })
  child.stdin?.end(given.input ?? '')
  const status = await new Promise<number | null>((resolve) => child.once('close', resolve))
  return { status, out, err }
}

/** A server process that may not be ready yet, nor ever be. */
export type Starting = {
  readonly pid: number
  readonly out: () => string
  readonly err: () => string
  readonly ready: Promise<void>
  /** The exit status; null when a signal ended it. */
  readonly exited: Promise<number | null>
  /** Sends a signal and gives the exit status; null when the signal itself ended it. */
  readonly end: (signal: 'SIGTERM' | 'SIGKILL' | 'SIGINT' | 'SIGHUP') => Promise<number | null>
}

/** A server process, or the fallback receiver's. */
export type Server = Omit<Starting, 'ready' | 'exited'> & { readonly url: string }

/** Starts `homeline serve` (or `fallback`); what is left of it is killed after the test file. */
export function launchServer(variables: Variables, cwd = tmpdir(), command: readonly string[] = ['serve']): Starting {
  const child = start(command, variables, cwd)
  let [out, err] = ['', '']
  const exited = new Promise<number | null>((resolve) => child.once('close', resolve))
  const ready = new Promise<void>((resolve, reject) => {
    child.stdout?.on('data', (chunk) => {
      out += chunk
      if (out.includes(' is ready at ')) resolve()
    })
    child.stderr?.on('data', (chunk) => {
      err += chunk
    })
    child.once('close', (status) => reject(new Error(`The server ended with ${status}: ${err}`)))
  })
  afterAll(async () => {
    child.kill('SIGKILL')
    await exited
  })
  // Whoever waits for its end alone need not hear that it never was ready.
  ready.catch(() => {})
  return {
    pid: child.pid as number,
    out: () => out,
    err: () => err,
    ready,
    exited,
    end: (signal) => {
      child.kill(signal)
      return exited
    },
  }
}

/** Starts it and waits until it says that it is ready. */
export async function startServer(...given: Parameters<typeof launchServer>): Promise<Server> {
  const { ready, exited: _exited, ...server } = launchServer(...given)
  await ready
  return { ...server, url: server.out().match(/ready at (\S+)/)?.[1] ?? '' }
}

/** A family of the town: its phone and the numbers by which it and its teacher reach each other. */
export type Family = {
  readonly id: string
  readonly phone: string
  readonly teacherId: string
  readonly teacherPhone: string
  readonly conversationId: string
  /** Where the family texts its teacher. */
  readonly familyNumber: string
  /** Where the teacher texts this family. */
  readonly staffNumber: string
}

/** Names and numbers that stand out: none may turn up where they do not belong. */
export const FAMILY_NAME = 'Quillfeather'
export const STAFF_NAME = 'Wintergarden'
export const familyPhone = (n: number): string => `+1971555${String(140 + n).padStart(4, '0')}`
export const teacherPhone = (n: number): string => `+1503555${String(170 + n).padStart(4, '0')}`
export const proxyNumber = (n: number): string => `+1872555${String(100 + n).padStart(4, '0')}`

/** The columns of the OneRoster files that are filled. */
const USERS =
  'sourcedId,status,dateLastModified,enabledUser,orgSourcedIds,role,username,userIds,givenName,familyName,middleName,identifier,email,sms,phone,agentSourcedIds,grades,password,metadata.preferredLanguage'

/** Writes a roster of one school: each teacher a class, the families (one guardian, one student, English) dealt to them in turn. */
export async function writeRoster(dir: string, families: number, teachers: number): Promise<void> {
  await mkdir(dir, { recursive: true })
  const list = (n: number) => Array.from({ length: n }, (_, i) => i)
  const user = (id: string, role: string, given: string, name: string, sms: string, agents: string) =>
    `${id},,,true,lincoln,${role},,,${given},${name},,,,${sms},,${agents},,,en`
  const files: Record<string, string[]> = {
    'manifest.csv': [
      'propertyName,value',
      'oneroster.version,1.1',
      'file.classes,bulk',
      'file.courses,absent',
      'file.enrollments,bulk',
      'file.orgs,bulk',
      'file.users,bulk',
    ],
    'orgs.csv': [
      'sourcedId,status,dateLastModified,name,type,identifier,parentSourcedId,metadata.timezone',
      'town,,,Town,district,,,UTC',
      'lincoln,,,Lincoln School,school,,town,UTC',
    ],
    'users.csv': [
      USERS,
      user('head', 'administrator', 'Dana', 'Head', '', ''),
      ...list(teachers).map((t) => user(`teacher-${t}`, 'teacher', `Tess${t}`, STAFF_NAME, teacherPhone(t), '')),
      ...list(families).map((f) => user(`guardian-${f}`, 'parent', `Gale${f}`, FAMILY_NAME, familyPhone(f), `student-${f}`)),
      ...list(families).map((f) => user(`student-${f}`, 'student', `Sage${f}`, FAMILY_NAME, '', `guardian-${f}`)),
    ],
    'classes.csv': [
      'sourcedId,status,dateLastModified,title,grades,courseSourcedId,classCode,classType,location,schoolSourcedId,termSourcedIds,subjects,subjectCodes,periods',
      ...list(teachers).map((t) => `class-${t},,,Class ${t},04,,,homeroom,,lincoln,,,,`),
    ],
    'enrollments.csv': [
      'sourcedId,status,dateLastModified,classSourcedId,schoolSourcedId,userSourcedId,role,primary,beginDate,endDate',
      ...list(teachers).map((t) => `et${t},,,class-${t},lincoln,teacher-${t},teacher,true,,`),
      ...list(families).map((f) => `es${f},,,class-${f % teachers},lincoln,student-${f},student,false,,`),
    ],
  }
  for (const [name, lines] of Object.entries(files)) await writeFile(path.join(dir, name), `${lines.join('\n')}\n`)
}

const ALL_DAY = Object.fromEntries(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'].map((day) => [day, ['00:00-24:00']]))
/** Hours that hold nothing. */
export const ALWAYS = { timezone: 'UTC', families: ALL_DAY, staff: ALL_DAY, closures: [] } as const

/** A school with its database, its carrier and the variables of a server for it; the server is not started. */
export type Town = TestDatabase & {
  readonly district: string
  readonly carrier: CarrierAtDoor
  readonly families: readonly Family[]
  readonly variables: Variables
  /** Statements as the schema's owner within the district; gives the rows. */
  readonly owner: <T>(statement: string) => Promise<T[]>
}

/** Makes a town: roster, hours around the clock, numbers adopted and pointed at the port of `variables`, every family's conversation open. */
export async function makeTown(size: {
  readonly families: number
  readonly teachers: number
  readonly numbers: number
  /** How the carrier calls webhooks; patient with servers that start and stop unless told otherwise. */
  readonly webhooks?: typeof fetch
}): Promise<Town> {
  const database = await freshDatabase()
  const { db, keys, ownerUrl } = database
  const roster = await folder()
  await writeRoster(roster, size.families, size.teachers)
  const imported = await importRoster(db, keys, roster, { dryRun: false, confirmRemovals: false })
  if (imported.kind !== 'imported') throw new Error('The roster of the town is refused.')
  const district = imported.district.id
  const owner = ownerOf(ownerUrl, district)
  await owner(`update school set hours = '${JSON.stringify(ALWAYS)}'`)
  const carrier = await startCarrier(
    Array.from({ length: size.numbers }, (_, i) => proxyNumber(i)),
    undefined,
    size.webhooks,
  )
  const port = await freePort()
  const variables = {
    DATABASE_URL: ownerUrl,
    HOMELINE_KEY: KEY,
    SESSION_SECRET: 's'.repeat(40),
    HOMELINE_DATA_DIR: await folder(),
    PORT: String(port),
    TWILIO_ACCOUNT_SID: ACCOUNT.sid,
    TWILIO_AUTH_TOKEN: ACCOUNT.token,
    TWILIO_API_URL: carrier.url,
    TRANSLATOR: 'phrasebook',
  }
  const synced = await homeline(['numbers', 'sync'], variables)
  if (synced.status !== 0) throw new Error(`numbers sync: ${synced.err}`)
  const families = await inDistrict(db, district, async (trx) => {
    const { rows: homes } = await sql<{ id: string; guardian: string }>`
      select h.id, g.guardian_id as guardian from household h join household_guardian g on g.household_id = h.id and g.district_id = h.district_id
      where h.district_id = ${district}`.execute(trx)
    const numberOf = (guardian: string) => Number(guardian.split('-')[1])
    homes.sort((a, b) => numberOf(a.guardian) - numberOf(b.guardian))
    const wanted = homes.map((h) => ({
      staffSide: `teacher-${numberOf(h.guardian) % size.teachers}`,
      householdId: h.id,
      schoolId: 'lincoln',
    }))
    await openConversations(trx, district, Temporal.Now.instant(), wanted)
    const { rows } = await sql<{ id: string; guardian: string; side: string; number: string }>`
      select c.id, g.guardian_id as guardian, b.side, n.number from conversation c
      join household_guardian g on g.household_id = c.household_id and g.district_id = c.district_id
      join binding b on b.conversation_id = c.id and b.district_id = c.district_id and b.until is null join proxy_number n on n.id = b.proxy_number_id
      where c.district_id = ${district}`.execute(trx)
    return homes.map(({ guardian }): Family => {
      const n = numberOf(guardian)
      const seen = (side: string) => rows.find((r) => r.guardian === guardian && r.side === side)
      return {
        id: guardian,
        phone: familyPhone(n),
        teacherId: `teacher-${n % size.teachers}`,
        teacherPhone: teacherPhone(n % size.teachers),
        conversationId: seen('family')?.id ?? '',
        familyNumber: seen('family')?.number ?? '',
        staffNumber: seen('staff')?.number ?? '',
      }
    })
  })
  return { ...database, district, carrier, families, variables, owner }
}

/** Runs statements as the owner, whom no grant binds, within a district. */
export function ownerOf(ownerUrl: string, district: string): <T>(statement: string) => Promise<T[]> {
  return async <T>(statement: string) => {
    const client = new pg.Client({ connectionString: ownerUrl })
    await client.connect()
    try {
      await client.query(`set app.district_id = '${district}'`)
      return (await client.query(statement)).rows as T[]
    } finally {
      await client.end()
    }
  }
}
