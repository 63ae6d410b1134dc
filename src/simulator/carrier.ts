import { type Calls, createCalls } from './calls.ts'
import { type Refusal, refuse } from './errors.ts'
import { receiveText } from './inbound.ts'
import { openTables } from './journal.ts'
import { newNumber, newService } from './new-objects.ts'
import { type Accepted, carryMessage, isOver, type SendRequest, takeMessage } from './outbound.ts'
import { hex, type Later } from './webhook.ts'
import type {
  Account,
  Alert,
  Faults,
  File,
  HandsetText,
  Line,
  Medium,
  Message,
  OwnedNumber,
  Rows,
  Service,
  World,
} from './world.ts'
import { noFaults } from './world.ts'

/** An account to begin with, the numbers it owns and the messaging services some of them are on. */
export type AccountSeed = {
  readonly sid: string
  readonly authToken: string
  readonly numbers: readonly string[]
  readonly services?: readonly {
    readonly sid: string
    readonly numbers: readonly string[]
    readonly useInboundWebhookOnNumber: boolean
  }[]
}

/** How a simulator is put together; all but `accounts` have the real thing as their default. */
export type SimulatorOptions = {
  readonly accounts: readonly AccountSeed[]
  /** Twilio's clock: dates in its list. */
  readonly now?: () => Temporal.Instant
  /** The clock on the phones' screens and in the ground truth, where a demo shifts it. */
  readonly phoneNow?: () => Temporal.Instant
  readonly later?: Later
  /** 0 up to but not 1, as `Math.random`. */
  readonly random?: () => number
  readonly fetch?: typeof fetch
  /** Pause before each step of a message's life, in milliseconds. */
  readonly stepMilliseconds?: number
  /** Milliseconds that a character of speech takes on the telephone; 0: no time passes on a call by itself. */
  readonly speechMilliseconds?: number
  /** File that keeps everything over a restart; see `openTables`. */
  readonly journalPath?: string
}

/** A telephone company and the phones of its customers, without HTTP in front. */
export type Simulator = {
  readonly accounts: ReadonlyMap<string, Account>
  /** Twilio's clock. */
  readonly now: () => Temporal.Instant
  /** Hands a message over as `POST Messages.json` does. */
  readonly send: (accountSid: string, request: SendRequest) => Accepted | Refusal
  /** The telephones. */
  readonly calls: Calls
  /** A person texts: from a phone to any number, with pictures or other files. The webhook is on its way when this returns. */
  readonly text: (from: string, to: string, body: string, files?: readonly File[]) => void
  /** A picture in a phone's own memory, by its key. */
  readonly picture: (key: string) => File | undefined
  /** What Twilio keeps of a message besides its words, in their order. */
  readonly media: (messageSid: string) => readonly Medium[]
  readonly forgetMedium: (mediumSid: string) => void
  /** An account's messages that the list shows by now, newest first. */
  readonly messages: (accountSid: string) => readonly Message[]
  readonly message: (sid: string) => Message | undefined
  readonly changeMessage: (sid: string, change: Partial<Message> | null) => void
  readonly numbers: (accountSid: string) => readonly OwnedNumber[]
  readonly changeNumber: (sid: string, change: Partial<OwnedNumber> | null) => void
  /** A new number for an account: one of the sample range that nobody has (+1 NPA 555 01XX), else refused 21422. */
  readonly buy: (accountSid: string, phoneNumber: string) => OwnedNumber | Refusal
  /** Numbers that `buy` would grant in an area code. */
  readonly available: (areaCode: string) => readonly string[]
  readonly services: (accountSid: string) => readonly Service[]
  readonly changeService: (sid: string, change: Partial<Service>) => void
  readonly line: (phoneNumber: string) => Line
  readonly setLine: (phoneNumber: string, line: Line) => void
  readonly blocked: (phone: string, sender: string) => boolean
  readonly faults: () => Faults
  readonly setFaults: (change: Partial<Faults>) => void
  /** Ground truth: every text each phone got or sent, by number, oldest first. */
  readonly handsets: ReadonlyMap<string, readonly HandsetText[]>
  readonly alerts: readonly Alert[]
  /** Calls back on every text that appears on a phone; the answer ends it. */
  readonly subscribe: (listener: (text: HandsetText) => void) => () => void
  /** Resolves when no message, webhook or callback is on its way. */
  readonly settled: () => Promise<void>
  /** Cancels what is to come: no timer and no request of it is left. */
  readonly close: () => void
}

/**
 * A stand-in Twilio: accounts, numbers, messaging services, messages with their life, keyword blocks, signed webhooks, faults, phones.
 * It knows nothing of whoever uses it. With a journal, messages under way at the end go on at the next start.
 */
export function createSimulator(options: SimulatorOptions): Simulator {
  const names = [
    'numbers',
    'services',
    'messages',
    'blocks',
    'lines',
    'texts',
    'calls',
    'recordings',
    'media',
    'pictures',
  ] as const
  const tables = openTables<Rows>(names, options.journalPath ?? null)
  const { rows, put } = tables
  const now = options.now ?? (() => Temporal.Now.instant())
  const phoneNow = options.phoneNow ?? now
  const random = options.random ?? Math.random
  const accounts = new Map<string, Account>()
  const handsets = new Map<string, HandsetText[]>()
  const numbersByPhone = new Map<string, OwnedNumber>()
  const alerts: Alert[] = []
  const listeners = new Set<(text: HandsetText) => void>()
  const timers = new Set<() => void>()
  const working = new Set<Promise<unknown>>()
  let faults = noFaults
  const closing = new AbortController()

  const sid = (prefix: string): string => prefix + hex(random, 32)
  const later: Later = (milliseconds, fn) => {
    if (closing.signal.aborted) return () => {}
    const cancel = (options.later ?? realLater)(milliseconds, () => {
      timers.delete(cancel)
      fn()
    })
    timers.add(cancel)
    return () => {
      timers.delete(cancel)
      cancel()
    }
  }
  const world: World = {
    ...tables,
    accounts,
    now,
    later,
    random,
    fetch: (address, request) => {
      const signals = [closing.signal, ...(request?.signal ? [request.signal] : [])]
      return (options.fetch ?? fetch)(address, { ...request, signal: AbortSignal.any(signals) })
    },
    stepMilliseconds: options.stepMilliseconds ?? 0,
    faults: () => faults,
    alert: (code, url, why) => alerts.push({ at: now().toString(), code, url, why }),
    showOnPhone(text) {
      const shown = { ...text, id: sid('HT'), at: phoneNow().toString() }
      put('texts', shown.id, shown)
      remember(shown)
      for (const listener of listeners) listener(shown)
    },
    sid,
    numberOf: (phoneNumber) => numbersByPhone.get(phoneNumber),
    serviceOf: (number) => [...rows.services.values()].find((service) => service.numberSids.includes(number.sid)),
    track(work) {
      const done = work.finally(() => working.delete(done))
      working.add(done)
      return done
    },
    pause: (milliseconds) => new Promise((resolve) => later(milliseconds, resolve)),
  }

  function remember(text: HandsetText): void {
    const screen = handsets.get(text.phone)
    if (screen) screen.push(text)
    else handsets.set(text.phone, [text])
  }

  function putNumber(number: OwnedNumber): OwnedNumber {
    put('numbers', number.sid, number)
    numbersByPhone.set(number.phoneNumber, number)
    return number
  }

  const free = (number: string): boolean => !numbersByPhone.has(number) && !rows.lines.has(number) && !handsets.has(number)

  function seed(account: AccountSeed): void {
    accounts.set(account.sid, { sid: account.sid, authToken: account.authToken, friendlyName: 'Simulator' })
    for (const number of account.numbers)
      if (!numbersByPhone.has(number)) putNumber(newNumber(account.sid, number, sid('PN'), now()))
    for (const service of account.services ?? []) {
      if (rows.services.has(service.sid)) continue
      const numberSids = service.numbers.flatMap((number) => numbersByPhone.get(number)?.sid ?? [])
      put('services', service.sid, { ...newService(account.sid, service.sid, now()), ...service, numberSids })
    }
  }

  for (const number of rows.numbers.values()) numbersByPhone.set(number.phoneNumber, number)
  for (const text of rows.texts.values()) remember(text)
  for (const account of options.accounts) seed(account)
  const calls = createCalls(world, options.speechMilliseconds ?? 0)
  for (const message of rows.messages.values()) if (!isOver(message)) world.track(carryMessage(world, message.sid))

  return {
    accounts,
    now,
    calls,
    send: (accountSid, request) => takeMessage(world, accountSid, request),
    text: (from, to, body, files) => receiveText(world, from, to, body, files),
    picture: (key) => rows.pictures.get(key),
    media: (messageSid) => (rows.messages.get(messageSid)?.media ?? []).flatMap((one) => rows.media.get(one) ?? []),
    forgetMedium(mediumSid) {
      const message = rows.messages.get(rows.media.get(mediumSid)?.messageSid ?? '')
      put('media', mediumSid, null)
      if (message !== undefined)
        put('messages', message.sid, { ...message, media: (message.media ?? []).filter((one) => one !== mediumSid) })
    },
    messages(accountSid) {
      const shownUntil = now().subtract({ seconds: faults.listLagSeconds })
      const newestFirst = [...rows.messages.values()].filter((message) => message.accountSid === accountSid).reverse()
      // They came one after the other: only what is too new is compared, however many there are.
      const first = newestFirst.findIndex(({ created }) => Temporal.Instant.compare(created, shownUntil) <= 0)
      return first < 0 ? [] : newestFirst.slice(first)
    },
    message: (messageSid) => rows.messages.get(messageSid),
    changeMessage(messageSid, change) {
      const message = rows.messages.get(messageSid)
      if (message) put('messages', messageSid, change && { ...message, ...change, updated: now().toString() })
    },
    numbers: (accountSid) => [...rows.numbers.values()].filter((number) => number.accountSid === accountSid),
    changeNumber(numberSid, change) {
      const number = rows.numbers.get(numberSid)
      if (!number) return
      if (change) putNumber({ ...number, ...change, updated: now().toString() })
      else {
        put('numbers', numberSid, null)
        numbersByPhone.delete(number.phoneNumber)
      }
    },
    buy(accountSid, phoneNumber) {
      if (!/^\+1[2-9]\d\d55501\d\d$/.test(phoneNumber) || !free(phoneNumber)) return refuse(21422, phoneNumber)
      return putNumber(newNumber(accountSid, phoneNumber, sid('PN'), now()))
    },
    available: (areaCode) =>
      Array.from({ length: 100 }, (_, index) => `+1${areaCode}55501${String(index).padStart(2, '0')}`).filter(free),
    services: (accountSid) => [...rows.services.values()].filter((service) => service.accountSid === accountSid),
    changeService(serviceSid, change) {
      const service = rows.services.get(serviceSid)
      if (service) put('services', serviceSid, { ...service, ...change, updated: now().toString() })
    },
    line: (phoneNumber) => rows.lines.get(phoneNumber) ?? 'mobile',
    setLine: (phoneNumber, line) => put('lines', phoneNumber, line),
    blocked: (phone, sender) => rows.blocks.has(`${phone} ${sender}`),
    faults: () => faults,
    setFaults(change) {
      faults = { ...faults, ...change }
    },
    handsets,
    alerts,
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    async settled() {
      while (working.size > 0 && !closing.signal.aborted) await Promise.allSettled([...working])
    },
    close() {
      calls.close()
      closing.abort()
      for (const cancel of timers) cancel()
      timers.clear()
    },
  }
}

function realLater(milliseconds: number, fn: () => void): () => void {
  const timer = setTimeout(fn, milliseconds)
  return () => clearTimeout(timer)
}
